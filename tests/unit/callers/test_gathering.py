"""Asking the sources: all at once, those that need an answer after it, and never longer than the caller can wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from ivr.callers.gathering import Gathering
from ivr.callers_file import CallersFile, read_callers
from ivr.errors import LookUpFailed
from ivr.testing.clock import run
from tests.flows.known_callers import beside

TODAY = date(2026, 11, 23)
FILE = """\
key: reference
wait_s: 1
fields: {reference: {level: knowledge, kind: reference}, name: knowledge, balance: knowledge, permit: knowledge}
sources:
  residents:
    match:
      - {look_up: by_phone, with: {phone: "{number}"}}
      - {look_up: by_reference, with: {reference: "{reference}"}}
    take: {reference: reference, name: name}
    priority: 5
  tax:
    match: {look_up: tax, with: {reference: "{reference}"}}
    take: {balance: balance}
  parking:
    match: {look_up: parking, with: {phone: "{national_number}"}}
    take: {reference: reference, permit: permit}
"""
NUMBER = {"number": "+447700900123", "national_number": "07700900123"}
Answers = Mapping[str, Callable[[Mapping[str, str]], Awaitable[Mapping[str, str] | None]]]


@pytest.fixture
def file(tmp_path: Path) -> CallersFile:
    return read_callers(beside(tmp_path, FILE))


class Asked:
    """A look-up that answers as it is told, after some seconds, and remembers when it was asked."""

    def __init__(self, **answers: tuple[float, Mapping[str, str] | Exception | None]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Mapping[str, str], float]] = []
        self.ended: list[str] = []

    async def __call__(self, name: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        self.asked.append((name, asked, asyncio.get_running_loop().time()))
        seconds, answer = self.answers.get(name, (0.0, None))
        try:
            await asyncio.sleep(seconds)
        finally:
            self.ended.append(name)
        if isinstance(answer, Exception):
            raise answer
        return answer


def gathered(
    file: CallersFile, look_up: Asked, start: Mapping[str, str] = NUMBER, *, later_s: float = 0
) -> tuple[Mapping[str, str], bool, float]:
    """The values that count, whether something is missing, and how long the caller waited."""

    async def call() -> tuple[Mapping[str, str], bool, float]:
        gathering = Gathering(file, look_up, start, lambda: TODAY)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await gathering.settle()
        waited = loop.time() - began
        await asyncio.sleep(later_s)
        person = gathering.person()
        incomplete = gathering.incomplete
        await gathering.close()
        return (dict(person.values) if person is not None else {}), incomplete, waited

    return run(call())


def test_sources_are_asked_at_once_and_the_next_with_what_they_gave(file: CallersFile) -> None:
    look_up = Asked(
        by_phone=(0.2, {"reference": "1", "name": "Ada"}),
        tax=(0.2, {"balance": "12.50"}),
        parking=(0.3, {"reference": "1", "permit": "P7"}),
    )
    values, incomplete, waited = gathered(file, look_up)
    assert values == {"reference": "1", "name": "Ada", "balance": "12.50", "permit": "P7"}
    assert not incomplete
    assert waited == pytest.approx(0.4)
    assert [(name, at) for name, _, at in look_up.asked[:2]] == [("by_phone", 0), ("parking", 0)]
    assert look_up.asked[1][1] == {"phone": "07700900123"}
    assert look_up.asked[2][:2] == ("tax", {"reference": "1"})


def test_a_slow_source_is_waited_for_a_second_and_counts_when_it_comes(file: CallersFile) -> None:
    look_up = Asked(
        by_phone=(0.1, {"reference": "1", "name": "Ada"}), parking=(2.5, {"reference": "1", "permit": "P7"})
    )
    values, incomplete, waited = gathered(file, look_up)
    assert (values, incomplete, waited) == ({"reference": "1", "name": "Ada"}, True, pytest.approx(1.0))
    values, incomplete, _ = gathered(file, look_up, later_s=2)
    assert values["permit"] == "P7" and not incomplete


def test_a_dead_source_costs_nothing(file: CallersFile) -> None:
    look_up = Asked(by_phone=(0.0, LookUpFailed("dead")), parking=(0.1, {"reference": "1", "permit": "P7"}))
    values, incomplete, waited = gathered(file, look_up)
    assert values == {"reference": "1", "permit": "P7"}
    assert incomplete and waited == pytest.approx(0.1)
    assert ("by_reference", {"reference": "1"}) in [one[:2] for one in look_up.asked]


def test_a_fault_of_a_driver_is_logged_without_what_was_asked(
    file: CallersFile, caplog: pytest.LogCaptureFixture
) -> None:
    look_up = Asked(by_phone=(0.0, RuntimeError("cannot find +447700900123")))
    assert gathered(file, look_up)[1]
    assert "could not be read" in caplog.text and "7700900123" not in caplog.text


def test_waiting_twice_takes_no_longer(file: CallersFile) -> None:
    async def call() -> list[float]:
        gathering = Gathering(file, Asked(by_phone=(30, None)), NUMBER, lambda: TODAY)
        waits = []
        for _ in range(3):
            began = asyncio.get_running_loop().time()
            await gathering.settle()
            waits.append(asyncio.get_running_loop().time() - began)
        await gathering.close()
        return waits

    assert run(call()) == pytest.approx([1.0, 0.0, 0.0])


def test_who_was_asked_by_what_turned_out_otherwise_is_asked_again(file: CallersFile) -> None:
    look_up = Asked(
        parking=(0.1, {"reference": "2", "permit": "P7"}),
        tax=(0.1, {"balance": "1"}),
        by_phone=(0.5, {"reference": "1", "name": "Ada"}),
    )
    values, _, _ = gathered(file, look_up)
    assert values["reference"] == "1" and "permit" not in values
    assert [asked for name, asked, _ in look_up.asked if name == "tax"] == [{"reference": "2"}, {"reference": "1"}]


def test_nobody_is_asked_about_a_withheld_number(file: CallersFile) -> None:
    look_up = Asked()
    assert gathered(file, look_up, {}) == ({}, False, 0.0)
    assert look_up.asked == []
    values, _, _ = gathered(file, Asked(by_reference=(0, {"reference": "1", "name": "Ada"})), {"reference": "1"})
    assert values["name"] == "Ada"


def test_what_runs_is_let_go_at_the_end_of_the_call(file: CallersFile) -> None:
    look_up = Asked(by_phone=(60, None), parking=(60, None))

    async def call() -> None:
        gathering = Gathering(file, look_up, NUMBER, lambda: TODAY)
        await asyncio.sleep(0.1)
        await gathering.close()
        assert sorted(look_up.ended) == ["by_phone", "parking"]
        assert len(asyncio.all_tasks()) == 1

    run(call())


def test_sources_that_contradict_each_other_for_ever_are_asked_a_few_times_only(file: CallersFile) -> None:
    count = 0

    async def look_up(name: str, asked: Mapping[str, str]) -> Mapping[str, str]:
        nonlocal count
        count += 1
        return {"reference": str(count), "name": "Ada", "permit": "P", "balance": "1"}

    async def call() -> None:
        gathering = Gathering(file, look_up, NUMBER, lambda: TODAY)
        await gathering.settle()
        await gathering.close()

    run(call())
    assert count <= 12
