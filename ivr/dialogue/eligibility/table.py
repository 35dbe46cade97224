"""A table of eligibility: questions, rules, and what every combination of answers comes to.

All combinations are counted through once, when the table is read. What is asked next, and what cannot be right about a
table, is read off that list: there is no second opinion of what the rules mean.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ivr.call import Prompt
from ivr.dialogue.eligibility.scales import Scale, Span, within
from ivr.dialogue.words.types.answer_type import AnswerType
from ivr.dialogue.written import Written

UNCLEAR = "unclear"
"""The result that only a person can tell more about."""
MOST_COMBINATIONS = 5_000
"""Of answers that rules tell apart; more than a dozen questions of yes or no are no conversation any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and the `cells` of its scale within which no rule tells two answers apart."""

    name: str
    place: Written
    text: tuple[Prompt, ...]
    kind: AnswerType | None
    """None: yes or no."""
    read_back: Prompt | None
    phrases: tuple[Written, ...]
    scale: Scale
    cells: tuple[Span, ...]

    def cell(self, place: int | None) -> int | None:
        """The number of the cell that holds `place`."""
        if place is None:
            return None
        return next((at for at, (first, end) in enumerate(self.cells) if first <= place < end), None)

    def answers(self, cell: int) -> str:
        """The answers of a cell in words."""
        return self.scale.said(self.cells[cell])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """If every question in `when` is answered within its spans, it comes to `result`, `because` of that."""

    place: Written
    when: Mapping[str, tuple[Span, ...]]
    result: str
    because: str


Case = tuple[tuple[int, ...], int]
"""A combination of answers, as the cell of each question, and the rule that it comes to; -1: none."""
Known = Mapping[str, int]
"""Question → the cell of its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`results` has what follows "it looks as if" for each result but UNCLEAR."""

    name: str
    file: Path
    results: Mapping[str, str]
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...]
    cases: tuple[Case, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cases", tuple(self._counted_through()))

    def rule(self, known: Known) -> Rule | None:
        """The rule that tells the result, however the other questions are answered; None if it may still be another."""
        return self._certain({rule for _, rule in self._left(known)}, known)

    def next_question(self, known: Known, unanswerable: frozenset[str] = frozenset()) -> Question | None:
        """The first question whose answer can still change the result; None if there is none that leads to one.

        What is `unanswerable` the caller does not know: where everything depends on it, nothing more is asked.
        """
        left = tuple(self._left(known))
        open_ = [one.name for one in self.questions if one.name not in known]
        if not self._leads_to_one(left, known, unanswerable):
            return None
        results = [self.rules[rule].result for _, rule in left]
        comes_to: Sequence[object] = results if len(set(results)) > 1 else [rule for _, rule in left]
        for at, question in enumerate(self.questions):
            if question.name in open_ and question.name not in unanswerable and _matters(at, left, comes_to):
                return question
        return None

    def without_rule(self) -> Iterator[str]:
        """Combinations of answers that no rule covers, in words."""
        for cells, rule in self.cases:
            if rule < 0:
                told = zip(self.questions, cells, strict=True)
                yield ", ".join(f"{question.name}: {question.answers(cell)}" for question, cell in told)

    def never_used(self) -> Iterator[Rule]:
        """Rules that no combination of answers comes to."""
        used = {rule for _, rule in self.cases}
        return (rule for at, rule in enumerate(self.rules) if at not in used)

    def never_matter(self) -> Iterator[Question]:
        """Questions whose answer never changes which rule decides."""
        decide = [rule for _, rule in self.cases]
        return (question for at, question in enumerate(self.questions) if not _matters(at, self.cases, decide))

    def _counted_through(self) -> Iterator[Case]:
        conditions = [self._conditions(rule) for rule in self.rules]
        for cells in itertools.product(*(range(len(question.cells)) for question in self.questions)):
            fits = (at for at, needed in enumerate(conditions) if all(cells[one] in some for one, some in needed))
            yield cells, next(fits, -1)

    def _conditions(self, rule: Rule) -> list[tuple[int, frozenset[int]]]:
        """Each question of `rule` by its place, with the cells that fit."""
        return [
            (at, frozenset(one for one, cell in enumerate(question.cells) if within(cell, rule.when[question.name])))
            for at, question in enumerate(self.questions)
            if question.name in rule.when
        ]

    def _left(self, known: Known) -> Iterator[Case]:
        told = [(at, known[one.name]) for at, one in enumerate(self.questions) if one.name in known]
        return (case for case in self.cases if all(case[0][at] == cell for at, cell in told))

    def _certain(self, left: set[int], known: Known) -> Rule | None:
        """The first of the rules `left` that what is `known` fits, if they all come to one result."""
        if len({self.rules[one].result for one in left}) != 1:
            return None
        names = [question.name for question in self.questions]
        return next(
            (
                self.rules[one]
                for one in sorted(left)
                if all(known.get(names[at]) in cells for at, cells in self._conditions(self.rules[one]))
            ),
            None,
        )

    def _leads_to_one(self, left: Iterable[Case], known: Known, unanswerable: frozenset[str]) -> bool:
        """Whether some answers to what may still be asked lead to one result, whatever is `unanswerable`."""
        asked = [(at, one.name) for at, one in enumerate(self.questions) if one.name not in unanswerable | known.keys()]
        rules: dict[tuple[int, ...], set[int]] = {}
        for cells, rule in left:
            rules.setdefault(tuple(cells[at] for at, _ in asked), set()).add(rule)
        return any(
            self._certain(some, {**known, **dict(zip((name for _, name in asked), cells, strict=True))})
            for cells, some in rules.items()
        )


def _matters(at: int, cases: Sequence[Case], comes_to: Sequence[object]) -> bool:
    """Whether the answer to the question number `at` changes what `cases` come to, the other answers being the same."""
    first: dict[tuple[int, ...], object] = {}
    for (cells, _), what in zip(cases, comes_to, strict=True):
        if first.setdefault(cells[:at] + cells[at + 1 :], what) != what:
            return True
    return False
