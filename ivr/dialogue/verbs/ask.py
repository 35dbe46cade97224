"""ask: learn one fact from the caller, yes or no, digits by speech or keys, or letters spelled out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.call import Prompt
from ivr.dialogue import wording
from ivr.dialogue.flow import Next, Verb, Written
from ivr.dialogue.manner import Manner
from ivr.dialogue.reading import prompts_of, written
from ivr.dialogue.words.counted import Counted
from ivr.dialogue.words.digits import DigitString
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.letters import Spelling
from ivr.dialogue.words.options import YES, YES_NO
from ivr.dialogue.words.said_words import GIVEN

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.dialogue.words.expectation import Understood
    from ivr.yaml_file import Fields, Value

MOST_SYMBOLS = 20
_FACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RANGE = re.compile(r"([0-9]{1,2})\s*-\s*([0-9]{1,2})")
_COUNTED: dict[str, tuple[str, type[Counted]]] = {
    "digits": ("digits", DigitString),
    "spelling": ("characters", Spelling),
}
"""Kind of answer → the line that holds its lengths, and how it is understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Verb):
    """``ask: <prompts>`` with ``answer: yes_or_no``, ``answer: digits`` or ``answer: spelling``.

    Digits and spelled letters are read back and count only after a yes: one misheard digit in five strings is usual.
    """

    word: ClassVar[str] = "ask"
    listens: ClassVar[bool] = True
    text: tuple[Prompt, ...]
    fact: str | None
    counted: Counted | None
    """None for yes or no."""
    read_back: Prompt | None
    goto: dict[str, Written]
    """``yes`` and ``no``, or ``given``."""

    @classmethod
    def read(cls, fields: Fields, manner: Manner) -> Self:
        """``ask``, ``answer``, ``fact``; ``yes``, ``no``; or ``digits`` or ``characters``, ``read_back``, ``goto``."""
        text = prompts_of(fields.take("ask"), manner)
        kind = fields.take("answer").one_of(("yes_or_no", *_COUNTED))
        named = fields.get("fact") if kind == "yes_or_no" else fields.take("fact")
        if named is not None and not _FACT_NAME.fullmatch(named.text()):
            raise named.wrong("'fact' must be a name of lower-case letters, digits and '_'")
        fact = named.text() if named is not None else None
        if kind == "yes_or_no":
            goto = {answer: written(fields.take(answer)) for answer in (YES, "no")}
            return cls(text=text, fact=fact, counted=None, read_back=None, goto=goto)
        line, counted = _COUNTED[kind]
        lengths = _lengths(fields.take(line))
        goto = {GIVEN: written(fields.take("goto"))}
        back = fields.get("read_back")
        return cls(
            text=text,
            fact=fact,
            counted=counted(lengths=lengths),
            read_back=_read_back(back, manner, fact or "") if back else None,
            goto=goto,
        )

    async def run(self, conversation: Conversation) -> Next:
        """The step for the answer."""
        if self.counted is not None:
            return await self._given(conversation)
        understood = await conversation.listen(self.text, self.expectation())
        if self.fact:
            conversation.notebook.learnt(self.fact, understood.name, understood.confidence)
        return self.goto[understood.name].text

    async def _given(self, conversation: Conversation) -> Next:
        """Ask until the caller says yes to what was read back: at first symbol by symbol, then by the alphabet."""
        said = wording.spaced
        while True:
            given: Understood | None = await conversation.listen(self.text, self.expectation())
            while given is not None and given.value and given.confidence >= conversation.manner.read_back_from:
                back = self._back(conversation, said(given.value))
                if await conversation.agreed([back], after_keyed_digits=given.by_keys):
                    conversation.notebook.learnt(self.fact or "", given.value, given.confidence)
                    return self.goto[GIVEN].text
                conversation.refuse(given)
                await conversation.failed("refused")
                given, said = given.otherwise(), wording.by_alphabet

    def _back(self, conversation: Conversation, said: str) -> Prompt:
        """The question whether it is right."""
        if self.read_back is None:
            return Prompt(text=wording.read_back(said), barge_in=conversation.manner.barge_in)
        return replace(self.read_back, text=conversation.filled(self.read_back.text, **{self.fact or "": said}))

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """Yes and no, or what is counted out."""
        return Expectation(counted=self.counted) if self.counted else Expectation(options=YES_NO)

    def jumps(self) -> tuple[Written, ...]:
        """The step for each answer."""
        return tuple(self.goto.values())

    def facts(self) -> tuple[str, ...]:
        """The fact."""
        return (self.fact,) if self.fact else ()

    def prompts(self) -> tuple[Prompt, ...]:
        """The question."""
        return (*self.text, self.read_back) if self.read_back else self.text


def _lengths(value: Value) -> frozenset[int]:
    lengths: set[int] = set()
    for item in value.items():
        if found := _RANGE.fullmatch(item.text()):
            low, high = int(found.group(1)), int(found.group(2))
            if not 1 <= low <= high <= MOST_SYMBOLS:
                raise item.wrong(f"'{value.name}' must be a range like '4-6' within 1 to {MOST_SYMBOLS}")
            lengths.update(range(low, high + 1))
        else:
            lengths.add(item.whole(1, MOST_SYMBOLS))
    return frozenset(lengths)


def _read_back(value: Value, manner: Manner, fact: str) -> Prompt:
    prompts = prompts_of(value, manner)
    if len(prompts) != 1 or f"{{{fact}}}" not in prompts[0].text:
        raise value.wrong(f"'read_back' must be one text that holds '{{{fact}}}'; add it")
    return prompts[0]
