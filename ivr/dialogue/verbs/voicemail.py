"""voicemail: let the caller leave a message for the people of a queue, with their consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.call import MessageLimits, Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.manner import Manner
from ivr.dialogue.reading import prompts_of, written
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import YES_NO
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail(Verb):
    """``voicemail: <prompts>`` with ``consent`` (a yes-or-no question), ``queue``, ``kept`` and ``not_kept``.

    Who refuses consent, or says nothing after the beep, goes on at ``not_kept``; so does who said something that could
    not be written down. ``message_longest_s`` (120) ends a message, as do ``message_silence_s`` (4), a key and hanging
    up.
    """

    word: ClassVar[str] = "voicemail"
    listens: ClassVar[bool] = True
    text: tuple[Prompt, ...]
    consent: tuple[Prompt, ...]
    queue: Written
    limits: MessageLimits
    kept: Written
    not_kept: Written

    @classmethod
    def read(cls, fields: Fields, manner: Manner) -> Self:
        """``voicemail``, ``consent``, ``queue``, ``kept``, ``not_kept``, and the two limits."""
        text = prompts_of(fields.take("voicemail"), manner)
        longest, silence = fields.get("message_longest_s"), fields.get("message_silence_s")
        usual = MessageLimits()
        return cls(
            text=text,
            consent=prompts_of(fields.take("consent"), manner),
            queue=written(fields.take("queue")),
            limits=MessageLimits(
                longest_s=longest.number(5, 600) if longest else usual.longest_s,
                silence_s=silence.number(1, 20) if silence else usual.silence_s,
            ),
            kept=written(fields.take("kept")),
            not_kept=written(fields.take("not_kept")),
        )

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``kept`` or ``not_kept``."""
        if not await conversation.agreed(self.consent):
            return self.not_kept.text
        kept = await conversation.take_message(self.text, self.limits, self.queue.text)
        return self.kept.text if kept else self.not_kept.text

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """Yes or no to the consent."""
        return Expectation(options=YES_NO)

    def jumps(self) -> tuple[Jump, ...]:
        """Both ways on."""
        return (Jump.to(self.kept, "kept"), Jump.to(self.not_kept, "not kept"))

    def queues(self) -> tuple[Written, ...]:
        """Whose message it is."""
        return (self.queue,)

    def prompts(self) -> tuple[Prompt, ...]:
        """The question for consent, and what comes before the beep."""
        return (*self.consent, *self.text)
