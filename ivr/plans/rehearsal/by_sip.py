"""A scenario as a real call: a SIP phone with a synthetic voice acts it out, and the journal tells what came of it."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

import numpy as np

from ivr.call import Caller, CallEvent, Ended, HandedOver, HandOver, Rang, Story, event_from_dict
from ivr.errors import HelplineError
from ivr.plans.rehearsal.judging import judge
from ivr.plans.rehearsal.on_the_line import Scenes
from ivr.plans.rehearsal.record import Ending, Record
from ivr.plans.rehearsal.results import Came, Result
from ivr.plans.rehearsal.scenario import Scenario
from ivr.testing.noises import at_level, white_noise
from ivr.testing.phone_call import PhoneCall
from ivr.testing.rtp import PACKET_SAMPLES
from ivr.testing.scripted_caller import Act, HangsUp, Mumbles, Presses, Says
from ivr.testing.sip_phone import SipPhone
from ivr.testing.sound import SPOKEN_DBFS, speak, ulaw_from_pcm

HELPLINE = "100"
LONGEST_CALL_S = 180.0
PAUSE_S = 0.9
"""The line has finished when nothing was heard for so long: longer than any pause inside what it says."""
PATIENCE_S = 25.0
"""How long the line may take to say something: longer than a plan waits for an answer."""
ENDS_WITHIN_S = 10.0
LOOK_AGAIN_S = 0.05
MUMBLE = "wumble garf intervo slonk"
"""No words of any plan; in a real voice, so that there is something to hear."""
BACKGROUND_MS = 4000
MOST_JOURNAL_BYTES = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a caller sounds: an espeak-ng `voice`, so many dB above the noise (None: in a quiet room)."""

    voice: str
    noise_db: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RealLine:
    """A helpline that answers: where its phones register, where it keeps journals, and where things are left."""

    pbx: tuple[str, int]
    user: str
    password: str = field(repr=False)
    journals: Path
    log: Path
    evidence: Path
    """Folder for the sound, journal and log of calls that failed; each has a folder of its own in it."""
    scenes: Scenes
    """Where the service looks which scene a call has."""
    voices: Path
    """Folder in which what was synthesised is kept."""


async def call_for_real(scenario: Scenario, line: RealLine, manner: Manner) -> Result:
    """Act `scenario` out in one call, and judge it. Never raises for what the call does."""
    began = time.perf_counter()
    title = f"{scenario.name} [{manner.voice}]"
    why = scenario.only_without_a_line()
    if why:
        return Result(name=title, place=scenario.place, came=Came.SKIPPED, why=why)
    async with SipPhone(line.user, line.password, line.pbx) as phone:
        actor = _Actor(scenario, line, manner, name=line.scenes.leave_word(scenario))
        fault = ""
        try:
            async with asyncio.timeout(LONGEST_CALL_S):
                await actor.act(phone)
        except (HelplineError, TimeoutError) as broken:
            fault = f"{type(broken).__name__}: {broken}" if str(broken) else f"nothing came for {PATIENCE_S:g} s"
        record = await actor.leave()
        failure = judge(scenario, record)
        came = Came.FAILED if failure else Came.ERROR if fault else Came.PASSED
        evidence = None if came is Came.PASSED else actor.keep(phone, line.evidence / _as_file(title))
    return Result(
        name=title,
        place=scenario.place,
        came=came,
        seconds=time.perf_counter() - began,
        failure=failure,
        why=fault,
        evidence=evidence,
    )


