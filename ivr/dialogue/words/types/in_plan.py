"""Kinds of answers as a plan writes them: a name, its lines, and the answer type that they describe."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ivr.dialogue.reading import no_clash, phrases_of
from ivr.dialogue.words.digits import DigitString
from ivr.dialogue.words.letters import Spelling
from ivr.dialogue.words.options import UNIVERSALS, Option
from ivr.dialogue.words.types.answer_type import AnswerType
from ivr.dialogue.words.types.check_digits import CHECKS
from ivr.dialogue.words.types.clock_time import ClockTime
from ivr.dialogue.words.types.code import DIGIT, LETTER, code
from ivr.dialogue.words.types.day import Day, Direction
from ivr.dialogue.words.types.money import CURRENCIES, Money
from ivr.dialogue.words.types.money import MOST as MOST_MONEY
from ivr.dialogue.words.types.number import MOST, Number
from ivr.dialogue.words.types.numbering_plan import REGIONS
from ivr.dialogue.words.types.one_of import OneOf
from ivr.dialogue.words.types.phone_number import PhoneNumber
from ivr.dialogue.words.types.postcode import POSTCODES, postcode

if TYPE_CHECKING:
    from ivr.dialogue.written import Written
    from ivr.yaml_file import Fields, Value

Read = tuple[AnswerType, "tuple[Written, ...]"]
"""The type, and the phrases that the plan itself gives to it."""

MOST_SYMBOLS = 20
_RANGE = re.compile(r"([0-9]{1,2})\s*-\s*([0-9]{1,2})")
_SHAPE = re.compile(r"[LD]+(?:[-/ ][LD]+)*")
_LATEST_START = 11


def _digits(fields: Fields) -> Read:
    return DigitString(lengths=_lengths(fields.take("digits")), check=_check(fields, digits_only=True)), ()


def _spelling(fields: Fields) -> Read:
    return Spelling(lengths=_lengths(fields.take("characters"))), ()


def _number(fields: Fields) -> Read:
    least, most = fields.get("least"), fields.get("most")
    low = least.whole(0, MOST) if least else 0
    high = most.whole(0, MOST) if most else MOST
    if most and low > high:
        raise most.wrong(f"'most' ({high}) must not be below 'least' ({low})")
    return Number(least=low, most=high), ()


def _money(fields: Fields) -> Read:
    currency, most = fields.get("currency"), fields.get("most")
    return Money(
        currency=currency.one_of(CURRENCIES) if currency else "GBP",
        most=most.whole(1, MOST_MONEY) if most else MOST_MONEY,
    ), ()


def _date(fields: Fields) -> Read:
    direction = fields.get("direction")
    return (Day(direction=Direction(direction.one_of(one.value for one in Direction))) if direction else Day()), ()


def _time(fields: Fields) -> Read:
    begins = fields.get("day_begins")
    return (ClockTime(day_begins=begins.whole(1, _LATEST_START)) if begins else ClockTime()), ()


def _phone_number(fields: Fields) -> Read:
    country = fields.get("country")
    return PhoneNumber(region=country.one_of(sorted(REGIONS)) if country else "GB"), ()


def _postcode(fields: Fields) -> Read:
    country = fields.get("country")
    return postcode(country.one_of(POSTCODES) if country else "GB"), ()


def _reference(fields: Fields) -> Read:
    shapes: list[str] = []
    for item in fields.take("shape").items():
        shape = item.text()
        if not _SHAPE.fullmatch(shape) or shape.count(LETTER) + shape.count(DIGIT) > MOST_SYMBOLS:
            raise item.wrong(
                f"'{shape}' is no shape of a reference; write L for each letter and D for each digit, as in 'LLDDDDDD' "
                f"(at most {MOST_SYMBOLS}; '-', '/' or a blank between)"
            )
        shapes.append(shape)
    return code(*shapes, check=_check(fields, digits_only=all(LETTER not in shape for shape in shapes))), ()


def _one_of(fields: Fields) -> Read:
    listed = fields.take("values").fields()
    taken = {phrase: f"'{option.name}' everywhere" for option in UNIVERSALS for phrase in option.phrases}
    keys = {option.key: f"'{option.name}' everywhere" for option in UNIVERSALS if option.key}
    options: list[Option] = []
    phrases: list[Written] = []
    for name in listed.keys:
        lines = listed.take(name).fields()
        said, key = phrases_of(lines.take("say")), lines.get("key")
        no_clash(listed.keys[name], "phrase", (one.text for one in said), taken, f"'{name}'")
        pressed = key.one_of("123456789") if key else None
        if key and pressed:
            no_clash(key, "key", (pressed,), keys, f"'{name}'")
        lines.done()
        options.append(
            Option(name=name, phrases=tuple(one.text for one in said), spoken=name.replace("_", " "), key=pressed)
        )
        phrases += said
    if len(options) < 2:
        raise listed.whole.wrong("'values' must hold at least two values")
    return OneOf(options=tuple(options)), tuple(phrases)


ANSWERS: Mapping[str, Callable[[Fields], Read]] = {
    "digits": _digits,
    "spelling": _spelling,
    "number": _number,
    "money": _money,
    "date": _date,
    "time": _time,
    "phone_number": _phone_number,
    "postcode": _postcode,
    "reference": _reference,
    "one_of": _one_of,
}
"""``answer: <name>`` → what reads the other lines about it. Raises FlowError."""


def _lengths(value: Value) -> frozenset[int]:
    lengths: set[int] = set()
    for item in value.items():
        if found := _RANGE.fullmatch(item.text()):
            low, high = int(found.group(1)), int(found.group(2))
            if not 1 <= low <= high <= MOST_SYMBOLS:
                raise item.wrong(f"'{value.name}' must be a range like '4-6' within 1 to {MOST_SYMBOLS}")
            lengths.update(range(low, high + 1))
        else:
            lengths.add(item.whole(1, MOST_SYMBOLS))
    return frozenset(lengths)


def _check(fields: Fields, *, digits_only: bool) -> str:
    """The rule of a check digit, or none."""
    check = fields.get("check_digit")
    if check is None:
        return ""
    rule = check.one_of(CHECKS)
    if rule != "mod97" and not digits_only:
        raise check.wrong(f"'{rule}' checks digits alone, but the shape holds letters; use 'mod97' or remove the line")
    return rule
