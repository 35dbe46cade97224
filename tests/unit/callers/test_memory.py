"""What is kept of numbers: bounded, whole after a crash, readable by nobody, and never in a caller's way."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ivr.call import EarlierCall, EndReason, Preferences, Remembered
from ivr.callers import memory as kept
from ivr.callers.memory import DAY_S, Bounds, CallMemory

NUMBER, OTHER = "+447700900123", "+447700900124"
KEY = "a key of the tests"
PATIENT_S = 60.0
"""A busy machine is no fault."""
SLOWER = Preferences(slower=True)


class At:
    """A clock that is set."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def at() -> At:
    return At()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "callers.sqlite"


@pytest.fixture
def opened(file: Path, at: At) -> Iterator[Callable[..., CallMemory]]:
    made: list[CallMemory] = []

    def make(within_s: float = PATIENT_S, **bounds: Any) -> CallMemory:
        made.append(CallMemory(file, key=KEY, bounds=Bounds(**bounds), within_s=within_s, now=at))
        return made[-1]

    yield make
    for memory in made:
        memory.close_now()


def call(at: At, topic: str = "bins", ago_s: float = 0.0) -> EarlierCall:
    return EarlierCall(
        helpline="Test",
        plan="abc",
        ended_at=at() - ago_s,
        ended=EndReason.CALLER_LEFT,
        failed=False,
        topic=topic,
        step="day",
        facts=(("bin", "green"),),
    )


def run(work: Coroutine[Any, Any, Remembered]) -> Remembered:
    return asyncio.run(work)


def test_a_call_is_known_at_the_next_one_with_all_that_was_kept(opened: Callable[..., CallMemory], at: At) -> None:
    memory = opened()

    async def two_calls() -> Remembered:
        memory.note_call(NUMBER, call(at))
        assert await memory.prefer(NUMBER, SLOWER)
        return await memory.recollect(NUMBER)

    assert run(two_calls()) == Remembered(calls=(call(at),), preferences=SLOWER)


def test_numbers_do_not_know_of_each_other(opened: Callable[..., CallMemory], at: At) -> None:
    memory = opened()

    async def calls() -> Remembered:
        memory.note_call(NUMBER, call(at))
        await memory.prefer(NUMBER, SLOWER)
        return await memory.recollect(OTHER)

    assert run(calls()) == Remembered()


def test_two_calls_at_once_of_one_number_are_both_kept(opened: Callable[..., CallMemory], at: At) -> None:
    memory = opened()

    async def calls() -> Remembered:
        memory.note_call(NUMBER, call(at, "bins"))
        memory.note_call(NUMBER, call(at, "tax"))
        first, second = await asyncio.gather(memory.recollect(NUMBER), memory.recollect(NUMBER))
        assert first == second
        return first

    assert [one.topic for one in run(calls()).calls] == ["tax", "bins"]


def test_it_survives_a_restart(opened: Callable[..., CallMemory], at: At) -> None:
    async def write() -> None:
        memory = opened()
        memory.note_call(NUMBER, call(at))
        await memory.close()

    asyncio.run(write())
    assert run(opened().recollect(NUMBER)).calls == (call(at),)


