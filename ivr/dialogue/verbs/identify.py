"""identify: find out who calls, as surely as the plan needs it, and tell nobody what would have been right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.call import CheckOutcome, Level, Prompt
from ivr.callers_file import CallersFile, Field, Use
from ivr.dialogue import wording
from ivr.dialogue.asking import ask_for
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line, read_lines, wrong_at
from ivr.dialogue.language.shapes import PROMPTS, STEP, mapping_of, one_of, whole_number
from ivr.dialogue.record_facts import LEVEL, TRIES
from ivr.dialogue.verbs.form import FormFact
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.written import Jump, Written
from ivr.yaml_file import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.dialogue.conversation import Conversation
    from ivr.dialogue.language.shape import Scope
    from ivr.yaml_file import Fields

_WRONG = (Prompt(text=wording.NO_MATCH),)
_ASKED = mapping_of(FormFact, "`field: lines` for each field of the record; the lines are those of a form's facts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identify(Verb):
    """Find out who calls: what the caller tells is compared with the record that `callers` give.

    Who is known well enough already is asked nothing. Else ``prove`` is asked, all of which must be right; before it
    ``find``, of a caller whose number finds no record, or who was wrong. Nobody is told what was wrong, nor whether
    there is such a record. After three failures, over calls, the check is locked for a time, for the number and for the
    record; after thirty within an hour, by whomever, for everybody until the hour has room again (``lock`` in the file
    of callers). So lead who is locked to a person. Secrets are asked in a sensitive step, by keys.
    """

    word: ClassVar[str] = "identify"
    example: ClassVar[str] = """
who:
  identify: knowledge
  find:
    reference:
      ask: What is your account reference?
      answer: digits
      digits: 8
  prove:
    date_of_birth:
      ask: What is your date of birth?
      answer: date
      direction: past
  passed: account
  failed: to_people
  locked: to_people
  unknown: to_people
account:
  say: "{caller.name}, you owe {caller.balance} pounds."
  goto: goodbye
