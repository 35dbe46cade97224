"""Scenes for real calls: a caller of ours leaves word which scene its call has, and the rehearsing service takes it."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ivr.call import Caller
from ivr.dialogue import Flow
from ivr.dialogue.ports import World
from ivr.errors import HelplineError, LineBroken, SettingsError
from ivr.plans.rehearsal.reading import read_scene
from ivr.plans.rehearsal.sandbox import Sandbox
from ivr.plans.rehearsal.scenario import Scenario
from ivr.plans.rehearsal.scene import Clock, Scene, Stage
from ivr.settings import LOOPBACK, Settings
from ivr.speech.recognition.recogniser import Recogniser, Utterance

_NAME = re.compile(r"Rehearsal ([0-9a-f]{32})")
_LONGEST_WORD = 4096
"""Bytes of a word that was left; more was not left by us."""


class RunningClock(Clock):
    """A clock that runs by itself: the call began at `began`, and takes the time that it takes."""

    def __init__(self, began: float) -> None:
        super().__init__(began)
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Unix time in the scene."""
        return self.began + time.monotonic() - self._started

    @seconds.setter
    def seconds(self, seconds: float) -> None:
        """Nobody sets a clock that runs."""


@dataclass(frozen=True, slots=True)
class HearsNobody:
    """The recogniser of a scene in which recognition is down."""

    description: str = "down in this scene"

    async def open(self, phrases: tuple[str, ...] | None) -> Utterance:
        """It cannot. Raises LineBroken."""
        raise LineBroken("recognition is down in this scene")

    def unknown_words(self, words: Iterable[str]) -> frozenset[str]:
        """It knows none."""
        return frozenset(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a rehearsed call meets: the same world as a typed one, and perhaps nobody who hears."""

    world: World
    recogniser: Recogniser | None
    """Instead of the helpline's own; None: its own."""


class Scenes:
    """Scenes of calls that are about to come, in a `folder` that only who starts the service names to it.

    A caller is known by a name that nobody can guess, and for one call. In a service that was not started for
    rehearsals nothing looks here, whatever a caller's name is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def leave_word(self, scenario: Scenario) -> str:
        """The next call from a caller of this name has the scene of `scenario`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        key = uuid.uuid4().hex
        word = {"file": str(Path(scenario.place.file).resolve()), "scenario": scenario.name}
        (self._folder / key).write_text(json.dumps(word), encoding="utf-8")
        return f"Rehearsal {key}"

    async def of_call(self, caller: Caller, flow: Flow) -> Rehearsed | None:
        """What the call of `caller` meets; None if nobody left word of it. Raises HelplineError."""
        scene = self._taken(caller, flow)
        if scene is None:
            return None
        sandbox = Sandbox(flow)
        await asyncio.to_thread(sandbox.begin, at_once=flow.sources is not None)
        world = Stage.of(scene, flow, sandbox, clock=RunningClock, kept_at=time.time())
        return Rehearsed(world=world, recogniser=HearsNobody() if scene.recogniser_down else None)

    def _taken(self, caller: Caller, flow: Flow) -> Scene | None:
        named = _NAME.fullmatch(caller.name)
        if named is None:
            return None
        word = self._folder / named[1]
        try:
            with word.open("rb") as file:
                left = json.loads(file.read(_LONGEST_WORD))
            word.unlink()
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as fault:
            raise HelplineError(f"{word} cannot be read: {fault}") from None
        return read_scene(Path(left["file"]), left["scenario"], flow)


def scenes_in(folder: Path, settings: Settings) -> Scenes:
    """Those in `folder`, for a service that nobody outside this machine can call. Raises SettingsError."""
    for name in ("bind", "sip_bind"):
        if getattr(settings, name) != LOOPBACK:
            raise SettingsError(f"a service that rehearses takes no calls from outside: set '{name}' to {LOOPBACK}")
    return Scenes(folder)
