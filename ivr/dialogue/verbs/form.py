"""form: learn several facts, in any order, several in one sentence; what is missing is asked for by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.call import Prompt
from ivr.dialogue import wording
from ivr.dialogue.asking import Wanted, ask_for
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import kinds, line, read_lines, wrong_at
from ivr.dialogue.language.shapes import FLAG, OWN_NAME, PROMPTS, STEP, mapping_of
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.spotting import Spotted, spotted
from ivr.dialogue.words.types.in_plan import VALUES, Given
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.dialogue.conversation import Conversation
    from ivr.dialogue.language.shape import Scope
    from ivr.yaml_file import Fields

_BETWEEN = ("the", "at", "on", "in", "it was", "my", "is")
"""Words between values, listened for so that they are not taken for parts of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFact:
    """One fact; besides these it has the lines of its answer, as an `ask` has them."""

    name: str
    place: Written
    text: tuple[Prompt, ...] = line(PROMPTS, "The question that asks for it alone.", name="ask")
    answer: Given = kinds(VALUES, "What is asked for.")

    def check(self, given: Fields) -> None:
        """It has a name, and what is read back is itself."""
        if not OWN_NAME.fullmatch(self.name):
            message = f"'{self.name}' must be a name of lower-case letters, digits and '_'"
            raise wrong_at(given, self.place, message)
        self.answer.check_read_back(given, self.name)

    def wanted(self) -> Wanted:
        """What is asked for if it is asked for by itself."""
        return Wanted(fact=self.name, asked=self.text, kind=self.answer.counted, read_back=self.answer.read_back)

    def prompts(self) -> tuple[Prompt, ...]:
        """The question, what is asked back, and how it may be answered otherwise."""
        own = (self.answer.read_back,) if self.answer.read_back else ()
        kind = self.answer.counted
        return (*self.text, *own, *(Prompt(text=text) for text in (kind.tighter, kind.press) if text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Verb):
    """Learn several facts, in any order, several in one sentence.

    One open question comes first; what is understood of its answer is read back in one question. What is missing then,
    or was refused, is asked for by itself, by words or keys, as an ``ask`` does. Facts that are known already are not
    asked for. In a sensitive step there is no open question.
    """

    word: ClassVar[str] = "form"
    example: ClassVar[str] = """
report:
  form: Which bin was missed, where, and on which day?
  facts:
    bin:
      ask: Which bin was it?
      answer: one_of
      values:
        recycling: {say: [recycling, the blue one], key: 1}
        rubbish: {say: [rubbish, the black one], key: 2}
    postcode:
      ask: What is your postcode?
      answer: postcode
    day:
      ask: On which day was it?
      answer: date
      direction: past
  read_back: "{bin}, at {postcode}, on {day}. Is that right?"
  goto: goodbye
"""
    listens: ClassVar[bool] = True
    resumes: ClassVar[bool] = True
    text: tuple[Prompt, ...] = line(PROMPTS, "The open question; one sentence may answer several.", name="form")
    wants: tuple[FormFact, ...] = line(
        mapping_of(FormFact, "`name: lines` for each fact"),
        "What is learnt, in the order of the questions.",
        name="facts",
    )
    read_back: tuple[Prompt, ...] = line(
        PROMPTS,
        "The question whether all of them are right, instead of the usual one; it is asked when none is missing.",
        default=(),
    )
    ask_again: bool = line(FLAG, "Ask for facts, too, that are known already.", default=False)
    goto: Written = line(STEP, "The step that follows.")
    sensitive: bool = False

    @classmethod
    def read(cls, given: Fields, scope: Scope) -> Self:
        """See `Verb.read`."""
        return read_lines(cls, given, scope, sensitive=scope.manner.sensitive)

    def check(self, given: Fields) -> None:
        """What is read back is all of it, and what is secret can be keyed."""
        said = " ".join(prompt.text for prompt in self.read_back)
        for fact in self.wants:
            if self.read_back and f"{{{fact.name}}}" not in said:
                raise given.take("read_back").wrong(f"'read_back' must hold every fact, '{{{fact.name}}}' too; add it")
            if self.sensitive and not fact.answer.counted.press:
                message = f"a sensitive step takes keys only, and '{fact.name}' cannot be keyed; remove 'sensitive'"
                raise wrong_at(given, fact.place, message)

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``goto``, once every fact is known."""
        known = conversation.notebook.value
        missing = [fact for fact in self.wants if self.ask_again or not known(fact.name)]
        if missing and not self.sensitive:
            learnt = await self._told_at_once(conversation, missing)
            missing = [fact for fact in missing if fact.name not in learnt]
        for fact in missing:
            conversation.another_question()
            await ask_for(conversation, fact.wanted())
        return self.goto.text

    async def _told_at_once(self, conversation: Conversation, missing: Sequence[FormFact]) -> Mapping[str, Spotted]:
        """What the caller tells of the `missing` facts in one sentence, and says yes to."""
        heard = await conversation.hear_once(self.text, self.expectation())
        if heard is None:
            return {}
        types = {fact.name: fact.answer.counted.on(lambda: conversation.world.now().date()) for fact in missing}
        least = conversation.manner.confirm  # one wrong value costs the caller all of them, one left out a question
        found = {name: one for name, one in spotted(types, heard.readings).items() if one.confidence >= least}
        if not found:
            return {}
        said = {name: types[name].said(one.value) for name, one in found.items()}
        if not await conversation.agreed(self._back(conversation, said, whole=len(found) == len(missing))):
            await conversation.failed("refused")
            return {}
        for name, one in found.items():
            conversation.learnt(name, one.value, one.confidence)
        return found

    def _back(self, conversation: Conversation, said: Mapping[str, str], *, whole: bool) -> tuple[Prompt, ...]:
        """The question whether it is right."""
        if whole and self.read_back:
            return tuple(replace(one, text=conversation.filled(one.text, **said)) for one in self.read_back)
        back = wording.read_back(", ".join(said[fact.name] for fact in self.wants if fact.name in said))
        return (Prompt(text=back, barge_in=conversation.manner.barge_in),)

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """A sentence of the words of all facts; in a sensitive step the first of them."""
        types = [fact.answer.counted for fact in self.wants]
        if self.sensitive:
            return Expectation(counted=types[0])
        phrases = dict.fromkeys((*(phrase for kind in types for phrase in kind.phrases()), *_BETWEEN))
        return Expectation(free=True, keywords=tuple(phrases))

    def waits(self) -> bool:
        """Not if it finds everything known."""
        return self.ask_again

    def say_fact(self, name: str, value: str) -> str | None:
        """As it was read back."""
        return next((fact.answer.counted.said(value) for fact in self.wants if fact.name == name), None)

    def jumps(self) -> tuple[Jump, ...]:
        """The step that follows."""
        return (Jump.to(self.goto),)

    def facts(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(fact.name for fact in self.wants)

    def phrases(self) -> tuple[Written, ...]:
        """The phrases of the plan that mean a value."""
        return tuple(phrase for fact in self.wants for phrase in fact.answer.said)

    def prompts(self) -> tuple[Prompt, ...]:
        """The questions, what is asked back, and how each may be answered otherwise."""
        opening = () if self.sensitive else (*self.text, *self.read_back)
        return (*opening, *(prompt for fact in self.wants for prompt in fact.prompts()))
