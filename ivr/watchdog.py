"""Ends a service that hangs and starts it again: a parent process that does nothing but count heartbeats.

A process that is stopped or stuck keeps its sockets open, and every caller in silence (measured: reference, fault R3).
Killed, its sockets close and Asterisk's dialplan takes every caller within milliseconds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

log = logging.getLogger(__name__)

HEARTBEAT_VARIABLE = "IVR_HEARTBEAT_FD"
BEATS_PER_DEADLINE = 6
STARTING_S = 120.0
"""Until its first beat a service may take this long: it may render a whole helpline's prompts first."""
GOODBYE_S = 10.0
"""From our SIGTERM to the end of calls in progress; then SIGKILL."""
BACK_OFF_S = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Pauses before a restart; the last one repeats. A minute of good service begins anew."""


async def beat(every_s: float) -> None:
    """In the watched process, once it is ready: say "alive" until cancelled; without a watchdog, do nothing.

    Runs on the event loop on purpose: a loop that is stuck falls silent. When the watchdog is gone the process ends,
    since nobody would look after it.
    """
    handle = os.environ.get(HEARTBEAT_VARIABLE)
    if handle is None:
        return
    pipe = int(handle)
    os.set_blocking(pipe, False)
    while True:
        try:
            os.write(pipe, b".")
        except BlockingIOError:  # the watchdog is stopped; the service goes on
            pass
        except BrokenPipeError:
            log.error("the watchdog is gone: this service ends, too")
            os.kill(os.getpid(), signal.SIGTERM)
            return
        await asyncio.sleep(every_s)


@dataclass(frozen=True, slots=True)
class _Ended:
    code: int
    lived_s: float


class Watchdog:
    """Runs `command` until told to stop; `silent_s` without a heartbeat ends and restarts it."""

    def __init__(self, command: Sequence[str], *, silent_s: float) -> None:
        self._command = list(command)
        self._silent_s = silent_s
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping_since: float | None = None
        self._ever_ran = False
        self._beating = False

    def run(self) -> int:
        """Watch until SIGTERM or SIGINT, then 0; or the exit code of a service whose first start failed.

        Once it has run it is tried for ever: whoever broke a file or restarts Asterisk meanwhile is about to mend it.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._pass_on)
        failures = 0
        while True:
            ended = self._once()
            if self._stopping_since is not None:
                return 0
            if not self._ever_ran:
                return ended.code or 1
            failures = 0 if ended.lived_s > 60 else failures + 1
            pause_s = BACK_OFF_S[min(failures, len(BACK_OFF_S)) - 1] if failures else BACK_OFF_S[0]
            log.error("service ended, starting it again", extra={"code": ended.code, "pause_s": pause_s})
            time.sleep(pause_s)
            if self._stopping_since is not None:
                return 0

    def _once(self) -> _Ended:
        ours, theirs = os.pipe()
        started = time.monotonic()
        try:
            self._child = subprocess.Popen(  # its own group: its workers end with it
                self._command,
                env={**os.environ, HEARTBEAT_VARIABLE: str(theirs)},
                pass_fds=(theirs,),
                start_new_session=True,
            )
            os.close(theirs)
            self._end(self._child, hung=not self._watch(self._child, ours))
            self._beating = False
            return _Ended(self._child.returncode, time.monotonic() - started)
        finally:
            os.close(ours)

    def _watch(self, child: subprocess.Popen[bytes], pipe: int) -> bool:
        """Return when the service ends by itself (True) or has to be ended (False)."""
        deadline = time.monotonic() + STARTING_S
        told = False
        while True:
            if self._stopping_since is not None:
                deadline = self._stopping_since + GOODBYE_S
                if not told:  # the signal may have come when there was no child to pass it on to
                    told = True
                    child.terminate()
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                log.error("service hangs: ending it", extra={"pid": child.pid, "silent_s": self._silent_s})
                return False
            ready, _, _ = select.select([pipe], [], [], min(left_s, 0.25))
            if not ready:
                continue
            if not os.read(pipe, 4096):  # every writer is gone: the service ended by itself
                return True
            self._ever_ran = self._beating = True
            deadline = time.monotonic() + self._silent_s

    @staticmethod
    def _end(child: subprocess.Popen[bytes], *, hung: bool) -> None:
        """End a service and whatever it started; one that is ending may do so by itself, for its exit code."""
        if not hung:
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=0.2)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        """SIGHUP, for the service to read its plan anew; one that has not beaten yet has no handler and would die."""
        if self._beating and self._child is not None:
            self._child.send_signal(number)
