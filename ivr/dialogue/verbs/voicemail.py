"""voicemail: let the caller leave a message for the people of a queue, with their consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.call import MessageLimits, Outcome, Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import PROMPTS, QUEUE, STEP, number
from ivr.dialogue.ports import Message
from ivr.dialogue.wishes import CallerLeft
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import YES_NO
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation

BYTES_PER_S = 16_000
"""Of a message: 8 kHz, 16 bit, mono."""
_USUAL = MessageLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail(Verb):
    """Let the caller leave a message for the people of a queue, with their consent.

    A key, silence, the longest time, or hanging up ends it. Messages are deleted before they are older than the setting
    ``messages_days`` says, 30 if it is not set: ask for consent to as long.
    """

    word: ClassVar[str] = "voicemail"
    example: ClassVar[str] = """
message:
  voicemail: Please leave your message after the beep.
  consent: We keep a recording for thirty days. Is that all right?
  queue: office
  kept: goodbye
  not_kept: main
"""
    listens: ClassVar[bool] = True
    text: tuple[Prompt, ...] = line(PROMPTS, "What is said before the beep.", name="voicemail")
    consent: tuple[Prompt, ...] = line(PROMPTS, "The question whether a recording may be kept, for yes or no.")
    queue: Written = line(QUEUE, "Whose message it is.")
    message_longest_s: float = line(number(5, 600), "Seconds after which it ends.", default=_USUAL.longest_s)
    message_silence_s: float = line(number(1, 20), "Silence that ends it, in seconds.", default=_USUAL.silence_s)
    kept: Written = line(STEP, "The step after a message that was kept.")
    not_kept: Written = line(STEP, "The step without one: no consent, no words, or it could not be written down.")

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``kept`` or ``not_kept``."""
        if not await conversation.agreed(self.consent):
            return self.not_kept.text
        limits = MessageLimits(longest_s=self.message_longest_s, silence_s=self.message_silence_s)
        heard = await conversation.record(self.text, limits)
        kept = bool(heard.message) and await self._keep(conversation, heard.message)
        if heard.outcome is Outcome.HANGUP:
            raise CallerLeft
        return self.kept.text if kept else self.not_kept.text

    async def _keep(self, conversation: Conversation, sound: bytes) -> bool:
        notebook, queue = conversation.notebook, self.queue.text
        left = Message(hand_over=notebook.summary(queue, "message"), sound=sound)
        kept = await conversation.world.keep_message(left)
        notebook.message_left(queue, len(sound) / BYTES_PER_S, kept)
        return kept

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
