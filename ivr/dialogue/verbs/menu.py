"""menu: offer choices that the caller may say or press at the same prompt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from ivr.call import Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line, no_clash
from ivr.dialogue.language.shapes import KEY, PHRASES, PROMPTS, STEP, mapping_of
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import UNIVERSALS, Option
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields


class Chosen(Protocol):
    """Something that is chosen by its phrases or its key."""

    @property
    def name(self) -> str: ...
    @property
    def phrases(self) -> tuple[Written, ...]: ...
    @property
    def key(self) -> Written | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice; `name` becomes what the call is about."""

    name: str
    place: Written
    phrases: tuple[Written, ...] = line(
        PHRASES,
        "What callers say for it; “um”, “please” and “I’d like a” around it need not be written.",
        name="say",
        default=(),
    )
    key: Written | None = line(KEY, "What they press for it.", default=None)
    goto: Written = line(STEP, "The step that follows.")

    def check(self, given: Fields) -> None:
        """It can be chosen."""
        if not self.phrases and self.key is None:
            raise given.whole.wrong(f"the choice '{self.name}' can be neither said nor pressed; add 'say' or 'key'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Verb):
    """Offer choices that the caller may say or press at the same prompt.

    The name of the choice becomes what the call is about. What sounds alike is told by ``ivr check``.
    """

    word: ClassVar[str] = "menu"
    example: ClassVar[str] = """
what:
  menu: You can say hall hire or opening hours.
  choices:
    hire:
      say: [hall hire, (to) (hire|book) ((the) big|the) hall]
      key: 1
      goto: main
    hours:
      say: opening hours
      key: 2
      goto: goodbye
"""
    listens: ClassVar[bool] = True
    resumes: ClassVar[bool] = True
    text: tuple[Prompt, ...] = line(PROMPTS, "What is said, the commonest choice first.", name="menu")
    choices: tuple[Choice, ...] = line(
        mapping_of(Choice, "`name: lines` for each choice"),
        "What is offered; the name of a choice becomes what the call is about.",
    )

    def check(self, given: Fields) -> None:
        """No phrase and no key means two choices."""
        check_distinct(given, self.choices)

    async def run(self, conversation: Conversation) -> Next:
        """The step of the choice."""
        understood = await conversation.listen(self.text, self.expectation())
        choice = next(one for one in self.choices if one.name == understood.name)
        conversation.notebook.understood(choice.name, understood.confidence)
        return choice.goto.text

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """The choices as options."""
        return Expectation(options=tuple(_option(choice) for choice in self.choices))

    def jumps(self) -> tuple[Jump, ...]:
        """The step of each choice."""
        return tuple(Jump.to(one.goto, one.name + (f" ({one.key.text})" if one.key else "")) for one in self.choices)

    def phrases(self) -> tuple[Written, ...]:
        """The phrases of all choices."""
        return tuple(phrase for choice in self.choices for phrase in choice.phrases)

    def prompts(self) -> tuple[Prompt, ...]:
        """The menu."""
        return self.text

    def oddities(self) -> tuple[Written, ...]:
        """Choices that some callers have no way to."""
        return tuple(
            Written(text=f"the choice '{choice.name}' {odd}", line=choice.place.line, column=choice.place.column)
            for choice in self.choices
            for odd in _oddities(choice)
        )


def check_distinct(given: Fields, choices: Iterable[Chosen]) -> None:
    """Raise FlowError if a phrase or a key means two of `choices`, or something else everywhere."""
    taken = {phrase: f"'{option.name}' everywhere" for option in UNIVERSALS for phrase in option.phrases}
    keys: dict[str, str] = {}
    for choice in choices:
        no_clash(given, "phrase", choice.phrases, taken, f"'{choice.name}'")
        no_clash(given, "key", (choice.key,) if choice.key else (), keys, f"'{choice.name}'")


def _oddities(choice: Choice) -> Iterator[str]:
    if choice.key is None:
        yield "has no key, so callers who cannot be understood have no way to it; add 'key: …'"
    if not choice.phrases:
        yield "cannot be said, so callers who cannot press keys have no way to it; add 'say: …'"


def _option(choice: Choice) -> Option:
    texts = tuple(phrase.text for phrase in choice.phrases)
    return Option(
        name=choice.name,
        phrases=texts,
        spoken=texts[0] if texts else choice.name.replace("_", " "),
        key=choice.key.text if choice.key else None,
    )
