"""What every kind of source has in common: what it is asked, what it gives, and how a reply becomes one answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from ivr.errors import FlowError, LookUpFailed

Answer = Mapping[str, str]
"""Fact → its value; an empty value says that the source has none."""


class Unusable(LookUpFailed):
    """The source works, but what it says to this asking makes no sense; others may still be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in a file of sources; `line` and `column` are 1-based."""

    file: str
    line: int
    column: int

    def wrong(self, message: str) -> FlowError:
        """The error to raise about it."""
        return FlowError(message, file=self.file, line=self.line, column=self.column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A column or path, and where the file names it."""

    text: str
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What every source is set up with."""

    name: str
    at: Place
    time_limit_s: float
    """The longest that a caller waits for it."""
    take: Mapping[str, Named]
    """Fact → where it stands in the reply."""
    first_of_several: bool
    """Whether the first of several different answers counts; else they are none."""


class Source(Protocol):
    """One table or service."""

    @property
    def setup(self) -> Setup:
        """What it was set up with."""
        ...

    @property
    def asks(self) -> frozenset[str]:
        """The named values that it needs."""
        ...

    @property
    def may_be_rehearsed(self) -> bool:
        """Whether a call that is only rehearsed may ask it: it lies in files, and nothing real is changed by it."""
        ...

    def check(self) -> tuple[str, ...]:
        """Look at it as it is now; what is odd but may pass, as ``file:line:column: …``. May block for a while.

        Raises FlowError for what cannot work.
        """
        ...

    async def look_up(self, asked: Mapping[str, str]) -> Answer | None:
        """What it knows about `asked`, which holds all that it `asks`, none empty; None if it knows nothing.

        Raises LookUpFailed; has no time limit of its own.
        """
        ...

    async def close(self) -> None:
        """Give back what it holds."""
        ...


def one_answer(setup: Setup, rows: Iterable[tuple[str, ...]]) -> Answer | None:
    """The answer in `rows`, which hold the values of ``take`` in its order; None without rows.

    Rows that say the same are one answer. Of different ones none is taken, unless the file says ``several: first``:
    the first row is as likely to be a neighbour's account as the caller's, and a person can find out. Raises Unusable.
    """
    different = list(dict.fromkeys(rows))
    if not different:
        return None
    if len(different) > 1 and not setup.first_of_several:
        raise Unusable("it has several answers that differ; 'several: first' would take the first")
    return MappingProxyType(dict(zip(setup.take, different[0], strict=True)))