class _Actor:
    """One caller of one real call."""

    def __init__(self, scenario: Scenario, line: RealLine, manner: Manner, *, name: str) -> None:
        self._scenario = scenario
        self._line = line
        self._manner = manner
        self._name = name
        self._call: PhoneCall | None = None
        self._acts_at: list[float] = []
        self._acted_at = 0.0
        """By the loop's clock."""

    async def act(self, phone: SipPhone) -> None:
        """Dial, and do everything. Raises CallRefused, LineError, TimeoutError."""
        shown = self._scenario.scene.number or "anonymous"
        self._call = call = await phone.dial(HELPLINE, name=self._name, number_shown=shown)
        if self._manner.noise_db is not None:
            call.line.background = _packets(ulaw_from_pcm(self._noise(BACKGROUND_MS)))
        self._acted_at = call.answered_at
        for act in self._scenario.acts:
            await self._until_time_for(act, call)
            if self._over():
                return
            self._acts_at.append(time.time())
            await self._do(act, call)
            self._acted_at = asyncio.get_running_loop().time()
        await self._until_spoken(call)

    async def leave(self) -> Record:
        """Hang up if nobody did, and read what came of it."""
        if self._call is not None:
            if self._scenario.ends is not None:
                await self._until_noted()
            ended_before = self._over()
            await self._call.hang_up()
            await self._until_noted()
            return _record(self._events(), self._acts_at, over=ended_before or self._hung_up_by_script())
        return _record([], self._acts_at, over=False)

    def keep(self, phone: SipPhone, folder: Path) -> Path:
        """Leave sound, journal and log in `folder`."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for call in phone.calls:
            call.save(folder / "call.wav")
        journal = self._journal()
        for file in (journal, self._line.log):
            if file is not None and file.exists():
                shutil.copy(file, folder / file.name)
        return folder

    def _hung_up_by_script(self) -> bool:
        acts = self._scenario.acts
        return bool(acts) and isinstance(acts[-1], HangsUp) and len(self._acts_at) == len(acts)

    async def _until_time_for(self, act: Act, call: PhoneCall) -> None:
        if act.after_ms is None:
            await self._until_spoken(call)
            return
        await call.wait_for_sound(timeout_s=PATIENCE_S, since=self._acted_at)
        await asyncio.sleep(act.after_ms / 1000)

    async def _until_spoken(self, call: PhoneCall) -> None:
        """Until the line has said something since the last act and is silent again, or the call is over.

        Raises TimeoutError.
        """
        clock = asyncio.get_running_loop().time
        since = self._acted_at
        while not self._over() and not call.ended.is_set():  # neither silence nor a journal tells us of itself
            last = call.line.last_sound_at
            if last > since and clock() - last >= PAUSE_S:
                return
            if clock() - max(since, last) > PATIENCE_S:
                raise TimeoutError
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _do(self, act: Act, call: PhoneCall) -> None:
        match act:
            case Says(readings=(reading, *_)):
                await call.say(await self._spoken(reading.text))
            case Mumbles():
                await call.say(await self._spoken(MUMBLE))
            case Presses(keys=keys):
                await call.press(keys)
            case HangsUp():
                await call.hang_up()

    async def _spoken(self, text: str) -> bytes:
        pcm = await speak(text, self._manner.voice, cache=self._line.voices)
        if self._manner.noise_db is None:
            return pcm
        voice = np.frombuffer(pcm, "<i2").astype(np.int32)
        noise = np.frombuffer(self._noise(1 + len(voice) // 8), "<i2").astype(np.int32)[: len(voice)]
        return bytes(np.clip(voice + noise, -32768, 32767).astype("<i2").tobytes())

    def _noise(self, duration_ms: int) -> bytes:
        return at_level(white_noise(duration_ms), SPOKEN_DBFS - (self._manner.noise_db or 0.0))

    async def _until_noted(self) -> None:
        """Until the journal holds the end; a call without one is judged as it is."""
        deadline = time.monotonic() + ENDS_WITHIN_S
        while not self._over() and time.monotonic() < deadline:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(LOOK_AGAIN_S)

    def _over(self) -> bool:
        return any(isinstance(event, Ended) for event in self._events())

    def _events(self) -> list[CallEvent]:
        journal = self._journal()
        if journal is None:
            return []
        with journal.open("rb") as file:
            whole = file.read(MOST_JOURNAL_BYTES).decode("utf-8", "replace").rpartition("\n")[0]
        return [event_from_dict(json.loads(line)) for line in whole.splitlines()]

    def _journal(self) -> Path | None:
        """The file whose call has our caller's name."""
        for file in self._line.journals.glob("*.jsonl"):
            with file.open(encoding="utf-8", errors="replace") as journal:
                if f'"{self._name}"' in journal.readline(4096):
                    return file
        return None


def _record(events: Sequence[CallEvent], acts_at: Sequence[float], *, over: bool) -> Record:
    ended = next((event for event in events if isinstance(event, Ended)), None)
    ending = Ending(reason=ended.reason, hand_over=_hand_over(events)) if ended is not None and over else None
    return Record(events=tuple(events), acts_at=tuple(acts_at), ending=ending)


def _hand_over(events: Sequence[CallEvent]) -> HandOver | None:
    """What the agent got."""
    rang = next((event for event in events if isinstance(event, Rang)), None)
    over = next((event for event in events if isinstance(event, HandedOver)), None)
    if rang is None or over is None:
        return None
    caller = Caller(number=rang.number, name=rang.name, dialled=rang.dialled)
    story = reduce(Story.after, events, Story(call_id=rang.call_id, caller=caller, began=rang.at))
    return story.hand_over(queue=over.queue, reason=over.reason)


def _packets(ulaw: bytes) -> list[bytes]:
    return [ulaw[at : at + PACKET_SAMPLES] for at in range(0, len(ulaw) - PACKET_SAMPLES + 1, PACKET_SAMPLES)]


def _as_file(title: str) -> str:
    return "".join(one if one.isalnum() or one in "-_ " else "_" for one in title).strip()[:100].replace(" ", "_")
