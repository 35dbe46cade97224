"""Callers who talk to the bench's helpline: brought to a step, told what to say, and what became of it."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ivr.call import CallerSpoke, CallEvent, StepEntered, StepFailed, event_from_dict
from ivr.errors import LineError
from ivr.testing.phone_call import PhoneCall
from ivr.testing.rtp import PACKET_S
from tests.bench.samples import Sample
from tests.bench.stage import HELPLINE, Stage, wall_clock_offset_s
from tests.bench.tones import SHORT_MS, asks, first, loud

KEY_OF = {"menu": "", "long": "3", "question": "4", "digit": "5", "counted": "6", "words": "7"}
"""From the first menu of plans/bench.yaml."""
SETTLES_S = 0.2
"""From the end of a prompt to the first word, at least."""
REPLY_S = 12.0
"""Longer than `answer_within_s` of every step: a voice that was not noticed ends with the line's word for silence."""


class Became(Enum):
    """What the line made of something that was said."""

    RIGHT = "right"
    CONFIRMED = "confirmed"
    """The line asked back, with the right thing: a yes, and it is done."""
    CONFIRMED_WRONG = "confirmed wrong"
    """The line asked back with a wrong thing: the caller says no, and nothing happens."""
    REFUSED = "refused"
    WRONG = "wrong"
    """The line acted on what was not said."""
    UNHEARD = "unheard"
    """Recognition was fully used or down: the line said which keys to press."""
    UNNOTICED = "unnoticed"
    """No voice was found in it."""


@dataclass(slots=True, kw_only=True)
class Spoken:
    """One sample that was said, by the event loop's clock."""

    sample: Sample
    call: PhoneCall
    number: str
    """Under which the journal knows the call."""
    asked_at: float
    """When the prompt before it began to be heard."""
    began_at: float
    """When its first packet was sent."""
    ended_at: float
    """When the packet with its last voiced sample was sent."""
    replied_at: float
    """When the first sound after its beginning came."""
    text: str = ""
    understood_at: float = 0.0
    became: Became = Became.UNNOTICED

    @property
    def cut_off(self) -> bool:
        """Whether the turn was over before the caller was."""
        return self.became is not Became.UNHEARD and 0 < self.understood_at < self.ended_at


class CallLog:
    """The journal of one call, read as it grows."""

    def __init__(self, folder: Path, number: str) -> None:
        self._folder = folder
        self._number = number
        self._file: Path | None = None
        self._read = 0
        self.events: list[CallEvent] = []

    def read(self) -> list[CallEvent]:
        """What came since the last time."""
        if self._file is None:
            self._file = self._find()
        whole = self._file.read_bytes()[self._read :].rpartition(b"\n")[0]
        self._read += len(whole) + bool(whole)
        fresh = [event_from_dict(json.loads(line)) for line in whole.splitlines()]
        self.events += fresh
        return fresh

    def _find(self) -> Path:
        for file in self._folder.glob("*.jsonl"):
            with file.open(encoding="utf-8") as journal:
                if f'"{self._number}"' in journal.readline():
                    return file
        raise LookupError(f"no journal of the call of {self._number}")


class Talker:
    """One caller, who hangs up and dials anew when a conversation leaves the step."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self._stage = stage
        self._chance = chance
        self._step = ""
        self._call: PhoneCall | None = None
        self._number = ""
        self._log: CallLog | None = None
        self._since = 0.0
        self._asked_at = 0.0

    async def ready(self, step: str) -> None:
        """Be asked in `step`, with the prompt over. Raises TimeoutError, LineError, CallRefused."""
        if self._call is None or self._step != step or self._call.ended.is_set():
            await self.leave()
            self._call, self._number = await self._stage.dial(HELPLINE)
            self._log = CallLog(self._stage.stand.settings.state / "calls", self._number)
            self._step = step
            self._since = self._call.answered_at
            if KEY_OF[step]:
                await first(self._call, asks, since=self._since)
                self._since = await self._call.press(KEY_OF[step]) + 0.1
        self._asked_at = await first(self._call, asks, since=self._since)
        await asyncio.sleep(SHORT_MS / 1000 + SETTLES_S)

    async def say(self, sample: Sample, at: float) -> Spoken:
        """Say `sample` from `at` on, and hear the reply. Raises TimeoutError, LineError."""
        if self._call is None:
            raise LineError("nobody has dialled")
        self._call.line.shift(self._chance.uniform(0, PACKET_S))  # no phone ticks at a fixed distance to the line's
        await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))
        before = len(self._call.line.said)
        waiting = asyncio.ensure_future(self._call.say(sample.pcm))
        try:
            replied_at = await first(self._call, loud, since=asyncio.get_running_loop().time(), timeout_s=REPLY_S)
            await waiting
        finally:
            waiting.cancel()
        self._since = replied_at
        sent = self._call.line.said
        return Spoken(
            sample=sample,
            call=self._call,
            number=self._number,
            asked_at=self._asked_at,
            began_at=sent[before][0],
            ended_at=sent[before + max(0, sample.ends_ms - 1) // 20][0],
            replied_at=replied_at,
        )

    async def settle(self, spoken: Spoken) -> None:
        """Find out what became of it, and go on to where the next sample can be said: by a yes, or in a new call."""
        if self._log is None or self._call is None:
            raise LineError("nobody has dialled")
        accepted = self._judge(spoken, self._log.read())
        if spoken.became is Became.CONFIRMED and self._step != "question":
            self._since = await self._call.press("1")
        elif not accepted or self._step == "question":
            await self.leave()

    async def leave(self) -> None:
        """Hang up."""
        if self._call is not None:
            await self._call.hang_up()
        self._call = None

    def _judge(self, spoken: Spoken, events: list[CallEvent]) -> bool:
        """Note what the line made of it; whether it went on to the reply."""
        offset_s = wall_clock_offset_s()
        at = next(
            (
                place
                for place, event in enumerate(events)
                if isinstance(event, CallerSpoke) and event.at - offset_s > spoken.began_at
            ),
            None,
        )
        if any(isinstance(event, StepFailed) and event.failure == "unheard" for event in events):
            spoken.became = Became.UNHEARD
            return False
        if at is None:
            return False
        heard, later = events[at], events[at + 1 :]
        assert isinstance(heard, CallerSpoke)
        spoken.text, spoken.understood_at = heard.text, heard.at - offset_s
        right = spoken.sample.means in (None, heard.understood_as)
        accepted = any(isinstance(event, StepEntered) for event in later)
        if any(isinstance(event, StepFailed) for event in later):
            spoken.became = Became.REFUSED
        elif accepted:
            spoken.became = Became.RIGHT if right else Became.WRONG
        else:
            spoken.became = Became.CONFIRMED if right else Became.CONFIRMED_WRONG
        return accepted
