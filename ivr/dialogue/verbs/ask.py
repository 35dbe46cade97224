"""ask: learn one fact from the caller: yes or no, or anything that `words/types` knows, by speech or keys."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.call import Prompt
from ivr.dialogue import wording
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.manner import Manner
from ivr.dialogue.reading import prompts_of, written
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import YES, YES_NO
from ivr.dialogue.words.said_words import GIVEN, IMPOSSIBLE
from ivr.dialogue.words.types.in_plan import ANSWERS
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.dialogue.words.expectation import Understood
    from ivr.dialogue.words.types.answer_type import AnswerType
    from ivr.yaml_file import Fields, Value

_FACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Verb):
    """``ask: <prompts>`` with ``answer: yes_or_no``, or ``answer:`` with one of ANSWERS.

    What was given is read back and counts only after a yes: one misheard digit in five strings is usual. Not so in a
    sensitive step: it takes keys, which are not misheard, and is not to be said aloud.
    """

    word: ClassVar[str] = "ask"
    listens: ClassVar[bool] = True
    text: tuple[Prompt, ...]
    fact: str | None
    counted: AnswerType | None
    """None for yes or no."""
    said: tuple[Written, ...] = ()
    """Phrases of the plan that mean a value."""
    read_back: Prompt | None
    goto: dict[str, Written]
    """``yes`` and ``no``, or ``given``."""

    @classmethod
    def read(cls, fields: Fields, manner: Manner) -> Self:
        """``ask``, ``answer``, ``fact``; ``yes``, ``no``; or the lines of the answer, ``read_back``, ``goto``."""
        text = prompts_of(fields.take("ask"), manner)
        kind = fields.take("answer").one_of(("yes_or_no", *ANSWERS))
        named = fields.get("fact") if kind == "yes_or_no" else fields.take("fact")
        if named is not None and not _FACT_NAME.fullmatch(named.text()):
            raise named.wrong("'fact' must be a name of lower-case letters, digits and '_'")
        fact = named.text() if named is not None else None
        if kind == "yes_or_no":
            goto = {answer: written(fields.take(answer)) for answer in (YES, "no")}
            return cls(text=text, fact=fact, counted=None, read_back=None, goto=goto)
        counted, said = ANSWERS[kind](fields)
        goto = {GIVEN: written(fields.take("goto"))}
        back = fields.get("read_back")
        return cls(
            text=text,
            fact=fact,
            counted=counted,
            said=said,
            read_back=_read_back(back, manner, fact or "") if back else None,
            goto=goto,
        )

    async def run(self, conversation: Conversation) -> Next:
        """The step for the answer."""
        if self.counted is not None:
            return await self._given(conversation, self.counted.on(conversation.world.now().date()))
        understood = await conversation.listen(self.text, self.expectation())
        if self.fact:
            conversation.learnt(self.fact, understood.name, understood.confidence)
        return self.goto[understood.name].text

    async def _given(self, conversation: Conversation, kind: AnswerType) -> Next:
        """Ask until the caller says yes to what was read back; after a no, read back and asked in a tighter way."""
        asked, said = self.text, kind.said
        least = conversation.manner.read_back_from if kind.read_back else conversation.manner.confirm
        while True:
            given: Understood | None = await conversation.listen(asked, Expectation(counted=kind))
            if conversation.manner.sensitive:
                if given is not None and given.name == GIVEN and given.value:
                    conversation.learnt(self.fact or "", given.value, given.confidence)
                    return self.goto[GIVEN].text
                await conversation.failed("not_understood")
                continue
            if given is not None and given.name == IMPOSSIBLE:
                await conversation.failed("impossible")
                conversation.say([self._own(conversation, given.value)])
                continue
            if given is not None and given.confidence < least:
                await conversation.failed("not_understood")
            while given is not None and given.value and given.confidence >= least:
                sure = given.by_keys or given.confidence >= conversation.manner.accept
                back = self._back(conversation, said(given.value))
                if (sure and not kind.read_back) or await conversation.agreed([back], after_keyed_digits=given.by_keys):
                    conversation.learnt(self.fact or "", given.value, given.confidence)
                    return self.goto[GIVEN].text
                conversation.refuse(given)
                await conversation.failed("refused")
                given, said = given.otherwise(), kind.spelled_out
                asked = (*self.text, self._own(conversation, kind.tighter))

    def _back(self, conversation: Conversation, said: str) -> Prompt:
        """The question whether it is right."""
        if self.read_back is None:
            return self._own(conversation, wording.read_back(said))
        return replace(self.read_back, text=conversation.filled(self.read_back.text, **{self.fact or "": said}))

    def _own(self, conversation: Conversation, text: str) -> Prompt:
        return Prompt(text=text, barge_in=conversation.manner.barge_in)

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """Yes and no, or what is asked for."""
        return Expectation(counted=self.counted) if self.counted else Expectation(options=YES_NO)

    def say_fact(self, name: str, value: str) -> str | None:
        """As it was read back."""
        return self.counted.said(value) if self.counted is not None and name == self.fact else None

    def jumps(self) -> tuple[Jump, ...]:
        """The step for each answer."""
        return tuple(Jump.to(step, answer) for answer, step in self.goto.items())

    def facts(self) -> tuple[str, ...]:
        """The fact."""
        return (self.fact,) if self.fact else ()

    def phrases(self) -> tuple[Written, ...]:
        """The phrases of the plan that mean a value."""
        return self.said

    def prompts(self) -> tuple[Prompt, ...]:
        """The question, what is asked back, and the tighter question."""
        own = (self.read_back,) if self.read_back else ()
        tighter = (Prompt(text=self.counted.tighter),) if self.counted else ()
        return (*self.text, *own, *tighter)


def _read_back(value: Value, manner: Manner, fact: str) -> Prompt:
    prompts = prompts_of(value, manner)
    if len(prompts) != 1 or f"{{{fact}}}" not in prompts[0].text:
        raise value.wrong(f"'read_back' must be one text that holds '{{{fact}}}'; add it")
    return prompts[0]
