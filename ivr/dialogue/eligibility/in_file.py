"""How a table of eligibility is written, read strictly: every fault has its place and its mending.

Besides what cannot be read, what cannot be right is refused, proven by counting through all combinations of answers: a
combination without a rule, a rule that never decides, a question that changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import prod
from types import MappingProxyType
from typing import ClassVar

from ivr.call import Prompt
from ivr.dialogue import wording
from ivr.dialogue.eligibility.scales import Age, Amount, Calendar, Choice, Scale, Span, cells
from ivr.dialogue.eligibility.table import MOST_COMBINATIONS, UNCLEAR, Question, Rule, Table
from ivr.dialogue.language.lines import kinds, line, read_lines, wrong_at
from ivr.dialogue.language.shape import Scope, Shape
from ivr.dialogue.language.shapes import FILE, OWN_NAME, PROMPTS, TEXT, list_of, mapping_of
from ivr.dialogue.words.options import YES_NO
from ivr.dialogue.words.types.day import Day, Direction
from ivr.dialogue.words.types.in_plan import VALUES, Given, OneOfThese
from ivr.dialogue.words.types.money import CURRENCIES, Money
from ivr.dialogue.words.types.number import Number
from ivr.dialogue.written import Written
from ivr.yaml_file import Fields, Value, parse, read_text, suggestion

MOST_SUM = 999_999
_AMOUNTS = ("at_least", "over", "under", "at_most")
_AGES = ("age_at_least", "age_under")
_DAYS = ("from", "before")
_OLDEST_AGE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo:
    """Yes or no."""

    counted: ClassVar[None] = None
    read_back: ClassVar[None] = None
    said: ClassVar[tuple[Written, ...]] = ()


_ANSWERS: Mapping[str, type[YesNo | Given]] = {
    "yes_or_no": YesNo,
    **{name: VALUES[name] for name in ("one_of", "number", "money", "date")},
}


def _later(value: Value, scope: Scope) -> Value:
    """It is read when all questions are known."""
    return value


def _texts(value: Value, scope: Scope) -> Mapping[str, str]:
    given = value.fields()
    for name, key in given.keys.items():
        if not OWN_NAME.fullmatch(name):
            raise key.wrong(f"'{name}' must be a name of lower-case letters, digits and '_'")
    if UNCLEAR in given.keys:
        raise given.keys[UNCLEAR].wrong(f"'{UNCLEAR}' needs no text of its own; remove it here")
    return MappingProxyType({name: scope.filled(given.take(name).text()) for name in given.keys})


_TEXTS: Shape[Mapping[str, str]] = Shape(
    read=_texts, schema={"type": "object", "additionalProperties": TEXT.schema}, about="`name: text`"
)
_WORDS: Shape[str] = Shape(read=lambda value, scope: scope.filled(value.text()), schema=TEXT.schema, about="a text")
_BECAUSE: Shape[Value] = Shape(
    read=_later,
    schema={"anyOf": [TEXT.schema, {"type": "object", "additionalProperties": TEXT.schema}]},
    about="a text with the question's own name in braces, for which `under £6,000` is put; for yes or no and one of "
    "several `answer: text`",
)
_WHEN: Shape[Value] = Shape(
    read=_later,
    schema={"type": "object"},
    about="`question: answer`, or a list of answers; of a number or a sum `at_least`, `over`, `under`, `at_most`; of a "
    "date of birth `age_at_least`, `age_under`; of another date `from`, `before`",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLines:
    """One question; its name is the fact that it learns."""

    name: str
    place: Written
    text: tuple[Prompt, ...] = line(PROMPTS, "The question.", name="ask")
    answer: YesNo | Given = kinds(_ANSWERS, "What is asked for; the lines beside it are those of an `ask`.")
    because: Value | None = line(_BECAUSE, "What its answer says of the caller, after “because”.", default=None)

    def check(self, given: Fields) -> None:
        """It has a name, and what is read back is itself."""
        if not OWN_NAME.fullmatch(self.name):
            raise wrong_at(given, self.place, f"'{self.name}' must be a name of lower-case letters, digits and '_'")
        if isinstance(self.answer, Given):
            self.answer.check_read_back(given, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLines:
    """One rule; without `when` it fits whatever is answered."""

    when: Value | None = line(_WHEN, "What must be so, all of it.", default=None)
    result: Value = line(
        Shape(read=_later, schema=TEXT.schema, about="one of `results`, or `unclear`"), "What it comes to."
    )
    because: str | None = line(
        _WORDS, "What is said after “because”, instead of what its conditions say.", default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLines:
    """A table of eligibility, which is a file of its own."""

    results: Mapping[str, str] = line(_TEXTS, "What may come of it: what follows “It looks as if”.")
    questions: tuple[QuestionLines, ...] = line(
        mapping_of(QuestionLines, "`name: lines` for each question"), "What is asked, in this order, if it matters."
    )
    rules: tuple[RuleLines, ...] = line(list_of(RuleLines, "a list of rules"), "The first that fits decides.")


def _table(value: Value, scope: Scope) -> Table:
    path = FILE.read(value, scope)
    given = parse(read_text(path), file=str(path), name="this table")
    lines = read_lines(TableLines, given, scope)
    given.done()
    reading = _Reading(lines, given, scope)
    table = Table(
        name=path.stem, file=path, results=lines.results, questions=reading.questions, rules=tuple(reading.rules())
    )
    _check(table, given)
    return table


TABLE: Shape[Table] = Shape(
    read=_table, schema=FILE.schema, insides=(TableLines,), about="a file beside the plan, with the lines below"
)


class _Reading:
    """The second look at a table, for which all its names are known."""

    def __init__(self, lines: TableLines, given: Fields, scope: Scope) -> None:
        self._lines, self._given, self._scope = lines, given, scope
        self._named = {one.name: one for one in lines.questions}
        self._places = given.take("rules").items()
        self._scales = {one.name: self._scale(one) for one in lines.questions}
        self._when = [self._conditions(rule) for rule in lines.rules]
        self.questions = tuple(self._question(one) for one in lines.questions)
        if prod(len(one.cells) for one in self.questions) > MOST_COMBINATIONS:
            raise given.take("questions").wrong(
                f"rules tell more than {MOST_COMBINATIONS} combinations of answers apart; make two tables of it"
            )

    def rules(self) -> Iterator[Rule]:
        """Each rule with its words."""
        for lines, place, when in zip(self._lines.rules, self._places, self._when, strict=True):
            result = lines.result.one_of((*self._lines.results, UNCLEAR))
            said = (lines.because,) if lines.because else tuple(self._said(lines, when))
            if not said:
                raise place.wrong("a rule without 'when' says why by itself; add 'because: …'")
            yield Rule(place=_at(place), when=when, result=result, because=wording.all_of(said))

    def _question(self, lines: QuestionLines) -> Question:
        spans = [span for when in self._when for span in when.get(lines.name, ())]
        scale = self._scales[lines.name]
        return Question(
            name=lines.name,
            place=lines.place,
            text=lines.text,
            kind=lines.answer.counted,
            read_back=lines.answer.read_back,
            phrases=lines.answer.said,
            scale=scale,
            cells=cells(scale, spans),
        )

    # -- scales and conditions ---------------------------------------------------------------------------

    def _scale(self, lines: QuestionLines) -> Scale:
        counted = lines.answer.counted
        if isinstance(lines.answer, YesNo):
            return Choice(tuple(option.name for option in YES_NO), tuple(option.key or "" for option in YES_NO))
        if isinstance(lines.answer, OneOfThese):
            values = lines.answer.values
            return Choice(tuple(one.name for one in values), tuple(one.key.text if one.key else "" for one in values))
        if isinstance(counted, Number):
            return Amount(counted.least, counted.most)
        if isinstance(counted, Money):
            return Amount(0, counted.most * 100, CURRENCIES[counted.currency].sign)
        return self._of_days(lines)

    def _of_days(self, lines: QuestionLines) -> Scale:
        """Ages, if some rule tells ages of it; else days."""
        told = [rule.when.fields() for rule in self._lines.rules if rule.when is not None]
        conditions = [one.take(lines.name) for one in told if lines.name in one.keys]
        words = {word for one in conditions if one.is_mapping for word in one.fields().keys}
        if not words & set(_AGES):
            return Calendar()
        if lines.answer.counted != Day(direction=Direction.PAST):
            raise wrong_at(self._given, lines.place, f"'{lines.name}' is a date of birth; add 'direction: past'")
        return Age()

    def _conditions(self, rule: RuleLines) -> Mapping[str, tuple[Span, ...]]:
        if rule.when is None:
            return MappingProxyType({})
        given = rule.when.fields()
        found: dict[str, tuple[Span, ...]] = {}
        for name, key in given.keys.items():
            if name not in self._named:
                raise key.wrong(f"there is no question '{name}'; {suggestion(name, self._named)}")
            found[name] = _spans(self._scales[name], given.take(name))
        return MappingProxyType(found)

    # -- why ---------------------------------------------------------------------------------------------

    def _said(self, lines: RuleLines, when: Mapping[str, tuple[Span, ...]]) -> Iterator[str]:
        """What each condition says of the caller."""
        for name, spans in when.items():
            because = self._named[name].because
            if because is None:
                assert lines.when is not None, "there are conditions"
                key = lines.when.fields().keys[name]
                raise key.wrong(f"nothing says why; add 'because' to the question '{name}', or to this rule")
            scale = self._scales[name]
            if isinstance(scale, Choice):
                yield self._scope.filled(_of_choice(scale, spans, because))
            else:
                yield self._scope.filled(_of_scale(scale, spans, because, name))


def _of_choice(scale: Choice, spans: tuple[Span, ...], because: Value) -> str:
    given = because.fields()
    texts = {name: given.take(name).text() for name in scale.names}
    given.done()
    return " or ".join(texts[scale.names[place]] for first, end in spans for place in range(first, end))


def _of_scale(scale: Scale, spans: tuple[Span, ...], because: Value, name: str) -> str:
    text = because.text()
    if f"{{{name}}}" not in text:
        raise because.wrong(f"'because' must hold '{{{name}}}', for which the condition is put; add it")
    return text.replace(f"{{{name}}}", scale.said(spans[0]))


def _spans(scale: Scale, value: Value) -> tuple[Span, ...]:
    if isinstance(scale, Choice):
        places = sorted({scale.names.index(one.one_of(scale.names)) for one in value.items()})
        return tuple((place, place + 1) for place in places)
    words = {Amount: _AMOUNTS, Age: _AGES, Calendar: _DAYS}[type(scale)]
    if not value.is_mapping:
        raise value.wrong(f"say between what it lies, as in '{value.name}: {{{words[0]}: …}}'")
    given = value.fields()
    first, end = scale.whole
    for word in words:
        limit = given.get(word)
        if limit is not None:
            place = _place(scale, word, limit)
            first, end = (max(first, place), end) if word in _FROM else (first, min(end, place))
    given.done()
    if first >= end:
        raise value.wrong("no answer lies between these; change one of them")
    return ((first, end),)


_FROM = frozenset({"at_least", "over", "age_at_least", "from"})
"""Conditions that an answer is not below."""


def _place(scale: Scale, word: str, limit: Value) -> int:
    """Where the span of a condition begins or ends."""
    match scale:
        case Amount():
            unit = 100 if scale.sign else 1
            amount = Decimal(limit.text()) if limit.number(0, MOST_SUM) >= 0 else Decimal(0)
            if amount * unit != int(amount * unit):
                raise limit.wrong(f"'{word}' must be {'whole pence' if scale.sign else 'a whole number'}")
            return int(amount * unit) + (word in ("over", "at_most"))
        case Age():
            return limit.whole(0, _OLDEST_AGE)
        case _:
            try:
                return date.fromisoformat(limit.text()).toordinal()
            except ValueError:
                raise limit.wrong(f"'{limit.text()}' is no date; write it as 2026-04-01") from None


# -- what cannot be right ------------------------------------------------------------------------------------


def _check(table: Table, given: Fields) -> None:
    """Raise FlowError for the first thing about `table` that cannot be right."""
    for rule in table.never_used():
        before = ", ".join(str(one.place.line) for one in table.rules if one.place.line < rule.place.line)
        raise wrong_at(
            given, rule.place, f"this rule never decides: those before it (lines {before}) cover all that fits it"
        )
    gaps = [*table.without_rule()]
    if gaps:
        others = f" (and {len(gaps) - 1} more combinations)" if gaps[1:] else ""
        raise given.take("rules").wrong(f"no rule covers {gaps[0]}{others}; add one, or a last one without 'when'")
    for question in table.never_matter():
        raise wrong_at(given, question.place, f"no answer to '{question.name}' changes anything; remove it or use it")
    for name in table.results:
        if name not in {rule.result for rule in table.rules}:
            key = given.take("results").fields().keys[name]
            raise key.wrong(f"no rule comes to '{name}'; remove it or use it")


def _at(value: Value) -> Written:
    return Written(text=value.name, line=value.line, column=value.column, file=value.file)
