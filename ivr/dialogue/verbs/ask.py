"""ask: learn one fact from the caller, yes or no or a digit string, by speech or keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.call import Prompt
from ivr.dialogue import wording
from ivr.dialogue.flow import Next, Verb, Written
from ivr.dialogue.grammar import YES_NO, Expectation
from ivr.dialogue.manner import Manner
from ivr.dialogue.reading import prompts_of, written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields, Value

LONGEST_DIGITS = 20
_FACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RANGE = re.compile(r"([0-9]{1,2})\s*-\s*([0-9]{1,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Verb):
    """``ask: <prompts>`` with ``answer: yes_or_no`` or ``answer: digits``.

    A digit string is read back and counts only after a yes: one misheard digit in five strings is usual.
    """

    word: ClassVar[str] = "ask"
    listens: ClassVar[bool] = True
    text: tuple[Prompt, ...]
    fact: str | None
    lengths: frozenset[int]
    """Empty for yes or no."""
    read_back: Prompt | None
    goto: dict[str, Written]
    """``yes`` and ``no``, or ``digits``."""

    @classmethod
    def read(cls, fields: Fields, manner: Manner) -> Self:
        """``ask``, ``answer``, ``fact``; then ``yes`` and ``no``, or ``digits``, ``read_back`` and ``goto``."""
        text = prompts_of(fields.take("ask"), manner)
        kind = fields.take("answer").one_of(("yes_or_no", "digits"))
        named = fields.get("fact") if kind == "yes_or_no" else fields.take("fact")
        if named is not None and not _FACT_NAME.fullmatch(named.text()):
            raise named.wrong("'fact' must be a name of lower-case letters, digits and '_'")
        fact = named.text() if named is not None else None
        if kind == "yes_or_no":
            goto = {answer: written(fields.take(answer)) for answer in ("yes", "no")}
            return cls(text=text, fact=fact, lengths=frozenset(), read_back=None, goto=goto)
        lengths = _lengths(fields.take("digits"))
        goto = {"digits": written(fields.take("goto"))}
        back = fields.get("read_back")
        return cls(
            text=text,
            fact=fact,
            lengths=lengths,
            read_back=_read_back(back, manner, fact or "") if back else None,
            goto=goto,
        )

    async def run(self, conversation: Conversation) -> Next:
        """The step for the answer."""
        if self.lengths:
            return await self._digits(conversation)
        understood = await conversation.listen(self.text, self.expectation())
        if self.fact:
            conversation.notebook.learnt(self.fact, understood.name, understood.confidence)
        return self.goto[understood.name].text

    async def _digits(self, conversation: Conversation) -> Next:
        while True:
            given = await conversation.listen(self.text, self.expectation())
            text = (
                conversation.filled(self.read_back.text, **{self.fact or "": given.value})
                if self.read_back
                else wording.read_back(given.value)
            )
            barge_in = self.read_back.barge_in if self.read_back else conversation.manner.barge_in
            if await conversation.agreed([Prompt(text=text, barge_in=barge_in)], after_keyed_digits=given.by_keys):
                conversation.notebook.learnt(self.fact or "", given.value, given.confidence)
                return self.goto["digits"].text
            await conversation.failed("refused")

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """Yes and no, or the digit string."""
        return Expectation(lengths=self.lengths) if self.lengths else Expectation(options=YES_NO)

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
            if not 1 <= low <= high <= LONGEST_DIGITS:
                raise item.wrong(f"'digits' must be a range like '4-6' within 1 to {LONGEST_DIGITS}")
            lengths.update(range(low, high + 1))
        else:
            lengths.add(item.whole(1, LONGEST_DIGITS))
    return frozenset(lengths)


def _read_back(value: Value, manner: Manner, fact: str) -> Prompt:
    prompts = prompts_of(value, manner)
    if len(prompts) != 1 or f"{{{fact}}}" not in prompts[0].text:
        raise value.wrong(f"'read_back' must be one text that holds '{{{fact}}}'; add it")
    return prompts[0]
