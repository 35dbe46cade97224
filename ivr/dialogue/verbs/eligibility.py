"""eligibility: ask what a table of rules needs, and say how it looks and why; a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Prompt
from ivr.dialogue import wording
from ivr.dialogue.asking import Wanted, ask_for
from ivr.dialogue.eligibility.in_file import TABLE
from ivr.dialogue.eligibility.table import UNCLEAR, Question, Table
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.key_hints import key_hints
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shape import Scope, Shape
from ivr.dialogue.language.shapes import STEP
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import YES_NO, Option
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields, Value

NOT_SURE = Option(
    name="not sure",
    phrases=("i don't know", "don't know", "i do not know", "not sure", "i'm not sure", "i am not sure"),
    spoken="not sure",
    key="3",
)
_BY_VOICE = Option(name=NOT_SURE.name, phrases=NOT_SURE.phrases, spoken=NOT_SURE.spoken)
"""Beside values, whose keys mean something else."""
_YES_NO = (*YES_NO, NOT_SURE)


def _steps(value: Value, scope: Scope) -> Mapping[str, Written]:
    given = value.fields()
    return MappingProxyType({name: STEP.read(given.take(name), scope) for name in given.keys})


_STEPS: Shape[Mapping[str, Written]] = Shape(
    read=_steps,
    schema={"type": "object", "additionalProperties": STEP.schema, "minProperties": 1},
    about="`result: step` for each of the table's results",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility(Verb):
    """Ask what a table of rules needs, and say how it looks and why. It never decides.

    Only what can still change the result is asked, in the table's order; facts that are known already are not. Who does
    not know an answer may say so ("not sure", or 3 at yes or no). The table is a file of its own, for example::

        results:
          looks_eligible: you may get help with your rent
          looks_not: you may not get help with your rent
        questions:
          savings:
            ask: About how much do you have in savings?
            answer: money
            because: your savings are {savings}
          alone:
            ask: Do you live alone?
            answer: yes_or_no
            because: {yes: you live alone, no: you do not live alone}
        rules:
          - when: {savings: {at_least: 16000}}
            result: looks_not
          - when: {alone: yes, savings: {under: 6000}}
            result: looks_eligible
          - result: unclear
            because: it depends on more than I can ask

    ``ivr check`` refuses a table in which some combination of answers has no rule, a rule never decides, or a question
    changes nothing.
    """

    word: ClassVar[str] = "eligibility"
    example: ClassVar[str] = """
support:
  eligibility: hall/rent-help.yaml
  results:
    looks_eligible: to_people
    looks_not: goodbye
  unclear: to_people
