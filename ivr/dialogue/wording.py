"""What the line says of its own accord, in plain British English; a flow may replace the first two lists."""

from __future__ import annotations

from ivr.dialogue.words.letters import NATO

ON_SILENCE = ("Sorry, I did not hear you.", "Sorry, I still cannot hear you.")
ON_NOT_UNDERSTOOD = ("Sorry, I did not understand.", "Sorry, I still did not understand.")
NOT_KNOWN = "Sorry, I do not have an answer to that."
REFUSED = "Sorry, my mistake."
NOT_SURE = "All right."
OFFER_PERSON = "Would you like to speak to a person? Please say yes or no, or press 1 for yes or 2 for no."
ANOTHER_TRY = "Please ask in other words."
UNHEARD = "Sorry, I cannot hear words just now."
PRESS_DIGITS = "Please press the digits on your phone."
PRESS_YES_NO = "Press 1 for yes or 2 for no."
PRESS_FOR_PERSON = "To speak to a person, press 0."
PRESS_FOR_MENU = "For the main menu, press the hash key."
PRESS_WHICH = "Press 1 for the first or 2 for the second."
DID_THAT_HELP = "Did that answer your question?"


def to_people(name: str) -> str:
    """The last words before a queue, by the `name` that people call it."""
    return f"I will put you through to {name}. Please hold on."


def did_you_say(words: str) -> str:
    """The question between understood and not understood."""
    return f"Did you say {words}? Please say yes or no."


def did_you_say_first(words: str) -> str:
    """The first half of the question which of two was meant."""
    return f"Did you say {words},"


def or_second(words: str) -> str:
    """The second half of it."""
    return f"or {words}?"


def press_for(words: str, key: str) -> str:
    """How to choose `words` without speaking."""
    return f"For {words}, press {key}."


def did_you_mean(title: str) -> str:
    """The question between a sure answer and none."""
    return f"Did you mean: {title}?"


def read_back(said: str) -> str:
    """The question after digits or letters, given as they are to be `said`."""
    return f"I have {said}. Is that right?"


def said_fact(value: str) -> str:
    """What a caller told us: digits and spelled letters (always in upper case) one by one, words as they are."""
    return spaced(value) if value.isdecimal() or (value.isalnum() and value.isupper()) else value


def spaced(symbols: str) -> str:
    """Digits or letters one by one, in groups of three: ``1 2 3, 4 5 6`` (two and two for four)."""
    group = 2 if len(symbols) == 4 else 3
    return ", ".join(" ".join(symbols[at : at + group]) for at in range(0, len(symbols), group))


def by_alphabet(symbols: str) -> str:
    """Letters with the words of the spelling alphabet, for a caller who was misheard: ``B for Bravo, 1, 2``."""
    if symbols.isdecimal():
        return spaced(symbols)
    return ", ".join(f"{one} for {NATO[one].capitalize()}" if one in NATO else one for one in symbols)
