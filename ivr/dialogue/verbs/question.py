"""question: let the caller ask in their own words and answer from the agency's articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Answer, Finding, Known, NotKnown, Prompt, Unsure
from ivr.dialogue import wording
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import FLAG, PROMPTS, STEP, one_of
from ivr.dialogue.manner import Manner
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.dialogue.words.expectation import Understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Verb):
    """Let the caller ask in their own words and answer from the agency's articles.

    Where nothing is known the caller hears so and is offered a person; where it is not sure, the line asks back.
    """

    word: ClassVar[str] = "question"
    example: ClassVar[str] = """
question:
  question: What would you like to know?
  listen: keywords
  did_that_help: yes
  goto: goodbye
"""
    listens: ClassVar[bool] = True
    asks_knowledge: ClassVar[bool] = True
    text: tuple[Prompt, ...] = line(PROMPTS, "What is said first.", name="question")
    keywords: bool = line(
        one_of({"keywords": True, "open": False}),
        "What is listened for: the articles' own words, or any (for a model that is good at free speech).",
        name="listen",
        default=True,
    )
    did_that_help: bool = line(FLAG, "Ask so after the answer, and offer a person after a no.", default=False)
    goto: Written = line(STEP, "The step after an answer.")

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``goto``, after an answer was told."""
        expectation = self.expectation(conversation.knowledge.phrasings())
        refused: set[str] = set()
        while True:
            asked = await conversation.listen(self.text, expectation)
            found = _judged(conversation.knowledge.ask(asked.readings), asked, conversation.manner)
            finding = _without(found, refused)
            if isinstance(finding, NotKnown):
                await self._not_known(conversation)
                continue
            answer = await self._meant(conversation, finding, refused)
            if answer is None:
                await conversation.failed("refused")
                continue
            await self._tell(conversation, answer, asked.confidence)
            return self.goto.text

    async def _not_known(self, conversation: Conversation) -> None:
        """Say so, and offer a person at once: asking in other words seldom helps where nothing is known."""
        await conversation.failed("not_known", offer_now=True)
        conversation.say([Prompt(text=wording.ANOTHER_TRY, barge_in=conversation.manner.barge_in)])

    async def _meant(self, conversation: Conversation, finding: Known | Unsure, refused: set[str]) -> Answer | None:
        if isinstance(finding, Known):
            return finding.answer
        for candidate in finding.candidates[:2]:
            text = wording.did_you_mean(candidate.title)
            if await conversation.agreed([Prompt(text=text, barge_in=conversation.manner.barge_in)]):
                return candidate
            refused.add(candidate.article)
        return None

    async def _tell(self, conversation: Conversation, answer: Answer, confidence: float) -> None:
        notebook = conversation.notebook
        notebook.understood(answer.topic, min(answer.confidence, confidence))
        heard = await conversation.tell([Prompt(text=answer.spoken, barge_in=conversation.manner.barge_in)])
        notebook.told(answer.article, answer.title, heard)
        if self.did_that_help:
            asked = Prompt(text=wording.DID_THAT_HELP, barge_in=conversation.manner.barge_in)
            if not await conversation.agreed([asked]):
                await conversation.offer_person("not_known", answer.queue)

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """A question in free words, heard with the vocabulary of `phrasings` or any."""
        if not self.keywords:
            return Expectation(free=True)
        words = dict.fromkeys(word for phrasing in phrasings for word in phrasing.split())
        return Expectation(free=True, keywords=(*phrasings, *words))

    def jumps(self) -> tuple[Jump, ...]:
        """The step in ``goto``."""
        return (Jump.to(self.goto),)

    def prompts(self) -> tuple[Prompt, ...]:
        """The question."""
        return self.text


def _judged(finding: Finding, asked: Understood, manner: Manner) -> Finding:
    """A sure match of words that were hardly heard is not sure."""
    if isinstance(finding, Known) and asked.confidence < manner.accept:
        return Unsure(candidates=(finding.answer,))
    return finding


def _without(finding: Finding, refused: set[str]) -> Finding:
    """`finding` without what the caller said no to in this step; an answer that is sure by itself stays."""
    if not isinstance(finding, Unsure):
        return finding
    left = tuple(candidate for candidate in finding.candidates if candidate.article not in refused)
    return Unsure(candidates=left) if left else NotKnown()
