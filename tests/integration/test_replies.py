"""What callers say to "did that help?" and the like, by synthetic voices through µ-law to the bundled model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.call import Heard, Means, Outcome
from ivr.dialogue.manner import Manner
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import YES, Option
from ivr.dialogue.words.replies import GO_ON, HELPED, NO, OTHER_WORDS, OTHER_WORDS_OR_PERSON, TO_PERSON
from ivr.speech.models.model import find_model
from ivr.speech.recognition.recogniser_pool import RecogniserPool
from ivr.testing.sound import pcm_from_ulaw, silence, speak, ulaw_from_pcm

VOICES = ("en-us", "en-gb+f3", "en-gb-x-rp")
SAID: dict[str, tuple[tuple[Option, ...], dict[str, str], int]] = {
    "did that help": (
        HELPED,
        {
            "yes thanks that's great": YES,
            "yes it did": YES,
            "thank you": YES,
            "not really": NO,
            "no it didn't": NO,
            "it did": "",
            "it didn't": "",
            "yes thank you very much": YES,
            "that's perfect thanks": YES,
            "no it doesn't help": NO,
            "I don't think so": NO,
            "that's not what I asked": NO,
        },
        27,
    ),
    "go on": (GO_ON, {"yes": YES, "go on": YES, "no": NO, "that's enough": NO}, 9),
    "other words": (
        OTHER_WORDS_OR_PERSON,
        {
            "in other words": OTHER_WORDS,
            "ask again": OTHER_WORDS,
            "a person please": TO_PERSON,
            "speak to somebody": TO_PERSON,
        },
        9,
    ),
}
"""Name → the options, what is said and what it means, and how many (three voices each) are understood at least. What
means nothing ("it did", which sounds like its opposite) is not believed."""


@pytest.fixture
async def pool() -> AsyncIterator[RecogniserPool]:
    pool = RecogniserPool(find_model("bundled"), workers=1, finish_deadline_s=20.0)
    await pool.start()
    yield pool
    await pool.close()


@pytest.mark.parametrize("name", SAID)
async def test_replies_are_understood_from_sound_and_never_surely_as_their_opposite(
    name: str, pool: RecogniserPool, tmp_path: Path
) -> None:
    options, said, least = SAID[name]
    expected = Expectation(options=options)
    right = 0
    for text, meaning in said.items():
        for voice in VOICES:
            pcm = silence(150) + await speak(text, voice, cache=tmp_path) + silence(350)
            utterance = await pool.open(expected.listening(Manner()).phrases)
            utterance.feed(pcm_from_ulaw(ulaw_from_pcm(pcm)))
            heard = Heard(outcome=Outcome.MATCH, means=Means.VOICE, hypotheses=await utterance.finish())
            found = expected.understand(heard)
            if found is None or found.confidence < Manner().confirm:
                print(f"{voice}: {text} not understood: {heard.text}")
                continue
            assert found.name == meaning or found.confidence < Manner().accept, f"{voice}: {text} as {heard.text}"
            right += found.name == meaning
    print(f"{name}: {right} of {sum(map(bool, said.values())) * len(VOICES)} right")
    assert right >= least
