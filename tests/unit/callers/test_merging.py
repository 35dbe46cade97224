"""Several sources become one record: priority, age, contradictions, and whose record it is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.callers.merging import Reply, merged, reply_of
from ivr.callers_file import CallersFile, read_callers
from tests.flows.known_callers import beside

TODAY = date(2026, 11, 23)
FILE = """\
key: reference
fields: {reference: {level: knowledge, kind: reference}, name: knowledge, street: knowledge, pin: secret}
sources:
  first:
    match: {look_up: a, with: {n: "{number}"}}
    take: {reference: r, name: n, street: s, pin: p}
    as_of: d
    max_age_days: 365
    priority: 10
  second:
    match: {look_up: b, with: {n: "{number}"}}
    take: {reference: r, name: n, street: s}
    as_of: d
  third:
    match: {look_up: c, with: {n: "{number}"}}
    take: {reference: r, name: n, street: s}
    as_of: d
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> CallersFile:
    return read_callers(beside(tmp_path_factory.mktemp("callers"), FILE))


def reply(file: CallersFile, source: str, **facts: str) -> Reply:
    return reply_of(file, next(one for one in file.sources if one.name == source), {"r": "1", **facts}, {})


def test_the_highest_priority_counts_and_the_contradiction_is_kept(file: CallersFile) -> None:
    person = merged(
        file,
        [
            reply(file, "second", n="Ada Lee", s="7 Mill Lane"),
            reply(file, "first", n="ada lee", s="1 High Street", d="2026-11-01"),
        ],
        TODAY,
    )
    assert person is not None
    assert person.values == {"reference": "1", "name": "ada lee", "street": "1 High Street"}
    told = {(one.name, one.source): (one.counts, one.differs) for one in person.said}
    assert told["street", "first"] == (True, False)
    assert told["street", "second"] == (False, True)
    assert told["name", "second"] == (False, False)


def test_of_equals_the_fresher_counts_then_the_first_in_the_file(file: CallersFile) -> None:
    older, newer = (
        reply(file, name, s=day, d=day) for name, day in (("second", "2024-01-01"), ("third", "2025-01-01"))
    )
    unknown = reply(file, "second", s="nobody knows when")
    for replies in ([older, newer], [newer, older], [newer, unknown]):
        person = merged(file, replies, TODAY)
        assert person is not None and person.values["street"] == "2025-01-01"
    person = merged(file, [reply(file, "third", s="three"), reply(file, "second", s="two")], TODAY)
    assert person is not None and person.values["street"] == "two"


def test_what_is_too_old_counts_last_and_is_marked(file: CallersFile) -> None:
    person = merged(file, [reply(file, "first", s="old", d="2020-01-01"), reply(file, "second", s="new")], TODAY)
    assert person is not None and person.values["street"] == "new"
    assert [one.old for one in person.said if one.name == "street"] == [False, True]
    alone = merged(file, [reply(file, "first", s="old")], TODAY)
    assert alone is not None and alone.values["street"] == "old" and all(one.old for one in alone.said)


def test_another_persons_values_never_fill_a_gap(file: CallersFile) -> None:
    person = merged(
        file,
        [reply(file, "first", n="Ada", d="2026-01-01"), reply(file, "second", r="2", s="7 Mill Lane")],
        TODAY,
    )
    assert person is not None
    assert person.values == {"reference": "1", "name": "Ada"}
    strangers = [one for one in person.said if one.stranger]
    assert {(one.name, one.source) for one in strangers} == {("reference", "second"), ("street", "second")}
    assert not any(one.counts for one in strangers)


def test_who_is_proven_stays_whoever_else_turns_up(file: CallersFile) -> None:
    late = [reply(file, "second", n="Ada"), reply(file, "first", r="2", n="Bob", d="2026-01-01")]
    person = merged(file, late, TODAY, owner=("1",))
    assert person is not None and person.values["name"] == "Ada"
    assert merged(file, late[1:], TODAY, owner=("1",)) is None


def test_a_record_of_nobody_is_none(file: CallersFile) -> None:
    assert merged(file, [], TODAY) is None
    assert merged(file, [reply(file, "first", r=" ", n="Ada")], TODAY) is None


def test_secrets_are_compared_and_never_told(file: CallersFile) -> None:
    person = merged(file, [reply(file, "first", p="4711", d="2026-01-01")], TODAY)
    assert person is not None and person.values["pin"] == "4711"
    assert "4711" not in repr(person) and not any(one.name == "pin" for one in person.said)


_VALUES = st.fixed_dictionaries(
    {"r": st.sampled_from(["1", "2", "3", ""]), "n": st.sampled_from(["Ada", "Bob", ""])},
    optional={"s": st.sampled_from(["here", "there"]), "d": st.sampled_from(["2026-01-01", "2010-01-01", "?"])},
)


@given(st.dictionaries(st.sampled_from(["first", "second", "third"]), _VALUES), st.randoms())
@settings(max_examples=300)
def test_the_order_of_answers_makes_no_difference_and_a_record_is_one_persons(
    file: CallersFile, said: dict[str, dict[str, str]], random: object
) -> None:
    replies = [reply(file, name, **facts) for name, facts in said.items()]
    person = merged(file, replies, TODAY)
    assert merged(file, list(reversed(replies)), TODAY) == person
    if person is not None:
        own = [one for one in replies if one.values.get("reference") == person.key[0]]
        for name, value in person.values.items():
            assert any(one.values.get(name) == value for one in own)
        for name in {one.name for one in person.said}:
            assert sum(one.counts for one in person.said if one.name == name) <= 1
