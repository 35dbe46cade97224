"""Where a translation stands: the step, what is known of the plan, and the lines that every step shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.call import Answer, BargeIn, Prompt
from ivr.dialogue import Flow
from ivr.dialogue.flow import Step
from ivr.dialogue.manner import Reaction
from ivr.plans.native.lines import SOUNDS, Line, Sound, label_of, queue_of, variable_of
from ivr.plans.native.wording import Piece, Told, for_keys, pieces

KEYS_WITHIN_S = 5.0
"""The least time to press a key after a prompt: who expected to speak first takes the phone from the ear."""
MOST_TURNS = 100
"""Questions and repetitions of a call; who is still here then is better served by a person."""
AFTER_TELLING_S = 0.3
"""As in the service: so long a told answer waits for a key before the plan goes on."""


class NotNative(Exception):
    """A step that cannot be had without the service; its text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A step of a flow; `answers` are the articles by name, `known` the facts whose digits a native plan can say.

    `secret` are those that no step may keep.
    """

    flow: Flow
    step: Step
    answers: Mapping[str, Answer]
    known: frozenset[str]
    secret: frozenset[str] = frozenset()

    def label(self, part: str = "") -> str:
        """The label of the step, or of a part of it."""
        return f"{label_of(self.step.name)}-{part}" if part else label_of(self.step.name)

    @property
    def queue(self) -> str:
        """Where a caller goes who wants a person here."""
        return queue_of(self.step.manner.person_queue)

    @property
    def asked(self) -> str:
        """Where a caller goes on who asked for a person."""
        return f"asked--{self.queue}"

    @property
    def lost(self) -> str:
        """Where a caller goes on who did not get along."""
        return f"lost--{self.queue}"

    def fit(self, prompts: Sequence[Prompt]) -> tuple[Prompt, ...]:
        """`prompts` as they fit callers with keys only."""
        return for_keys(prompts, self.flow.language)


def goto(label: str) -> Line:
    """Go on there."""
    return Line(application="Goto", data=label)


def if_(condition: str, label: str) -> Line:
    """Go on there if so."""
    return Line(application="GotoIf", data=f"$[{condition}]?{label}")


def set_(name: str, value: str = "") -> Line:
    """A channel variable."""
    return Line(application="Set", data=f"{name}={value}")


def read(into: str, files: str, keys: int, *, plays: tuple[Sound, ...] = (), at_once: bool = False) -> Line:
    """Say `files`, which a key cuts, and wait for `keys` of them; `at_once` waits hardly at all.

    One key may be ``#``, too; of several ``#`` ends them. Times are those of ``TIMEOUT(response)`` and ``(digit)``.
    """
    options = "t()" if keys == 1 else ""
    wait = f",1,{AFTER_TELLING_S:g}" if at_once else ""
    return Line(application="Read", data=f"{into},{files},{keys},{options}{wait}".rstrip(","), plays=plays)


def filtered(name: str, keys: str = "0-9*#") -> Line:
    """What a caller pressed, and nothing else, whatever a phone may send as a key."""
    return set_(name, f"${{FILTER({keys},${{{name}}})}}")


def spoken(
    here: Here, row: Sequence[Piece], part: str, variable: Callable[[str], str] = variable_of
) -> tuple[list[Line], str, tuple[Sound, ...]]:
    """How `row` is said: lines that make ready, the files, and the sounds among them.

    `part` names its labels, `variable` says where the digits of a fact are.
    """
    ready: list[Line] = []
    files: list[str] = []
    plays: list[Sound] = []
    waiting: list[Prompt] = []

    def written() -> None:
        if waiting:
            plays.append(Sound(tuple(waiting)))
            files.append(f"&{SOUNDS}/{plays[-1].name}")
            waiting.clear()

    for at, piece in enumerate(row):
        if isinstance(piece, Told):
            written()
            said, left, label = f"IVR_SAID{at}", "IVR_LEFT", here.label(f"{part}-digit{at}")
            ready += (
                set_(left, f"${{FILTER(0-9,${{{variable(piece.fact)}}})}}"),
                set_(said),
                if_(f'"${{{left}}}" = ""', f"{label}s").labelled(label),
                set_(said, f"${{{said}}}&{SOUNDS}/digit-${{{left}:0:1}}"),
                set_(left, f"${{{left}:1}}"),
                goto(label),
                Line(application="NoOp", label=f"{label}s"),
            )
            files.append(f"${{{said}}}")
        else:
            waiting.append(piece)
    written()
    return ready, "".join(files).removeprefix("&"), tuple(plays)


def played(here: Here, prompts: Sequence[Prompt], part: str = "said") -> list[Line]:
    """Say `prompts` to their end."""
    ready, files, plays = spoken(here, pieces(prompts, here.known), part)
    return [*ready, *([Line(application="Playback", data=files, plays=plays)] if files else [])]


def parted(prompts: Sequence[Prompt]) -> tuple[tuple[Prompt, ...], tuple[Prompt, ...]]:
    """What has to be heard whole (up to the last prompt that no key may cut), and what comes after it."""
    whole = max((at for at, prompt in enumerate(prompts, 1) if not prompt.barge_in & BargeIn.KEYS), default=0)
    return tuple(prompts[:whole]), tuple(prompts[whole:])


def turn(here: Here) -> tuple[Line, Line]:
    """One more turn of this call: nobody goes round for ever."""
    return set_("IVR_TURNS", "$[${IVR_TURNS} + 1]"), if_(f"${{IVR_TURNS}} > {MOST_TURNS}", here.lost)


def begins(here: Here) -> tuple[Line, ...]:
    """A step that asks begins: its failures count from nothing."""
    return (
        set_("IVR_FAILED", "0").labelled(here.label()),
        set_("IVR_SILENT", "0"),
        set_("IVR_WRONG", "0"),
        set_("TIMEOUT(response)", f"{max(here.step.manner.answer_within_s, KEYS_WITHIN_S):g}"),
        *turn(here),
    )


def failing(here: Here, part: str, again: str) -> Iterator[Line]:
    """The labels ``silence`` and ``wrong`` of `part`: what the plan says then, and `again`, or a person."""
    manner = here.step.manner
    for name, counter, reactions in (
        ("silence", "IVR_SILENT", manner.on_silence),
        ("wrong", "IVR_WRONG", manner.on_not_understood),
    ):
        yield set_(counter, f"$[${{{counter}}} + 1]").labelled(here.label(f"{part}{name}"))
        yield set_("IVR_FAILED", "$[${IVR_FAILED} + 1]")
        yield from _reacting(here, f"{part}{name}", counter, reactions[: manner.offer_person_after], f"{part}failed")
    yield if_(f"${{IVR_FAILED}} >= {manner.offer_person_after}", here.lost).labelled(here.label(f"{part}failed"))
    yield goto(again)


def _reacting(here: Here, part: str, counter: str, reactions: Sequence[Reaction], after: str) -> Iterator[Line]:
    """The first, second … reaction; the last one again after that."""
    for number, reaction in enumerate(reactions, 1):
        label = here.label(f"{part}-{number}") if number > 1 else ""
        lines: list[Line] = []
        if number < len(reactions):
            lines.append(if_(f"${{{counter}}} > {number}", here.label(f"{part}-{number + 1}")))
        if reaction.goto is not None:
            lines += (*played(here, here.fit(reaction.prompts), f"{part}-{number}"), goto(label_of(reaction.goto.text)))
        else:
            lines += (said_first(here, reaction.prompts), goto(here.label(after)))
        yield from (lines[0].labelled(label), *lines[1:])
    if not reactions:
        yield goto(here.label(after))


def said_first(here: Here, prompts: Sequence[Prompt]) -> Line:
    """Say `prompts` before the question when it comes next; a key cuts both."""
    kept = tuple(piece for piece in pieces(here.fit(prompts), frozenset()) if isinstance(piece, Prompt))
    if not kept:
        return set_("IVR_FIRST")
    sound = Sound(kept)
    return Line(application="Set", data=f"IVR_FIRST={SOUNDS}/{sound.name}&", plays=(sound,))


def everywhere(here: Here, part: str) -> tuple[Line, ...]:
    """The keys that mean the same at every question: a person, the same again, the main menu."""
    return (
        if_('"${IVR_KEY}" = "0"', here.asked),
        if_('"${IVR_KEY}" = "*"', here.label(f"{part}again")),
        if_('"${IVR_KEY}" = "#"', "main--menu"),
    )


def repeating(here: Here, part: str, again: str) -> tuple[Line, ...]:
    """The label ``again`` of `part`: what was told before the question, and `again`."""
    counting, enough = turn(here)
    return (counting.labelled(here.label(f"{part}again")), enough, set_("IVR_FIRST", "${IVR_LAST}"), goto(again))


def settled(label: str = "") -> tuple[Line, ...]:
    """A question was answered: what was pressed and told for it is over."""
    return set_("IVR_KEY").labelled(label), set_("IVR_LAST")
