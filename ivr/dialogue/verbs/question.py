"""question: let the caller ask in their own words and answer from the agency's articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Prompt
from ivr.dialogue.answering import Inquiry, answer_questions
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import FLAG, PROMPTS, STEP, one_of
from ivr.dialogue.telling import Afterwards
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Verb):
    """Let the caller ask in their own words and answer from the agency's articles.

    Where nothing is known the caller hears so and is offered a person; where it is not sure, the line asks back. An
    answer that did not help is not told again.
    """

    word: ClassVar[str] = "question"
    example: ClassVar[str] = """
question:
  question: What would you like to know?
  listen: keywords
  goto: goodbye
"""
    listens: ClassVar[bool] = True
    resumes: ClassVar[bool] = True
    asks_knowledge: ClassVar[bool] = True
    text: tuple[Prompt, ...] = line(PROMPTS, "What is said first.", name="question")
    keywords: bool = line(
        one_of({"keywords": True, "open": False}),
        "What is listened for: the articles' own words, or any (for a model that is good at free speech).",
        name="listen",
        default=True,
    )
    did_that_help: bool = line(
        FLAG,
        "Ask so after the answer: after a no the caller may ask in other words, or speak to a person.",
        default=True,
    )
    related: bool = line(FLAG, "Offer related articles after an answer that helped, once in a call.", default=True)
    goto: Written = line(STEP, "The step after an answer.")

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``goto``, after an answer was told."""
        await answer_questions(conversation, self._inquiry(), self.text)
        return self.goto.text

    def _inquiry(self) -> Inquiry:
        return Inquiry(keywords=self.keywords, then=Afterwards(did_that_help=self.did_that_help, related=self.related))

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """A question in free words, heard with the vocabulary of `phrasings` or any."""
        return self._inquiry().expectation(phrasings)

    def jumps(self) -> tuple[Jump, ...]:
        """The step in ``goto``."""
        return (Jump.to(self.goto),)

    def prompts(self) -> tuple[Prompt, ...]:
        """The question."""
        return self.text
