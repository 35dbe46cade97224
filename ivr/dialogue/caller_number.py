"""The one fact that is known before a caller has said anything: the number that they ring from."""

from __future__ import annotations

from ivr.call import Caller
from ivr.dialogue.words.types.numbering_plan import REGIONS, full_number, written

NOWHERE = "ZZ"
"""As libphonenumber calls the country of who does not say one."""
CALLER_NUMBER = "caller_number"
"""Its name in texts, conditions and look-ups. It is as the network presents it: nobody has proven it."""


def number_of(caller: Caller, language: str) -> str:
    """The caller's number as E.164, if it is one in the country of `language` (``en-GB``); else as presented, empty if
    it is withheld."""
    return full_number(caller.number, region_of(language)) or caller.number


def said_number(number: str, language: str) -> str:
    """`number` (see `number_of`) as people there write it."""
    return written(number, region_of(language)) if full_number(number, region_of(language)) == number else number


def region_of(language: str) -> str:
    """The country in a BCP 47 tag, ``ZZ`` (nowhere) if there is none."""
    region = language.replace("_", "-").rpartition("-")[2].upper()
    return region if region in REGIONS else NOWHERE
