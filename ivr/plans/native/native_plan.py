"""A helpline as a native Asterisk dialplan: flow and articles in, one file's text and its sounds out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from ivr.call import Answer, Prompt
from ivr.dialogue import Flow, wording
from ivr.dialogue.words.digits import DigitString
from ivr.plans.native.here import Here, goto, read, set_
from ivr.plans.native.lines import (
    DIGITS,
    MOST_TOLD_FACTS,
    SOUNDS,
    Digit,
    Line,
    Sound,
    folder_of,
    label_of,
    queue_of,
    text_of,
    variable_of,
)
from ivr.plans.native.verbs import LEFT_OUT, translated
from ivr.plans.native.wording import NOBODY, OPENING, unknown_facts

CONTEXT = "helpline-native"
QUEUE_WAIT_S = 600
BETWEEN_KEYS_S = 3
"""As in the service: the longest gap between two keys of one answer."""
_HEAD = (
    "{title}: this helpline in Asterisk alone, for callers with keys. Written by 'ivr compile': change the plan.",
    "Include it in extensions.conf and send calls to {context},s,1. It needs the queues that it names, and the modules",
    "app_playback, app_queue, app_read, format_wav, func_logic, func_strings and func_timeout.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NativePlan:
    """`text` is the dialplan; `sounds` are the files that it plays; `warnings` say what callers do without."""

    text: str
    sounds: tuple[Sound | Digit, ...]
    warnings: tuple[str, ...]

    def prompts(self) -> tuple[Prompt, ...]:
        """Everything that is said in it."""
        return tuple(dict.fromkeys(prompt for sound in self.sounds for prompt in sound.prompts))


def native_plan(
    flow: Flow,
    answers: Iterable[Answer],
    *,
    sounds: str,
    context: str = CONTEXT,
    queue_wait_s: int = QUEUE_WAIT_S,
) -> NativePlan:
    """`flow` with its articles as a dialplan; the same plan always gives the same text.

    `sounds` is the folder of the sounds as Asterisk sees it. Raises ValueError (one line) for a folder or context that
    no dialplan can name.
    """
    told = {answer.article: answer for answer in answers}
    secret = _secret(flow)
    keyed = frozenset(_keyed(flow)) - secret
    steps: list[Line] = []
    learnt: dict[str, None] = {}
    warnings: list[str] = []
    for step in flow.steps.values():
        here = Here(flow=flow, step=step, answers=told, known=keyed, secret=secret)
        own, reason = translated(here)
        steps += _about(own, f"-- {step.name}: {step.verb.word}{f' ({reason}: to people)' if reason else ''}")
        if reason:
            people = flow.queues[here.queue]
            warnings.append(str(flow.wrong(step, f"step '{step.name}': {reason}; its callers go to {people}")))
            continue
        if step.verb.word in LEFT_OUT:
            warnings.append(str(flow.wrong(step, f"step '{step.name}': {LEFT_OUT[step.verb.word]} here")))
            continue  # it learns nothing and says nothing
        learnt.update(dict.fromkeys(step.verb.facts()))
        for fact in unknown_facts(step.verb.prompts(), keyed.union(step.verb.facts())):
            warnings.append(
                str(flow.wrong(step, f"step '{step.name}' says '{fact}', which is not known here: left out"))
            )
    facts = tuple(learnt)[:MOST_TOLD_FACTS]
    people_of = (_people(queue_of(queue), name, facts, queue_wait_s) for queue, name in flow.queues.items())
    lines = [*_entry(flow, folder_of(sounds), facts), *steps, *chain.from_iterable(people_of), *_nobody()]
    aside = (("T", _late(flow)), ("h", (Line(application="NoOp"),)))
    head = (text.format(title=flow.title, context=context) for text in _HEAD)
    text = text_of(context, (("s", lines), *aside), head)
    found = dict.fromkeys(sound for line in lines for sound in line.plays)
    return NativePlan(text=text, sounds=(*found, *DIGITS), warnings=tuple(warnings))


def _keyed(flow: Flow) -> Iterator[str]:
    """The facts that a native plan keeps as digits."""
    for step in flow.steps.values():
        expected = step.verb.expectation()
        if step.verb.word == "ask" and expected and isinstance(expected.counted, DigitString):
            yield from step.verb.facts()


def _secret(flow: Flow) -> frozenset[str]:
    """The facts of sensitive steps: they go nowhere, by whatever other step they are learnt, too."""
    return frozenset(fact for step in flow.steps.values() if step.manner.sensitive for fact in step.verb.facts())


def _about(lines: Iterable[Line], about: str) -> Iterator[Line]:
    """`lines`, below what they are."""
    first, *others = lines
    yield replace(first, about=about)
    yield from others


def _entry(flow: Flow, folder: str, facts: Iterable[str]) -> Iterator[Line]:
    opening = Sound((Prompt(text=OPENING),))
    yield Line(application="Set", data="TIMEOUT(absolute)=0", about="-- nobody renews a limit here")
    yield Line(application="Answer")
    yield set_("IVR_SOUNDS", folder)
    for name in ("KEY", "KEYS", "FIRST", "LAST", "INTENT", "REASON", "TOLD"):
        yield set_(f"IVR_{name}")
    for fact in facts:
        yield set_(variable_of(fact))
    yield set_("IVR_TURNS", "0")
    yield set_("TIMEOUT(digit)", str(BETWEEN_KEYS_S))
    yield read("IVR_KEY", f"{SOUNDS}/{opening.name}", 1, plays=(opening,), at_once=True)
    yield goto(label_of(flow.start))
    yield Line(application="NoOp", label="main--menu", about="-- the main menu, from everywhere")
    yield set_("IVR_KEY")
    yield set_("IVR_LAST")
    yield goto(label_of(flow.main_menu))


def _people(queue: str, name: str, facts: Iterable[str], wait_s: int) -> Iterator[Line]:
    """A queue: for who asked, for who did not get along, with a word before it, and without."""
    told = Sound((Prompt(text=wording.to_people(name)),))
    known = "".join(f"&{fact}=${{{variable_of(fact)}}}" for fact in facts)
    yield Line(application="Set", data="IVR_REASON=asked", label=f"asked--{queue}", about=f"-- to {name}")
    yield goto(f"person--{queue}")
    yield set_("IVR_REASON", "not_understood").labelled(f"lost--{queue}")
    yield Line(application="Playback", data=f"{SOUNDS}/{told.name}", label=f"person--{queue}", plays=(told,))
    yield set_("IVR_TOLD", f"reason=${{IVR_REASON}}&intent=${{IVR_INTENT}}{known}").labelled(f"queue--{queue}")
    # i: a phone that answers with "moved" moves nobody; neither side gets keys.
    yield Line(application="Queue", data=f"{queue},i,,,{wait_s}")
    yield goto("nobody--came")


def _nobody() -> Iterator[Line]:
    sound = Sound((Prompt(text=NOBODY),))
    yield Line(application="Playback", data=f"{SOUNDS}/{sound.name}", label="nobody--came", plays=(sound,))
    yield Line(application="Hangup")


def _late(flow: Flow) -> Iterator[Line]:
    """A limit that was renewed too late must not cut a caller."""
    yield Line(application="Set", data="TIMEOUT(absolute)=0")
    yield Line(application="Goto", data=f"s,queue--{queue_of(flow.manner.person_queue)}")
