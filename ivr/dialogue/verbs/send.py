"""send: offer the caller something in writing, and send it by text or e-mail if they want it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Answer, By, Fate, Letter, Prompt, is_email
from ivr.dialogue import wording
from ivr.dialogue.asking import Wanted, ask_for
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line, schema_of, whole
from ivr.dialogue.language.shape import Scope, Shape
from ivr.dialogue.language.shapes import FACT, NAME, STEP, TEXT, TEXTS
from ivr.dialogue.letters import plain, written
from ivr.dialogue.telling import known_sentences, up_to_date
from ivr.dialogue.waiting import entertain
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import YES_NO, Option
from ivr.dialogue.words.types.numbering_plan import full_number, is_mobile
from ivr.dialogue.words.types.phone_number import PhoneNumber
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Value

ENDING = 3
"""Digits of a number by which its owner knows it, and nobody else learns it."""
_SKIP = Option(name="skip", phrases=("skip", "skip it", "skip this", "never mind"), spoken="skip", key="#")
_STILL = (Prompt(text="I am still sending it."),)
_TOLD = {
    Fate.SENT: wording.SENT,
    Fate.LATER: wording.SENT_LATER,
    Fate.FAILED: wording.NOT_SENT,
    Fate.UNKNOWN: wording.PERHAPS_SENT,
    Fate.TOO_MANY: wording.SENT_TOO_MANY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Instead of words of the plan's own."""

    article: Written = line(NAME, "The name of an article's file, without suffix.")


def _what(value: Value, scope: Scope) -> tuple[str, ...] | Article:
    if value.is_mapping:
        return whole(Article, value, scope)
    return tuple(scope.filled(text) for text in TEXTS.read(value, scope))


