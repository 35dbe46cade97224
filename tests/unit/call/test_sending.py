"""Letters and addresses."""

from __future__ import annotations

import pytest

from ivr.call import By, CallId, Letter, is_email


@pytest.mark.parametrize("text", ["ada@riverton.example", "a.b+c@x-y.co.uk", "o'neil@x.example"])
def test_an_address_is_one(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@x.example",
        "a@b",
        "a@x.example\n",
        "a@x.example\r\nBcc: b@x.example",
        "a b@x.example",
        "ä@x.example",
        "a@x..example",
        "a@-x.example",
        "a@x.example>",
        "<a@x.example>",
        "a@x.example,b@x.example",
        "a" * 65 + "@x.example",
    ],
)
def test_what_is_none_is_none(text: str) -> None:
    assert not is_email(text)


def test_the_same_letter_of_a_call_has_one_name_and_shows_nothing() -> None:
    one = Letter(call_id=CallId("1"), by=By.SMS, to="+447700900123", text="secret text")
    assert one.id == Letter(call_id=CallId("1"), by=By.SMS, to="+447700900123", text="secret text").id
    others = {"call_id": CallId("2"), "by": By.EMAIL, "to": "x", "text": "y"}
    same = {"call_id": one.call_id, "by": one.by, "to": one.to, "text": one.text}
    assert len({one.id, *(Letter(**{**same, name: value}).id for name, value in others.items())}) == 5  # type: ignore[arg-type]
    assert "secret" not in repr(one)
    assert "7700" not in repr(one)
