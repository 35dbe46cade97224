"""menu: offer choices that the caller may say or press at the same prompt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.call import Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.manner import Manner
from ivr.dialogue.reading import no_clash, phrases_of, prompts_of, written
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import UNIVERSALS, Option
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields

KEYS = tuple("123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice; `name` becomes what the call is about."""

    name: str
    phrases: tuple[Written, ...]
    key: str | None
    goto: Written
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Verb):
    """``menu: <prompts>`` with ``choices``: each has ``say`` (phrases), ``key``, or both, and ``goto``."""

    word: ClassVar[str] = "menu"
    listens: ClassVar[bool] = True
    text: tuple[Prompt, ...]
    choices: tuple[Choice, ...]

    @classmethod
    def read(cls, fields: Fields, manner: Manner) -> Self:
        """``menu``, ``choices``."""
        text = prompts_of(fields.take("menu"), manner)
        listed = fields.take("choices").fields()
        taken = {phrase: f"'{option.name}' everywhere" for option in UNIVERSALS for phrase in option.phrases}
        keys = {option.key: f"'{option.name}' everywhere" for option in UNIVERSALS if option.key}
        choices = tuple(_choice(listed, name, taken, keys) for name in listed.keys)
        if not choices:
            raise listed.whole.wrong("'choices' is empty; add at least one choice")
        return cls(text=text, choices=choices)

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
        return tuple(Jump.to(one.goto, one.name + (f" ({one.key})" if one.key else "")) for one in self.choices)

    def phrases(self) -> tuple[Written, ...]:
        """The phrases of all choices."""
        return tuple(phrase for choice in self.choices for phrase in choice.phrases)

    def prompts(self) -> tuple[Prompt, ...]:
        """The menu."""
        return self.text

    def oddities(self) -> tuple[Written, ...]:
        """Choices that some callers have no way to."""
        return tuple(
            Written(text=f"the choice '{choice.name}' {odd}", line=choice.line, column=choice.column)
            for choice in self.choices
            for odd in _oddities(choice)
        )


def _oddities(choice: Choice) -> Iterator[str]:
    if choice.key is None:
        yield "has no key, so callers who cannot be understood have no way to it; add 'key: …'"
    if not choice.phrases:
        yield "cannot be said, so callers who cannot press keys have no way to it; add 'say: …'"


def _choice(listed: Fields, name: str, taken: dict[str, str], keys: dict[str, str]) -> Choice:
    place, value = listed.keys[name], listed.take(name)
    fields = value.fields()
    said, key, goto = fields.get("say"), fields.get("key"), written(fields.take("goto"))
    fields.done()
    if said is None and key is None:
        raise value.wrong(f"the choice '{name}' can be neither said nor pressed; add 'say' or 'key'")
    phrases = phrases_of(said) if said else ()
    if said:
        no_clash(said, "phrase", (phrase.text for phrase in phrases), taken, f"'{name}'")
    digit = None
    if key:
        digit = key.text()
        no_clash(key, "key", (digit,), keys, f"'{name}'")
        key.one_of(KEYS)
    return Choice(name=name, phrases=phrases, key=digit, goto=goto, line=place.line, column=place.column)


def _option(choice: Choice) -> Option:
    texts = tuple(phrase.text for phrase in choice.phrases)
    return Option(
        name=choice.name, phrases=texts, spoken=texts[0] if texts else choice.name.replace("_", " "), key=choice.key
    )