_WHAT: Shape[tuple[str, ...] | Article] = Shape(
    read=_what,
    schema={"anyOf": [TEXTS.schema, schema_of(Article)]},
    about="a text, or a list of paragraphs, in which `{fact}` stands for what the caller told; or `{article: name}`",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Verb):
    """Offer the caller something in writing, and send it by text or e-mail if they say yes.

    A text goes to the mobile number that the caller rings from; else they are asked for one. An e-mail goes only to an
    address that is known, of callers who get no text. Of an article its longer text and its link are sent; one that is
    out of date leads to a person. What is keyed in a sensitive step is never sent. The caller hears what became of it.
    """

    word: ClassVar[str] = "send"
    example: ClassVar[str] = """
details:
  send: {article: opening-hours}
  sent: goodbye
  not_sent: to_people
  declined: goodbye
"""
    listens: ClassVar[bool] = True
    sends: ClassVar[bool] = True
    what: tuple[str, ...] | Article = line(_WHAT, "What is sent.", name="send")
    subject: str = line(TEXT, "Of an e-mail; else the article's title, or what the helpline is called.", default="")
    email: str = line(TEXT, "The caller's e-mail address, as a `{fact}` that holds it.", default="")
    fact: str = line(FACT, "The name by which a mobile number that the caller tells is kept.", default="mobile_number")
    sent: Written = line(STEP, "The step once it is sent.")
    not_sent: Written = line(STEP, "The step if it could not be sent, or nobody knows whether it was.")
    declined: Written = line(STEP, "The step if the caller does not want it, or there is nowhere to send it.")

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``sent``, ``not_sent`` or ``declined``."""
        if isinstance(self.what, Article):
            up_to_date(conversation, self._answer(conversation, self.what))
        by, to = await self._wanted(conversation)
        if not to:
            return self.declined.text
        fate = await self._send(conversation, self._letter(conversation, by, to))
        conversation.say([_own(conversation, _TOLD[fate])])
        return self.sent.text if fate is Fate.SENT else self.not_sent.text

    async def _wanted(self, conversation: Conversation) -> tuple[By, str]:
        """By which way the caller wants it, and to where; empty if they do not."""
        ways, to = conversation.world.outbox.ways, ""
        if By.SMS in ways:
            number, question = self._number(conversation)
            if await self._agreed(conversation, By.SMS, question):
                to = number or await self._told_number(conversation)
            if to:
                return By.SMS, to
        address = conversation.filled(self.email)
        if By.EMAIL in ways and is_email(address) and await self._agreed(conversation, By.EMAIL, wording.SHALL_I_EMAIL):
            to = address
        return By.EMAIL, to

    async def _agreed(self, conversation: Conversation, by: By, question: str) -> bool:
        conversation.another_question()
        agreed = await conversation.agreed([_own(conversation, question)])
        conversation.notebook.consent(by, agreed)
        return agreed

    def _number(self, conversation: Conversation) -> tuple[str, str]:
        """The mobile number that is known, empty if there is none, and the question for consent."""
        country = conversation.world.outbox.country
        calling, told = (
            full_number(one, country) if one else ""
            for one in (conversation.notebook.caller.number, conversation.notebook.fact(self.fact))
        )
        if told and told != calling and is_mobile(told, country):
            return told, wording.shall_i_text_to(told[-ENDING:])
        if calling and is_mobile(calling, country):
            return calling, wording.SHALL_I_TEXT_HERE
        return "", wording.SHALL_I_TEXT

    async def _told_number(self, conversation: Conversation) -> str:
        """The mobile number that the caller tells; empty if they would rather not."""
        conversation.another_question()
        kind = PhoneNumber(region=conversation.world.outbox.country, mobile=True)
        asked = (_own(conversation, wording.WHICH_MOBILE),)
        return await ask_for(conversation, Wanted(fact=self.fact, asked=asked, kind=kind, besides=(_SKIP,)))

    def _answer(self, conversation: Conversation, named: Article) -> Answer:
        return next(one for one in conversation.knowledge.answers() if one.article == named.article.text)

    def _letter(self, conversation: Conversation, by: By, to: str) -> Letter:
        subject, link = self.subject, ""
        if isinstance(self.what, Article):
            answer = self._answer(conversation, self.what)
            lines = (plain(answer.longer) or answer.spoken).splitlines()
            text, link = "\n".join(known_sentences(conversation, one) for one in lines), answer.link or ""
            subject = subject or answer.title
        else:
            text = "\n\n".join(self.what)
        return Letter(
            call_id=conversation.notebook.call_id,
            by=by,
            to=to,
            text=written(conversation, text),
            link=link,
            subject=written(conversation, subject or conversation.flow.title),
        )

    async def _send(self, conversation: Conversation, letter: Letter) -> Fate:
        """What became of it, which is noted however the caller leaves meanwhile. Raises CallerLeft."""
        sending = asyncio.ensure_future(conversation.world.outbox.send(letter))
        try:
            await entertain(conversation, sending, still=_STILL)
        finally:
            fate = await sending
            conversation.notebook.sent(letter, self._about(conversation), fate)
        return fate

    def _about(self, conversation: Conversation) -> str:
        return self.what.article.text if isinstance(self.what, Article) else conversation.step.name

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """Yes or no to the offer."""
        return Expectation(options=YES_NO)

    def jumps(self) -> tuple[Jump, ...]:
        """All three ways on."""
        ways = {"sent": self.sent, "not sent": self.not_sent, "not wanted": self.declined}
        return tuple(Jump.to(step, when) for when, step in ways.items())

    def articles(self) -> tuple[Written, ...]:
        """The article."""
        return (self.what.article,) if isinstance(self.what, Article) else ()

    def facts(self) -> tuple[str, ...]:
        """The number."""
        return (self.fact,)

    def weighs(self) -> tuple[str, ...]:
        """The number: one that was told before is offered."""
        return (self.fact,)

    def offers(self) -> tuple[str, ...]:
        """The number, as that of a caller who rings from a mobile is."""
        return (self.fact,)

    def say_fact(self, name: str, value: str) -> str | None:
        """As it was read back."""
        return PhoneNumber().said(value)

    def letters(self) -> tuple[str, ...]:
        """What is sent, and to where."""
        own = () if isinstance(self.what, Article) else self.what
        return tuple(text for text in (*own, self.subject, self.email) if text)

    def prompts(self) -> tuple[Prompt, ...]:
        """The offers, the question for a number, and what became of it."""
        asked = (wording.SHALL_I_TEXT_HERE, wording.SHALL_I_TEXT, wording.WHICH_MOBILE)
        mail = (wording.SHALL_I_EMAIL,) if self.email else ()
        kind = PhoneNumber(mobile=True)
        more = (kind.tighter, kind.press, wording.NO_SUCH_MOBILE, *_TOLD.values())
        return tuple(Prompt(text=text) for text in (*asked, *mail, *more))


def _own(conversation: Conversation, text: str) -> Prompt:
    return Prompt(text=text, barge_in=conversation.manner.barge_in)
