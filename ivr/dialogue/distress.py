"""Words of distress: what a plan says about them, and what happens when a caller says some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.call import Alert, Heard, Outcome, Prompt
from ivr.dialogue.language.lines import line, schema_of, whole
from ivr.dialogue.language.shape import Shape
from ivr.dialogue.language.shapes import PHRASES, PROMPTS, QUEUE
from ivr.dialogue.wishes import WantsPerson
from ivr.dialogue.words.expectation import DISTRESS_FROM, Expectation, Understood
from ivr.dialogue.words.options import DISTRESS, YES_NO, Option
from ivr.dialogue.written import Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation

_ASK = (Prompt(text="Would you like to speak to somebody right now? Please say yes or no."),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distress:
    """What is done about words of distress, wherever they are said."""

    phrases: tuple[Written, ...] = line(
        PHRASES, "What callers say, short forms and whole sentences; found within other words, too.", name="say"
    )
    queue: Written = line(QUEUE, "The queue that they go to.")
    before: tuple[Prompt, ...] = line(PROMPTS, "What they hear before, such as when to dial 999.")
    ask: tuple[Prompt, ...] = line(
        PROMPTS, "The question, for yes or no, after words that were hardly heard.", default=_ASK
    )

    def option(self) -> Option:
        """What the words mean."""
        return Option(name=DISTRESS, phrases=tuple(phrase.text for phrase in self.phrases), spoken="")

    def prompts(self) -> tuple[Prompt, ...]:
        """What is said."""
        return (*self.before, *self.ask)


DISTRESS_LINES: Shape[Distress] = Shape(
    read=lambda value, scope: whole(Distress, value, scope),
    schema=schema_of(Distress),
    insides=(Distress,),
    about="lines: the words, and what follows",
)


async def heed(conversation: Conversation, heard: Heard, understood: Understood) -> Understood | None:
    """What is left of `understood` if it is no distress. Raises WantsPerson if it is.

    From the manner's ``confirm`` on it is; from `DISTRESS_FROM` on the caller is asked, and only who clearly says no
    goes on where they were. After such a no, words that are hardly heard again are not asked about again.
    """
    distress = conversation.flow.distress
    meant = (understood, *understood.others)
    found = next((one for one in meant if one.name == DISTRESS), None)
    if distress is None or found is None:
        return understood
    manner = conversation.manner
    others = tuple(one for one in meant if one is not found)
    surer = bool(others) and others[0].confidence >= manner.accept and others[0].confidence > found.confidence
    if not surer and found.confidence >= DISTRESS_FROM:
        if found.confidence >= manner.confirm:
            raise _to_person(conversation, distress, heard)
        if not conversation.calm and not await _says_no(conversation, distress):
            raise _to_person(conversation, distress, heard)
        conversation.calm = True
    return next(iter(others), None)


def _to_person(conversation: Conversation, distress: Distress, heard: Heard) -> WantsPerson:
    conversation.notebook.alerted(Alert(kind=DISTRESS, text=heard.text))
    return WantsPerson(DISTRESS, distress.queue.text, distress.before)


async def _says_no(conversation: Conversation, distress: Distress) -> bool:
    """Whether a caller who may be in distress says that they do not want a person now; anything else is no no."""
    heard, understood = await conversation.ask_plainly(distress.ask, Expectation(options=YES_NO))
    if heard.outcome is not Outcome.MATCH or understood is None:
        return False
    return understood.name == "no" and understood.confidence >= conversation.manner.confirm
