"""The mechanics that every verb shares: silence, misunderstanding, "did you say …?", and the way to a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ivr.call import EndReason, Heard, MessageLimits, Outcome, Prompt
from ivr.dialogue import wording
from ivr.dialogue.answers import Answers
from ivr.dialogue.distress import heed
from ivr.dialogue.flow import Conclusion, Flow, Next, Step, Verb
from ivr.dialogue.kept import Kept
from ivr.dialogue.key_hints import cut_by_keys_only, key_hints
from ivr.dialogue.manner import Manner, Reaction
from ivr.dialogue.notebook import Notebook
from ivr.dialogue.ports import Knowledge, Telephone, World
from ivr.dialogue.said_fact import said_fact
from ivr.dialogue.sub_flows import SubFlows
from ivr.dialogue.turns import Turns
from ivr.dialogue.wishes import GoesOn, WantsMainMenu, WantsPerson
from ivr.dialogue.words.expectation import Expectation, Refused, Understood
from ivr.dialogue.words.options import (
    FIRST,
    HELP,
    LATE_TERMINATOR,
    MAIN_MENU,
    NEITHER,
    PERSON,
    REPEAT,
    SECOND,
    SILENCE,
    SLOWER,
    YES,
    YES_NO,
    which,
)
from ivr.dialogue.words.said_words import GIVEN

UNHEARD_AFTER = 2
"""Turns of one step in which nobody could hear the caller, after which a person is offered."""
AFTER_TELLING_S = 0.3
"""How long a told answer waits for "repeat" or "agent" before the plan goes on."""
_NEVER = 2.0
"""A confidence that nothing reaches."""
_EVERYWHERE = frozenset({MAIN_MENU, PERSON, SLOWER})


class Conversation:
    """One caller going through one flow; a verb sees the world only through this."""

    def __init__(
        self, *, flow: Flow, telephone: Telephone, knowledge: Knowledge, world: World, notebook: Notebook
    ) -> None:
        self.flow = flow
        self.knowledge = knowledge
        self.world = world
        self.notebook = notebook
        self.caller_left = False
        self.step: Step = flow.steps[flow.start]
        self.sub_flows = SubFlows(flow.flows)
        self.answers = Answers()
        self.heard_whole = False
        """Whether what was told last was heard to its end."""
        self.kept = Kept()
        self.calm = False
        """Whether the caller has said that they are in no distress."""
        self._learnt_by = learnt_by = dict[str, Verb]()

        def say_fact(name: str, value: str) -> str:  # knows nothing of us: in no circle, we are freed when we end
            return said_fact(flow, name, value, learnt_by.get(name))

        self._turns = Turns(telephone, notebook, flow, self.kept, say_fact)
        self._counts: dict[str, int] = {}
        self._failures = 0
        self._refused: dict[tuple[str, str], float] = {}
        self._waiting: tuple[Prompt, ...] = ()
        self._told: tuple[Prompt, ...] = ()
        self._broken: set[str] = set()

    @property
    def manner(self) -> Manner:
        """How the present step treats the caller."""
        return self.step.manner

    def enter(self, step: Step) -> None:
        """A step begins; its failures count from nothing, and nothing is refused yet.

        A step of the helpline itself is in no sub-flow, however it was reached.
        """
        if "." not in step.name:
            self.sub_flows.clear()
        asked_in_passing = self.step.verb.keeps() is not None  # what failed there counts in the step that follows
        self._failures = self._failures if asked_in_passing else 0
        self.step = step
        self._counts = {}
        self._refused = {}
        self.notebook.entered(step.name, step.verb.word)

    # -- from step to step ---------------------------------------------------------------------------

    def to_main_menu(self) -> str:
        """The main menu, out of all sub-flows."""
        self.sub_flows.clear()
        return self.flow.main_menu

    def hung_up(self) -> None:
        """The caller is gone; what the plan still does, it does unheard."""
        self.caller_left = True
        self._turns.hung_up()

    async def after_error(self) -> Next:
        """A step failed by a fault of ours: what the plan says for that, the first time; then a person."""
        self.notebook.failed(self.step.name, "error", 1)
        if self.manner.on_error is not None and self.step.name not in self._broken:
            self._broken.add(self.step.name)
            return self.manner.on_error.text
        return await self.to_person(WantsPerson("error"))

    # -- saying --------------------------------------------------------------------------------------

    def say(self, prompts: Iterable[Prompt]) -> None:
        """Say `prompts` at the beginning of the next turn, so that the caller may answer while they play."""
        self._waiting += tuple(prompts)

    async def tell(self, prompts: Iterable[Prompt]) -> None:
        """Say `prompts` now, with what is understood everywhere; `heard_whole` tells whether they came to their end.

        A voice that nobody could hear must not cost the caller the answer: it is said once more, and then only keys
        stop it. After a whole answer ("thank you") nothing is said again unasked.
        """
        wanted = tuple(prompts)
        while True:
            said, self._waiting = (*self._waiting, *wanted), ()
            heard, understood = await self._turn(said, Expectation(), answer_within_s=AFTER_TELLING_S)
            self.heard_whole = whole = heard.prompt_heard_ms >= heard.prompt_total_ms
            if understood is not None and understood.confidence >= self.manner.confirm:
                if self._says_again(understood):
                    continue
                settled = await self._settled(understood, Expectation())
                if settled is not None:
                    self._follow(settled)
                    if self._says_again(settled):
                        continue
                if whole:
                    break
            elif heard.outcome is Outcome.UNHEARD and not whole:
                wanted = cut_by_keys_only(said)
            else:
                break
        self._told = wanted

    async def finish_speaking(self, prompts: Iterable[Prompt] = (), *, ahead: bool = False) -> None:
        """Say what waits and `prompts` to their end, without listening (see `Turns.say`): our last words."""
        last, self._waiting = (*self._waiting, *prompts), ()
        await self._turns.say(last, ahead=ahead)

    # -- listening -----------------------------------------------------------------------------------

    async def listen(self, prompts: Sequence[Prompt], expectation: Expectation) -> Understood:
        """Ask until understood. The result is sure: its confidence was enough, or the caller said yes to it.

        What the caller refuses is not offered again in this step. Raises CallerLeft, WantsMainMenu, WantsPerson.
        """
        carried = (*self._told, *self._waiting)
        while True:
            understood = await self._answer(prompts, expectation, carried, refused=self._refused)
            settled = await self._settled(understood, expectation)
            if settled is not None and self._says_again(settled):
                self._waiting = carried
            elif settled is not None:
                self._told = ()
                self._follow(settled)
                return settled

    async def hear_once(
        self, prompts: Sequence[Prompt], expectation: Expectation, *, answer_within_s: float | None = None
    ) -> Understood | None:
        """Ask once; None if nothing comes of it, which only counts, where something came, towards offering a person.

        Raises as `listen` does.
        """
        carried = (*self._told, *self._waiting)
        while True:
            said, self._waiting = (*self._waiting, *prompts), ()
            heard, understood = await self._turn(said, expectation, answer_within_s=answer_within_s)
            self._failures += heard.outcome is Outcome.NO_MATCH
            if understood is not None and not understood.value and understood.confidence >= self.manner.confirm:
                understood = await self._settled(understood, expectation)
            if understood is None or understood.value or understood.confidence < self.manner.confirm:
                self._told = ()
                return understood
            if not self._says_again(understood):
                self._follow(understood)
                self._told = ()
                return understood
            self._waiting = self._help(carried) if understood.name == HELP else carried

    def another_question(self) -> None:
        """The same step asks for something else now, of which nothing was refused."""
        self._refused = {}

    async def agreed(self, prompts: Sequence[Prompt], *, after_keyed_digits: bool = False) -> bool:
        """Ask a yes-or-no question that is part of a step; silence and misunderstanding count as the step's."""
        expectation = Expectation(options=YES_NO, after_keyed_digits=after_keyed_digits)
        return (await self.choice(prompts, expectation)).name == YES

    async def choice(
        self, prompts: Sequence[Prompt], expectation: Expectation, *, silence_s: float | None = None
    ) -> Understood:
        """The same with any answers; with `silence_s`, silence for so long is one, too: ``SILENCE``."""
        carried = (*self._told, *self._waiting)
        understood = await self._answer(prompts, expectation, carried, leaving=self.manner.accept, silence_s=silence_s)
        self._told = ()
        self._follow(understood)
        return understood

    def refuse(self, understood: Understood) -> None:
        """The caller said no to it: in this step it is not offered again.

        It counts again once it is sure: the "no" may have been misheard, and nobody is to be kept from their choice.
        What was counted out is read back in any case, so it does not count again by voice at all.
        """
        self._refused[understood.meaning] = _NEVER if understood.name == GIVEN else self.manner.accept

    async def failed(self, failure: str, *, offer_now: bool = False) -> None:
        """Count a turn that brought nothing, prepare what to say about it, and offer a person when it is time.

        `failure` is one of StepFailed's. Raises as `listen` does.
        """
        self._failures += 1
        reactions = {
            "silence": self.manner.on_silence,
            "not_understood": self.manner.on_not_understood,
            "refused": (Reaction(prompts=(self._own(wording.REFUSED),)),),
            "not_known": (Reaction(prompts=(self._own(wording.NOT_KNOWN),)),),
            "impossible": (),  # the verb says why
        }[failure]
        self._waiting = self._reaction(reactions, self._counted(failure))
        if offer_now or self._failures % self.manner.offer_person_after == 0:
            await self.offer_person("not_known" if failure == "not_known" else "not_understood")

    async def offer_person(self, reason: str, queue: str | None = None) -> None:
        """Ask whether the caller wants a person; return if not. Nobody is lost: silence is taken for yes.

        Raises WantsPerson, WantsMainMenu, CallerLeft.
        """
        unclear = False
        while True:
            said, self._waiting = (*self._waiting, self._own(wording.OFFER_PERSON)), ()
            heard, understood = await self._turn(said, Expectation(options=YES_NO))
            if understood is not None and understood.confidence >= self.manner.confirm:
                if self._says_again(understood):
                    continue
                if understood.name == "no":
                    self._waiting = (self._own(wording.NOT_SURE),)
                    self._counts.clear()
                    return
                if understood.name == MAIN_MENU:
                    raise WantsMainMenu
                raise WantsPerson(reason, queue)
            if heard.outcome in (Outcome.NO_INPUT, Outcome.UNHEARD) or unclear:
                raise WantsPerson(reason, queue)
            unclear = True
            self._waiting = self.manner.on_not_understood[0].prompts if self.manner.on_not_understood else ()

    async def record(self, prompts: Iterable[Prompt], limits: MessageLimits) -> Heard:
        """Let the caller leave a message, of which nothing is understood; who hangs up has left one, too."""
        said, self._waiting = (*self._waiting, *prompts), ()
        return await self._turns.record(said, limits, speak_within_s=self.manner.answer_within_s)

    # -- what was learnt -----------------------------------------------------------------------------

    def conclude_with(self, queue: str, reason: str) -> Conclusion:
        """The end of the conversation in `queue`."""
        return Conclusion(reason=EndReason.HANDED_OVER, queue=queue, told=self.notebook.hand_over(queue, reason))

    async def to_person(self, wish: WantsPerson) -> Conclusion:
        """Tell the caller and hand over. Raises CallerLeft."""
        queue = wish.queue or self.manner.person_queue
        usual = (self._own(wording.to_people(self.flow.queues[queue])),)
        await self.finish_speaking(usual if wish.said is None else wish.said)
        return self.conclude_with(queue, wish.reason)

    def learnt(self, fact: str, value: str, confidence: float, *, by: Verb | None = None) -> None:
        """The caller told us something (`by` the step's verb); in a sensitive step nobody is to read it."""
        self._learnt_by[fact] = by or self.step.verb
        if self.manner.sensitive:
            self.notebook.keep_secret(fact, value)
        else:
            self.notebook.learnt(fact, value, confidence)

    def raw(self, text: str) -> str:
        """`text` with each ``{fact}`` replaced by its value as it is, secrets included: for look-ups, never spoken."""
        return self._turns.raw(text)

    def filled(self, text: str, **said: str) -> str:
        """`text` with each ``{fact}`` replaced once: by `said`, or by what the caller told us."""
        return self._turns.filled(text, **said)

    # -- until it is clear ---------------------------------------------------------------------------

    async def _answer(
        self,
        prompts: Sequence[Prompt],
        expectation: Expectation,
        carried: tuple[Prompt, ...],
        *,
        leaving: float = 0.0,
        refused: Refused | None = None,
        silence_s: float | None = None,
    ) -> Understood:
        """Ask until something is heard that is worth acting on, or asking back about.

        `carried` comes before `prompts` when the caller wants to hear it again; `leaving` is the confidence that words
        need which are understood everywhere: to leave a question needs more than to answer it.
        """
        asked = tuple(prompts)
        while True:
            said, self._waiting = (*self._waiting, *asked), ()
            asked = tuple(prompts)
            heard, understood = await self._turn(said, expectation, refused=refused, answer_within_s=silence_s)
            if heard.outcome is Outcome.NO_INPUT and silence_s is not None:
                return Understood(name=SILENCE, confidence=1.0, spoken="")
            if heard.outcome is Outcome.UNHEARD:
                hints = await self._unheard(expectation)
                asked = (*(said if heard.prompt_heard_ms < heard.prompt_total_ms else ()), *hints)
            elif understood is None or understood.confidence < self._least(understood, leaving):
                await self.failed("silence" if heard.outcome is Outcome.NO_INPUT else "not_understood")
            elif understood.name == HELP:
                self._waiting = self._help(carried)
            elif self._says_again(understood):
                self._waiting = carried
            elif understood.name != LATE_TERMINATOR:
                self._counts.pop("unheard", None)
                return understood

    def _least(self, understood: Understood, leaving: float = 0.0) -> float:
        """The confidence from which on `understood` is worth asking back about."""
        if understood.name == GIVEN:
            return self.manner.read_back_from
        return max(self.manner.confirm, leaving) if understood.name in _EVERYWHERE else self.manner.confirm

    async def _settled(self, understood: Understood, expectation: Expectation) -> Understood | None:
        """What may be acted on: `understood` if it is sure, else what the caller says yes to; None if nothing is.

        What has a value (digits, questions) is confirmed by its verb. After a no the next meaning is offered.
        """
        if understood.confidence >= self.manner.accept:
            return understood
        best: Understood | None = understood
        while best is not None and best.confidence >= self._least(best):
            if best.value:
                return best
            offered = [best]
            rival = best.others[0] if best.others else None
            if rival is not None and not rival.value and best.confidence - rival.confidence < self.manner.close:
                offered.append(rival)
            chosen = await self._chosen(offered, expectation)
            if chosen is not None:
                return chosen
            for refused in offered:
                self.refuse(refused)
                best = best.otherwise() if best is not None else None
            await self.failed("refused")
        return None

    async def _chosen(self, offered: Sequence[Understood], expectation: Expectation) -> Understood | None:
        """Which of one or two meanings the caller confirms."""
        if len(offered) == 2:
            first, second = offered
            answers = Expectation(options=which(expectation.option(first.name), expectation.option(second.name)))
            prompts = [self._own(wording.did_you_say_first(first.spoken)), self._own(wording.or_second(second.spoken))]
            prompts.append(self._own(wording.PRESS_WHICH))
            answer = await self._answer(prompts, answers, (), leaving=self.manner.accept)
            if answer.name in (FIRST, SECOND, NEITHER):
                return {FIRST: first, SECOND: second}.get(answer.name)
            self._follow(answer)
        for one in offered:
            if await self.agreed([self._own(wording.did_you_say(one.spoken))]):
                return one
        return None

    async def _unheard(self, expectation: Expectation) -> tuple[Prompt, ...]:
        """The caller spoke and nobody could hear it: which keys do the same; at the second time, offer a person.

        It is not the caller's failure, so it does not count with those, and only as long as nothing is understood.
        """
        count = self._counted("unheard")
        said = self._reaction(self.manner.on_unheard, count)
        if count % UNHEARD_AFTER == 0:
            self._waiting = said
            await self.offer_person("unheard")
        self._waiting += said
        return tuple(self._own(text) for text in key_hints(expectation))

    def _help(self, carried: tuple[Prompt, ...]) -> tuple[Prompt, ...]:
        """What a caller hears who asks for help, before the question comes again."""
        count = self._counts[HELP] = self._counts.get(HELP, 0) + 1
        return (*self._reaction(self.manner.on_help, count), *carried)

    def _reaction(self, reactions: Sequence[Reaction], count: int) -> tuple[Prompt, ...]:
        """What is said when it happens for the `count`-th time here. Raises GoesOn if the plan leaves the step then."""
        if not reactions:
            return ()
        reaction = reactions[min(count, len(reactions)) - 1]
        if reaction.goto is not None:
            self._waiting = reaction.prompts
            raise GoesOn(reaction.goto.text)
        return reaction.prompts

    def _counted(self, failure: str) -> int:
        count = self._counts[failure] = self._counts.get(failure, 0) + 1
        self.notebook.failed(self.step.name, failure, count)
        return count

    def _says_again(self, understood: Understood) -> bool:
        """Whether the caller wants to hear the same again; "slower" holds from now on."""
        if understood.name == SLOWER:
            self.kept.preferences = replace(self.kept.preferences, slower=True)
        return understood.name in (REPEAT, SLOWER, HELP)

    def _follow(self, understood: Understood) -> None:
        """Go where a caller wants to go who used one of the words that are understood everywhere."""
        if understood.name == MAIN_MENU:
            raise WantsMainMenu
        if understood.name == PERSON:
            raise WantsPerson("asked")

    def _own(self, text: str) -> Prompt:
        return Prompt(text=text, barge_in=self.manner.barge_in)

    async def ask_plainly(self, prompts: Sequence[Prompt], expectation: Expectation) -> tuple[Heard, Understood | None]:
        """One turn, of which nothing is made. Raises CallerLeft, and WantsPerson of who goes round and round."""
        return await self._turns.take(prompts, expectation, self.manner)

    async def _turn(
        self,
        prompts: Sequence[Prompt],
        expectation: Expectation,
        *,
        refused: Refused | None = None,
        answer_within_s: float | None = None,
    ) -> tuple[Heard, Understood | None]:
        """One turn; of words of distress all that is left are what else may have been meant."""
        said = cut_by_keys_only(prompts) if "unheard" in self._counts else prompts  # to be told which keys do instead
        heard, understood = await self._turns.take(
            said, expectation, self.manner, refused=refused, answer_within_s=answer_within_s
        )
        return heard, None if understood is None else await heed(self, heard, understood)
