"""The lifeline: a call's own time limit is renewed in time, and an AMI that is away for a while ends no task."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping

from ivr.errors import LineBroken
from ivr.telephony.lifeline import Lifeline
from ivr.testing.clock import run


class Manager:
    def __init__(self) -> None:
        self.connected = True
        self.renewed: list[tuple[float, dict[str, str]]] = []

    async def action(self, name: str, fields: Mapping[str, str] | None = None) -> None:
        if not self.connected:
            raise LineBroken("away")
        assert name == "AbsoluteTimeout"
        self.renewed.append((asyncio.get_running_loop().time(), dict(fields or {})))


def test_the_limit_never_comes_closer_than_half_of_itself_while_the_manager_is_there() -> None:
    manager = Manager()

    async def main() -> None:
        keeping = asyncio.create_task(Lifeline(manager, limit_s=20).keep("PJSIP/caller-1"))
        await asyncio.sleep(61)
        keeping.cancel()
        await asyncio.wait({keeping})

    run(main())
    times = [0.0, *(at for at, _ in manager.renewed)]
    assert max(later - earlier for earlier, later in itertools.pairwise(times)) <= 10
    assert {frozenset(fields.items()) for _, fields in manager.renewed} == {
        frozenset({("Channel", "PJSIP/caller-1"), ("Timeout", "20")})
    }


def test_a_manager_that_is_away_for_half_the_limit_costs_nothing() -> None:
    manager = Manager()

    async def main() -> None:
        line = Lifeline(manager, limit_s=20)
        keeping = asyncio.create_task(line.keep("PJSIP/caller-1"))
        await asyncio.sleep(6)
        manager.connected = False
        assert not line.holds
        await asyncio.sleep(10)
        manager.connected = True
        await asyncio.sleep(6)
        assert not keeping.done()
        keeping.cancel()
        await asyncio.wait({keeping})

    run(main())
    assert [round(at) for at, _ in manager.renewed] == [5, 16, 21]
