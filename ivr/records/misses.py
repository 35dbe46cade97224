"""Questions that nobody answered, kept so that an admin can answer them: without who asked, and never too many."""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ivr.call import CallEvent, CallId, Ended, FactLearnt, QuestionMissed, Rang, RecordSaid
from ivr.records.redaction import redacted

log = logging.getLogger(__name__)

FOLDER = "misses"
"""Below the state's folder."""
LARGEST_FILE_BYTES = 1_000_000
"""About 7,000 questions; beyond, the older half goes."""
KEPT_DAYS = 90
"""If nothing else is set."""
LONGEST_TEXT = 300
MOST_CALLS = 1000
"""Whose personal words are remembered at once; the oldest goes first."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_UNSAFE = re.compile(r"[^0-9A-Za-z._-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """One question; `caller` tells callers apart and is drawn by lot, so that it leads to no call."""

    id: str
    day: date
    caller: str
    text: str
    reason: str


class Misses:
    """One file a helpline, ``<folder>/<helpline>.jsonl`` (mode 0600, folder 0700).

    A line is a question, or ``{"done": [ids]}``: the service and `ivr misses` only ever append, each with one write,
    so neither waits for the other. A full disk costs a line and a warning, never the call.
    """

    def __init__(self, folder: Path, common: Callable[[], Set[str]] = frozenset, *, days: int = KEPT_DAYS) -> None:
        """`common` gives words that are nobody's own, though a fact of a call may hold them ("garden waste").

        What is older than `days` is not told, and goes with `tidy`.
        """
        self._folder = folder
        self._days = days
        self._writing = threading.Lock()
        self._common = common
        self._calls: dict[CallId, _Asker] = {}

    def note(self, event: CallEvent) -> None:
        """Keep `event` if it is a question without answer; of the others only what is personal in this call."""
        asker = self._calls.get(event.call_id)
        match event:
            case Rang(helpline=helpline, name=name):
                while len(self._calls) >= MOST_CALLS:
                    del self._calls[next(iter(self._calls))]
                self._calls[event.call_id] = _Asker(helpline, secrets.token_hex(4), _words(name))
            case FactLearnt(value=value) | RecordSaid(value=value) if asker is not None:
                asker.facts |= _words(value)
            case QuestionMissed(text=text, reason=reason, at=at) if asker is not None:
                own = asker.name | (asker.facts - self._common())
                self._keep(asker, redacted(text[:LONGEST_TEXT], own), reason, at)
            case Ended():
                self._calls.pop(event.call_id, None)

    def of(self, helpline: str, *, today: date | None = None) -> tuple[Miss, ...]:
        """What is open, oldest first; nothing that will be too old before `today` ends."""
        oldest = (today or datetime.now(UTC).date()) - timedelta(days=self._days)
        found: dict[str, Miss] = {}
        for line in self._lines(helpline):
            try:
                told = json.loads(line)
                if "done" in told:
                    for done in told["done"]:
                        found.pop(done, None)
                    continue
                miss = Miss(**{**told, "day": date.fromisoformat(told["day"])})
            except (ValueError, TypeError, KeyError):
                log.warning("unreadable line among the missed questions")
                continue
            if miss.day > oldest:
                found[miss.id] = miss
        return tuple(found.values())

    def done(self, helpline: str, ids: Iterable[str]) -> None:
        """These are seen to. Raises OSError."""
        self._append(helpline, {"done": sorted(ids)})

    def tidy(self, at: float) -> None:
        """Write down anew what is open on the day of `at` (Unix seconds), so that what is done or old is on no disk.

        For the service alone, from any thread; it takes some milliseconds, in which `note` waits. Raises OSError. What
        `ivr misses` marks at this very moment may show again.
        """
        today = datetime.fromtimestamp(at, UTC).date()
        for file in sorted(self._folder.glob("*.jsonl")):
            with self._writing:
                kept = self.of(file.stem, today=today)
                if len(kept) != len(self._lines(file.stem)):
                    _replace(file, "".join(_line(_told(miss)) for miss in kept).encode())

    def _keep(self, asker: _Asker, text: str, reason: str, at: float) -> None:
        if not text:
            return
        day = datetime.fromtimestamp(at, UTC).date()
        miss = Miss(id=secrets.token_hex(4), day=day, caller=asker.lot, text=text, reason=reason)
        try:
            self._append(asker.helpline, _told(miss))
        except OSError as fault:
            log.warning("a missed question could not be kept", extra={"fault": str(fault)})

    def _append(self, helpline: str, told: dict[str, object]) -> None:
        with self._writing:
            self._append_to(self._file(helpline), told)

    def _append_to(self, file: Path, told: dict[str, object]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(handle).st_size
            whole = size == 0 or os.pread(handle, 1, size - 1) == b"\n"  # else a torn line is ended first
            os.write(handle, ("" if whole else "\n").encode() + _line(told).encode())
        finally:
            os.close(handle)
        if size > LARGEST_FILE_BYTES:
            half = file.read_bytes()[-LARGEST_FILE_BYTES // 2 :]
            _replace(file, half.partition(b"\n")[2])

    def _lines(self, helpline: str) -> list[str]:
        try:
            return self._file(helpline).read_text("utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []

    def _file(self, helpline: str) -> Path:
        return self._folder / (_UNSAFE.sub("_", helpline).lstrip(".") + ".jsonl")


class _Asker:
    """A call that goes on: what is personal in it, and its lot."""

    __slots__ = ("facts", "helpline", "lot", "name")

    def __init__(self, helpline: str, lot: str, name: set[str]) -> None:
        self.helpline = helpline
        self.lot = lot
        self.name = name
        self.facts: set[str] = set()


def _words(value: str) -> set[str]:
    return {found.group().lower() for found in _WORD.finditer(value)}


def _told(miss: Miss) -> dict[str, object]:
    return {"id": miss.id, "day": miss.day.isoformat(), "caller": miss.caller, "text": miss.text, "reason": miss.reason}


def _line(told: dict[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False) + "\n"


def _replace(file: Path, content: bytes) -> None:
    """Nobody ever sees half of it."""
    part = file.with_name(f".{file.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content)
    part.rename(file)
