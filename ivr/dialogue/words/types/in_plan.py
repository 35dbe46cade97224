"""Kinds of answers as a plan writes them: the lines of each, and the answer type that they describe."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, cast

from ivr.call import Prompt
from ivr.dialogue.language.lines import line, no_clash
from ivr.dialogue.language.shape import Scope, Shape
from ivr.dialogue.language.shapes import (
    FACT,
    KEY,
    LENGTHS,
    MOST_SYMBOLS,
    PHRASES,
    PROMPTS,
    STEP,
    listed,
    mapping_of,
    one_of,
    one_word,
    whole_number,
)
from ivr.dialogue.words.digits import DigitString
from ivr.dialogue.words.letters import Spelling
from ivr.dialogue.words.options import UNIVERSALS, YES, Option
from ivr.dialogue.words.said_words import GIVEN
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
from ivr.dialogue.written import Written

if TYPE_CHECKING:
    from ivr.yaml_file import Fields, Value

_SHAPE = re.compile(r"[LD]+(?:[-/ ][LD]+)*")
_LATEST_START = 11
_CHECK = one_word(CHECKS)


def _one_prompt(value: Value, scope: Scope) -> Prompt:
    prompts = PROMPTS.read(value, scope)
    if len(prompts) != 1:
        raise value.wrong(f"'{value.name}' must be one text, not {len(prompts)}")
    return prompts[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class YesOrNo:
    """Yes or no."""

    fact: str | None = line(FACT, "The name by which the answer is kept.", default=None)
    yes: Written = line(STEP, "The step after a yes.")
    no: Written = line(STEP, "The step after a no.")
    counted: ClassVar[None] = None
    read_back: ClassVar[None] = None
    said: ClassVar[tuple[Written, ...]] = ()

    @property
    def ways(self) -> Mapping[str, Written]:
        """What was understood → the step that follows."""
        return {YES: self.yes, "no": self.no}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(ABC):
    """A value, such as a date."""

    read_back: Prompt | None = line(
        Shape(read=_one_prompt, schema=PROMPTS.schema, about="a text that holds the fact"),
        "The question whether it is right, instead of the usual one.",
        default=None,
    )
    counted: AnswerType = field(init=False, repr=False, compare=False)
    """The answer type that the lines describe."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "counted", self.made())

    @abstractmethod
    def made(self) -> AnswerType:
        """The answer type."""

    @property
    def said(self) -> tuple[Written, ...]:
        """Phrases of the plan that mean a value."""
        return ()

    def check(self, given: Fields) -> None:  # noqa: B027 - of most kinds any lines go together
        """Raise FlowError if its lines do not go together."""

    def check_read_back(self, given: Fields, fact: str) -> None:
        """What is read back is the `fact` as which it is kept."""
        back = given.get("read_back")
        if back and self.read_back and f"{{{fact}}}" not in self.read_back.text:
            raise back.wrong(f"'read_back' must be one text that holds '{{{fact}}}'; add it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits(Given):
    """Digits, one after the other."""

    digits: frozenset[int] = line(LENGTHS, "How many.")
    check_digit: str = line(_CHECK, "The rule by which a mistake shows.", default="")

    def made(self) -> AnswerType:
        """See `Given.made`."""
        return DigitString(lengths=self.digits, check=self.check_digit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled(Given):
    """Letters and digits, one after the other, also as "B for Bravo"."""

    characters: frozenset[int] = line(LENGTHS, "How many.")

    def made(self) -> AnswerType:
        """See `Given.made`."""
        return Spelling(lengths=self.characters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered(Given):
    """A number of something."""

    least: int = line(whole_number(0, MOST), "The least that is wanted.", default=0)
    most: int = line(whole_number(0, MOST), "The most that is wanted.", default=MOST)

    def check(self, given: Fields) -> None:
        """There is such a number."""
        most = given.get("most")
        if most and self.least > self.most:
            raise most.wrong(f"'most' ({self.most}) must not be below 'least' ({self.least})")

    def made(self) -> AnswerType:
        """See `Given.made`."""
        return Number(least=self.least, most=self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum(Given):
    """A sum of money."""

    currency: str = line(one_word(CURRENCIES), "What it is counted in.", default="GBP")
    most: int = line(whole_number(1, MOST_MONEY), "The most that is wanted.", default=MOST_MONEY)

    def made(self) -> AnswerType:
        """See `Given.made`."""
        return Money(currency=self.currency, most=self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated(Given):
    """A date, also as "next Tuesday"."""

    direction: Direction = line(
        one_of({one.value: one for one in Direction}),
        "Whether it has passed, is to come, or may be either.",
        default=Day().direction,
    )

    def made(self) -> AnswerType:
        """See `Given.made`."""
        return Day(direction=self.direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed(Given):
    """A time of day."""

    day_begins: int = line(
        whole_number(1, _LATEST_START),
        "The hour from which on a time without am or pm is in the morning.",
        default=ClockTime().day_begins,
    )

    def made(self) -> AnswerType:
        """See `Given.made`."""
        return ClockTime(day_begins=self.day_begins)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phoned(Given):
    """A phone number."""

    country: str = line(
        one_word(sorted(REGIONS), "the two letters of a country (ISO 3166)"),
        "Whose numbers are written without their country.",
        default="GB",
    )

    def made(self) -> AnswerType:
        """See `Given.made`."""
        return PhoneNumber(region=self.country)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted(Given):
    """A postcode."""

    country: str = line(one_word(POSTCODES), "Whose postcodes.", default="GB")

    def made(self) -> AnswerType:
        """See `Given.made`."""
        return postcode(self.country)


def _shapes(value: Value, scope: Scope) -> tuple[str, ...]:
    shapes: list[str] = []
    for item in value.items():
        shape = item.text()
        if not _SHAPE.fullmatch(shape) or shape.count(LETTER) + shape.count(DIGIT) > MOST_SYMBOLS:
            raise item.wrong(
                f"'{shape}' is no shape of a reference; write L for each letter and D for each digit, as in 'LLDDDDDD' "
                f"(at most {MOST_SYMBOLS}; '-', '/' or a blank between)"
            )
        shapes.append(shape)
    return tuple(shapes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred(Given):
    """A reference of letters and digits."""

    shape: tuple[str, ...] = line(
        Shape(
            read=_shapes,
            schema=listed({"type": "string", "pattern": f"^{_SHAPE.pattern}$"}),
            about="`L` for each letter and `D` for each digit, as in `LLDDDDDD`, or a list of such",
        ),
        "How it is made up.",
    )
    check_digit: str = line(_CHECK, "The rule by which a mistake shows.", default="")

    def check(self, given: Fields) -> None:
        """The rule can be used."""
        rule = given.get("check_digit")
        if rule and self.check_digit != "mod97" and any(LETTER in shape for shape in self.shape):
            raise rule.wrong(
                f"'{self.check_digit}' checks digits alone, but the shape holds letters; use 'mod97' or remove the line"
            )

    def made(self) -> AnswerType:
        """See `Given.made`."""
        return code(*self.shape, check=self.check_digit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One of the values."""

    name: str
    place: Written
    say: tuple[Written, ...] = line(PHRASES, "What callers say for it.")
    key: Written | None = line(KEY, "What they press for it.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOfThese(Given):
    """One of a list of values, each with phrases that mean it."""

    values: tuple[Listed, ...] = line(mapping_of(Listed, "`name: lines` for each value"), "What it may be.")

    def check(self, given: Fields) -> None:
        """There is a choice, and nothing means two values."""
        if len(self.values) < 2:
            raise given.take("values").wrong("'values' must hold at least two values")
        taken = {phrase: f"'{option.name}' everywhere" for option in UNIVERSALS for phrase in option.phrases}
        keys: dict[str, str] = {}
        for one in self.values:
            no_clash(given, "phrase", one.say, taken, f"'{one.name}'")
            no_clash(given, "key", (one.key,) if one.key else (), keys, f"'{one.name}'")

    def made(self) -> AnswerType:
        """See `Given.made`."""
        options = (
            Option(
                name=one.name,
                phrases=tuple(phrase.text for phrase in one.say),
                spoken=one.name.replace("_", " "),
                key=one.key.text if one.key else None,
            )
            for one in self.values
        )
        return OneOf(options=tuple(options))

    @property
    def said(self) -> tuple[Written, ...]:
        """See `Given.said`."""
        return tuple(phrase for one in self.values for phrase in one.say)


VALUES: Mapping[str, type[Given]] = {
    "digits": Digits,
    "spelling": Spelled,
    "number": Numbered,
    "money": Sum,
    "date": Dated,
    "time": Timed,
    "phone_number": Phoned,
    "postcode": Posted,
    "reference": Referred,
    "one_of": OneOfThese,
}
"""``answer: <name>`` → the lines that say what is wanted."""


@dataclass(frozen=True, kw_only=True)  # no slots: it is joined with each of VALUES, which have theirs
class Asked(Given):
    """A value that a step of its own asks for."""

    fact: str = line(FACT, "The name by which it is kept; texts may hold it in braces from then on.")
    goto: Written = line(STEP, "The step that follows.")

    @property
    def ways(self) -> Mapping[str, Written]:
        """What was understood → the step that follows."""
        return {GIVEN: self.goto}

    def check(self, given: Fields) -> None:
        """See `Given.check`."""
        super().check(given)
        self.check_read_back(given, self.fact)


def _asked(kind: type[Given]) -> type[Asked]:
    """`kind` with the lines of `Asked`."""
    joined = type(f"Asked{kind.__name__}", (Asked, kind), {"__doc__": kind.__doc__})
    return dataclass(frozen=True, kw_only=True)(cast("type[Asked]", joined))


Answer = YesOrNo | Asked

ANSWERS: Mapping[str, type[Answer]] = {"yes_or_no": YesOrNo, **{name: _asked(kind) for name, kind in VALUES.items()}}
"""``answer: <name>`` of an ask → the lines that then stand beside it."""
