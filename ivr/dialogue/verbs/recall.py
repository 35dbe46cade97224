"""recall: recognise who rings again, and go on where the last call broke off or with what it was about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Alert, EarlierCall, Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import FACT, FACT_OR_FIELD, PROMPTS, STEP, mapping_of, names_of, number, whole_number
from ivr.dialogue.turns import FACT as FACT_IN_TEXT
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import YES, YES_NO
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields

SHORT_WAIT_S = 3.0
"""For a yes or no that saves time: who has nothing to say to it is not to lose any."""
DAY_S, MINUTE_S = 86_400.0, 60.0
_NO = frozenset({"", "no", "false", "0"})
"""Values of a flag that is not set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a caller may ring about again; `name` is what the call was about."""

    name: str
    place: Written
    text: tuple[Prompt, ...] = line(PROMPTS, "The question, for yes or no; it may hold facts of `keep`.", name="ask")
    within_days: float = line(number(0.01, 365), "Days after the call in which it is asked.", default=7.0)
    goto: Written = line(STEP, "The step after a yes; the kept facts are known again.")

    @property
    def says(self) -> frozenset[str]:
        """The facts in its question."""
        return frozenset(name for prompt in self.text for name in FACT_IN_TEXT.findall(prompt.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall(Verb):
    """Recognise who rings again, and go on where the last call broke off or with what it was about.

    It belongs right after the greeting. Whoever was cut off within ``within_minutes`` is asked whether to go on; a yes
    leads to the last step that asked something, with the facts in ``keep``: never into a sensitive step or behind one,
    nor into another version of the plan. Else, whoever called about one of the ``topics`` is asked about that.
    Silence, a no, a withheld number and a caller who is new lead to ``goto``. A number can be forged and a telephone is
    shared: keep what anybody may hear, and ask about a topic in words that give nothing away. A ``flag`` that a number
    alone decides is heard, too: whoever forges the number of somebody vulnerable comes to ``person_first``, as nobody
    else does. A plan has one such step; without it nothing is kept of calls.
    """

    word: ClassVar[str] = "recall"
    example: ClassVar[str] = """
again:
  recall: We were cut off. Shall I go on where we were? Please say yes or no.
  keep: people
  topics:
    hire:
      ask: Are you calling about hiring the hall again? Please say yes or no.
      goto: many
  person_first: to_people
  goto: many
many:
  ask: How many people will come?
  answer: number
  fact: people
  goto: goodbye
