"""Asks the sources of one file about one caller, all at once, and those that need what another one knew, after it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from ivr.callers.merging import Key, Person, Reply, merged, reply_of
from ivr.callers_file import CallersFile, Source, Way
from ivr.errors import LookUpFailed

log = logging.getLogger(__name__)

LookUp = Callable[[str, Mapping[str, str]], Awaitable[Mapping[str, str] | None]]
"""Source of the plan and named values in, what it knows out; raises LookUpFailed within its own time limit."""
MOST_ASKED = 4
"""Look-ups of one source about one caller: its ways, and once more if what it was asked by turned out otherwise."""
Asked = tuple[str, frozenset[tuple[str, str]]]
"""A look-up and its values."""


@dataclass(slots=True)
class _State:
    """How it stands with one source."""

    reply: Reply | None = None
    way: Way | None = None
    """How it was asked when it gave `reply`; it is not asked otherwise then."""
    answered: Asked | None = None
    """By what it was asked then."""
    tried: set[Asked] = field(default_factory=set)
    unanswered: set[Asked] = field(default_factory=set)
    """Of what was asked by the values that all began with: those to which there is no answer, not even a no."""
    task: asyncio.Task[None] | None = None


class Gathering:
    """Everything that sources say to the values `start`; it goes on by itself until `close`."""

    def __init__(self, file: CallersFile, look_up: LookUp, start: Mapping[str, str], today: Callable[[], date]) -> None:
        self._file = file
        self._look_up = look_up
        self._start = start
        self._today = today
        self._states = {source.name: _State() for source in file.sources}
        self._quiet = asyncio.Event()
        self._budget_s = file.wait_s
        self.owner: Key | None = None
        """Whose record it is, once that is proven: whatever comes later, it is nobody else's."""
        self._go_on()

    @property
    def incomplete(self) -> bool:
        """Whether a source has failed or not yet answered to what all began with.

        Sources that are asked by what another one knew make no difference: that they are asked at all, tells that there
        is a record.
        """
        return any(state.unanswered for state in self._states.values())

    def could_tell(self, names: Collection[str]) -> bool:
        """Whether all these fields could be known of anybody while it is `incomplete`."""
        there = [source for source in self._file.sources if not self._states[source.name].unanswered]
        reached, before = set(self._start), -1
        while len(reached) > before:
            before = len(reached)
            for source in there:
                if any(way.needs <= reached for way in source.ways):
                    reached |= source.take.keys()
        return reached >= set(names)

    def person(self) -> Person | None:
        """The record, as far as it is known by now."""
        replies = (state.reply for state in self._states.values() if state.reply is not None)
        return merged(self._file, replies, self._today(), owner=self.owner)

    async def settle(self) -> None:
        """Wait until every source has answered: in all at most the file's `wait_s`, however often it is asked for."""
        if self._quiet.is_set() or self._budget_s <= 0:
            return
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._budget_s):
                await self._quiet.wait()
        except TimeoutError:
            log.warning("a caller's record is not waited for any longer", extra={"waited_s": self._file.wait_s})
        finally:
            self._budget_s -= loop.time() - began

    async def close(self) -> None:
        """Nobody needs it any more: what still runs is let go."""
        running = [state.task for state in self._states.values() if state.task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _go_on(self) -> None:
        """Ask every source that can be asked now, unless it runs or has answered to the same."""
        person = self.person()
        known = {**(person.values if person is not None else {}), **self._start}
        for source in self._file.sources:
            state = self._states[source.name]
            if state.task is None and len(state.tried) < MOST_ASKED:
                self._ask(source, state, known)
        if all(state.task is None for state in self._states.values()):
            self._quiet.set()

    def _ask(self, source: Source, state: _State, known: Mapping[str, str]) -> None:
        """Start the first way of `source` that its values are known for, and that did not come to nothing before."""
        for way in (state.way,) if state.way is not None else source.ways:
            values = way.filled(known)
            if values is None:
                continue
            asked = (way.look_up, frozenset(values.items()))
            if asked == state.answered:
                return
            if asked not in state.tried:
                state.tried.add(asked)
                by = {name: known[name] for name in way.needs}
                if way.needs <= self._start.keys():
                    state.unanswered.add(asked)
                self._quiet.clear()
                state.task = asyncio.create_task(
                    self._answered(source, state, way, values, by), name=f"ask {source.name} who calls"
                )
                return

    async def _answered(
        self, source: Source, state: _State, way: Way, values: Mapping[str, str], by: Mapping[str, str]
    ) -> None:
        try:
            facts = await self._look_up(way.look_up, values)
        except LookUpFailed:
            pass  # the sources' own log says why
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller is served; its text may hold values
            log.error(
                "a caller's record could not be read", extra={"source": source.name, "fault": type(fault).__name__}
            )
        else:
            asked = (way.look_up, frozenset(values.items()))
            state.unanswered.discard(asked)
            if facts is not None:
                state.reply, state.way, state.answered = reply_of(self._file, source, facts, by), way, asked
                state.unanswered.clear()
        state.task = None
        self._go_on()
