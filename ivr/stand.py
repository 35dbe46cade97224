"""A whole helpline on one machine: Asterisk, and the service with its watchdog beside it, started and stopped as one.

`ivr run`, the demo, the tests and the bench all stand on it, so that what is tried is what runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import aiohttp

from ivr.adapters import PROMPTS, prompts_of
from ivr.dialogue import load_flow
from ivr.errors import PbxError, SettingsError, UserError
from ivr.file_watch import watch
from ivr.handoff.agents import Agent, load_agents
from ivr.pbx import Installation, Pbx, People, Ports, find_asterisk
from ivr.pbx.doctor.wanted import SAFETY_QUEUE
from ivr.pbx.render import NATIVE, QUEUE_WAIT_S
from ivr.plan_change import PLAN_CHANGE, noted_fault
from ivr.plans.native import compile_plan
from ivr.published import plan_of
from ivr.secrets_file import secrets_for
from ivr.settings import Settings

log = logging.getLogger(__name__)

READY_S = 300.0
"""The first start renders every prompt of the helpline."""
STOP_S = 15.0
_LOOK_AGAIN_S = 0.05


class Stand:
    """Asterisk and the service; `url` is the agents' page, `pbx` the telephone side."""

    def __init__(
        self,
        settings: Settings,
        *,
        name: str = "helpline",
        ports: Ports | None = None,
        installation: Installation | None = None,
        for_tests: bool = False,
        queue_wait_s: int = QUEUE_WAIT_S,
        scenes: Path | None = None,
        log: Path = Path("build/log/service.log"),
    ) -> None:
        """`scenes`: the folder of a rehearsal's scenes (`ivr serve --rehearsal`)."""
        self.settings = settings
        self.scenes = scenes
        self.log = log
        self.agents = load_agents(settings.agents)
        self.secrets = secrets_for(settings.secrets, [agent.name for agent in self.agents])
        self.pbx = Pbx(
            settings,
            self.secrets,
            installation=installation or find_asterisk(),
            ports=ports or Ports.of(settings),
            name=name,
            people=people_of(self.agents, load_flow(plan_of(settings.helpline)).queues),
            for_tests=for_tests,
            queue_wait_s=queue_wait_s,
        )
        self.say: Callable[[str], None] = lambda _: None
        """Told in a line what becomes of each changed plan."""
        self._queue_wait_s = queue_wait_s
        self._service: asyncio.subprocess.Process | None = None
        self._following: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The agents' page."""
        return f"http://{self.settings.console_bind}:{self.settings.console_port}/"

    @property
    def watchdog_pid(self) -> int | None:
        """Process id of the service's watchdog while it runs."""
        return self._service.pid if self._service is not None and self._service.returncode is None else None

    @property
    def service_pid(self) -> int | None:
        """Process id of the service itself: the watchdog's one child."""
        if self.watchdog_pid is None:
            return None
        children = Path(f"/proc/{self.watchdog_pid}/task/{self.watchdog_pid}/children").read_text().split()
        return int(children[0]) if children else None

    async def start(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Start both and wait until calls are answered.

        `say` is told in a line what is done, then and later. Raises UserError with one line; then nothing of it runs.
        """
        self.say = say
        say(f"Asterisk {self.pbx.installation.version} starts ...")
        await self.pbx.start()
        try:
            say("the plan is compiled for when the service is down ...")
            await self.lay_net()
            fresh = not (self.settings.state / PROMPTS).exists()
            say(f"the service starts{', and says each prompt once: a minute or two, this first time' * fresh} ...")
            await self.start_service()
            self._following = asyncio.create_task(self._follow_the_plan(), name="compile the plan when it changes")
        except BaseException:
            await self.stop()
            raise

    def read_plan_anew(self) -> None:
        """Have the service take a changed plan (its log says whether it did)."""
        if self.watchdog_pid is not None:
            os.kill(self.watchdog_pid, signal.SIGHUP)

    async def lay_net(self) -> None:
        """Compile the plan for Asterisk alone and have Asterisk take it, for calls that the service does not take.

        Raises UserError; then the former one stands.
        """
        folder = self.pbx.run_dir / NATIVE
        await compile_plan(
            plan_of(self.settings.helpline),
            into=folder,
            seen_as=self.pbx.installation.seen(folder),
            recordings=self.settings.prompts,
            voice=prompts_of(self.settings),
            queue_wait_s=self._queue_wait_s,
        )
        await self.pbx.console("dialplan reload")

    async def _follow_the_plan(self) -> None:
        """Tell what became of each changed plan, until cancelled."""
        changed, file = asyncio.Event(), self.settings.state / PLAN_CHANGE
        looking = asyncio.create_task(watch(lambda: (file,), changed.set), name="watch for a plan that has changed")
        try:
            while True:
                await changed.wait()
                changed.clear()
                await self.tell_change()
        finally:
            looking.cancel()
            await asyncio.wait({looking})

    async def tell_change(self) -> None:
        """Say what became of the last changed plan; one that the service has taken is compiled anew, too."""
        try:
            fault = await asyncio.to_thread(noted_fault, self.settings.state)
        except OSError as unread:
            log.warning("what became of the changed plan cannot be read", extra={"fault": str(unread)})
            return
        if fault:
            self.say(f"the changed plan is not taken: {fault}")
            return
        taken = "the changed plan is taken: new calls get it"
        try:
            await self.lay_net()
        except Exception as fault_in_it:  # whatever it is, the next change is to be followed
            mendable = isinstance(fault_in_it, UserError | OSError)
            log.error(
                "the changed plan is not compiled: the former one stands in",
                extra={"fault": str(fault_in_it)},
                exc_info=not mendable,
            )
            self.say(f"{taken}; when the service is down, callers still get the former one: {fault_in_it}")
        else:
            log.info("the changed plan is compiled")
            self.say(taken)

    async def start_service(self) -> None:
        """Start the service with its watchdog and wait until it is healthy."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("wb") as log:
            self._service = await asyncio.create_subprocess_exec(
                *_ends_with_us(),
                sys.executable,
                "-m",
                "ivr.cli",
                "serve",
                *(["--rehearsal", str(self.scenes)] if self.scenes is not None else []),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **environment(self.settings)},
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(READY_S):
                while not await self.healthy():
                    if self.watchdog_pid is None:
                        raise _fault_in(self.log)
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            await self.stop_service()
            raise SettingsError(f"the service was not ready within {READY_S:g} s: see {self.log}") from None

    async def healthy(self) -> bool:
        """Whether the service says that it can take calls."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
                session.get(self.url + "health") as answer,
            ):
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def stop_service(self) -> None:
        """End the service, its watchdog and its workers. Idempotent."""
        service, self._service = self._service, None
        if service is None or service.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            service.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await service.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(service.pid, signal.SIGKILL)
            await service.wait()

    async def stop(self) -> None:
        """End everything; no process is left. Idempotent."""
        following, self._following = self._following, None
        if following is not None:
            following.cancel()
            await asyncio.wait({following})
        await self.stop_service()
        await self.pbx.stop()

    async def wait(self) -> None:
        """Wait until one of the two ends by itself.

        Raises PbxError or UserError: neither should.
        """
        if self._service is None:
            raise SettingsError("the service was not started")
        pbx = asyncio.create_task(self.pbx.wait(), name="wait for the end of Asterisk")
        service = asyncio.create_task(self._service.wait(), name="wait for the end of the service")
        try:
            await asyncio.wait({pbx, service}, return_when=asyncio.FIRST_COMPLETED)
            if pbx.done():
                raise PbxError(f"Asterisk ended by itself (exit code {pbx.result()}): see {self.pbx.log_path}")
            raise _fault_in(self.log)
        finally:
            pbx.cancel()
            service.cancel()
            await asyncio.wait({pbx, service})


def people_of(agents: Iterable[Agent], queues: Iterable[str] = ()) -> People:
    """Whom Asterisk has to know: the `queues` of the plan and of `agents`, and telephones that bear an agent's name."""
    known = tuple(agents)
    return People(
        queues=tuple(dict.fromkeys((*queues, *(queue for agent in known for queue in agent.queues)))),
        telephones=tuple(agent.name for agent in known if agent.interface == f"PJSIP/{agent.name}"),
    )


def unserved(agents: Iterable[Agent], queues: Mapping[str, str]) -> Iterator[str]:
    """A line for each of the plan's `queues`, and the safety net's, that no agent answers."""
    served = {queue for agent in agents for queue in agent.queues}
    for name in queues:
        if name not in served:
            yield f"no agent answers the queue '{name}'; add it to somebody's 'queues'"
    if SAFETY_QUEUE not in {*served, *queues}:
        yield f"no agent answers '{SAFETY_QUEUE}', where callers go if the service fails; add it to somebody's 'queues'"


def free_settings(settings: Settings, ports: Ports, *, folder: Path, **changes: object) -> Settings:
    """`settings` for a second helpline on this machine: other ports, and a state and secrets of its own in `folder`."""
    return settings.model_copy(
        update={
            "sip_port": ports.sip,
            "ami_port": ports.ami,
            "agi_port": ports.agi,
            "media_port": ports.media,
            "console_port": ports.console,
            "state": folder / "state",
            "secrets": folder / "secrets.json",
            **changes,
        }
    )


def environment(settings: Settings) -> dict[str, str]:
    """The settings as environment variables, for a service that is started beside us."""
    return {
        f"IVR_{name.upper()}": json.dumps(value) if isinstance(value, dict) else str(value)
        for name, value in settings.model_dump(mode="json").items()
    }


def _ends_with_us() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _fault_in(log: Path) -> UserError:
    """What the service said last: its one line for whoever can mend it."""
    told = log.read_text("utf-8", errors="replace").strip().splitlines()
    lines = [line.removeprefix("ivr: ") for line in told if line.startswith("ivr: ")]
    return UserError(lines[-1] if lines else f"the service ended by itself: see {log}")
