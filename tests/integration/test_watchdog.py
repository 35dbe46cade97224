"""The watchdog with real processes: a hung, killed, refusing or ending service."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

WATCH = "import sys; from ivr.watchdog import Watchdog; sys.exit(Watchdog(sys.argv[1:], silent_s=0.5).run())"
SERVICE = textwrap.dedent("""
    import asyncio, os, sys
    from pathlib import Path
    from ivr.watchdog import beat
    async def main():
        beating = asyncio.create_task(beat(0.1))
        await asyncio.sleep(0)  # the first beat is out: from now on the watchdog knows that this service ran
        with open(sys.argv[1], "a") as starts:
            starts.write(f"{os.getpid()}\\n")
        await beating
    asyncio.run(main())
""")


class Watched:
    """A watchdog over a small service that notes the pid of every start."""

    def __init__(self, folder: Path, service: str = SERVICE) -> None:
        self.starts = folder / "starts"
        self.starts.touch()
        self.dog = subprocess.Popen(
            [sys.executable, "-c", WATCH, sys.executable, "-c", service, str(self.starts)],
            stderr=(folder / "log").open("w"),
        )

    def pids(self) -> list[int]:
        return [int(line) for line in self.starts.read_text().split()]

    def started(self, times: int, deadline_s: float = 10) -> int:
        end = time.monotonic() + deadline_s
        while len(self.pids()) < times:
            assert time.monotonic() < end, f"{times} starts expected, seen {self.pids()}"
            time.sleep(0.01)
        return self.pids()[times - 1]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ")[-1][0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    one = Watched(tmp_path)
    yield one
    one.dog.kill()
    one.dog.wait()
    for pid in one.pids():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_a_frozen_service_is_ended_and_started_again(watched: Watched) -> None:
    first = watched.started(1)
    os.kill(first, signal.SIGSTOP)
    watched.started(2)
    assert not alive(first)


def test_a_killed_service_is_started_again(watched: Watched) -> None:
    os.kill(watched.started(1), signal.SIGKILL)
    watched.started(2)


def test_a_stop_ends_both_and_leaves_no_process(watched: Watched) -> None:
    pid = watched.started(1)
    watched.dog.terminate()
    assert watched.dog.wait(5) == 0
    assert not alive(pid)


def test_a_stop_while_the_service_is_down_starts_no_new_one(tmp_path: Path) -> None:
    """The service beats once and ends; the second back-off is long enough to be hit by the stop."""
    once = SERVICE.replace("await beating", "os._exit(1)")
    one = Watched(tmp_path, once)
    one.started(4)  # the next pause is two seconds
    one.dog.terminate()
    assert one.dog.wait(8) == 0
    assert len(one.pids()) == 4


def test_without_its_watchdog_the_service_ends(watched: Watched) -> None:
    pid = watched.started(1)
    watched.dog.kill()
    watched.dog.wait()
    end = time.monotonic() + 5
    while alive(pid):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_service_that_cannot_run_as_set_up_is_not_started_again(tmp_path: Path) -> None:
    one = Watched(tmp_path, "import sys; open(sys.argv[1], 'a').write('1\\n'); sys.exit(2)")
    assert one.dog.wait(10) == 2
    assert one.pids() == [1]
