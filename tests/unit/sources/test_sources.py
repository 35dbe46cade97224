"""Every look-up ends in time, and a source that fails is left alone."""

from __future__ import annotations

import asyncio
import logging

import pytest

from ivr.errors import LookUpFailed
from ivr.sources.circuit import FAILURES, LEFT_ALONE_S
from ivr.sources.source import Answer, Unusable
from ivr.sources.sources import MOST_AT_ONCE, Sources
from ivr.testing.clock import run
from tests.unit.sources.made import Scripted

ABOUT = {"postcode": "SG12 8XY"}


class Hanging(Scripted):
    async def look_up(self, asked: object) -> Answer | None:
        self.asked += 1
        await asyncio.Event().wait()
        return None


def fails() -> Answer:
    raise LookUpFailed("it is away")


def test_a_source_that_hangs_fails_at_its_time_limit() -> None:
    async def scenario() -> float:
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(LookUpFailed, match="no answer within 2 s"):
            await Sources([Hanging(fails, limit_s=2)]).look_up("rounds", ABOUT)
        return asyncio.get_running_loop().time() - began_s

    assert run(scenario()) == pytest.approx(2, abs=0.01)


def test_a_source_that_failed_three_times_is_left_alone_and_tried_again_later() -> None:
    source = Scripted(fails)

    async def scenario() -> None:
        sources = Sources([source])
        for _ in range(FAILURES + 5):
            with pytest.raises(LookUpFailed):
                await sources.look_up("rounds", ABOUT)
        assert source.asked == FAILURES
        await asyncio.sleep(LEFT_ALONE_S + 1)
        source.does = lambda: {"day": "Friday"}
        assert await sources.look_up("rounds", ABOUT) == {"day": "Friday"}
        assert await sources.look_up("rounds", ABOUT) == {"day": "Friday"}

    run(scenario())


def test_after_its_rest_one_caller_tries_and_the_others_do_not_wait() -> None:
    source = Hanging(fails, limit_s=2)

    async def scenario() -> None:
        sources = Sources([source])
        await asyncio.gather(*(sources.look_up("rounds", ABOUT) for _ in range(3)), return_exceptions=True)
        await asyncio.sleep(LEFT_ALONE_S + 1)
        first = asyncio.create_task(sources.look_up("rounds", ABOUT))
        await asyncio.sleep(0.1)
        with pytest.raises(LookUpFailed, match="left alone"):
            await sources.look_up("rounds", ABOUT)
        first.cancel()  # the caller who tried has hung up
        await asyncio.gather(first, return_exceptions=True)
        again = asyncio.create_task(sources.look_up("rounds", ABOUT))
        await asyncio.sleep(0.1)
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)

    run(scenario())
    assert source.asked == 5


def test_an_answer_that_makes_no_sense_for_one_caller_does_not_close_the_source_to_others() -> None:
    def unusable() -> Answer:
        raise Unusable("it has several answers that differ")

    source = Scripted(unusable)

    async def scenario() -> None:
        sources = Sources([source])
        for _ in range(10):
            with pytest.raises(LookUpFailed):
                await sources.look_up("rounds", ABOUT)

    run(scenario())
    assert source.asked == 10


def test_a_driver_that_raises_what_it_likes_is_a_failure_that_says_nothing_of_the_caller(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def explodes() -> Answer:
        raise ZeroDivisionError("SG12 8XY")

    async def scenario() -> None:
        with pytest.raises(LookUpFailed) as raised:
            await Sources([Scripted(explodes)]).look_up("rounds", ABOUT)
        assert "SG12" not in str(raised.value)

    with caplog.at_level(logging.DEBUG):
        run(scenario())
    assert "SG12" not in str([record.__dict__ for record in caplog.records])


def test_an_empty_value_finds_nothing_and_asks_nobody() -> None:
    source = Scripted(fails)
    assert run(Sources([source]).look_up("rounds", {"postcode": " "})) is None
    assert source.asked == 0


@pytest.mark.parametrize(("name", "asked"), [("round", ABOUT), ("rounds", {})])
def test_a_source_that_nobody_knows_or_a_value_too_few_fails(name: str, asked: dict[str, str]) -> None:
    with pytest.raises(LookUpFailed):
        run(Sources([Scripted(fails)]).look_up(name, asked))


def test_too_many_look_ups_at_once_fail_at_once() -> None:
    source = Hanging(fails)

    async def scenario() -> list[object]:
        sources = Sources([source])
        return await asyncio.gather(
            *(sources.look_up("rounds", ABOUT) for _ in range(MOST_AT_ONCE + 5)), return_exceptions=True
        )

    results = run(scenario())
    assert source.asked == MOST_AT_ONCE
    assert all(isinstance(one, LookUpFailed) for one in results)


@pytest.mark.parametrize(
    ("name", "given", "wanted", "said"),
    [
        ("rounds", ["postcode"], ["day"], None),
        ("round", ["postcode"], [], "there is no source 'round'; did you mean 'rounds'?"),
        ("rounds", [], [], "source 'rounds' needs 'postcode'; add 'postcode: …' below 'with'"),
        ("rounds", ["postcode", "postcod"], [], "source 'rounds' does not ask for 'postcod'; did you mean 'postcode'?"),
        ("rounds", ["postcode"], ["days"], "source 'rounds' does not give 'days'; did you mean 'day'?"),
    ],
)
def test_a_plan_learns_what_is_wrong_with_its_look_up(
    name: str, given: list[str], wanted: list[str], said: str | None
) -> None:
    assert Sources([Scripted(fails)]).misuse(name, given, wanted) == said
