"""Text as a recogniser prints it: the form in which questions and phrasings are compared."""

from __future__ import annotations

import re
import unicodedata

_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_NOT_WORD = re.compile(r"[^\w']+")
_LOOSE_QUOTE = re.compile(r"(?<!\w)'|'(?!\w)")


def spoken_form(text: str) -> str:
    """`text` in lower case without accents and punctuation, digits as words."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'")).lower()
    letters = "".join(c for c in plain if not unicodedata.combining(c) and c != "_")
    worded = "".join(f" {_NUMBERS[int(c)]} " if c in "0123456789" else c for c in letters)
    return " ".join(_LOOSE_QUOTE.sub("", _NOT_WORD.sub(" ", worded)).split())


_LISTED = """
a about am an and any are as at be been but by can could did do does for from get had has have he
her here his how i if in is it its like me my need not of on or our please she should so some tell
than that the their them there they this to up us want was we were what when where which who why
will with would you your i'm i'd it's what's
"""
_FUNCTION_WORDS = frozenset(_LISTED.split())


def says_something(text: str) -> bool:
    """Whether `text` (in spoken form) holds more than the words that any question may hold."""
    return not _FUNCTION_WORDS.issuperset(text.split())
