"""What a call knows of the caller's earlier ones, and how they want to be spoken to."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr.call import EarlierCall, Preferences, Remembered


@dataclass(slots=True, kw_only=True)
class Kept:
    """Of one call; `number` is empty for who withholds theirs, of whom nothing is kept."""

    number: str = ""
    before: Remembered = field(default_factory=Remembered)
    """When the call began."""
    preferences: Preferences = field(default_factory=Preferences)
    """As they hold now."""
    asked: Preferences | None = None
    """Those that the caller was asked about, whether they are to be remembered."""
    forgotten: bool = False
    """Whether the caller wants nothing kept; that goes for this call, too."""

    @property
    def to_ask(self) -> bool:
        """Whether there is something new that the caller may want to be remembered."""
        return (
            bool(self.number) and not self.forgotten and self.preferences not in (self.before.preferences, self.asked)
        )

    def calls(self, helpline: str) -> tuple[EarlierCall, ...]:
        """The earlier calls to `helpline`, the newest first."""
        return tuple(call for call in self.before.calls if call.helpline == helpline)

    def begin(self, number: str, before: Remembered) -> None:
        """The call begins, with what is kept of `number`."""
        self.number, self.before, self.preferences = number, before, before.preferences
