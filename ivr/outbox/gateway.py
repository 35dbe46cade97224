"""What every gateway has in common, and how a helpline's are set up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from ivr.call import By, Letter
from ivr.errors import HelplineError


class NotTaken(HelplineError):
    """The gateway has not taken the letter, for sure; `again` says whether it may take it later.

    Its text holds neither personal data nor secrets.
    """

    code = "not_taken"

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class FateUnknown(HelplineError):
    """The gateway may have taken the letter: it was handed over, and no answer came, or none that says so."""

    code = "fate_unknown"


class Full(HelplineError):
    """For now nothing more is sent, to whomever; the text says which limit it is. Nothing was written down."""

    code = "outbox_full"


class Gateway(Protocol):
    """Takes letters of one kind."""

    async def send(self, letter: Letter) -> None:
        """Hand `letter` over; it is taken if this returns. Raises NotTaken, FateUnknown, within its time limit."""
        ...

    def check(self) -> tuple[str, ...]:
        """What is odd but may pass, as ``file:line:column: …``; nothing is sent."""
        ...

    async def close(self) -> None:
        """Give back what it holds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is sent."""

    most_a_call: int = 3
    most_a_day: int = 5
    """To one number or address."""
    most_an_hour: int = 200
    """By the helpline in all: texts cost money, and somebody may have them sent to number after number."""
    keep_trying_s: float = 4 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The gateways of one helpline."""

    gateways: Mapping[By, Gateway] = field(default_factory=lambda: MappingProxyType({}))
    limits: Limits = field(default_factory=Limits)
    country: str = "GB"
    """Texts go to mobile numbers of it only (ISO 3166)."""

    def check(self) -> tuple[str, ...]:
        """Warnings of all gateways."""
        return tuple(warning for gateway in self.gateways.values() for warning in gateway.check())

    async def close(self) -> None:
        """Give back what they hold."""
        for gateway in self.gateways.values():
            await gateway.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in the file; 1-based."""

    file: str
    line: int
    column: int

    def told(self, message: str) -> str:
        """A warning about it."""
        return f"{self.file}:{self.line}:{self.column}: {message}"
