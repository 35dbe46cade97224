"""return: a sub-flow is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shape import Scope, Shape

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Value


def _nothing(value: Value, scope: Scope) -> None:
    if not value.is_empty:
        raise value.wrong("'return' takes nothing; the step that called says where the call goes on")
    if not scope.sub_flow:
        raise value.wrong("'return' stands in sub-flows only; use 'goto' or 'hang_up' here")


_NOTHING: Shape[None] = Shape(read=_nothing, schema={"type": "null"}, about="nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Verb):
    """End a sub-flow: the call goes on where it was called from.

    Callers who leave a sub-flow by another way (the main menu, a step of the helpline) have left it.
    """

    word: ClassVar[str] = "return"
    example: ClassVar[str] = """
done:
  return:
"""
    returns: ClassVar[bool] = True
    nothing: None = line(_NOTHING, "Nothing stands behind it.", name="return")

    async def run(self, conversation: Conversation) -> Next:
        """The step after the one that called."""
        return conversation.sub_flows.leave()
