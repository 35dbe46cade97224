"""The mechanics that every verb shares: turns, silence, misunderstanding, "did you say …?", and the way to a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ivr.call import BargeIn, EndReason, Heard, Listening, Means, Outcome, Prompt
from ivr.dialogue import wording
from ivr.dialogue.flow import Conclusion, Flow, Step
from ivr.dialogue.grammar import (
    LATE_TERMINATOR,
    MAIN_MENU,
    PERSON,
    REPEAT,
    YES_NO,
    Expectation,
    Understood,
)
from ivr.dialogue.manner import Manner
from ivr.dialogue.notebook import Notebook
from ivr.dialogue.ports import Knowledge, Telephone

MOST_TURNS = 200
"""About half an hour; who is still here then is better served by a person."""
OFFER_AFTER = 2
"""Failures of one step after which a person is offered."""
AFTER_TELLING_S = 0.3
"""How long a told answer waits for "repeat" or "agent" before the plan goes on."""

FACT = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class CallerLeft(Exception):
    """The caller hung up."""


class WantsMainMenu(Exception):
    """The caller asked for the main menu."""


class WantsPerson(Exception):
    """The caller is to speak to a person; `reason` as in HandOver, `queue` None for the step's own."""

    def __init__(self, reason: str, queue: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.queue = queue


class Conversation:
    """One caller going through one flow; a verb sees the world only through this."""

    def __init__(self, *, flow: Flow, telephone: Telephone, knowledge: Knowledge, notebook: Notebook) -> None:
        self.flow = flow
        self.knowledge = knowledge
        self.notebook = notebook
        self.step: Step = flow.steps[flow.start]
        self._telephone = telephone
        self._turns = 0
        self._counts: dict[str, int] = {}
        self._failures = 0
        self._waiting: tuple[Prompt, ...] = ()
        self._told: tuple[Prompt, ...] = ()

    @property
    def manner(self) -> Manner:
        """How the present step treats the caller."""
        return self.step.manner

    def enter(self, step: Step) -> None:
        """A step begins; its failures count from nothing."""
        self.step = step
        self._counts = {}
        self._failures = 0
        self.notebook.entered(step.name, step.verb.word)

    # -- saying --------------------------------------------------------------------------------------

    def say(self, prompts: Iterable[Prompt]) -> None:
        """Say `prompts` at the beginning of the next turn, so that the caller may answer while they play."""
        self._waiting += tuple(prompts)

    async def tell(self, prompts: Iterable[Prompt]) -> bool:
        """Say `prompts` now, with what is understood everywhere; whether the caller heard them to the end.

        A voice that means nothing (a cough, a "hm") and cuts in must not cost the caller the answer: it is said once
        more, and then only keys stop it. After a whole answer ("thank you") nothing is said again unasked.
        """
        wanted = tuple(prompts)
        while True:
            waiting, self._waiting = (*self._waiting, *wanted), ()
            heard, understood = await self._turn(waiting, Expectation(), answer_within_s=AFTER_TELLING_S)
            whole = heard.prompt_heard_ms >= heard.prompt_total_ms
            if understood is not None and understood.confidence >= self.manner.confirm:
                if understood.name == REPEAT:
                    continue
                if await self._sure(understood):
                    self._follow(understood)
                if whole:
                    break
            elif not whole and heard.means is Means.VOICE and any(BargeIn.SPEECH in one.barge_in for one in wanted):
                wanted = tuple(replace(prompt, barge_in=prompt.barge_in & ~BargeIn.SPEECH) for prompt in wanted)
            else:
                break
        self._told = wanted
        return whole

    async def finish_speaking(self, prompts: Iterable[Prompt] = ()) -> None:
        """Say what waits and `prompts` to their end, without listening: the last words of our part."""
        last, self._waiting = self._filled((*self._waiting, *prompts)), ()
        if last:
            self.notebook.played(last, await self._converse(last, None))

    # -- listening -----------------------------------------------------------------------------------

    async def listen(self, prompts: Sequence[Prompt], expectation: Expectation) -> Understood:
        """Ask until understood. The result is sure: its confidence was enough, or the caller said yes to it.

        Raises CallerLeft, WantsMainMenu, WantsPerson.
        """
        carried: tuple[Prompt, ...] = (*self._told, *self._waiting)
        while True:
            waiting, self._waiting = self._waiting, ()
            heard, understood = await self._turn((*waiting, *prompts), expectation)
            if understood is None or understood.confidence < self.manner.confirm:
                await self.failed("silence" if heard.outcome is Outcome.NO_INPUT else "not_understood")
                continue
            if understood.name == REPEAT:
                self._waiting = carried
                continue
            if understood.name == LATE_TERMINATOR:
                continue
            if not await self._sure(understood):
                await self.failed("refused")
                continue
            self._told = ()
            self._follow(understood)
            return understood

    async def agreed(self, prompts: Sequence[Prompt], *, after_keyed_digits: bool = False) -> bool:
        """Ask a yes-or-no question that is part of a step; silence and misunderstanding count as the step's."""
        expectation = Expectation(options=YES_NO, after_keyed_digits=after_keyed_digits)
        carried: tuple[Prompt, ...] = (*self._told, *self._waiting)
        while True:
            waiting, self._waiting = self._waiting, ()
            heard, understood = await self._turn((*waiting, *prompts), expectation)
            if understood is None or understood.confidence < self._bar(understood):
                await self.failed("silence" if heard.outcome is Outcome.NO_INPUT else "not_understood")
            elif understood.name == REPEAT:
                self._waiting = carried
            elif understood.name != LATE_TERMINATOR:
                self._told = ()
                self._follow(understood)
                return understood.name == "yes"

    async def failed(self, failure: str, *, offer_now: bool = False) -> None:
        """Count a turn that brought nothing, prepare what to say about it, and offer a person when it is time.

        `failure` is one of StepFailed's. Raises as `listen` does.
        """
        self._failures += 1
        count = self._counts[failure] = self._counts.get(failure, 0) + 1
        self.notebook.failed(self.step.name, failure, count)
        said = {
            "silence": self.manner.on_silence,
            "not_understood": self.manner.on_not_understood,
            "refused": (self._own(wording.REFUSED),),
            "not_known": (self._own(wording.NOT_KNOWN),),
        }[failure]
        self._waiting = (said[min(count, len(said)) - 1],)
        if offer_now or self._failures % OFFER_AFTER == 0:
            await self.offer_person("not_known" if failure == "not_known" else "not_understood")

    async def offer_person(self, reason: str, queue: str | None = None) -> None:
        """Ask whether the caller wants a person; return if not. Nobody is lost: silence is taken for yes.

        Raises WantsPerson, WantsMainMenu, CallerLeft.
        """
        unclear = False
        while True:
            waiting, self._waiting = self._waiting, ()
            heard, understood = await self._turn(
                (*waiting, self._own(wording.OFFER_PERSON)), Expectation(options=YES_NO)
            )
            if understood is not None and understood.confidence >= self.manner.confirm:
                if understood.name == REPEAT:
                    continue
                if understood.name == "no":
                    self._waiting = (self._own(wording.NOT_SURE),)
                    self._counts.clear()
                    return
                if understood.name == MAIN_MENU:
                    raise WantsMainMenu
                raise WantsPerson(reason, queue)
            if heard.outcome is Outcome.NO_INPUT or unclear:
                raise WantsPerson(reason, queue)
            unclear = True
            self._waiting = self.manner.on_not_understood[:1]

    # -- what was learnt -----------------------------------------------------------------------------

    def conclude_with(self, queue: str, reason: str) -> Conclusion:
        """The end of the conversation in `queue`."""
        return Conclusion(reason=EndReason.HANDED_OVER, hand_over=self.notebook.hand_over(queue, reason))

    async def to_person(self, wish: WantsPerson) -> Conclusion:
        """Tell the caller and hand over. Raises CallerLeft."""
        queue = wish.queue or self.manner.person_queue
        await self.finish_speaking([self._own(wording.to_people(self.flow.queues[queue]))])
        return self.conclude_with(queue, wish.reason)

    def filled(self, text: str, **extra: str) -> str:
        """`text` with each ``{fact}`` replaced once by what the caller told us; digits are read one by one."""

        def value(found: re.Match[str]) -> str:
            name = found.group(1)
            known = extra[name] if name in extra else self.notebook.fact(name)
            return wording.spaced(known) if known.isdecimal() else known

        return " ".join(FACT.sub(value, text).split())

    def _own(self, text: str) -> Prompt:
        return Prompt(text=text, barge_in=self.manner.barge_in)

    # -- one turn ------------------------------------------------------------------------------------

    def _bar(self, understood: Understood) -> float:
        """Confidence that an answer to a yes-or-no question needs: leaving the question needs more than answering."""
        return self.manner.accept if understood.name in (MAIN_MENU, PERSON) else self.manner.confirm

    async def _sure(self, understood: Understood) -> bool:
        """Whether `understood` may be acted on; what has a value (digits, questions) is confirmed by its verb."""
        if understood.confidence >= self.manner.accept or understood.value:
            return True
        return await self.agreed([self._own(wording.did_you_say(understood.spoken))])

    def _follow(self, understood: Understood) -> None:
        """Go where a caller wants to go who used one of the words that are understood everywhere."""
        if understood.name == MAIN_MENU:
            raise WantsMainMenu
        if understood.name == PERSON:
            raise WantsPerson("asked")

    async def _turn(
        self, prompts: Sequence[Prompt], expectation: Expectation, *, answer_within_s: float | None = None
    ) -> tuple[Heard, Understood | None]:
        if self._turns >= MOST_TURNS:
            raise WantsPerson("not_understood")
        self._turns += 1
        listening = expectation.listening(self.manner)
        if answer_within_s is not None:
            listening = replace(listening, first_input_s=answer_within_s)
        said = self._filled(prompts)
        heard = await self._converse(said, listening)
        understood = expectation.understand(heard) if heard.outcome is Outcome.MATCH else None
        self.notebook.played(said, heard)
        self.notebook.answered(heard, (understood.value or understood.name) if understood else None)
        return heard, understood

    async def _converse(self, said: tuple[Prompt, ...], listening: Listening | None) -> Heard:
        self.notebook.turn_begins()
        heard = await self._telephone.converse(said, listening)
        if heard.outcome is Outcome.HANGUP:
            self.notebook.played(said, heard)
            raise CallerLeft
        return heard

    def _filled(self, prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
        return tuple(replace(prompt, text=self.filled(prompt.text)) for prompt in prompts)
