"""What takes a conversation out of its step: the caller hangs up, wants the menu or a person, or the plan goes on."""

from __future__ import annotations

from ivr.call import Prompt


class CallerLeft(Exception):
    """The caller hung up."""


class WantsMainMenu(Exception):
    """The caller asked for the main menu."""


class GoesOn(Exception):
    """The plan goes on with `step` when something happens in this one: the third silence, say."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


class WantsPerson(Exception):
    """The caller is to speak to a person; `reason` as in HandOver, `queue` None for the step's own.

    `said` are the last words before; None: the usual ones.
    """

    def __init__(self, reason: str, queue: str | None = None, said: tuple[Prompt, ...] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.queue = queue
        self.said = said