"""
    listens: ClassVar[bool] = True
    table: Table = line(TABLE, "The table of questions and rules.", name="eligibility")
    ways: Mapping[str, Written] = line(_STEPS, "The step that follows for each result.", name="results")
    unclear: Written = line(STEP, "The step that follows if it stays unclear: best one that leads to a person.")

    def check(self, given: Fields) -> None:
        """Each result has a step."""
        results, whole = given.take("results").fields(), self.table.results
        for name in whole:
            if name not in self.ways:
                raise results.whole.wrong(f"'{name}' is missing in results; add '{name}: …' with the step for it")
        for name, key in results.keys.items():
            if name not in whole:
                raise key.wrong(f"the table has no result '{name}'; use one of: {', '.join(whole)}")

    async def run(self, conversation: Conversation) -> Next:
        """The step of the result, once it is told; or that in ``unclear``."""
        today = conversation.world.now().date()
        known = dict(self._known(conversation, today))
        unanswerable: frozenset[str] = frozenset()
        while (rule := self.table.rule(known)) is None:
            question = self.table.next_question(known, unanswerable)
            if question is None:
                conversation.say([self._own(conversation, wording.CANNOT_TELL)])
                return self.unclear.text
            conversation.another_question()
            await self._ask(conversation, question)
            cell = self._cell(conversation, question, today)
            if cell is None:
                unanswerable |= {question.name}
            else:
                known[question.name] = cell
        said = self._told(rule.result, rule.because)
        conversation.heard_whole = False
        try:
            await conversation.tell([self._own(conversation, said)])
        finally:
            conversation.notebook.told(self.table.name, said, conversation.heard_whole)
        return self.unclear.text if rule.result == UNCLEAR else self.ways[rule.result].text

    def _known(self, conversation: Conversation, today: date) -> Mapping[str, int]:
        """What need not be asked."""
        cells = {one.name: self._cell(conversation, one, today) for one in self.table.questions}
        return {name: cell for name, cell in cells.items() if cell is not None}

    def _cell(self, conversation: Conversation, question: Question, today: date) -> int | None:
        value = conversation.notebook.value(question.name)
        return question.cell(question.scale.place(value, today)) if value else None

    async def _ask(self, conversation: Conversation, question: Question) -> None:
        """Learn the answer, unless the caller does not know it."""
        if question.kind is None:
            given = await conversation.listen(question.text, Expectation(options=_YES_NO))
            if given.name != NOT_SURE.name:
                conversation.learnt(question.name, given.name, given.confidence)
            return
        wanted = Wanted(
            fact=question.name,
            asked=question.text,
            kind=question.kind,
            read_back=question.read_back,
            besides=(_BY_VOICE,),
        )
        await ask_for(conversation, wanted)

    def _told(self, result: str, because: str) -> str:
        if result == UNCLEAR:
            return wording.needs_person(because)
        return wording.looks_as_if(self.table.results[result], because)

    def _own(self, conversation: Conversation, text: str) -> Prompt:
        return Prompt(text=text, barge_in=conversation.manner.barge_in)

    def waits(self) -> bool:
        """Not if it finds everything known."""
        return False

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """What the first question asks for; that the answer is not known may be said besides."""
        kind = self.table.questions[0].kind
        return Expectation(options=YES_NO) if kind is None else Expectation(counted=kind)

    def jumps(self) -> tuple[Jump, ...]:
        """The step of each result."""
        ways = {name.replace("_", " "): step for name, step in self.ways.items()} | {UNCLEAR: self.unclear}
        return tuple(Jump.to(step, when) for when, step in ways.items())

    def facts(self) -> tuple[str, ...]:
        """The answers."""
        return tuple(question.name for question in self.table.questions)

    def weighs(self) -> tuple[str, ...]:
        """The same: all of them together tell the result."""
        return self.facts()

    def say_fact(self, name: str, value: str) -> str | None:
        """As it was read back."""
        kinds = {question.name: question.kind for question in self.table.questions}
        kind = kinds.get(name)
        return kind.said(value) if kind is not None else None

    def files(self) -> tuple[Path, ...]:
        """The table."""
        return (self.table.file,)

    def phrases(self) -> tuple[Written, ...]:
        """The table's own phrases."""
        return tuple(phrase for question in self.table.questions for phrase in question.phrases)

    def prompts(self) -> tuple[Prompt, ...]:
        """The questions with what may be said about their answers, and every result."""
        asked = (prompt for question in self.table.questions for prompt in _prompts(question))
        told = dict.fromkeys(self._told(rule.result, rule.because) for rule in self.table.rules)
        unsure = (wording.did_you_say(NOT_SURE.spoken), *key_hints(Expectation(options=_YES_NO)))
        return (*asked, *(Prompt(text=text) for text in (*told, wording.CANNOT_TELL, *unsure)))

    def keys_worth_trying(self, asked: str, today: date) -> tuple[str, ...]:
        """See `Verb.keys_worth_trying`: one answer out of each part that rules tell apart."""
        for question in self.table.questions:
            if question.kind is not None and question.text[-1].text == asked:
                keys = (question.scale.keys(first, today) for first, _ in question.cells)
                return tuple(one for one in keys if one)
        return ()


def _prompts(question: Question) -> tuple[Prompt, ...]:
    own = (question.read_back,) if question.read_back else ()
    kind = question.kind
    return (*question.text, *own, *(Prompt(text=text) for text in ((kind.tighter, kind.press) if kind else ()) if text))
