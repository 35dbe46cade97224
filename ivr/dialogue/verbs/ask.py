"""ask: learn one fact from the caller: yes or no, or anything that `words/types` knows, by speech or keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Prompt
from ivr.dialogue.asking import Wanted, ask_for
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import kinds, line
from ivr.dialogue.language.shapes import PROMPTS
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import YES_NO
from ivr.dialogue.words.types.in_plan import ANSWERS, Answer, Asked
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Verb):
    """Learn one fact from the caller, by words or keys: yes or no, or a value of one of the kinds below.

    A value is read back where a mistake is likely, and asked for in a tighter way after a no.
    """

    word: ClassVar[str] = "ask"
    example: ClassVar[str] = """
day:
  ask: For which day?
  answer: date
  direction: future
  fact: day
  goto: urgent
urgent:
  ask: Is it urgent?
  answer: yes_or_no
  fact: urgent
  yes: main
  no: goodbye
"""
    listens: ClassVar[bool] = True
    resumes: ClassVar[bool] = True
    text: tuple[Prompt, ...] = line(PROMPTS, "The question.", name="ask")
    answer: Answer = kinds(ANSWERS, "What is asked for; the lines beside it are these.")

    async def run(self, conversation: Conversation) -> Next:
        """The step for the answer."""
        if isinstance(self.answer, Asked):
            wanted = Wanted(
                fact=self.answer.fact, asked=self.text, kind=self.answer.counted, read_back=self.answer.read_back
            )
            await ask_for(conversation, wanted)
            return self.answer.goto.text
        understood = await conversation.listen(self.text, self.expectation())
        if self.answer.fact:
            conversation.learnt(self.answer.fact, understood.name, understood.confidence)
        return self.answer.ways[understood.name].text

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """Yes and no, or what is asked for."""
        return Expectation(counted=self.answer.counted) if self.answer.counted else Expectation(options=YES_NO)

    def say_fact(self, name: str, value: str) -> str | None:
        """As it was read back."""
        return self.answer.counted.said(value) if self.answer.counted is not None and name == self.answer.fact else None

    def jumps(self) -> tuple[Jump, ...]:
        """The step for each answer."""
        return tuple(Jump.to(step, answer) for answer, step in self.answer.ways.items())

    def facts(self) -> tuple[str, ...]:
        """The fact."""
        return (self.answer.fact,) if self.answer.fact else ()

    def phrases(self) -> tuple[Written, ...]:
        """The phrases of the plan that mean a value."""
        return self.answer.said

    def prompts(self) -> tuple[Prompt, ...]:
        """The question, what is asked back, and the tighter question."""
        own = (self.answer.read_back,) if self.answer.read_back else ()
        tighter = (Prompt(text=self.answer.counted.tighter),) if self.answer.counted else ()
        return (*self.text, *own, *tighter)
