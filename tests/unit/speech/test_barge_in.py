"""A voice that comes into a prompt: it falls silent, and only what means something ends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.call import BargeIn, Hypothesis, Match, Means, Outcome, Prompt
from ivr.media.audio import MediaInput
from ivr.speech.barge_in import DOUBT_MS, FLICKER_MS, HOPE_MS, MOST_DOUBTS, MOST_HOPES, Interruptions, means_something
from ivr.speech.ear import FRAME_MS
from tests.unit.speech.fake_line import BINS, MENU, FakeRecogniser, speech, turn

MUMBLE = Hypothesis(text="bins", confidence=0.2)
OFF_TOPIC = Hypothesis(text="seven", confidence=0.9)
TEN_SECONDS = (Prompt(text="10"),)


def test_words_that_mean_something_cut_the_prompt_where_the_voice_began() -> None:
    heard, sound, took_s = turn(speech(0.5, voiced=40), recogniser=FakeRecogniser((BINS,), partials=[{400: "bins"}]))
    assert (heard.outcome, heard.means, heard.text, heard.barged_in) == (Outcome.MATCH, Means.VOICE, "bins", True)
    assert 540 <= heard.prompt_heard_ms <= 640  # the voice is known after 96 ms
    assert sound.playings[0].resumptions == []
    assert took_s < 0.5 + 56 * 0.032 + 0.1


def test_without_a_pattern_any_word_means_something() -> None:
    listening = replace(MENU, words=None)
    recogniser = FakeRecogniser((OFF_TOPIC,), partials=[{400: "seven"}])
    heard, _, _ = turn(speech(0.5, voiced=40), listening=listening, recogniser=recogniser)
    assert (heard.text, heard.barged_in) == ("seven", True)


def test_a_cough_pauses_the_prompt_and_it_goes_on_where_it_was() -> None:
    recogniser = FakeRecogniser(())
    heard, sound, took_s = turn(speech(0.5, voiced=5, quiet=30), recogniser=recogniser)
    assert heard.outcome is Outcome.NO_INPUT
    assert not heard.barged_in
    assert heard.prompt_heard_ms == 2000
    (paused_s,), (resumed_s,) = sound.playings[0].pauses, sound.playings[0].resumptions
    assert paused_s == pytest.approx(0.5 + 3 * 0.032, abs=0.04)
    assert resumed_s <= 0.5 + 0.7
    assert took_s == pytest.approx(2 + (resumed_s - paused_s) + 5, abs=0.1), "the caller has all their time after it"
    assert len(recogniser.utterances) == 1


@pytest.mark.parametrize("readings", [(), (MUMBLE,), (OFF_TOPIC,)], ids=["no words", "hardly heard", "off topic"])
def test_a_long_voice_without_meaning_never_ends_a_prompt(readings: tuple[Hypothesis, ...]) -> None:
    recogniser = FakeRecogniser(readings, partials=[{500: readings[0].text if readings else ""}])
    heard, sound, _ = turn(speech(0.5, voiced=60), recogniser=recogniser, prompts=TEN_SECONDS)
    assert heard.outcome is Outcome.NO_MATCH
    assert heard.prompt_heard_ms == 10_000
    if not readings or readings[0] is OFF_TOPIC:
        assert sound.playings[0].resumptions[0] <= 0.5 + 0.7


def test_a_late_word_after_a_mumble_cuts_the_prompt_that_had_gone_on() -> None:
    recogniser = FakeRecogniser((BINS,), partials=[{1500: "bins"}])
    heard, sound, _ = turn(speech(0.5, voiced=60), recogniser=recogniser, prompts=TEN_SECONDS)
    assert (heard.text, heard.barged_in) == ("bins", True)
    assert len(sound.playings[0].pauses) == 2
    assert len(sound.playings[0].resumptions) == 1
    went_on_ms = 1000 * (sound.playings[0].pauses[1] - sound.playings[0].resumptions[0])
    assert heard.prompt_heard_ms == pytest.approx(596 + went_on_ms, abs=60)


def test_the_beginning_of_an_answer_keeps_the_prompt_silent_until_its_end() -> None:
    recogniser = FakeRecogniser(
        (Hypothesis(text="council tax", confidence=0.8),), partials=[{500: "council", 1400: "council tax"}]
    )
    heard, sound, _ = turn(speech(0.5, voiced=50), recogniser=recogniser, prompts=TEN_SECONDS)
    assert heard.text == "council tax"
    assert sound.playings[0].resumptions == []


def test_an_answer_right_before_the_end_of_a_prompt_is_an_answer() -> None:
    heard, _, took_s = turn(speech(1.95, voiced=40), recogniser=FakeRecogniser(()))
    assert (heard.outcome, heard.means) == (Outcome.NO_MATCH, Means.VOICE)
    assert took_s < 1.95 + 56 * 0.032 + 0.1


def test_talk_in_the_background_does_not_make_the_prompt_stutter() -> None:
    talk: list[tuple[float, MediaInput]] = []
    for at_s in range(0, 60, 2):
        talk += speech(at_s, voiced=40, quiet=22)
    heard, sound, took_s = turn(talk, recogniser=FakeRecogniser(), prompts=(Prompt(text="60"),))
    assert heard.prompt_heard_ms == 60_000
    assert len(sound.playings[0].pauses) == MOST_DOUBTS
    assert took_s < 60 + MOST_DOUBTS * 0.7 + 5 + 2


def test_a_television_with_words_in_it_does_not_either() -> None:
    talk: list[tuple[float, MediaInput]] = []
    for at_s in range(0, 60, 2):
        talk += speech(at_s, voiced=40, quiet=22)
    recogniser = FakeRecogniser(*[(MUMBLE,)] * 30, partials=[{300: "bins"}] * 30)
    heard, sound, _ = turn(talk, recogniser=recogniser, prompts=(Prompt(text="60"),))
    assert heard.outcome is Outcome.NO_MATCH
    assert len(sound.playings[0].pauses) == MOST_HOPES


def test_after_all_that_a_whole_answer_still_cuts_the_prompt() -> None:
    talk: list[tuple[float, MediaInput]] = []
    for at_s in range(0, 12, 2):
        talk += speech(at_s, voiced=40, quiet=22)
    answers = [(MUMBLE,)] * 5 + [(BINS,)]
    heard, sound, took_s = turn(
        talk, recogniser=FakeRecogniser(*answers, partials=[{300: "bins"}] * 6), prompts=(Prompt(text="60"),)
    )
    assert heard.text == "bins"
    assert len(sound.playings[0].pauses) == MOST_HOPES
    assert took_s < 12


def test_twenty_minutes_of_talk_into_a_prompt_let_it_play_to_its_end() -> None:
    recogniser = FakeRecogniser()
    prompts = (Prompt(text="1200"),)
    heard, sound, _ = turn(
        speech(0.5, voiced=20 * 60 * 1000 // 32, quiet=0), recogniser=recogniser, prompts=prompts, patience_s=2000
    )
    assert heard.prompt_heard_ms == 1200 * 1000
    assert len(sound.playings[0].pauses) == MOST_DOUBTS
    assert max(len(utterance.fed) for utterance in recogniser.utterances) <= 12_400 * 16


def test_a_voice_that_goes_on_into_a_prompt_that_forbids_it_counts_until_then() -> None:
    prompts = [Prompt(text="1"), Prompt(text="3", barge_in=BargeIn.NONE)]
    recogniser = FakeRecogniser(())
    heard, _, _ = turn(speech(0.5, voiced=80), recogniser=recogniser, prompts=prompts)
    assert heard.outcome is Outcome.NO_MATCH
    assert heard.prompts_heard_ms == (1000, 3000)
    assert len(recogniser.utterances) == 1


@pytest.mark.parametrize(
    ("reading", "means"),
    [(BINS, True), (MUMBLE, False), (OFF_TOPIC, False), (Hypothesis(text="", confidence=1.0), False)],
)
def test_a_reading_means_something_by_its_words_and_its_confidence(reading: Hypothesis, means: bool) -> None:
    assert means_something(MENU, (reading,)) is means


def test_readings_of_one_answer_are_sure_together() -> None:
    tax, bins = Hypothesis(text="council tax", confidence=0.25), Hypothesis(text="bins", confidence=0.2)
    assert not means_something(MENU, (tax,))
    assert not means_something(MENU, (tax, OFF_TOPIC))
    assert means_something(MENU, (tax, bins))
    assert not means_something(replace(MENU, refuse_below=0.0), (OFF_TOPIC,))
    assert not means_something(MENU, ())


def test_the_time_of_a_doubt_is_the_time_of_the_sound() -> None:
    interruptions = Interruptions(MENU)
    interruptions.begin()
    silent = [ms for ms in range(3 * FRAME_MS, 2000, FRAME_MS) if interruptions.silences(ms, "")]
    assert max(silent) + FRAME_MS <= DOUBT_MS < max(silent) + 2 * FRAME_MS


def test_hope_counts_from_the_last_new_word() -> None:
    class Potential:
        def judge(self, text: str) -> Match:
            return Match.POTENTIAL

    interruptions = Interruptions(replace(MENU, words=Potential()))
    interruptions.begin()
    assert interruptions.silences(500, "one")
    assert interruptions.silences(500 + HOPE_MS - FRAME_MS, "one")
    assert interruptions.silences(500 + HOPE_MS, "one two")
    assert interruptions.silences(500 + 2 * HOPE_MS - FRAME_MS, "one two")
    assert not interruptions.silences(500 + 2 * HOPE_MS, "one two")


def test_words_that_are_read_wrongly_for_a_moment_do_not_let_the_prompt_go_on() -> None:
    interruptions = Interruptions(MENU)
    interruptions.begin()
    assert interruptions.silences(500, "council")
    assert interruptions.silences(740, "seven")
    assert interruptions.silences(740 + FLICKER_MS - FRAME_MS, "seven")
    assert interruptions.silences(740 + FLICKER_MS, "council tax")
    interruptions.begin()
    assert interruptions.silences(500, "council")
    assert interruptions.silences(740, "seven")
    assert not interruptions.silences(740 + FLICKER_MS, "seven eight")
