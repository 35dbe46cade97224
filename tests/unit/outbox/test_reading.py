"""A file of gateways: every fault with its place and its mending, and what is odd but may pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.call import By
from ivr.errors import FlowError
from ivr.outbox import Limits, Setup, load_outbox

SMS = "sms:\n  http: https://gateway.example/send\n  form: {To: '{to}', Body: '{text}'}\n"
MAIL = "email:\n  smtp: mail.example:587\n  security: starttls\n  from: Riverton <a@riverton.example>\n"


def read(folder: Path, text: str, **environment: str) -> Setup:
    (folder / "outbox.yaml").write_text(text, encoding="utf-8")
    return load_outbox(folder / "outbox.yaml", folder, environment=environment)


def test_what_it_says_holds(tmp_path: Path) -> None:
    setup = read(
        tmp_path,
        SMS + "  country: IE\n" + MAIL + "most_a_call: 1\nmost_a_day: 2\nmost_an_hour: 9\nkeep_trying_h: 0.5\n",
    )
    assert set(setup.gateways) == set(By)
    assert setup.country == "IE"
    assert setup.limits == Limits(most_a_call=1, most_a_day=2, most_an_hour=9, keep_trying_s=1800)
    assert setup.check() == ()


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            SMS.replace("https", "http"),
            "outbox.yaml:2:9: what is sent, and secrets, travel in the clear; use 'https://'",
        ),
        (SMS + "  headers: {Key: '{env:KEY}'}\n", "outbox.yaml:2:9: the environment variable KEY is not set"),
        (
            MAIL + "  user: a\n  password: '{env:PASSWORD}'\n",
            "outbox.yaml:2:9: the environment variable PASSWORD is not",
        ),
        ("sms: {folder: texts}\n", "outbox.yaml:1:15: what is sent is only written to a folder, so nobody gets it"),
    ],
)
def test_what_is_odd_is_told_with_its_place(tmp_path: Path, text: str, warning: str) -> None:
    (found,) = read(tmp_path, text).check()
    assert warning in found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("most_a_call: 1\n", "outbox.yaml:1:1: nothing says how anything is sent"),
        (SMS.replace("https://gateway.example", "https://{to}.example"), ":2:9: the host must stand in the address"),
        (SMS.replace("https://gateway.example", "ftp://gateway.example"), ":2:9: 'ftp://gateway.example/send' is no"),
        (SMS.replace("form", "method: GET\n  headers"), ":3:3: what is sent by GET may be sent twice"),
        ("sms:\n  http: https://gateway.example/?to={to}&text={text}\n", ":2:9: what is sent by GET may be sent twice"),
        (SMS.replace("{text}", "{words}"), ":2:9: there is no value 'words'; use to, text and id"),
        (SMS.replace("{text}", "{txt}"), ":2:9: there is no value 'txt'; did you mean 'text'?"),
        (SMS.replace("{text}", "x"), ":2:9: nothing of the request holds '{text}'"),
        (SMS + "  body: '{}'\n", ":3:9: a request has a 'body' or a 'form'; remove one"),
        (SMS + "  country: Britain\n", ":4:12: 'Britain' is no country"),
        (SMS + "  most_segments: 11\n", ":4:18: 'most_segments' must be a whole number from 1 to 10"),
        (SMS + "  wait: 5\n", ":4:3: 'wait' is not known here"),
        ("sms: {folder: ../texts}\n", ":1:15: '../texts' is no folder's name"),
        (MAIL.replace("587", "0"), ":2:9: 'mail.example:0' is no server"),
        (MAIL.replace("starttls", "none"), ":3:13: 'none' lets everybody read on the way"),
        (MAIL.replace("a@riverton.example", "riverton"), ":4:9: 'Riverton <riverton>' is no sender"),
        (MAIL + "  user: a\n", ":5:9: 'user' and 'password' belong together"),
        (MAIL + "  user: a\n  password: s3cret\n", ":6:13: a password must not stand in a file"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(FlowError) as found:
        read(tmp_path, text)
    assert fault in str(found.value)
    assert "s3cret" not in str(found.value)