KILLED = """
import asyncio, sys
from pathlib import Path
from ivr.call import EarlierCall, EndReason
from ivr.callers.memory import CallMemory

async def main():
    memory = CallMemory(Path(sys.argv[1]), key=sys.argv[2], within_s=60.0, now=lambda: 1_800_000_000.0)
    for nth in range(1_000_000):
        memory.note_call("+447700900123", EarlierCall(helpline="Test", plan="abc", ended_at=1_800_000_000.0,
                         ended=EndReason.CALLER_LEFT, failed=False, topic=str(nth), facts=(("bin", "x" * 150),)))
        await memory.recollect("+447700900123")
        print(nth, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("nth", range(3))
def test_whoever_is_killed_in_the_middle_loses_nothing_that_was_told(file: Path, at: At, nth: int) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(file), KEY], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(5 + 7 * nth)]
        os.kill(process.pid, signal.SIGKILL)
        told += process.stdout.readlines()
    last = int([line for line in told if line.endswith("\n")][-1])
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    memory = CallMemory(file, key=KEY, within_s=PATIENT_S, now=at)
    found = run(memory.recollect(NUMBER))
    memory.close_now()
    topics = [int(one.topic) for one in found.calls]
    assert topics[0] in (last, last + 1)
    assert topics == list(range(topics[0], topics[0] - 5, -1))


@pytest.mark.parametrize("damage", [b"no database at all" * 400, b"", b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_damaged_file_costs_memory_and_no_call(
    file: Path, opened: Callable[..., CallMemory], at: At, damage: bytes
) -> None:
    file.parent.mkdir()
    file.write_bytes(damage)
    memory = opened()

    async def calls() -> Remembered:
        assert await memory.recollect(NUMBER) == Remembered()
        memory.note_call(NUMBER, call(at))
        return await memory.recollect(NUMBER)

    assert run(calls()).calls == (call(at),)


def test_a_file_that_is_damaged_while_it_is_open_is_made_anew(
    file: Path, opened: Callable[..., CallMemory], at: At
) -> None:
    memory = opened()

    async def calls() -> Remembered:
        memory.note_call(NUMBER, call(at))
        await memory.recollect(NUMBER)
        file.write_bytes(b"\x00" * file.stat().st_size)
        await memory.recollect(NUMBER)
        memory.note_call(NUMBER, call(at, "after"))
        return await memory.recollect(NUMBER)

    assert [one.topic for one in run(calls()).calls] == ["after"]


def test_a_row_that_makes_no_sense_is_left_out(file: Path, opened: Callable[..., CallMemory], at: At) -> None:
    memory = opened()

    async def calls() -> Remembered:
        for topic in ("one", "two", "three"):
            memory.note_call(NUMBER, call(at, topic))
        await memory.recollect(NUMBER)
        with closing(sqlite3.connect(file)) as db, db:
            db.execute("update calls set call = '[1]' where rowid = 1")
            db.execute("""update calls set call = '{"ended": "caller_left"}' where rowid = 3""")
        return await memory.recollect(NUMBER)

    assert [one.topic for one in run(calls()).calls] == ["two"]


def test_a_folder_that_cannot_be_used_costs_memory_and_no_call(tmp_path: Path, at: At) -> None:
    (tmp_path / "file").write_text("")
    memory = CallMemory(tmp_path / "file" / "callers.sqlite", key=KEY, now=at)

    async def calls() -> Remembered:
        memory.note_call(NUMBER, call(at))
        assert not await memory.prefer(NUMBER, SLOWER)
        assert not await memory.forget(NUMBER)
        return await memory.recollect(NUMBER)

    assert run(calls()) == Remembered()
    memory.close_now()


def test_whoever_holds_the_file_does_not_hold_the_caller(
    file: Path, opened: Callable[..., CallMemory], at: At, caplog: pytest.LogCaptureFixture
) -> None:
    asyncio.run(opened().prefer(NUMBER, SLOWER))
    memory = opened(within_s=0.1)

    async def calls() -> None:
        with closing(sqlite3.connect(file)) as other:
            other.execute("begin exclusive")
            assert await memory.recollect(NUMBER) == Remembered()

    asyncio.run(calls())
    assert "took too long" in caplog.text


def test_a_disk_that_stands_still_does_not_fill_the_memory(
    opened: Callable[..., CallMemory], at: At, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_WAITING", 20)
    memory = opened()

    async def calls() -> None:
        for _ in range(20 + 3):
            memory.note_call(NUMBER, call(at))
        assert caplog.text.count("too many wait") == 3
        await memory.recollect(NUMBER)
        memory.note_call(NUMBER, call(at, "later"))
        assert (await memory.recollect(NUMBER)).calls[0].topic == "later"

    asyncio.run(calls())


def test_nothing_tells_the_number_and_nobody_else_reads_the_file(
    file: Path, opened: Callable[..., CallMemory], at: At
) -> None:
    memory = opened()

    async def calls() -> None:
        memory.note_call(NUMBER, call(at))
        await memory.prefer(NUMBER, SLOWER)

    asyncio.run(calls())
    held = file.read_bytes()
    assert b"7700900123" not in held
    assert b"green" in held
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    stranger = CallMemory(file, key="another key", within_s=PATIENT_S, now=at)
    assert run(stranger.recollect(NUMBER)) == Remembered()
    stranger.close_now()


def test_who_is_forgotten_leaves_nothing_in_the_file(file: Path, opened: Callable[..., CallMemory], at: At) -> None:
    memory = opened()

    async def calls() -> tuple[Remembered, Remembered]:
        memory.note_call(NUMBER, call(at, "secret-topic"))
        memory.note_call(OTHER, call(at))
        await memory.prefer(NUMBER, SLOWER)
        assert await memory.forget(NUMBER)
        return await memory.recollect(NUMBER), await memory.recollect(OTHER)

    mine, others = asyncio.run(calls())
    assert mine == Remembered()
    assert others.calls == (call(at),)
    assert b"secret-topic" not in file.read_bytes()


def test_only_the_newest_calls_of_a_number_are_kept(opened: Callable[..., CallMemory], at: At) -> None:
    memory = opened(calls=2)

    async def calls() -> Remembered:
        for topic in ("one", "two", "three"):
            memory.note_call(NUMBER, call(at, topic))
        return await memory.recollect(NUMBER)

    assert [one.topic for one in run(calls()).calls] == ["three", "two"]


def test_what_is_old_is_not_told_and_then_deleted(file: Path, opened: Callable[..., CallMemory], at: At) -> None:
    memory = opened(days=30, preferences_days=60)

    async def calls() -> None:
        memory.note_call(NUMBER, call(at))
        await memory.prefer(NUMBER, SLOWER)
        at.seconds += 31 * DAY_S
        assert await memory.recollect(NUMBER) == Remembered(preferences=SLOWER)
        at.seconds += 59 * DAY_S  # the call in between renewed them
        assert (await memory.recollect(NUMBER)).preferences == SLOWER
        at.seconds += 61 * DAY_S
        assert await memory.recollect(NUMBER) == Remembered()
        memory.note_call(OTHER, call(at))
        await memory.recollect(OTHER)

    asyncio.run(calls())
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("select count(*) from calls").fetchone() == (1,)
        assert db.execute("select count(*) from preferences").fetchone() == (0,)


def test_only_so_many_numbers_are_kept(file: Path, opened: Callable[..., CallMemory], at: At) -> None:
    memory = opened(calls=1, numbers=10)

    async def calls() -> None:
        for nth in range(25):
            at.seconds += 1
            memory.note_call(f"+4477009{nth:05}", call(at))
            await memory.prefer(f"+4477009{nth:05}", SLOWER)
        assert await memory.recollect("+447700900014") == Remembered()
        assert (await memory.recollect("+447700900015")).calls

    asyncio.run(calls())
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("select count(*) from calls").fetchone() == (10,)
        assert db.execute("select count(*) from preferences").fetchone() == (10,)


def test_who_wants_it_as_usual_again_is_not_kept(file: Path, opened: Callable[..., CallMemory]) -> None:
    memory = opened()

    async def calls() -> None:
        await memory.prefer(NUMBER, SLOWER)
        await memory.prefer(NUMBER, Preferences())

    asyncio.run(calls())
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("select count(*) from preferences").fetchone() == (0,)
