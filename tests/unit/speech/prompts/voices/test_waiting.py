"""Processes that wait for a text: taken when one comes, replaced after it, missed by no text when they die."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.speech.prompts.voices.voice import LATE, NOT_STARTED
from ivr.speech.prompts.voices.waiting import MOST_WAITING, WaitingProcesses

ECHO = """
import os, sys
order = sys.stdin.read()
if not order:
    sys.exit(0)
if order == "hang":
    import time; time.sleep(60)
if order == "die":
    os.abort()
sys.exit(f"{os.getpid()} {order}")
"""
"""Says on stderr who got which order."""


def processes(script: str = ECHO) -> WaitingProcesses:
    return WaitingProcesses((sys.executable, "-S", "-c", script))


async def until(holds: Callable[[], bool]) -> None:
    """Processes start and end in real time: look until `holds`."""
    for _ in range(4000):
        if holds():
            return
        await asyncio.sleep(0.005)
    pytest.fail("it never was so")


def alive(pid: int) -> bool:
    """Whether it runs; an ended one that nobody has waited for is not alive either."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


async def test_a_text_is_given_to_the_process_that_waits_longest_and_another_takes_its_place() -> None:
    made = processes()
    async with made.kept_ready():
        await until(lambda: len(made.pids) == MOST_WAITING)
        first, second = made.pids
        assert (await made.run(b"hello", deadline_s=20)).complaint == f"{first} hello"
        await until(lambda: len(made.pids) == MOST_WAITING)
        assert made.pids[0] == second
        assert first not in made.pids


async def test_more_texts_than_waiting_processes_get_new_ones() -> None:
    made = processes()
    async with made.kept_ready():
        await until(lambda: len(made.pids) == MOST_WAITING)
        waited = {str(pid) for pid in made.pids}
        ended = await asyncio.gather(*(made.run(b"hello", deadline_s=20) for _ in range(MOST_WAITING + 2)))
        pids = {end.complaint.split()[0] for end in ended}
        assert len(pids) == MOST_WAITING + 2
        assert pids > waited


async def test_without_being_kept_ready_every_text_starts_its_own_and_none_is_left() -> None:
    made = processes()
    assert (await made.run(b"hello", deadline_s=20)).complaint.endswith(" hello")
    assert made.pids == ()


async def test_at_the_end_no_process_is_left_and_texts_are_still_said() -> None:
    made = processes()
    async with made.kept_ready():
        await until(lambda: len(made.pids) == MOST_WAITING)
        waited = made.pids
    assert not any(alive(pid) for pid in waited)
    assert (await made.run(b"hello", deadline_s=20)).complaint.endswith(" hello")
    assert made.pids == ()


async def test_an_end_at_once_leaves_no_process_either() -> None:
    made = processes()
    for rounds in range(5):
        async with made.kept_ready():
            for _ in range(rounds):
                await asyncio.sleep(0)
        assert made.pids == ()


async def test_a_process_that_ignores_its_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.speech.prompts.voices.waiting.PATIENCE_S", 0.1)
    made = processes("import time; time.sleep(60)")
    async with made.kept_ready():
        await until(lambda: len(made.pids) == MOST_WAITING)
        waited = made.pids
    assert not any(alive(pid) for pid in waited)


@pytest.mark.parametrize("noticed", [True, False])
async def test_processes_that_were_killed_while_they_waited_cost_no_text(noticed: bool) -> None:
    made = processes()
    async with made.kept_ready():
        await until(lambda: len(made.pids) == MOST_WAITING)
        dead = made.pids
        for pid in dead:
            os.kill(pid, signal.SIGKILL)
        if noticed:
            await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in dead))
        for _ in range(3):
            assert (await made.run(b"hello", deadline_s=20)).complaint.endswith(" hello")
        await until(lambda: len(made.pids) == MOST_WAITING)
        assert not set(made.pids) & set(dead)


async def test_a_text_that_kills_its_process_is_tried_once_more_and_no_further() -> None:
    made = processes()
    async with made.kept_ready():
        await until(lambda: len(made.pids) == MOST_WAITING)
        _, second = made.pids
        assert (await made.run(b"die", deadline_s=20)).code == -signal.SIGABRT
        assert made.pids[0] == second


async def test_the_deadline_counts_for_a_waiting_process_too() -> None:
    made = processes()
    async with made.kept_ready():
        await until(lambda: len(made.pids) == MOST_WAITING)
        first = made.pids[0]
        began = asyncio.get_running_loop().time()
        assert (await made.run(b"hang", deadline_s=0.3)).code == LATE
        assert asyncio.get_running_loop().time() - began < 3
        assert not alive(first)


async def test_a_program_that_is_not_there_is_told_at_each_text_and_not_sought_without_end() -> None:
    made = WaitingProcesses(("/nowhere/speaker",))
    async with made.kept_ready():
        for _ in range(2):
            assert (await made.run(b"hello", deadline_s=20)).code == NOT_STARTED
        assert made.pids == ()


async def test_waiting_processes_end_with_a_service_that_is_killed() -> None:
    service = f"""if True:
        import asyncio, sys
        from ivr.speech.prompts.voices.waiting import MOST_WAITING, WaitingProcesses
        async def main():
            made = WaitingProcesses((sys.executable, "-S", "-c", {ECHO!r}))
            async with made.kept_ready():
                while len(made.pids) < MOST_WAITING:
                    await asyncio.sleep(0.005)
                print(*made.pids, flush=True)
                await asyncio.sleep(60)
        asyncio.run(main())
    """
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", service, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert running.stdout is not None
    pids = [int(pid) for pid in (await asyncio.wait_for(running.stdout.readline(), 20)).split()]
    assert len(pids) == MOST_WAITING
    running.kill()
    await running.wait()
    await until(lambda: not any(alive(pid) for pid in pids))
