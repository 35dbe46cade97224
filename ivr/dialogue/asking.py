"""Asking for one value until the caller agrees to it: what the verbs that learn values have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ivr.call import Prompt
from ivr.dialogue import wording
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.said_words import GIVEN, IMPOSSIBLE

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.dialogue.words.expectation import Understood
    from ivr.dialogue.words.options import Option
    from ivr.dialogue.words.types.answer_type import AnswerType


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The `fact` that is asked for, by which prompts, and of which kind."""

    fact: str
    asked: tuple[Prompt, ...]
    kind: AnswerType
    read_back: Prompt | None = None
    """The question whether it is right; None is the usual one."""
    besides: tuple[Option, ...] = ()
    """What may be answered instead of a value."""


async def ask_for(conversation: Conversation, wanted: Wanted) -> str:
    """The value that the caller says yes to when it is read back, kept as the fact; after a no, ask in a tighter way.

    Nothing is kept, and it is empty, if the caller answers one of what may be said `besides`. In a sensitive step keys
    count as they are, and nothing is read back. Raises as `Conversation.listen` does.
    """
    kind = wanted.kind.on(lambda: conversation.world.now().date())
    asked, said = wanted.asked, kind.said
    least = conversation.manner.read_back_from if kind.read_back else conversation.manner.confirm
    expectation, instead = Expectation(counted=kind, options=wanted.besides), {one.name for one in wanted.besides}
    while True:
        given: Understood | None = await conversation.listen(asked, expectation)
        if given is not None and given.name in instead:
            return ""
        if conversation.manner.sensitive:
            if given is not None and given.name == GIVEN and given.value:
                conversation.learnt(wanted.fact, given.value, given.confidence)
                return given.value
            await conversation.failed("not_understood")
            continue
        if given is not None and given.name == IMPOSSIBLE:
            await conversation.failed("impossible")
            conversation.say([_own(conversation, given.value)])
            continue
        if given is not None and given.confidence < least:
            await conversation.failed("not_understood")
        while given is not None and given.value and given.confidence >= least:
            sure = given.by_keys or given.confidence >= conversation.manner.accept
            back = _back(conversation, wanted, said(given.value))
            if (sure and not kind.read_back) or await conversation.agreed([back], after_keyed_digits=given.by_keys):
                conversation.learnt(wanted.fact, given.value, given.confidence)
                return given.value
            conversation.refuse(given)
            await conversation.failed("refused")
            given, said = given.otherwise(), kind.spelled_out
            asked = (*wanted.asked, _own(conversation, kind.tighter))


def _back(conversation: Conversation, wanted: Wanted, said: str) -> Prompt:
    """The question whether it is right."""
    if wanted.read_back is None:
        return _own(conversation, wording.read_back(said))
    return replace(wanted.read_back, text=conversation.filled(wanted.read_back.text, **{wanted.fact: said}))


def _own(conversation: Conversation, text: str) -> Prompt:
    return Prompt(text=text, barge_in=conversation.manner.barge_in)
