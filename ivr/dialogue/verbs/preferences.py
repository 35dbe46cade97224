"""preferences: let the caller say how they want to be spoken to, now and, with their consent, in their next calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Preferences, Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import PROMPTS, STEP
from ivr.dialogue.preferring import BACK, CANNOT, CONSENT, FORGOTTEN, KEPT, NOT_KEPT, offer_to_remember
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import SLOWER, UNIVERSALS, Option
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation

SPEAK_SLOWER, KEYS_ONLY, PERSON_FIRST, FORGET = ("slower speech", "keys only", "a person first", "forget me")
_SLOWER = next(option.phrases for option in UNIVERSALS if option.name == SLOWER)
CHOICES = (
    Option(name=SPEAK_SLOWER, phrases=_SLOWER, spoken="slower", key="1"),
    Option(name=KEYS_ONLY, phrases=("keys only", "only keys", "use keys", "keys"), spoken="keys only", key="2"),
    Option(name=PERSON_FIRST, phrases=("a person first", "person first"), spoken="a person first", key="3"),
    Option(name=FORGET, phrases=("forget me", "delete", "delete my data"), spoken="forget me", key="4"),
)
_WITH: Mapping[str, Callable[[Preferences], Preferences]] = {
    SPEAK_SLOWER: lambda before: replace(before, slower=True),
    KEYS_ONLY: lambda before: replace(before, keys_only=True),
    PERSON_FIRST: lambda before: replace(before, person_first=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefer(Verb):
    """Let the caller say how they want to be spoken to, now and, with their consent, in their next calls.

    They say “slower” or press 1, “keys only” 2 (no speech is listened for where keys do), “a person first” 3
    (``recall`` leads them there), or “forget me” 4, which deletes what is remembered of their number for the next
    call, and treats them as everybody from then on. Journals and messages of their calls are not a caller's to delete,
    who may ring with somebody else's number: ``ivr forget`` does it. Whoever has such a wish already is asked first
    whether to have it as usual again; four choices are enough to keep in mind, and to others a fifth is of no use.
    """

    word: ClassVar[str] = "preferences"
    example: ClassVar[str] = """
how:
  preferences: "You have four choices: slower, keys only, a person first, or forget me."
  goto: goodbye
"""
    listens: ClassVar[bool] = True
    text: tuple[Prompt, ...] = line(PROMPTS, "What is said first.", name="preferences")
    as_usual: tuple[Prompt, ...] = line(
        PROMPTS, "What who has such a wish already is asked before that, for yes or no.", default=BACK
    )
    consent: tuple[Prompt, ...] = line(PROMPTS, "The question whether to remember it, for yes or no.", default=CONSENT)
    said: tuple[Prompt, ...] = line(PROMPTS, "What is said after a yes to that.", name="kept", default=KEPT)
    forgotten: tuple[Prompt, ...] = line(PROMPTS, "What is said after “forget me”.", default=FORGOTTEN)
    goto: Written = line(STEP, "The step that follows.")

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``goto``."""
        own = conversation.kept
        everybodys = Preferences(language=own.preferences.language)
        if own.preferences != everybodys:
            back = await conversation.agreed(self.as_usual)
            conversation.another_question()
            if back:
                own.preferences = everybodys
                await offer_to_remember(conversation, self.consent, self.said)
                return self.goto.text
        chosen = (await conversation.listen(self.text, self.expectation())).name
        conversation.another_question()
        if chosen == FORGET:
            done = not own.number or await conversation.world.memory.forget(own.number)
            own.forgotten, own.preferences = done, Preferences() if done else own.preferences
            conversation.say(self.forgotten if done else CANNOT)
            return self.goto.text
        own.preferences = _WITH[chosen](own.preferences)
        await offer_to_remember(conversation, self.consent, self.said)
        return self.goto.text

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """What can be wanted."""
        return Expectation(options=CHOICES)

    def jumps(self) -> tuple[Jump, ...]:
        """The step in ``goto``."""
        return (Jump.to(self.goto),)

    def prompts(self) -> tuple[Prompt, ...]:
        """The question, the one for consent, and what is said after them."""
        return (*self.text, *self.as_usual, *self.consent, *self.said, *self.forgotten, *NOT_KEPT, *CANNOT)
