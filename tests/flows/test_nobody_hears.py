"""Recognition is down: dialogue and turn-taking together, on a line whose time is that of the caller's sound."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

from ivr.call import Prompt, PromptPlayed, StepFailed
from ivr.dialogue import Conclusion, run_flow
from ivr.media.audio import BYTES_PER_MS, Key, LineEnded, MediaInput
from ivr.speech.turn import SpokenLine
from ivr.testing.clock import run
from ivr.testing.fake_telephone import MS_PER_CHARACTER
from ivr.testing.fixed_world import FixedWorld
from tests.flows.helplines import CALL, CALLER, Kept, council
from tests.unit.speech.fake_line import FakeRecogniser, FakeSound, speech
from tests.unit.speech.test_ear import Marked

KEYS_HELP = "For council tax, press 2."


class AsLongAsTheyAre:
    """Prompts whose sound takes as long as their text."""

    async def sound(self, prompt: Prompt) -> bytes:
        return bytes(BYTES_PER_MS * MS_PER_CHARACTER * len(prompt.text))


def called(*script: Sequence[tuple[float, MediaInput]]) -> tuple[Conclusion, Kept, float]:
    """A call in which nobody can hear the caller; how long it was in seconds."""
    flow, knowledge = council()
    feed, seconds = Kept(), itertools.count(1_700_000_000.0)

    async def main() -> tuple[Conclusion, float]:
        sound = FakeSound(sorted(itertools.chain(*script), key=lambda one: one[0]))
        recogniser = FakeRecogniser(down=True)
        line = SpokenLine(sound, prompts=AsLongAsTheyAre(), recogniser=recogniser, detector=Marked())
        caller = asyncio.create_task(sound.act())
        conclusion = await run_flow(
            flow,
            call_id=CALL,
            caller=CALLER,
            telephone=line,
            knowledge=knowledge,
            world=FixedWorld(),
            feed=feed,
            now=lambda: next(seconds),
        )
        caller.cancel()
        return conclusion, asyncio.get_running_loop().time()

    conclusion, took_s = run(main())
    return conclusion, feed, took_s


def heard_whole(feed: Kept, text: str) -> int:
    """How often `text` was said and heard to its end."""
    return sum(text in played.text and not played.heard.endswith("—") for played in feed.of(PromptPlayed))


def test_one_thing_said_costs_one_turn_and_the_keys_that_help_are_heard_whole() -> None:
    said = speech(1.0, voiced=31)
    again = speech(2.6, voiced=20)  # "… please?", while the line says that it cannot hear
    _, feed, _ = called(said, again, [(33.0, Key(digit="2")), (34.0, LineEnded(reason="caller hung up"))])
    assert [event.failure for event in feed.of(StepFailed)] == ["unheard"]
    assert heard_whole(feed, KEYS_HELP) == 1


def test_whoever_talks_on_and_on_hears_the_keys_and_comes_to_a_person_within_a_minute() -> None:
    conclusion, feed, took_s = called(speech(1.0, voiced=5000, quiet=0))
    assert conclusion.hand_over is not None
    assert conclusion.hand_over.reason == "unheard"
    assert [event.failure for event in feed.of(StepFailed)] == ["unheard", "unheard"]
    assert heard_whole(feed, KEYS_HELP) == 1
    assert heard_whole(feed, "Would you like to speak to a person?") == 1
    assert took_s < 60
