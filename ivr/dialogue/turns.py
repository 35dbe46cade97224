"""One turn after the other with one caller: what is said in it, how it is said, and what was understood."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ivr.call import Heard, Listening, MessageLimits, Outcome, Prompt
from ivr.dialogue.flow import Flow
from ivr.dialogue.kept import Kept
from ivr.dialogue.key_hints import keys_do, with_key_hints
from ivr.dialogue.manner import Manner
from ivr.dialogue.notebook import Notebook
from ivr.dialogue.ports import Telephone
from ivr.dialogue.wishes import CallerLeft, WantsPerson
from ivr.dialogue.words.expectation import Expectation, Refused, Understood

MOST_TURNS = 200
"""About half an hour; who is still here then is better served by a person."""
FACT = re.compile(r"\{((?:caller\.)?[a-z][a-z0-9_]*)\}")


class NobodyThere:
    """The telephone of a caller who has hung up."""

    async def converse(self, prompts: Sequence[Prompt], listening: Listening | None) -> Heard:
        """Nobody hears it."""
        return Heard(outcome=Outcome.HANGUP)


class Turns:
    """The turns of one call; `kept` says how the caller wants to be spoken to."""

    def __init__(
        self, telephone: Telephone, notebook: Notebook, flow: Flow, kept: Kept, say_fact: Callable[[str, str], str]
    ) -> None:
        self._kept = kept
        self._telephone: Telephone = telephone
        self._notebook = notebook
        self._sounds_like = flow.sounds_like
        self._distress = flow.distress.option() if flow.distress is not None else None
        self._say_fact = say_fact
        self._taken = 0

    def hung_up(self) -> None:
        """The caller is gone: whoever speaks now finds nobody."""
        self._telephone = NobodyThere()

    async def say(self, prompts: Iterable[Prompt], *, ahead: bool = False) -> None:
        """Say `prompts` to their end, without listening; keys are for the next turn if it is `ahead`, else for nothing.

        Raises CallerLeft.
        """
        said = self._as_said(prompts)
        if said:
            listening = Listening(ahead=True, first_input_s=0.0) if ahead else None
            self._notebook.played(said, await self._converse(said, listening))

    async def take(
        self,
        prompts: Iterable[Prompt],
        expectation: Expectation,
        manner: Manner,
        *,
        refused: Refused | None = None,
        answer_within_s: float | None = None,
    ) -> tuple[Heard, Understood | None]:
        """Say `prompts`, listen for `expectation`, note both. Raises CallerLeft, WantsPerson if this has no end."""
        if self._taken >= MOST_TURNS:
            raise WantsPerson("not_understood")
        self._taken += 1
        expected = expectation
        if (expectation.sounds_like, expectation.distress) != (self._sounds_like, self._distress):
            expected = replace(expectation, sounds_like=self._sounds_like, distress=self._distress)
        listening = expected.listening(manner)
        if answer_within_s is not None:
            listening = replace(listening, first_input_s=answer_within_s)
        by_keys = self._kept.preferences.keys_only and keys_do(expectation)
        if manner.sensitive or by_keys:  # nobody is to say a secret aloud, and no recogniser is to hear it
            listening = replace(listening, phrases=(), words=None, urgent=None)
        said = self._as_said(with_key_hints(prompts, expectation) if by_keys else prompts)
        heard = await self._converse(said, listening)
        understood = expected.understand(heard, refused) if heard.outcome is Outcome.MATCH else None
        heard = expected.written(_as_understood(heard, expected, understood))
        self._notebook.played(said, heard)
        self._notebook.answered(
            heard, (understood.value or understood.name) if understood else None, secret=manner.sensitive
        )
        return heard, understood

    def filled(self, text: str, **said: str) -> str:
        """`text` with each ``{fact}`` replaced once: by `said`, which is taken as it is, or as the caller told us."""
        if "{" not in text:
            return _spaced(text)

        def value(found: re.Match[str]) -> str:
            name = found.group(1)
            if name in said:
                return said[name]
            known = self._notebook.fact(name)
            return self._say_fact(name, known) if known else ""

        return _spaced(FACT.sub(value, text))

    async def record(self, prompts: Iterable[Prompt], limits: MessageLimits, *, speak_within_s: float) -> Heard:
        """Say `prompts`, and keep what the caller says then as a message; who hangs up has left one, too."""
        said = self._as_said(prompts)
        self._notebook.turn_begins()
        heard = await self._telephone.converse(said, Listening(message=limits, first_input_s=speak_within_s))
        self._notebook.played(said, heard)
        return heard

    def raw(self, text: str) -> str:
        """`text` with each ``{fact}`` replaced by its value as it is, secrets included: for look-ups, never spoken."""
        return FACT.sub(lambda found: self._notebook.value(found.group(1)), text)

    async def _converse(self, said: Sequence[Prompt], listening: Listening | None) -> Heard:
        self._notebook.turn_begins()
        heard = await self._telephone.converse(said, listening)
        if heard.outcome is Outcome.HANGUP:
            self._notebook.played(said, heard)
            raise CallerLeft
        return heard

    def _as_said(self, prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
        return tuple([self._one_as_said(prompt) for prompt in prompts])

    def _one_as_said(self, prompt: Prompt) -> Prompt:
        text = self.filled(prompt.text)
        if text == prompt.text and self._kept.preferences.slower is prompt.slowly:
            return prompt
        return replace(prompt, text=text, slowly=self._kept.preferences.slower)


@functools.lru_cache(maxsize=1024)
def _spaced(text: str) -> str:
    """With one blank between words; what a plan says it says often."""
    return " ".join(text.split())


def _as_understood(heard: Heard, expected: Expectation, understood: Understood | None) -> Heard:
    """`heard` with the reading first that was understood: "forty seven one" may be likelier, but is no four digits."""
    if understood is None or not understood.value or len(heard.hypotheses) < 2:
        return heard
    words = expected.words()
    meant = [one for one in heard.hypotheses if any(m.value == understood.value for m in words.meanings(one.text))]
    others = [one for one in heard.hypotheses if one not in meant]
    return replace(heard, hypotheses=(*meant, *others))
