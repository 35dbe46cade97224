"""Telling an article: in pieces, never out of date, with "did that help?" and the services that belong to it.

A `question` and a `say` that names an article tell it the same way. What callers expect when they say nothing decides
what silence means: "Shall I go on?" goes on, for who listens is silent; "Did that answer your question?" and the
offer of something else let the matter rest, for who is content needs no second invitation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ivr.call import Answer, Expired, Prompt, on_day
from ivr.call.knowing import SENTENCE
from ivr.dialogue import wording
from ivr.dialogue.flow import MOST_RELATED
from ivr.dialogue.turns import FACT
from ivr.dialogue.wishes import WantsPerson
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import SILENCE, YES, YES_NO
from ivr.dialogue.words.replies import GO_ON, HELPED, NO, OTHER_WORDS, OTHER_WORDS_OR_PERSON, one_of_these

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation

GOES_ON_AFTER_S = 2.5
"""Silence after "Shall I go on?": time to say no, and no gap that sounds like the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Afterwards:
    """What follows an answer."""

    did_that_help: bool
    related: bool
    """Whether services that belong to it are offered, once in a call."""


async def tell(conversation: Conversation, answer: Answer, then: Afterwards) -> bool:
    """Tell `answer`; False if it did not help, and the caller wants to ask in other words.

    Raises WantsPerson for an answer that is out of date, or that did not help a caller who wants a person then; and as
    `Conversation.listen` does.
    """
    while True:
        helped = await _pieces(conversation, up_to_date(conversation, answer))
        if then.did_that_help:
            prompts = own(conversation, wording.DID_THAT_HELP)
            reply = await _ask(conversation, prompts, Expectation(options=HELPED))
            helped = reply == YES
            if reply != SILENCE:
                conversation.notebook.judged(answer.article, helped)
            if reply == NO:
                return await _did_not_help(conversation, answer)
        chosen = await _related(conversation, answer) if then.related and helped else None
        if chosen is None:
            return True
        conversation.notebook.understood(chosen.topic, 1.0)
        answer = chosen


# -- the answer itself -------------------------------------------------------------------------------


def up_to_date(conversation: Conversation, answer: Answer) -> Answer:
    """`answer`, if it may be told today. Raises WantsPerson."""
    if isinstance(_today(conversation, answer), Expired):
        conversation.notebook.withheld(answer.article, answer.title, answer.owner)
        conversation.say(own(conversation, wording.BEING_RENEWED))
        raise WantsPerson("expired", answer.queue)
    return answer


def _today(conversation: Conversation, answer: Answer) -> object:
    """What it is today; the world is asked only where that makes a difference."""
    if answer.valid_from is None and answer.valid_until is None:
        return answer
    return on_day(answer, conversation.world.now().date())


async def _pieces(conversation: Conversation, answer: Answer) -> bool:
    """Tell its pieces until the caller has had enough, and note, however that ends, whether all of it was heard."""
    pieces = [said for piece in answer.pieces if (said := known_sentences(conversation, piece))]
    conversation.answers.told.add(answer.article)
    number = 0
    try:
        for number, piece in enumerate(pieces, 1):
            conversation.heard_whole = False
            await conversation.tell(own(conversation, piece))
            if number < len(pieces) and not await _goes_on(conversation):
                break
    finally:
        whole = number == len(pieces) and conversation.heard_whole
        conversation.notebook.told(answer.article, answer.title, whole)
    return whole


async def _goes_on(conversation: Conversation) -> bool:
    prompts = own(conversation, wording.SHALL_I_GO_ON)
    reply = await conversation.choice(prompts, Expectation(options=GO_ON), silence_s=GOES_ON_AFTER_S)
    return reply.name != NO


def known_sentences(conversation: Conversation, piece: str) -> str:
    """`piece` without the sentences that hold a fact which nobody has learnt in this call."""
    if not FACT.search(piece):
        return piece
    known = conversation.notebook.fact
    return " ".join(one for one in SENTENCE.split(piece) if all(known(name) for name in FACT.findall(one)))


# -- after it ----------------------------------------------------------------------------------------


async def _did_not_help(conversation: Conversation, answer: Answer) -> bool:
    """Offer other words or a person, the second time in a call only a person; whether the plan goes on.

    Nobody is lost: silence is taken for a person. Raises WantsPerson.
    """
    answers = conversation.answers
    answers.did_not_help.add(answer.article)
    if answers.other_words_offered:
        await conversation.offer_person("not_helped", answer.queue)
        return True
    answers.other_words_offered = True
    prompts = own(conversation, wording.OTHER_WORDS_OR_PERSON)
    reply = await _ask(conversation, prompts, Expectation(options=OTHER_WORDS_OR_PERSON))
    if reply == OTHER_WORDS:
        return False
    if reply == YES:  # to both; most mean what they heard last
        await conversation.offer_person("not_helped", answer.queue)
        return False
    if reply == NO:
        conversation.say(own(conversation, wording.NOT_SURE))
        return True
    raise WantsPerson("not_helped", answer.queue)


async def _related(conversation: Conversation, answer: Answer) -> Answer | None:
    """Offer what belongs to `answer`, once in a call; what the caller wants to hear of it."""
    if conversation.answers.related_offered:
        return None
    offered = list(islice(_untold(conversation, answer), MOST_RELATED))
    if not offered:
        return None
    conversation.answers.related_offered = True
    if len(offered) == 1:
        prompts = own(conversation, wording.related_to_this(offered[0].title))
        reply = await _ask(conversation, prompts, Expectation(options=YES_NO))
        return offered[0] if reply == YES else None
    options = one_of_these((one.article, one.title, one.phrases) for one in offered)
    listed = [wording.press_for(option.spoken, option.key) for option in options if option.key]
    prompts = own(conversation, wording.RELATED, *listed, wording.ONE_OF_THEM)
    reply = await _ask(conversation, prompts, Expectation(options=options))
    if reply == YES:
        prompts = own(conversation, wording.WHICH_ONE, *listed)
        reply = await _ask(conversation, prompts, Expectation(options=options))
    return next((one for one in offered if one.article == reply), None)


def _untold(conversation: Conversation, answer: Answer) -> Iterator[Answer]:
    """The related articles of `answer` that the caller has not heard in this call, and that may be told today."""
    known = {one.article: one for one in conversation.knowledge.answers()} if answer.related else {}
    for name in answer.related:
        one = known.get(name)
        if one is None or name in conversation.answers.told or isinstance(_today(conversation, one), Expired):
            continue
        yield one


async def _ask(conversation: Conversation, prompts: Sequence[Prompt], expectation: Expectation) -> str:
    """The name of the answer; silence is one."""
    waits_s = conversation.manner.answer_within_s
    return (await conversation.choice(prompts, expectation, silence_s=waits_s)).name


def own(conversation: Conversation, *texts: str) -> list[Prompt]:
    """Words of the line's own."""
    return [Prompt(text=text, barge_in=conversation.manner.barge_in) for text in texts]
