"""Who calls: the record of each caller of one helpline, and the check whether they are who it says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date

from ivr.call import Caller, CheckOutcome, Level, Said
from ivr.callers.comparing import all_right, comparable
from ivr.callers.gathering import Gathering, LookUp
from ivr.callers.lock import Lock
from ivr.callers.merging import Person
from ivr.callers_file import CallersFile
from ivr.phone_numbers import NUMBER, numbers

log = logging.getLogger(__name__)


class Callers:
    """The callers of one helpline, after `file`; `ring` begins with one of them."""

    def __init__(self, file: CallersFile, look_up: LookUp, lock: Lock, today: Callable[[], date]) -> None:
        self._file = file
        self._look_up = look_up
        self._lock = lock
        self._today = today

    def ring(self, caller: Caller) -> CallersRecord:
        """Ask about `caller` from now on; nobody waits. Needs a running event loop."""
        return CallersRecord(self._file, self._look_up, self._lock, self._today, caller)


class CallersRecord:
    """A `Record` of the dialogue: of one caller, for one call."""

    def __init__(
        self, file: CallersFile, look_up: LookUp, lock: Lock, today: Callable[[], date], caller: Caller
    ) -> None:
        self._file = file
        self._look_up = look_up
        self._lock = lock
        self._today = today
        shown = numbers(caller.number, file.country)
        self._number = lock.hashed("number", [shown[NUMBER]] if shown else [])
        self._gathering = Gathering(file, look_up, shown, today)
        self._proven = Level.NONE
        self._by = NUMBER

    # -- what is known ---------------------------------------------------------------------------------

    @property
    def known(self) -> bool:
        """Whether there is a record."""
        return self._gathering.person() is not None

    @property
    def level(self) -> Level:
        """How sure it is that it is the caller's."""
        return self._proven if self._proven or not self.known else Level.NUMBER

    @property
    def by(self) -> str:
        """By which fields that was found out; empty if nothing was."""
        return self._by if self.known else ""

    def value(self, name: str, *, spoken: bool) -> str:
        """The field `name`, to be `spoken` or to be decided by; empty below its level."""
        use = self._file.fields[name].use
        if use.level is None or self.level < use.level or (spoken and not use.spoken):
            return ""
        person = self._gathering.person()
        return person.values.get(name, "") if person is not None else ""

    def said(self) -> tuple[Said, ...]:
        """Which source says what; secrets are left out."""
        person = self._gathering.person()
        return person.said if person is not None else ()

    async def ready(self) -> None:
        """Wait for the sources, in all at most `wait_s` a call."""
        await self._gathering.settle()

    async def close(self) -> None:
        """The call is over."""
        await self._gathering.close()

    # -- whether they are who it says ------------------------------------------------------------------

    def locked(self) -> bool:
        """Whether the check is locked, as far as is known before anything is asked."""
        person = self._gathering.person()
        return self._locked(self._hashed(person, {}) if person is not None else "")

    async def check(self, level: Level, found_by: Mapping[str, str], told: Mapping[str, str]) -> CheckOutcome:
        """Whether who told `told` (field → value) is the owner of the record; from then on they have `level`.

        The record is the one that is known, or if `found_by` is given, the one that is found by that. A wrong answer
        and a record that does not exist come to the same, in the same way.
        """
        fresh = Gathering(self._file, self._look_up, found_by, self._today) if found_by else None
        try:
            gathering = fresh or self._gathering
            await gathering.settle()
            person = gathering.person()
            outcome = await self._outcome(level, gathering, person, found_by, told)
            if outcome is CheckOutcome.PASSED and person is not None:
                gathering.owner = person.key
                self._proven = max(level, self._proven)
                self._by = ", ".join(dict.fromkeys((*(found_by or self._by.split(", ")), *told)))
                if fresh is not None:
                    self._gathering, fresh = fresh, self._gathering
            return outcome
        finally:
            if fresh is not None:
                await fresh.close()

    async def _outcome(
        self,
        level: Level,
        gathering: Gathering,
        person: Person | None,
        found_by: Mapping[str, str],
        told: Mapping[str, str],
    ) -> CheckOutcome:
        """What the check comes to; of one that is not passed, this depends on nothing that a record holds or lacks.

        While a source is away, who is wrong, whose record it may have, and who made a record up all are "unknown" and
        count alike. Nothing counts where nobody could be known.
        """
        held = person.values if person is not None else {}
        if not found_by and any(not held.get(name) for name in told):
            return CheckOutcome.UNKNOWN
        if found_by and not gathering.could_tell(told):
            return CheckOutcome.UNKNOWN
        record = self._hashed(person, found_by)
        if self._locked(record):
            return CheckOutcome.LOCKED
        await self._lock.failed(
            self._number, record, level
        )  # before it is compared: nobody gets a try more by hanging up
        if all_right(self._file, told, held):
            await self._lock.passed(record, level)
            return CheckOutcome.PASSED
        if self._locked(record):
            return CheckOutcome.LOCKED
        return CheckOutcome.UNKNOWN if found_by and gathering.incomplete else CheckOutcome.WRONG

    def _locked(self, record: str) -> bool:
        return self._lock.locked(self._file.lock, self._number, record)

    def _hashed(self, person: Person | None, found_by: Mapping[str, str]) -> str:
        """The record as the lock knows it; of one that does not exist, what was told of it, so that it locks alike."""
        if person is not None and person.key:
            return self._lock.hashed("record", person.key)
        claimed = found_by or (person.values if person is not None else {})
        fields = self._file.fields
        return self._lock.hashed(
            "record", [comparable(value, fields[name].kind, self._file.country) for name, value in claimed.items()]
        )
