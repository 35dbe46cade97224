"""Tables by their own rules: whatever is answered, in whatever order, what is told is the first rule that fits."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.dialogue.eligibility.scales import Choice, cells
from ivr.dialogue.eligibility.table import Question, Rule, Table
from ivr.dialogue.written import Written

HERE = Written(text="", line=1, column=1)
NAMES = ("a", "b", "c", "d")
VALUES = ("x", "y", "z")
TODAY = date(2026, 11, 23)


def question(name: str) -> Question:
    scale = Choice(VALUES, ("", "", ""))
    every = [(at, at + 1) for at in range(len(VALUES))]
    return Question(
        name=name, place=HERE, text=(), kind=None, read_back=None, phrases=(), scale=scale, cells=cells(scale, every)
    )


def table(*rules: Rule) -> Table:
    return Table(
        name="t", file=Path("t"), results={}, questions=tuple(map(question, NAMES)), rules=(*rules, rule({}, "none"))
    )


def rule(when: Mapping[str, set[int]], result: str) -> Rule:
    spans = {name: tuple((at, at + 1) for at in sorted(places)) for name, places in when.items()}
    return Rule(place=HERE, when=spans, result=result, because=f"{when}")


RULES = st.lists(
    st.builds(
        rule,
        st.dictionaries(st.sampled_from(NAMES), st.sets(st.integers(0, 2), min_size=1, max_size=2), min_size=1),
        st.sampled_from(("good", "bad", "none")),
    ),
    max_size=5,
)


def told_by_hand(table: Table, answers: Mapping[str, int]) -> Rule:
    for one in table.rules:
        if all(any(first <= answers[name] < end for first, end in spans) for name, spans in one.when.items()):
            return one
    raise AssertionError("the last rule fits everything")


@settings(deadline=None)
@given(RULES, st.tuples(*[st.integers(0, 2)] * len(NAMES)))
def test_the_result_is_that_of_the_first_rule_that_fits_and_its_reason_is_true(
    rules: list[Rule], given_answers: tuple[int, ...]
) -> None:
    judged, answers = table(*rules), dict(zip(NAMES, given_answers, strict=True))
    known: dict[str, int] = {}
    while (found := judged.rule(known)) is None:
        wanted = judged.next_question(known)
        assert wanted is not None, "where the result is open, some question is"
        assert wanted.name not in known
        known[wanted.name] = answers[wanted.name]
    assert found.result == told_by_hand(judged, answers).result
    fits = (any(first <= known[name] < end for first, end in spans) for name, spans in found.when.items())
    assert all(fits), "what it is because of was asked, and is so"


@settings(deadline=None)
@given(RULES, st.tuples(*[st.integers(0, 2)] * len(NAMES)))
def test_each_question_could_change_what_is_told_when_it_is_asked(
    rules: list[Rule], given_answers: tuple[int, ...]
) -> None:
    judged, answers = table(*rules), dict(zip(NAMES, given_answers, strict=True))
    known: dict[str, int] = {}
    while judged.rule(known) is None:
        wanted = judged.next_question(known)
        assert wanted is not None
        others = [name for name in NAMES if name not in known and name != wanted.name]
        differ = False
        for places in itertools.product(range(3), repeat=len(others)):
            rest = {**known, **dict(zip(others, places, strict=True))}
            outcomes = {id(told_by_hand(judged, {**rest, wanted.name: at})) for at in range(3)}
            differ = differ or len(outcomes) > 1
        assert differ
        known[wanted.name] = answers[wanted.name]


def test_a_question_that_leads_nowhere_beside_an_unknown_answer_is_not_asked() -> None:
    both = table(rule({"a": {0}, "b": {0}}, "good"))
    assert both.next_question({}, frozenset({"a"})) is both.questions[1]
    assert both.rule({"b": 1}) is both.rules[-1]
    assert both.next_question({"b": 0}, frozenset({"a"})) is None


def test_the_largest_table_is_judged_without_a_pause() -> None:
    """5,000 combinations: counted, not timed."""
    names = [f"q{at}" for at in range(12)]
    wide = Table(
        name="t",
        file=Path("t"),
        results={},
        questions=tuple(
            Question(
                name=name,
                place=HERE,
                text=(),
                kind=None,
                read_back=None,
                phrases=(),
                scale=(scale := Choice(("yes", "no"), ("1", "2"))),
                cells=cells(scale, [(0, 1), (1, 2)]),
            )
            for name in names
        ),
        rules=(*(rule({name: {1}}, "bad") for name in names), rule({}, "good")),
    )
    assert len(wide.cases) == 4096
    first = wide.next_question({})
    assert first is not None and first.name == "q0"
    assert wide.rule({"q5": 1}) is wide.rules[5]
