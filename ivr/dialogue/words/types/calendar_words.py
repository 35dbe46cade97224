"""Patterns of days as people say them: "the third of May", "next Tuesday", "in two weeks"."""

from __future__ import annotations

from ivr.dialogue.words.numbers import AND, UNITS
from ivr.dialogue.words.types.amounts import LEAD_IN, below_hundred, oh_digit, two_digits
from ivr.dialogue.words.types.pattern import Pattern, either, in_order, maybe, number_words, words

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
)  # fmt: skip
_NTH = {word: number for number, word in enumerate(_ORDINALS, start=1)}
_UNIT_NTH = {word: number for word, number in _NTH.items() if number < 10}
_MONTH_NTH = {word: number for word, number in _NTH.items() if number <= 12}

WEEKDAY, NEXT, THIS, LAST = "weekday", "next", "this", "last"
DAYS, WEEKS, MONTHS, YEARS, AGO = "days", "weeks", "months", "years", "ago"
DAY, MONTH, YEAR = "day", "month", "year"
AFTER_TODAY = "after today"
"""Days from today, and one more: 1 is today, 2 tomorrow, 0 yesterday."""


def _month() -> Pattern:
    return number_words({name: number for number, name in enumerate(_MONTHS, start=1)}, MONTH)


def _weekday() -> Pattern:
    return number_words({name: number for number, name in enumerate(_WEEKDAYS, start=1)}, WEEKDAY)


def _nth_day() -> Pattern:
    return either(
        in_order(number_words({"twenty": 20}, DAY), number_words(_UNIT_NTH, DAY)),
        in_order(number_words({"thirty": 30}, DAY), words("first", DAY)),
        number_words({**_NTH, "thirtieth": 30}, DAY),
    )


def _near() -> Pattern:
    return either(
        words("today", AFTER_TODAY, 1),
        words("tomorrow", AFTER_TODAY, 2),
        words("yesterday", AFTER_TODAY, 0),
        in_order(maybe(words("the")), words("day after tomorrow", AFTER_TODAY, 3)),
        in_order(maybe(words("the")), words("day before yesterday", AFTER_TODAY, -1)),
    )


_year = either(
    in_order(number_words({"twenty": 2000, "nineteen": 1900}, YEAR), either(two_digits(YEAR), oh_digit(YEAR))),
    in_order(words("nineteen"), words("hundred", YEAR, 1900)),
    in_order(words("two"), words("thousand", YEAR, 2000), maybe(maybe(words(AND)), below_hundred(YEAR))),
)
_on_calendar = either(
    in_order(
        maybe(words("the")),
        _nth_day(),
        either(in_order(maybe(words("of")), _month()), in_order(words("of the"), number_words(_MONTH_NTH, MONTH))),
    ),
    in_order(_month(), maybe(words("the")), _nth_day()),
    in_order(words("the"), _nth_day()),
)
_which = either(words("next", NEXT), either(words("this", THIS), words("coming", THIS)), words("last", LAST))
_FEW = {**UNITS, "ten": 10, "twelve": 12}


def _some_time() -> Pattern:
    return in_order(
        either(number_words(_FEW, "count"), number_words({"a": 1}, "count"), words("a couple of", "count", 2)),
        either(
            number_words({"day": 1, "days": 1}, DAYS),
            number_words({"week": 1, "weeks": 1}, WEEKS),
            number_words({"fortnight": 2}, WEEKS),
            number_words({"month": 1, "months": 1}, MONTHS),
            number_words({"year": 1, "years": 1}, YEARS),
        ),
    )


_away = either(
    in_order(words("in"), _some_time(), maybe(words("time"))),
    in_order(_some_time(), either(words("from now"), words("from today"), words("ago", AGO))),
)
_a_week_on = in_order(words("a week", WEEKS), maybe(words("on")), either(_weekday(), _near()))
_by_weekday = either(
    in_order(_which, _weekday()),
    in_order(_weekday(), words("week", WEEKS)),
    in_order(_weekday(), maybe(either(words("next week", NEXT), words("last week", LAST)))),
)

DAY_PATTERN: Pattern = in_order(
    LEAD_IN,
    maybe(words("on")),
    either(
        in_order(maybe(_weekday()), _on_calendar, maybe(_year)),
        _by_weekday,
        _near(),
        _away,
        _a_week_on,
    ),
)