"""
    listens: ClassVar[bool] = True
    proves: ClassVar[bool] = True
    level: Level = line(
        one_of({level.word: level for level in (Level.KNOWLEDGE, Level.PIN)}), "How sure it must be.", name="identify"
    )
    find: tuple[FormFact, ...] = line(_ASKED, "What finds the record of a caller whose number does not.", default=())
    prove: tuple[FormFact, ...] = line(_ASKED, "What proves that it is the caller's; all of it must be right.")
    tries: int = line(whole_number(1, 5), "How often a caller may be wrong here.", default=2)
    wrong: tuple[Prompt, ...] = line(PROMPTS, "What a caller hears who was wrong.", default=_WRONG)
    passed: Written = line(STEP, "The step that follows if it is known who calls.")
    failed: Written = line(STEP, "The step that follows if the caller was wrong too often here.")
    locked: Written = line(STEP, "The step that follows if the check is locked.")
    unknown: Written = line(STEP, "The step that follows if sources are away, so that nobody can tell who calls.")
    callers: CallersFile | None = None
    sensitive: bool = False

    @classmethod
    def read(cls, given: Fields, scope: Scope) -> Self:
        """See `Verb.read`."""
        return read_lines(cls, given, scope, callers=scope.callers, sensitive=scope.manner.sensitive)

    def check(self, given: Fields) -> None:
        """There is a record to compare with; what is secret is keyed, and what finds a record does not prove it."""
        if self.callers is None:
            raise given.take(self.word).wrong("'identify' needs a file of callers; add 'callers: …' at the top")
        fields = self.callers.fields
        for one in (*self.find, *self.prove):
            if one.name not in fields:
                message = f"a caller's record has no '{one.name}'; {suggestion(one.name, fields)}"
                raise wrong_at(given, one.place, message)
            if self.sensitive and not one.answer.counted.press:
                message = f"a sensitive step takes keys only, and '{one.name}' cannot be keyed; remove 'sensitive'"
                raise wrong_at(given, one.place, message)
            if fields[one.name].use is Use.SECRET and not self.sensitive:
                message = f"'{one.name}' is secret, so nobody may say it aloud; add 'sensitive: yes' to this step"
                raise wrong_at(given, one.place, message)
        self._check_proof(given, fields)

    def _check_proof(self, given: Fields, fields: Mapping[str, Field]) -> None:
        finding = {one.name for one in self.find}
        for one in self.prove:
            if one.name in finding:
                message = f"'{one.name}' finds the record, so it does not prove whose it is; ask for something else"
                raise wrong_at(given, one.place, message)
        for one in self.find:
            if fields[one.name].use is Use.SECRET:
                raise wrong_at(given, one.place, f"'{one.name}' is secret; let it prove, and find by something else")
        if self.level is Level.PIN and not any(fields[one.name].use is Use.SECRET for one in self.prove):
            raise given.take(self.word).wrong("'pin' needs a field of the level 'secret' below 'prove'; add it")

    async def run(self, conversation: Conversation) -> Next:
        """The step for what came of it."""
        notebook = conversation.notebook
        if notebook.record.level >= self.level:
            return self.passed.text
        for attempt in range(self.tries):
            outcome = await self._attempt(conversation, again=attempt > 0)
            notebook.record_changed()
            if outcome is CheckOutcome.PASSED:
                return self.passed.text
            notebook.not_identified(outcome.value)
            if outcome is CheckOutcome.LOCKED:
                return self.locked.text
            if outcome is CheckOutcome.UNKNOWN:
                return self.unknown.text
            conversation.say(self.wrong)
        return self.failed.text

    async def _attempt(self, conversation: Conversation, *, again: bool) -> CheckOutcome:
        record = conversation.notebook.record
        if record.locked():
            return CheckOutcome.LOCKED
        finds = self.find if record.level < Level.KNOWLEDGE and (again or not record.known) else ()
        if not finds and not record.known:
            return CheckOutcome.UNKNOWN
        found_by = {one.name: await self._told(conversation, one, known=not again) for one in finds}
        told = {one.name: await self._told(conversation, one) for one in self.prove}
        return await record.check(self.level, found_by, told)

    async def _told(self, conversation: Conversation, wanted: FormFact, *, known: bool = False) -> str:
        """What the caller answers; with `known` what they have told before, if they have."""
        before = conversation.notebook.value(wanted.name) if known else ""
        if before:
            return before
        conversation.another_question()
        return await ask_for(conversation, wanted.wanted())

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """The first that is asked."""
        return Expectation(counted=(*self.find, *self.prove)[0].answer.counted)

    def waits(self) -> bool:
        """Not for a caller who is known."""
        return False

    def say_fact(self, name: str, value: str) -> str | None:
        """As it was read back."""
        asked = (*self.find, *self.prove)
        return next((fact.answer.counted.said(value) for fact in asked if fact.name == name), None)

    def jumps(self) -> tuple[Jump, ...]:
        """All ways on."""
        ways = {"passed": self.passed, "failed": self.failed, "locked": self.locked, "unknown": self.unknown}
        return tuple(Jump.to(step, when) for when, step in ways.items())

    def assures(self) -> tuple[Level, ...]:
        """Who passed is known."""
        return (self.level, Level.NONE, Level.NONE, Level.NONE)

    def uses(self) -> tuple[str, ...]:
        """How sure it is already, and how often the caller was wrong."""
        return (LEVEL, TRIES)

    def facts(self) -> tuple[str, ...]:
        """What the caller told."""
        return tuple(one.name for one in (*self.find, *self.prove))

    def phrases(self) -> tuple[Written, ...]:
        """The phrases of the plan that mean a value."""
        return tuple(phrase for one in (*self.find, *self.prove) for phrase in one.answer.said)

    def prompts(self) -> tuple[Prompt, ...]:
        """The questions, and what is said to who was wrong."""
        return (*(prompt for one in (*self.find, *self.prove) for prompt in one.prompts()), *self.wrong)
