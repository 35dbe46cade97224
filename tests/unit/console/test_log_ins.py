"""Log-ins are weighed slowly after failures, and no flood keeps a right password out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ivr.console import log_ins
from ivr.console.log_ins import LogIns, Verdict
from ivr.console.passwords import PasswordHash
from ivr.testing.clock import run

pytestmark = pytest.mark.usefixtures("no_threads")
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that jumps would jump while a thread works."""

    async def at_once(work: Callable[[str], bool], password: str) -> bool:
        await asyncio.sleep(0)
        return work(password)

    monkeypatch.setattr(asyncio, "to_thread", at_once)


class Hash(PasswordHash):
    """Knows its password at once, and who asked."""

    def __init__(self, password: str, asked: list[str]) -> None:
        super().__init__(b"", password.encode())
        object.__setattr__(self, "asked", asked)

    asked: list[str]

    def fits(self, password: str) -> bool:
        self.asked.append(password)
        return self.digest == password.encode()


class Desk:
    """Log-ins of alice and bob on the running loop's clock."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        loop = asyncio.get_running_loop()
        self.log_ins = LogIns({name: Hash(f"{name}'s", self.asked) for name in ("alice", "bob")}, loop.time)

    async def tries(self, name: str, password: str = "no", address: str = HERE) -> tuple[Verdict, float]:
        """The verdict and the seconds that it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        verdict = await self.log_ins.weigh(address, name, password)
        return verdict, round(loop.time() - began)

    def at_once(self, count: int, name: Callable[[int], str], address: str = HERE) -> list[asyncio.Task[object]]:
        """So many wrong tries together."""
        return [asyncio.ensure_future(self.tries(name(n), address=address)) for n in range(count)]


def test_after_failures_the_right_password_waits_and_is_let_in() -> None:
    async def main() -> None:
        desk = Desk()
        for _ in range(5):
            assert await desk.tries("alice") == (Verdict.WRONG, 0)
        assert await desk.tries("alice") == (Verdict.WRONG, 2)
        assert await desk.tries("alice", address=THERE) == (Verdict.WRONG, 0), "another address is not kept waiting"
        assert await desk.tries("alice", "alice's") == (Verdict.RIGHT, 4)
        assert await desk.tries("alice") == (Verdict.WRONG, 0), "a success forgives"

    run(main())


def test_a_flood_for_one_name_keeps_no_other_name_out() -> None:
    async def main() -> None:
        desk = Desk()
        flood = desk.at_once(200, lambda n: "alice")
        await asyncio.sleep(0)
        assert await desk.tries("bob", "bob's") == (Verdict.RIGHT, 0)
        assert await desk.tries("alice", "alice's", THERE) == (Verdict.RIGHT, 0), "nor the name at another address"
        verdicts = [verdict for verdict, _ in await asyncio.gather(*flood)]  # type: ignore[misc]
        assert verdicts.count(Verdict.WRONG) == 5 + log_ins.MOST_WAITING_OF_GUESSER
        assert len(desk.asked) == 9 + 2, "what was turned away was not hashed"
        verdict, waited_s = await desk.tries("alice", "alice's")
        assert verdict is Verdict.RIGHT and waited_s <= 60

    run(main())


def test_made_up_names_cost_no_hash_and_keep_nobody_out() -> None:
    async def main() -> None:
        desk = Desk()
        flood = desk.at_once(500, lambda n: f"nobody-{n}")
        await asyncio.sleep(0)
        assert await desk.tries("bob", "bob's") == (Verdict.RIGHT, 0)
        assert {verdict for verdict, _ in await asyncio.gather(*flood)} == {Verdict.WRONG}  # type: ignore[misc]
        assert desk.asked == ["bob's"]

    run(main())


def test_a_made_up_name_takes_as_long_as_a_wrong_password_and_waits_as_long_after_failures() -> None:
    async def main() -> None:
        desk = Desk()
        for name in ("alice", "nobody"):
            assert [await desk.tries(name) for _ in range(7)] == [(Verdict.WRONG, s) for s in (0, 0, 0, 0, 0, 2, 4)]
        desk.log_ins._hash_s = 7.0
        assert await desk.tries("somebody") == (Verdict.WRONG, 7)

    run(main())


def test_made_up_names_do_not_make_a_real_names_failures_forgotten() -> None:
    async def main() -> None:
        desk = Desk()
        for _ in range(5):
            await desk.tries("alice")
        for group in range(3):
            await asyncio.gather(*desk.at_once(500, lambda n, group=group: f"nobody-{group}-{n}"))  # type: ignore[misc]
        assert (await desk.tries("alice"))[1] > 0

    run(main())


def test_an_address_that_failed_often_has_one_free_failure_a_name() -> None:
    async def main() -> None:
        desk = Desk()
        await asyncio.gather(*desk.at_once(20, lambda n: f"nobody-{n}"))
        assert await desk.tries("alice") == (Verdict.WRONG, 0)
        assert await desk.tries("alice") == (Verdict.WRONG, 2)
        assert await desk.tries("bob", "bob's") == (Verdict.RIGHT, 0), "who did not fail does not wait"
        await asyncio.sleep(1000)
        assert [await desk.tries("alice", address=HERE) for _ in range(2)] == [(Verdict.WRONG, 0)] * 2, "forgotten"

    run(main())


async def test_an_address_has_two_hashes_in_the_line_so_another_is_soon_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()
    monkeypatch.setattr(log_ins, "FREE_FAILURES", 100)
    flood = desk.at_once(40, lambda n: "alice")
    await asyncio.sleep(0)
    await desk.log_ins.weigh(THERE, "bob", "bob's")
    assert desk.asked.index("bob's") <= log_ins.MOST_HASHES_OF_ADDRESS
    await asyncio.gather(*flood)
    assert not desk.log_ins._turns, "an address is forgotten when nothing of it waits"


def test_a_stop_keeps_nobody_waiting() -> None:
    async def main() -> None:
        desk = Desk()
        flood = desk.at_once(9, lambda n: "alice")
        while len(desk.asked) < 5:  # noqa: ASYNC110
            await asyncio.sleep(0)
        desk.log_ins.close()
        assert [took_s for _, took_s in await asyncio.gather(*flood)] == [0] * 9  # type: ignore[misc]
        assert not desk.log_ins._waiting

    run(main())


def test_places_of_an_address_are_bounded_and_others_have_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_ins, "MOST_WAITING_OF_ADDRESS", 6)

    async def main() -> None:
        desk = Desk()
        for name in ("alice", "bob"):
            for address in (HERE, THERE):
                await asyncio.gather(*(desk.tries(name, address=address) for _ in range(5)))
        floods = desk.at_once(20, lambda n: ("alice", "bob")[n % 2]) + desk.at_once(3, lambda n: "alice", THERE)
        verdicts = [verdict for verdict, _ in await asyncio.gather(*floods)]  # type: ignore[misc]
        assert verdicts[:20].count(Verdict.WRONG) == 6
        assert verdicts[20:] == [Verdict.WRONG] * 3

    run(main())
