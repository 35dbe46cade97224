"""A time of day: "half past three", "quarter to nine", "three thirty p m", "noon", or four digits on the keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ivr.call import KeyPattern
from ivr.dialogue import wording
from ivr.dialogue.words.digits import HOMOPHONES
from ivr.dialogue.words.numbers import TEENS, UNITS
from ivr.dialogue.words.types.amounts import LEAD_IN, below_hundred, oh_digit, two_digits
from ivr.dialogue.words.types.answer_type import Impossible
from ivr.dialogue.words.types.pattern import Pattern, any_word, either, in_order, maybe, number_words, words
from ivr.dialogue.words.types.worded import Worded

_HOURS = {**UNITS, "ten": 10, "eleven": 11, "twelve": 12}
_LATE_HOURS = {word: number for word, number in TEENS.items() if number > 12}
_AM, _PM, _NIGHT, _DAY_HOUR = "am", "pm", "night", "day hour"

_hour = number_words(_HOURS, "hour")
_half_of_day = maybe(
    either(
        either(words("a m", _AM), words("am", _AM), words("in the morning", _AM), words("this morning", _AM)),
        either(words("p m", _PM), words("pm", _PM), words("in the afternoon", _PM), words("this afternoon", _PM)),
        either(words("in the evening", _PM), words("this evening", _PM), words("at night", _NIGHT)),
        words("tonight", _NIGHT),
    )
)
_minutes = either(two_digits("minute"), oh_digit("minute"))
_past = either(words("half past", "minute", 30), words("quarter past", "minute", 15), words("half", "minute", 30))
_to = words("quarter to", "minute", -15)
_some = in_order(below_hundred("minute"), maybe(any_word("minute minutes")))
_until = in_order(below_hundred("until"), maybe(any_word("minute minutes")))
_late = either(
    number_words(_LATE_HOURS, _DAY_HOUR),
    in_order(number_words({"twenty": 20}, _DAY_HOUR), maybe(number_words({"one": 1, "two": 2, "three": 3}, _DAY_HOUR))),
)
TIME_PATTERN: Pattern = in_order(
    LEAD_IN,
    maybe(any_word("at about around")),
    either(
        in_order(_hour, maybe(either(_minutes, words("o'clock"))), _half_of_day),
        in_order(maybe(words("a")), either(_past, _to), _hour, _half_of_day),
        in_order(_some, words("past"), _hour, _half_of_day),
        in_order(_until, words("to"), _hour, _half_of_day),
        in_order(maybe(words("twelve")), either(words("noon", "noon"), words("midday", "noon"))),
        in_order(maybe(words("twelve")), words("midnight", "midnight")),
        in_order(_late, either(_minutes, in_order(words("hundred"), maybe(words("hours"))))),
        in_order(any_word("oh zero"), number_words(UNITS, _DAY_HOUR), either(_minutes, words("hundred"))),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTime(Worded):
    """A time as ``15:30``. Without "a.m." or "p.m." both are meant, and `day_begins` says which first."""

    homophones: ClassVar[Mapping[str, str]] = {word: same for word, same in HOMOPHONES.items() if word != "to"}
    """The "to" of "quarter to nine" is its own."""
    press: ClassVar[str] = wording.PRESS_TIME
    tighter: ClassVar[str] = wording.TIGHTER_TIME
    day_begins: int = 7
    """Hour: "seven" is in the morning, and "half past six" in the evening."""

    @property
    def pattern(self) -> Pattern:
        """See `Worded.pattern`."""
        return TIME_PATTERN

    @property
    def keys(self) -> KeyPattern:
        """See `AnswerType.keys`."""
        return KeyPattern(digits_min=3, digits_max=4)

    def meant(self, found: Mapping[str, int]) -> tuple[str, ...]:
        """See `Worded.meant`."""
        if "noon" in found or "midnight" in found:
            return ("12:00",) if "noon" in found else ("00:00",)
        minute = found.get("minute", 0) - found.get("until", 0)
        if not -60 < minute < 60:
            return ()
        if _DAY_HOUR in found:
            return (_clock(found[_DAY_HOUR], minute),)
        morning, evening = _clock(found["hour"] % 12, minute), _clock(found["hour"] % 12 + 12, minute)
        if _AM in found:
            return (morning,)
        if _PM in found:
            return (evening,)
        if _NIGHT in found:
            return (morning,) if found["hour"] % 12 < 5 else (evening,)
        return (morning, evening) if f"{self.day_begins:02}:00" <= morning < "12:00" else (evening, morning)

    def keyed(self, keys: str) -> tuple[str, ...]:
        """See `Worded.keyed`. ``1530``, ``0930`` or ``930``, by the 24 hours of the day."""
        if not keys.isdecimal() or len(keys) not in (3, 4):
            return ()
        hour, minute = int(keys[:-2]), int(keys[-2:])
        if hour > 23 or minute > 59:
            raise Impossible(wording.NO_SUCH_TIME)
        return (_clock(hour, minute),)

    def said(self, value: str) -> str:
        """See `AnswerType.said`: ``3:30 pm``, ``12 noon``."""
        hour, minute = (int(part) for part in value.split(":"))
        if not minute and not hour % 12:
            return "12 noon" if hour else "12 midnight"
        return f"{hour % 12 or 12}:{minute:02} {'pm' if hour >= 12 else 'am'}"


def _clock(hour: int, minute: int) -> str:
    """`minute` may be some before the hour."""
    at = (hour * 60 + minute) % (24 * 60)
    return f"{at // 60:02}:{at % 60:02}"
