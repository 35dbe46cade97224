"""split: send a part of the callers one way and the others another, to compare."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shape import Scope, Shape
from ivr.dialogue.language.shapes import STEP
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.call import CallId
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`percent` of the callers go to `goto`."""

    goto: Written
    percent: int


def _shares(value: Value, scope: Scope) -> tuple[Share, ...]:
    given = value.fields()
    shares = tuple(
        Share(goto=STEP.read(key, scope), percent=given.take(name).whole(1, 100)) for name, key in given.keys.items()
    )
    total = sum(share.percent for share in shares)
    if total != 100:
        raise value.wrong(f"the percentages come to {total}; make them 100")
    return shares


_SHARES: Shape[tuple[Share, ...]] = Shape(
    read=_shares,
    schema={
        "type": "object",
        "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 100},
        "minProperties": 1,
    },
    about="`step: percent`, 100 in all",
)


def drawn(call_id: CallId, step: str) -> int:
    """The number from 0 to 99 that a call draws at a step: always the same, so that a test can know it."""
    return int.from_bytes(hashlib.sha256(f"{call_id} {step}".encode()).digest()[:4]) % 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Verb):
    """Send a part of the callers one way and the others another, to compare.

    The same call always goes the same way at the same step.
    """

    word: ClassVar[str] = "split"
    example: ClassVar[str] = """
wording:
  split: {main: 20, goodbye: 80}
"""
    shares: tuple[Share, ...] = line(_SHARES, "The ways, each with its part of the callers.", name="split")

    async def run(self, conversation: Conversation) -> Next:
        """The step that the call draws."""
        number = drawn(conversation.notebook.call_id, conversation.step.name)
        return next(step for step, end in self._ends() if number < end)

    def _ends(self) -> Iterator[tuple[str, int]]:
        end = 0
        for share in self.shares:
            end += share.percent
            yield share.goto.text, end

    def jumps(self) -> tuple[Jump, ...]:
        """The step of each share."""
        return tuple(Jump.to(share.goto, f"{share.percent} %") for share in self.shares)
