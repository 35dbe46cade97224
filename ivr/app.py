"""The only place where adapters are put together: settings in, a running service out."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Sequence, Set
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.adapters import hearing_of, memory_of, prompts_of, retention_of
from ivr.call import Caller, CallEvent, CallId, HandOver
from ivr.callers import Callers, Lock
from ivr.console.passwords import hash_password
from ivr.console.server import Console
from ivr.dialogue import Conclusion, run_flow
from ivr.dialogue.nobody_known import NobodyKnown
from ivr.dialogue.ports import Callers as KnownCallers
from ivr.errors import HelplineError, LineBroken, PbxError, SettingsError
from ivr.file_watch import watch
from ivr.handoff.agents import load_agents
from ivr.handoff.desk import Desk
from ivr.helpline import OUTBOX, Helpline, load_helpline
from ivr.loop_lag import LoopLag
from ivr.media.server import MediaServer
from ivr.media.session import MediaSession
from ivr.media.voice_activity import VoiceActivity, VoiceModel
from ivr.outbox import Outbox
from ivr.plan_change import note_change
from ivr.plans.rehearsal.on_the_line import Scenes, scenes_in
from ivr.published import files_of
from ivr.records.feeds import Feeds
from ivr.records.journal import FOLDER as CALLS
from ivr.records.journal import Journal
from ivr.records.mailbox import FOLDER as MESSAGES
from ivr.records.mailbox import Mailbox
from ivr.records.misses import FOLDER as MISSES
from ivr.records.misses import Misses
from ivr.records.recall import recall
from ivr.records.tasks import FOLDER as TASKS
from ivr.records.tasks import Tasks
from ivr.secrets_file import secrets_for
from ivr.settings import Settings
from ivr.speech.prompts.saying.pronunciations import PRONUNCIATIONS
from ivr.speech.recognition.engines import RunningEngines
from ivr.speech.recognition.recogniser import Engine
from ivr.speech.turn import SpokenLine
from ivr.switchboard import Switchboard
from ivr.telephony.agi.server import AgiServer
from ivr.telephony.ami.client import AmiClient
from ivr.telephony.lifeline import Lifeline
from ivr.watchdog import BEATS_PER_DEADLINE, beat
from ivr.world import LiveWorld

log = logging.getLogger(__name__)

DRAIN_S = 5.0
"""At a stop, calls in progress get this long; then the dialplan looks after them."""


class Service:
    """Everything that runs in the service process; `start` and `close` once each. `scenes`: of `ivr test --sip`."""

    def __init__(self, settings: Settings, scenes: Scenes | None = None) -> None:
        self._settings = settings
        self._scenes = scenes
        self._hearing = hearing_of(settings)
        self._engines = RunningEngines(self._hearing.engine)
        self._voice_model = VoiceModel()
        self._helpline = self._read_helpline()
        self._agents = load_agents(settings.agents)
        secrets = secrets_for(settings.secrets, [agent.name for agent in self._agents])
        self._journal = Journal(settings.state / CALLS)
        misses = Misses(settings.state / MISSES, self._vocabulary, days=settings.misses_days)
        self._retention = retention_of(settings, misses)
        self._feed = Feeds(self._journal, Tasks(settings.state / TASKS), misses)
        self._mailbox = Mailbox(settings.state / MESSAGES)
        self._lock = Lock(settings.state / "failed-checks.json", secrets.callers, time.time)
        self._memory = memory_of(settings, secrets.callers)
        self._outbox = Outbox(settings.state / OUTBOX)
        self._prompts = prompts_of(settings)
        self._ami = AmiClient(
            host=settings.ami_host, port=settings.ami_port, user=settings.ami_user, secret=secrets.ami
        )
        self._desk = Desk(
            self._ami,
            queues=self._helpline.flow.queues,
            agents=self._agents,
            feed=self._journal,
            spool=settings.state / "handovers",
            recall=self._recall,
        )
        self._media = MediaServer(host=settings.bind, port=settings.media_port)
        self._switchboard: Switchboard[MediaSession] = Switchboard(
            helpline=settings.helpline.stem,
            exchange=self._media,
            converse=self._converse,
            lifeline=Lifeline(self._ami, limit_s=settings.absolute_timeout_s),
            desk=self._desk,
            feed=self._feed,
            most_calls=settings.most_calls,
        )
        self._agi = AgiServer(
            self._switchboard.take,
            host=settings.bind,
            port=settings.agi_port,
            most_connections=2 * settings.most_calls,
            any_peer=settings.allow_public_bind,
            path=secrets.agi,
        )
        self._loop_lag = LoopLag()
        hashes = {name: hash_password(secrets.agents[name]) for name in (agent.name for agent in self._agents)}
        self._console = Console(
            self._desk,
            self._agents,
            hashes,
            settings.console_bind,
            settings.console_port,
            sessions=settings.state / "sessions.json",
            reasons=self._ailments,
            loop_lag_ms=self._loop_lag.last_minute,
        )
        self._up = False

    async def run(self) -> None:
        """Start, look after calls until SIGTERM or SIGINT, and stop; SIGHUP reads the plan anew.

        Raises UserError with one line if it cannot start.
        """
        stop, changed = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        loop.add_signal_handler(signal.SIGHUP, changed.set)
        async with AsyncExitStack() as running:
            await self._start(running)
            meanwhile = {
                asyncio.create_task(beat(self._settings.loop_stall_s / BEATS_PER_DEADLINE), name="tell the watchdog"),
                asyncio.create_task(self._loop_lag.watch(), name="watch the loop's lag"),
                asyncio.create_task(self._reload_when(changed), name="read the plan anew"),
                asyncio.create_task(self._retention.keep_up(), name="delete what is too old"),
            }
            if self._settings.watch or self._settings.helpline.is_dir():
                meanwhile.add(asyncio.create_task(watch(self._files, changed.set), name="watch the plan's files"))
            try:
                await stop.wait()
            finally:
                self._up = False
                for task in meanwhile:
                    task.cancel()
                await asyncio.wait(meanwhile)

    async def _start(self, running: AsyncExitStack) -> None:
        """In the order in which each needs the one before; calls are taken last."""
        settings = self._settings
        _tell_warnings(self._helpline)
        await self._make_sounds(self._helpline)
        await running.enter_async_context(self._prompts.kept_ready())
        running.push_async_callback(self._engines.close)
        running.push_async_callback(self._memory.close)
        running.push_async_callback(self._lock.close)
        running.push_async_callback(self._close_sources)
        self._outbox.use(self._helpline.gateways)
        running.push_async_callback(self._outbox.close)
        await self._outbox.start()
        await self._engines.hold(self._helpline.model, self._helpline.engine)
        running.push_async_callback(self._media.close)
        await _listening(self._media.start(), "media_port", settings.media_port)
        running.push_async_callback(self._desk.close)  # after AMI, whose last events it may still write down
        running.push_async_callback(self._ami.close)
        await self._desk.start()
        await self._ami.start()
        try:
            await self._desk.check_queues()
        except LineBroken as fault:
            raise PbxError(f"Asterisk does not say which queues it has ({fault}): see its log") from None
        running.push_async_callback(self._console.close)
        await self._console.start()
        running.push_async_callback(self._agi.close, DRAIN_S)
        await _listening(self._agi.start(), "agi_port", settings.agi_port)
        self._up = True
        log.info(
            "the helpline answers", extra={"plan": str(settings.helpline), "model": self._helpline.engine.description}
        )

    async def _close_sources(self) -> None:
        await self._helpline.sources.close()
        await self._helpline.gateways.close()

    async def _make_sounds(self, helpline: Helpline) -> None:
        def progress(done: int, of: int) -> None:
            if done == of or done % 12 == 0:
                log.info("prompts rendered", extra={"done": done, "of": of})

        await self._prompts.prepare(helpline.prompts(), progress, saying=helpline.saying)

    async def _converse(self, call_id: CallId, caller: Caller, sound: MediaSession) -> Conclusion:
        helpline = self._helpline
        rehearsed = await self._scenes.of_call(caller, helpline.flow) if self._scenes is not None else None
        async with self._engines.held(helpline.engine) as engine:
            line = SpokenLine(
                sound,
                prompts=self._prompts,
                recogniser=(rehearsed.recogniser if rehearsed is not None else None) or engine,
                detector=VoiceActivity(self._voice_model),
            )
            return await run_flow(
                helpline.flow,
                call_id=call_id,
                caller=caller,
                telephone=line,
                knowledge=helpline.knowledge,
                world=rehearsed.world if rehearsed is not None else self._world(helpline),
                feed=self._feed,
                now=time.time,
            )

    def _world(self, helpline: Helpline) -> LiveWorld:
        return LiveWorld(
            zone=ZoneInfo(helpline.flow.time_zone),
            load=self._desk.load,
            mailbox=self._mailbox,
            sources=helpline.sources.look_up,
            callers=self._callers(helpline),
            memory=self._memory,
            outbox=self._outbox,
        )

    def _callers(self, helpline: Helpline) -> KnownCallers:
        file = helpline.flow.callers
        if file is None:
            return NobodyKnown()
        zone = ZoneInfo(helpline.flow.time_zone)
        return Callers(file, helpline.sources.look_up, self._lock, lambda: datetime.now(zone).date())

    def _read_helpline(self, engine_for: Callable[[str], Engine] | None = None) -> Helpline:
        """The plan as it is now, its articles ready to be asked. Blocks for some seconds; raises UserError."""
        settings = self._settings
        helpline = load_helpline(settings.helpline, self._hearing, settings.prompts, engine_for, state=settings.state)
        helpline.knowledge.prepare()
        return helpline

    def _files(self) -> tuple[Path, ...]:
        """What callers' plan is made of; of a published helpline only what says which version is current."""
        settings = self._settings
        if settings.helpline.is_dir():
            return files_of(settings.helpline)
        return (*files_of(settings.helpline, self._helpline.parts()), settings.prompts / PRONUNCIATIONS)

    async def _reload_when(self, changed: asyncio.Event) -> None:
        """Read the plan anew at each change; one that comes meanwhile is read after it. No fault ends this."""
        while True:
            await changed.wait()
            changed.clear()
            before = self._helpline
            try:
                await self._reload()
            except Exception:  # else no plan was ever read again, and nobody would be told
                log.exception("reading the changed plan failed")
                if self._helpline is before:
                    await self._note_change("the service failed over it: see its log")

    async def _reload(self) -> None:
        """Take a changed plan; one with a fault never replaces the one that runs, and leaves nothing behind.

        Its sounds come last: until they are all there, callers hear the prompts and pronunciations of before.
        """
        try:
            fresh = await asyncio.to_thread(self._read_helpline, self._engines.get)
            await self._desk.check_queues(fresh.flow.queues)
            async with AsyncExitStack() as undo:
                await self._engines.hold(fresh.model, fresh.engine)
                undo.callback(self._engines.let_go, fresh.engine)
                await self._make_sounds(fresh)
                undo.pop_all()
        except HelplineError as fault:
            log.error("the changed plan is not taken", extra={"fault": str(fault)})
            await self._note_change(str(fault))
            return
        before, self._helpline = self._helpline, fresh
        self._engines.let_go(before.engine)
        self._outbox.use(fresh.gateways)
        for part in (before.sources, before.gateways):  # what goes on with it opens what it needs again
            await part.close()
        _tell_warnings(fresh)
        await self._note_change("")
        log.info("the changed plan is taken: new calls get it", extra={"warnings": len(fresh.warnings)})

    async def _note_change(self, fault: str) -> None:
        """Tell whoever runs Asterisk beside us; a disk that takes nothing costs them the news, never the plan."""
        try:
            await asyncio.to_thread(note_change, self._settings.state, fault)
        except OSError as refused:
            log.error("what became of the changed plan cannot be noted", extra={"fault": str(refused)})

    def _vocabulary(self) -> Set[str]:
        return self._helpline.knowledge.vocabulary()

    def _recall(self, call_id: CallId, queue: str) -> HandOver | None:
        events: Sequence[CallEvent] = self._journal.events(call_id)
        return recall(events, queue=queue)

    def _ailments(self) -> list[str]:
        ailments = [] if self._up else ["the service starts or stops"]
        if self._helpline.engine.ailment is not None:
            ailments.append(self._helpline.engine.ailment)
        return ailments


def _tell_warnings(helpline: Helpline) -> None:
    for warning in helpline.warnings:
        log.warning("the plan works, but", extra={"warning": warning})


async def _listening(starting: Awaitable[None], setting: str, port: int) -> None:
    """Await `starting` a server; a port that is taken is the user's to mend."""
    try:
        await starting
    except OSError as fault:
        raise SettingsError(
            f"port {port} (setting '{setting}', IVR_{setting.upper()}) cannot be used: {fault.strerror}; "
            "stop the program that has it, or choose another port"
        ) from None


async def serve(settings: Settings, rehearsal: Path | None = None) -> None:
    """Run the service until it is told to stop. Raises UserError with one line if it cannot start.

    `rehearsal`: a folder of scenes, for the service that `ivr test --sip` starts.
    """
    await Service(settings, scenes_in(rehearsal, settings) if rehearsal is not None else None).run()
