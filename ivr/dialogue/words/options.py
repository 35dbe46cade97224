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


REPEAT, SLOWER, HELP, MAIN_MENU, PERSON = "repeat", "slower", "help", "main menu", "a person"
DISTRESS = "distress"
LATE_TERMINATOR = "late terminator"
FIRST, SECOND, NEITHER, YES = "the first", "the second", "neither", "yes"
SILENCE = "silence"
"""The caller says nothing, and that is an answer."""

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
    Option(name=HELP, phrases=("help", "what can i say"), spoken="help"),
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
        phrases=("yes", "yeah", "yep", "yes it is", "yes it isn't", "yes please", "that's right", "correct"),
        spoken="yes",
        key="1",
    ),
    Option(
        name="no", phrases=("no", "nope", "no it isn't", "no thank you", "no thanks", "wrong"), spoken="no", key="2"
    ),
)
"""Nobody says "yes it isn't": beside "no it isn't" the bundled model hears so "yes it is" of four voices in five."""


def which(first: Option, second: Option) -> tuple[Option, ...]:
    """The answers to "did you say `first`, or `second`?"; a plain yes is none, so it is asked about `first` alone.

    Where `first` or `second` is yes or no itself, its words mean just that.
    """
    yes, no = (option.phrases for option in YES_NO)
    # Not "none" and "neither one": with them the bundled model heard espeak-ng's Scottish "yeah" as "yes none" (0.06
    # sure) and its American "yes" as "yes one" (0.45); without them both are a yes (0.78, 0.60).
    neither = ("neither", "no neither", "neither of them", "none of them")
    return (
        _one_of_two(first, FIRST, "1", ("first", "the first", "first one", "the first one")),
        _one_of_two(second, SECOND, "2", ("second", "the second", "second one", "the second one", "the last one")),
        Option(name=NEITHER, phrases=(*no, *neither), spoken=""),
        Option(name=YES, phrases=yes, spoken=""),
    )


def _one_of_two(option: Option, name: str, key: str, by_place: tuple[str, ...]) -> Option:
    """`option` by its phrases or `by_place`; a phrase of one word also after a yes or no ("yes, recycling").

    Longer phrases are found beside such a word anyway.
    """
    short = () if option in YES_NO else (phrase for phrase in option.phrases if " " not in phrase)
    led_in = (f"{word} {phrase}" for phrase in short for word in ("yes", "no"))
    return Option(name=name, phrases=(*option.phrases, *by_place, *led_in), spoken="", key=key)
