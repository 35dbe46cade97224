"""Which sub-flows a conversation is inside of, and where it goes on after each."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.dialogue.flow import SubFlow

DEEPEST = 8
"""Sub-flows within sub-flows."""


class SubFlows:
    """The steps after the sub-flows that are being run, the innermost last."""

    def __init__(self, flows: Mapping[str, SubFlow]) -> None:
        self._flows = flows
        self._after: list[str] = []

    def enter(self, name: str, then: str) -> str:
        """Run the sub-flow `name`, and go on with the step `then` when it returns; its first step."""
        if len(self._after) >= DEEPEST:
            raise RecursionError(f"sub-flow {name} would be {DEEPEST + 1} deep")
        self._after.append(then)
        return self._flows[name].start

    def leave(self) -> str:
        """The step after the sub-flow that is being run."""
        return self._after.pop()

    def clear(self) -> None:
        """Out of all of them."""
        self._after.clear()
