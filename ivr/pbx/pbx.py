"""One running Asterisk: start as a child of ours, ready when it says so, gone when we stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from pathlib import Path

from ivr.errors import PbxError
from ivr.pbx.installation import Installation
from ivr.pbx.people import NOBODY, People
from ivr.pbx.ports import LOOPBACK, Ports
from ivr.pbx.render import QUEUE_WAIT_S, render
from ivr.secrets_file import Secrets
from ivr.settings import Settings

log = logging.getLogger(__name__)

STOP_S = 4.0
"""Asterisk gets this long to end calls and itself before it is killed."""
READY = "Asterisk Ready"
_LOOK_AGAIN_S = 0.05
_BANNER_MOST = 200


class Pbx:
    """An Asterisk with a configuration and a folder of its own.

    `run_dir` holds etc, log, sounds and the rest; `ports` says where it listens.
    """

    def __init__(
        self,
        settings: Settings,
        secrets: Secrets,
        *,
        installation: Installation,
        ports: Ports,
        name: str = "helpline",
        people: People = NOBODY,
        for_tests: bool = False,
        queue_wait_s: int = QUEUE_WAIT_S,
    ) -> None:
        self.ports = ports
        self.installation = installation
        self.run_dir = installation.run_folder(name)
        self.log_path = self.run_dir / "log" / "messages.log"
        self._settings = settings
        self._secrets = secrets
        self._people = people
        self._for_tests = for_tests
        self._queue_wait_s = queue_wait_s
        self._process: asyncio.subprocess.Process | None = None
        self._config = ""

    @property
    def pid(self) -> int | None:
        """Asterisk's process id while it runs (its CPU time is read from there)."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process is not None else None

    @property
    def console_path(self) -> Path:
        """What Asterisk printed before its log was open."""
        return self.run_dir / "log" / "console.log"

    async def start(self, deadline_s: float = 15) -> None:
        """Render, start and wait until calls are taken.

        Raises SettingsError if a port is taken, PbxError if Asterisk ends or is not ready in time; both leave no
        process.
        """
        self.ports.check_free()
        config = await asyncio.to_thread(
            render,
            self._settings,
            self._secrets,
            self.run_dir,
            self.ports,
            installation=self.installation,
            people=self._people,
            for_tests=self._for_tests,
            queue_wait_s=self._queue_wait_s,
        )
        self._config = self.installation.seen(config)
        self.log_path.unlink(missing_ok=True)
        with self.console_path.open("wb") as console:
            self._process = await asyncio.create_subprocess_exec(
                *_dies_with_us(),
                *self.installation.command("-C", self._config, "-f"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(deadline_s):
                await self._become_ready()
        except TimeoutError:
            await self.stop()
            raise PbxError(f"Asterisk was not ready within {deadline_s:g} s: see {self.log_path}") from None
        except BaseException:
            await self.stop()
            raise
        log.info("asterisk ready", extra={"version": self.installation.version, "pid": self._process.pid})

    async def ready(self) -> bool:
        """Whether Asterisk runs, has loaded everything, and its manager interface greets."""
        if self.pid is None or READY not in _text(self.log_path):
            return False
        return (await self._banner()).startswith("Asterisk Call Manager")

    async def wait(self) -> int:
        """Wait until Asterisk ends, for whatever reason; its exit code."""
        if self._process is None:
            raise PbxError("Asterisk was not started")
        return await self._process.wait()

    async def stop(self) -> None:
        """End Asterisk and its calls; when this returns the process is gone. Idempotent."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            log.warning("asterisk did not end when asked, killed", extra={"pid": process.pid})
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def console(self, command: str, deadline_s: float = 5) -> str:
        """What Asterisk's own command line answers to `command`: for tests and support, not for the service.

        Raises PbxError if it does not answer.
        """
        asking = await asyncio.create_subprocess_exec(
            *self.installation.command("-C", self._config, "-rx", command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(deadline_s):
                answer, _ = await asking.communicate()
        except TimeoutError:
            raise PbxError(f"Asterisk did not answer '{command}' within {deadline_s:g} s") from None
        finally:
            if asking.returncode is None:
                asking.kill()
                await asking.wait()
        return answer.decode("utf-8", "replace")

    async def _become_ready(self) -> None:
        while not await self.ready():
            if self.pid is None:
                last = (_text(self.console_path).strip().splitlines() or ["it said nothing"])[-1]
                raise PbxError(f"Asterisk ended while starting ({last}): see {self.log_path}")
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _banner(self) -> str:
        try:
            async with asyncio.timeout(1):
                reader, writer = await asyncio.open_connection(LOOPBACK, self.ports.ami, limit=_BANNER_MOST)
                try:
                    return (await reader.readline()).decode("ascii", "replace")
                finally:
                    writer.close()
        except (OSError, TimeoutError, ValueError):  # ValueError: a line beyond the limit is no Asterisk
            return ""


def _dies_with_us() -> list[str]:
    """A prefix that has the kernel end Asterisk when we are killed, where util-linux's setpriv exists."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except FileNotFoundError:
        return ""
