"""Callers whom a helpline knows: a file of callers with one source, and records that look-ups find."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from ivr.callers import Callers, Lock
from ivr.callers_file import read_callers
from ivr.errors import LookUpFailed
from ivr.testing.fixed_world import FixedWorld

FILE = """\
fields:
  reference: {level: knowledge, kind: reference}
  name: knowledge
  balance: knowledge
  vulnerable: number
  date_of_birth: {level: agent, kind: date}
  pin: secret
sources:
  residents:
    match:
      - {look_up: by_phone, with: {phone: "{number}"}}
      - {look_up: by_reference, with: {reference: "{reference}"}}
    take: {reference: reference, name: name, balance: balance, vulnerable: vulnerable, date_of_birth: born, pin: pin}
"""
HEAD = "sources: sources.yaml\ncallers: callers.yaml"
TODAY = date(2026, 11, 23)
ADA = {
    "phone": "+447700900123", "reference": "12345678", "name": "Ada", "balance": "12.50", "born": "1970-05-03",
    "pin": "4711", "vulnerable": "no",
}  # fmt: skip
BOB = {
    "phone": "+447700900124", "reference": "87654321", "name": "Bob", "balance": "99.99", "born": "1980-02-01",
    "pin": "1234", "vulnerable": "yes",
}  # fmt: skip


def beside(folder: Path, text: str = FILE) -> Path:
    """The files of callers and of sources, beside a plan in `folder`."""
    (folder / "sources.yaml").write_text("{}\n", encoding="utf-8")
    path = folder / "callers.yaml"
    path.write_text(text, encoding="utf-8")
    return path


class Residents:
    """A look-up over `records`; those in `away` fail. Remembers what it was `asked`."""

    def __init__(self, *records: Mapping[str, str], away: bool = False) -> None:
        self.records = records
        self.away = away
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    async def look_up(self, name: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        """See `World.look_up`."""
        self.asked.append((name, asked))
        if self.away:
            raise LookUpFailed("away")
        found = (one for one in self.records if all(one.get(key) == value for key, value in asked.items()))
        return next(found, None)


class Clock:
    """Unix time that tests set."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def world_of(path: Path, residents: Residents, lock: Lock | None = None) -> FixedWorld:
    """A world that knows `residents` by the file of callers `path`."""
    return FixedWorld(
        callers=Callers(read_callers(path), residents.look_up, lock or Lock(None, "key", Clock()), lambda: TODAY)
    )
