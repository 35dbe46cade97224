"""From a question in the caller's own words to an answer that they go on with: asked, matched, told, asked again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.call import Answer, Finding, Known, NotKnown, Prompt, Unsure
from ivr.dialogue import wording
from ivr.dialogue.manner import Manner
from ivr.dialogue.telling import Afterwards, own, tell
from ivr.dialogue.words.expectation import Expectation

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.dialogue.words.expectation import Understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """How questions are heard and answered."""

    keywords: bool = True
    """Whether only the articles' own words are listened for."""
    then: Afterwards

    def expectation(self, phrasings: tuple[str, ...]) -> Expectation:
        """A question in free words, heard with the vocabulary of `phrasings` or any."""
        if not self.keywords:
            return Expectation(free=True)
        words = dict.fromkeys(word for phrasing in phrasings for word in phrasing.split())
        return Expectation(free=True, keywords=(*phrasings, *words))


async def answer_questions(conversation: Conversation, inquiry: Inquiry, text: Sequence[Prompt]) -> None:
    """Ask with `text` until an answer was told that the caller goes on with. Raises as `Conversation.listen` does."""
    expectation = inquiry.expectation(conversation.knowledge.phrasings())
    refused: set[str] = set()
    while True:
        asked = await conversation.listen(text, expectation)
        found = _judged(conversation.knowledge.ask(asked.readings), asked, conversation.manner)
        finding = _without(found, refused, conversation.answers.did_not_help)
        if isinstance(finding, NotKnown):
            _missed(conversation, asked, "not_known" if isinstance(found, NotKnown) else "refused")
            await _not_known(conversation)
            continue
        answer = await _meant(conversation, finding, refused)
        if answer is None:
            _missed(conversation, asked, "refused")
            await conversation.failed("refused")
            continue
        conversation.notebook.understood(answer.topic, min(answer.confidence, asked.confidence))
        if await tell(conversation, answer, inquiry.then):
            return
        conversation.another_question()
        text = in_other_words(conversation)


def in_other_words(conversation: Conversation) -> list[Prompt]:
    """The question after an answer that did not help."""
    return own(conversation, wording.ANOTHER_TRY)


def _missed(conversation: Conversation, asked: Understood, reason: str) -> None:
    """Note the likeliest words of a question that got no answer."""
    best = asked.readings[0].text if asked.readings else ""
    conversation.notebook.missed(conversation.step.name, best, reason)


async def _not_known(conversation: Conversation) -> None:
    """Say so, and offer a person at once: asking in other words seldom helps where nothing is known."""
    await conversation.failed("not_known", offer_now=True)
    conversation.say(in_other_words(conversation))


async def _meant(conversation: Conversation, finding: Known | Unsure, refused: set[str]) -> Answer | None:
    if isinstance(finding, Known):
        return finding.answer
    for candidate in finding.candidates[:2]:
        if await conversation.agreed(own(conversation, wording.did_you_mean(candidate.title))):
            return candidate
        refused.add(candidate.article)
    return None


def _judged(finding: Finding, asked: Understood, manner: Manner) -> Finding:
    """A sure match of words that were hardly heard is not sure."""
    if isinstance(finding, Known) and asked.confidence < manner.accept:
        return Unsure(candidates=(finding.answer,))
    return finding


def _without(finding: Finding, refused: Collection[str], did_not_help: Collection[str]) -> Finding:
    """`finding` without what did not help, and without what the caller said no to in this step unless it is sure."""
    if isinstance(finding, Known):
        return NotKnown() if finding.answer.article in did_not_help else finding
    if isinstance(finding, NotKnown):
        return finding
    out = {*refused, *did_not_help}
    left = tuple(candidate for candidate in finding.candidates if candidate.article not in out)
    return Unsure(candidates=left) if left else NotKnown()
