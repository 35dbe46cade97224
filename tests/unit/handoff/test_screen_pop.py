"""What an agent reads of a caller's record: the value that counts, who contradicts it, and whose it is."""

from __future__ import annotations

from dataclasses import replace

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from ivr.call import Caller, CallId, HandOver, Identity, Level, Said
from ivr.handoff.screen_pop import schema, screen_pop

CONTRACT = jsonschema.Draft202012Validator(schema())
OVER = HandOver(
    call_id=CallId("1.1"), caller=Caller(number="1", name="", dialled="100"), queue="operator", reason="asked"
)
ADA = Said(name="name", value="Ada", source="residents", as_of="2026-01-01", counts=True)
ADAM = Said(name="name", value="Adam", source="tax", old=True, counts=False, differs=True)
BOB = Said(name="name", value="Bob", source="parking", counts=False, differs=True, stranger=True)


def pop_of(over: HandOver) -> dict[str, object]:
    made = screen_pop(over, queue="operator", wait_s=1, made_at=0)
    CONTRACT.validate(made)
    return made


def test_a_contradiction_is_shown_beside_the_value_that_counts() -> None:
    pop = pop_of(replace(OVER, record=(ADA, ADAM, BOB), identity=Identity(level=Level.PIN, by="number, pin", failed=1)))
    assert pop["identity"] == {"level": "pin", "by": "number, pin", "failed": 1, "locked": False}
    assert pop["record"] == [
        {
            "name": "name",
            "used": {"value": "Ada", "source": "residents", "as_of": "2026-01-01", "old": False},
            "others": [
                {"value": "Adam", "source": "tax", "as_of": None, "old": True, "differs": True, "somebody_else": False},
                {
                    "value": "Bob", "source": "parking", "as_of": None, "old": False, "differs": True,
                    "somebody_else": True,
                },
            ],
            "conflict": True,
        }
    ]  # fmt: skip


def test_a_field_that_only_somebody_else_has_is_not_used() -> None:
    (field,) = pop_of(replace(OVER, record=(BOB,)))["record"]  # type: ignore[misc]
    assert field["used"] is None and field["others"][0]["value"] == "Bob"


TEXT = st.text(max_size=20)


@given(
    st.lists(st.builds(Said, name=st.sampled_from("abc"), value=TEXT, source=TEXT, counts=st.booleans()), max_size=9),
    st.sampled_from(Level),
)
def test_whatever_sources_say_it_keeps_to_the_contract(record: list[Said], level: Level) -> None:
    pop_of(replace(OVER, record=tuple(record), identity=Identity(level=level)))