"""
    listens: ClassVar[bool] = True
    passes_on: ClassVar[bool] = True
    text: tuple[Prompt, ...] = line(PROMPTS, "The question whether to go on, for yes or no.", name="recall")
    within_minutes: float = line(number(1, 60), "Minutes after the call in which it is asked.", default=10.0)
    kept: tuple[Written, ...] = line(
        names_of(FACT), "Facts that are kept for the next call; no others are.", name="keep", default=()
    )
    topics: tuple[Topic, ...] = line(
        mapping_of(Topic, "`name: lines` for each topic"),
        "What callers ring about again: the name of a menu's choice, or the topic of an article.",
        default=(),
    )
    failed_calls: int = line(whole_number(1, 5), "Calls in a row that failed, after which a person is next.", default=2)
    flag: str | None = line(
        FACT_OR_FIELD,
        "A fact, or a field of the record (`caller.…`), that says that the caller is vulnerable, unless it is `no`.",
        default=None,
    )
    person_first: Written | None = line(
        STEP, "The step for them, and for who wants a person first; else they are treated as others.", default=None
    )
    goto: Written = line(STEP, "The step that follows otherwise.")

    def check(self, given: Fields) -> None:
        """What is said is kept."""
        for topic in self.topics:
            for name in topic.says - self.keeps():
                raise given.take("topics").wrong(
                    f"'{topic.name}' says '{{{name}}}', which is not kept; add it to 'keep'"
                )

    async def run(self, conversation: Conversation) -> Next:
        """The step that the caller chooses."""
        alert = self._alert(conversation)
        if alert is not None and self.person_first is not None:
            conversation.notebook.alerted(alert)
            return self.person_first.text
        calls = conversation.kept.calls(conversation.flow.title)
        age_s = conversation.notebook.now - calls[0].ended_at if calls else 0.0
        if calls and self._broke_off(conversation, calls[0]) and age_s <= self.within_minutes * MINUTE_S:
            return await self._asked(conversation, self.text, calls[0], calls[0].step, "")
        for call in calls[:1]:
            topic = next((one for one in self.topics if one.name == call.topic), None)
            if topic is not None and age_s <= topic.within_days * DAY_S and topic.says <= dict(call.facts).keys():
                return await self._asked(
                    conversation, _filled(conversation, topic, call), call, topic.goto.text, call.topic
                )
        return self.goto.text

    def _alert(self, conversation: Conversation) -> Alert | None:
        """Why this caller goes to a person first."""
        if self.flag is not None and conversation.notebook.value(self.flag).lower() not in _NO:
            return Alert(kind="vulnerable")
        last = conversation.kept.calls(conversation.flow.title)[: self.failed_calls]
        if len(last) == self.failed_calls and all(call.failed for call in last):
            return Alert(kind="failed_before")
        return Alert(kind="person_first") if conversation.kept.preferences.person_first else None

    @staticmethod
    def _broke_off(conversation: Conversation, call: EarlierCall) -> bool:
        """Whether `call` can be gone on with."""
        return call.plan == conversation.flow.fingerprint and call.step in conversation.flow.resumable

    async def _asked(
        self, conversation: Conversation, asked: tuple[Prompt, ...], call: EarlierCall, step: str, topic: str
    ) -> Next:
        """`step`, with the facts of `call`, if the caller says yes."""
        manner = conversation.manner
        wait_s = manner.answer_within_s if "answer_within_s" in manner.origins else SHORT_WAIT_S
        understood = await conversation.hear_once(asked, self.expectation(), answer_within_s=wait_s)
        if understood is None or understood.name != YES or understood.confidence < manner.confirm:
            return self.goto.text
        conversation.notebook.recalled(step, topic)
        if call.topic:
            conversation.notebook.understood(call.topic, understood.confidence)
        for name, value in call.facts:
            if name in self.keeps():
                conversation.learnt(name, value, 1.0, by=_learner(conversation, name))
        return step

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """Yes or no."""
        return Expectation(options=YES_NO)

    def waits(self) -> bool:
        """Not for who is new."""
        return False

    def keeps(self) -> frozenset[str]:
        """The facts in ``keep``."""
        return frozenset(fact.text for fact in self.kept)

    def kept_at(self) -> tuple[Written, ...]:
        """The same, as written."""
        return self.kept

    def returning(self) -> tuple[str, ...]:
        """The topics."""
        return tuple(topic.name for topic in self.topics)

    def facts(self) -> tuple[str, ...]:
        """What is kept is known again."""
        return tuple(fact.text for fact in self.kept)

    def uses(self) -> tuple[str, ...]:
        """The flag."""
        return (self.flag,) if self.flag else ()

    def jumps(self) -> tuple[Jump, ...]:
        """A person, the topics, and the way for all others."""
        person = (Jump.to(self.person_first, "person first"),) if self.person_first is not None else ()
        return (*person, *(Jump.to(one.goto, f"{one.name} again") for one in self.topics), Jump.to(self.goto))

    def prompts(self) -> tuple[Prompt, ...]:
        """The questions."""
        return (*self.text, *(prompt for topic in self.topics for prompt in topic.text))


def _filled(conversation: Conversation, topic: Topic, call: EarlierCall) -> tuple[Prompt, ...]:
    """Its question with the facts of `call`, which are not known in this one yet."""
    said = {}
    for name, value in call.facts:
        learner = _learner(conversation, name)
        way = learner.say_fact(name, value) if learner is not None else None
        said[name] = value.replace("_", " ") if way is None else way
    return tuple(replace(one, text=conversation.filled(one.text, **said)) for one in topic.text)


def _learner(conversation: Conversation, fact: str) -> Verb | None:
    """The verb that learns `fact`, which knows how it is said."""
    verbs = (step.verb for step in conversation.flow.steps.values() if not step.manner.sensitive)
    return next((verb for verb in verbs if fact in verb.facts() and verb.keeps() is None), None)
