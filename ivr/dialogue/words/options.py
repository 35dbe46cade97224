"""What a caller may mean by a phrase or a key, and what is understood everywhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing the caller may mean: `name` for the plan, `spoken` for "did you say …?"."""

    name: str
    phrases: tuple[str, ...]
    spoken: str
    key: str | None = None


REPEAT, SLOWER, MAIN_MENU, PERSON = "repeat", "slower", "main menu", "a person"
LATE_TERMINATOR = "late terminator"
FIRST, SECOND, NEITHER, YES = "the first", "the second", "neither", "yes"

UNIVERSALS = (
    Option(
        name=REPEAT,
        phrases=("repeat", "repeat that", "say that again", "say it again", "can you repeat that"),
        spoken="repeat",
        key="*",
    ),
    Option(
        name=SLOWER,
        phrases=("slower", "more slowly", "slow down", "speak slower", "speak more slowly"),
        spoken="slower",
    ),
    Option(name=MAIN_MENU, phrases=("main menu", "go to the main menu"), spoken="main menu", key="#"),
    Option(
        name=PERSON,
        phrases=(
            "agent",
            "operator",
            "a person",
            "speak to a person",
            "speak to someone",
            "speak to an agent",
            "speak to the operator",
            "talk to a person",
            "talk to someone",
            "i want to speak to someone",
            "i want to speak to a person",
            "can i speak to someone",
            "can i speak to a person",
        ),
        spoken="agent",
        key="0",
    ),
)
"""Understood at every turn that listens; ``#`` and ``0`` not where digits are entered."""

YES_NO = (
    Option(
        name=YES,
        phrases=("yes", "yeah", "yep", "yes it is", "yes please", "that's right", "correct"),
        spoken="yes",
        key="1",
    ),
    Option(
        name="no", phrases=("no", "nope", "no it isn't", "no thank you", "no thanks", "wrong"), spoken="no", key="2"
    ),
)


def which(first: Option, second: Option) -> tuple[Option, ...]:
    """The answers to "did you say `first`, or `second`?"; a plain yes is none, so it is asked about `first` alone."""
    return (
        Option(name=FIRST, phrases=(*first.phrases, "the first", "first one", "the first one"), spoken="", key="1"),
        Option(
            name=SECOND, phrases=(*second.phrases, "the second", "second one", "the second one"), spoken="", key="2"
        ),
        Option(name=NEITHER, phrases=("no", "neither", "none of them", "no neither"), spoken=""),
        Option(name=YES, phrases=("yes", "yeah"), spoken=""),
    )
