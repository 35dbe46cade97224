"""Callers' records in a rehearsed call: the real merging and checking, over sources that answer as the scene says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ivr.callers import Callers, Lock
from ivr.callers.gathering import LookUp
from ivr.callers_file import CallersFile, LockRule, Source
from ivr.errors import LookUpFailed
from ivr.phone_numbers import numbers

LOCK_KEY = "rehearsal"


class LockedAlready(Lock):
    """A lock that nobody can open in this call."""

    def locked(self, rule: LockRule, number: str, record: str) -> bool:
        """It is."""
        return True


class RecordedCallers:
    """Answers for the sources of `file`: about `record` by the `number`, and about each of `others` by what is told.

    `record` None: nobody is on record for the number; `away`: no source answers. Look-ups that the scene has an answer
    of its own for (`own`) are asked there.
    """

    def __init__(
        self,
        file: CallersFile,
        *,
        number: str,
        record: Mapping[str, str] | None,
        others: tuple[Mapping[str, str], ...],
        away: bool,
        own: Mapping[str, LookUp],
        today: date,
    ) -> None:
        self._file = file
        self._numbers = numbers(number, file.country)
        self._record = record
        self._others = others
        self._away = away
        self._own = own
        self._today = today

    def callers(self, lock: Lock) -> Callers:
        """Those that a call meets."""
        return Callers(self._file, self.look_up, lock, lambda: self._today)

    async def look_up(self, name: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        """What the source behind the look-up `name` knows. Raises LookUpFailed."""
        if name in self._own:
            return await self._own[name](name, asked)
        if self._away:
            raise LookUpFailed("no source of callers answers in this scene")
        return next(self._answers(name, asked), None)

    def _answers(self, name: str, asked: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
        known = [({**self._record, **self._numbers}, self._record)] if self._record is not None else []
        known += [(dict(one), one) for one in self._others]
        for source in self._file.sources:
            for way in source.ways:
                for values, record in known:
                    if way.look_up == name and _same(way.filled(values), asked):
                        yield self._facts(source, record)

    def _facts(self, source: Source, record: Mapping[str, str]) -> Mapping[str, str]:
        facts = {fact: record.get(field, "") for field, fact in source.take.items()}
        return {**facts, **({source.as_of: self._today.isoformat()} if source.as_of else {})}


def _same(one: Mapping[str, str] | None, other: Mapping[str, str]) -> bool:
    return one is not None and {k: _plain(v) for k, v in one.items()} == {k: _plain(v) for k, v in other.items()}


def _plain(text: str) -> str:
    return "".join(text.casefold().split())
