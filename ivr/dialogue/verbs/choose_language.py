"""language: offer languages, each in its own words and voice, and go on where the caller's is spoken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.call import Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line, read_lines
from ivr.dialogue.language.shape import Scope
from ivr.dialogue.language.shapes import KEY, PHRASES, PROMPTS, STEP, mapping_of
from ivr.dialogue.language.tags import language_tag
from ivr.dialogue.verbs.menu import check_distinct
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import Option
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields

FACT = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """One language; `name` is what BCP 47 calls it, like `cy`."""

    name: str
    place: Written
    offer: tuple[Prompt, ...] = line(PROMPTS, "What offers it, said by a voice of that language.", default=())
    phrases: tuple[Written, ...] = line(
        PHRASES, "What callers say for it, in words that the plan's own model hears.", name="say", default=()
    )
    key: Written = line(KEY, "What they press for it.")
    goto: Written = line(STEP, "The step that follows.")

    def in_its_own(self) -> Tongue:
        """The same with its offer in its language."""
        return replace(self, offer=tuple(replace(one, language=one.language or self.name) for one in self.offer))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseLanguage(Verb):
    """Let callers choose the language in which they want to be served.

    Each language is offered in its own words by a voice of its own. What is chosen becomes the fact ``language``: the
    agent sees it, ``branch`` can decide by it, and the plan leads to steps, or people, who speak it. Prompts with a
    line ``language`` are said by a voice of that language (see "What is said"); hearing stays with the plan's model,
    so steps in a language that it does not know ask for keys, and say what the line says of its own accord
    (``on_silence`` and the like) in their own words.
    """

    word: ClassVar[str] = "language"
    example: ClassVar[str] = """
tongue:
  language: For English, press 1.
  languages:
    en-GB: {say: English, key: 1, goto: main}
    cy: {offer: "I siarad Cymraeg, pwyswch 2.", say: Welsh, key: 2, goto: welsh}
welsh:
  say: {text: Arhoswch os gwelwch yn dda., language: cy}
  goto: to_people
"""
    listens: ClassVar[bool] = True
    opening: tuple[Prompt, ...] = line(PROMPTS, "What is said first, in the plan's own language.", name="language")
    languages: tuple[Tongue, ...] = line(
        mapping_of(Tongue, "`language: lines` for each, like `cy`"), "What is offered, the commonest first."
    )

    @classmethod
    def read(cls, given: Fields, scope: Scope) -> Self:
        """See `Verb.read`."""
        read = read_lines(cls, given, scope)
        return replace(read, languages=tuple(one.in_its_own() for one in read.languages))

    def check(self, given: Fields) -> None:
        """Each is a language, and no phrase and no key means two of them."""
        for key in given.take("languages").fields().keys.values():
            language_tag(key)
        check_distinct(given, self.languages)

    async def run(self, conversation: Conversation) -> Next:
        """The step of the language."""
        understood = await conversation.listen(self.prompts(), self.expectation())
        chosen = next(one for one in self.languages if one.name == understood.name)
        conversation.learnt(FACT, chosen.name, understood.confidence)
        return chosen.goto.text

    def facts(self) -> tuple[str, ...]:
        """The language."""
        return (FACT,)

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """The languages as options."""
        return Expectation(options=tuple(map(_option, self.languages)))

    def jumps(self) -> tuple[Jump, ...]:
        """The step of each language."""
        return tuple(Jump.to(one.goto, f"{one.name} ({one.key.text})") for one in self.languages)

    def phrases(self) -> tuple[Written, ...]:
        """The phrases of all languages."""
        return tuple(phrase for one in self.languages for phrase in one.phrases)

    def prompts(self) -> tuple[Prompt, ...]:
        """What is said first, and each offer."""
        return (*self.opening, *(prompt for one in self.languages for prompt in one.offer))


def _option(one: Tongue) -> Option:
    texts = tuple(phrase.text for phrase in one.phrases)
    return Option(name=one.name, phrases=texts, spoken=texts[0] if texts else one.name, key=one.key.text)
