"""One turn with the caller, on a clock that jumps: keys, speech, silence, noise, the end of the line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from ivr.call import BargeIn, Heard, Hypothesis, KeyPattern, Listening, Means, Outcome, Prompt
from ivr.errors import LineBroken
from ivr.media.audio import Audio, Key, LineEnded, MediaInput
from ivr.speech.ear import FRAME_MS, UNHEARD_MOST_MS, UNHEARD_PAUSE_MS
from ivr.speech.turn import SpokenLine
from ivr.testing.clock import run
from tests.unit.speech.fake_line import (
    BINS,
    CUT_S,
    FINISH_S,
    MENU,
    FakePrompts,
    FakeRecogniser,
    FakeSound,
    speech,
    turn,
)
from tests.unit.speech.test_ear import QUIET, Marked


def test_a_turn_that_only_speaks_ends_when_it_was_heard() -> None:
    heard, sound, took_s = turn([], listening=None)
    assert heard.outcome is Outcome.PLAYED
    assert (heard.prompt_heard_ms, heard.prompt_total_ms) == (2000, 2000)
    assert 2.0 <= took_s < 2.1
    assert sound.listened == [False]


def test_silence_is_a_noinput_after_the_prompt_and_the_wait() -> None:
    heard, _, took_s = turn([])
    assert heard.outcome is Outcome.NO_INPUT
    assert 7.0 <= took_s < 7.1


def test_a_key_cuts_the_prompt_and_decides() -> None:
    heard, _, took_s = turn([(0.5, Key(digit="2"))])
    assert (heard.outcome, heard.means, heard.keys) == (Outcome.MATCH, Means.KEYS, "2")
    assert heard.barged_in
    assert heard.prompt_heard_ms <= 500
    assert took_s < 0.6


def test_a_wrong_key_is_not_understood_and_not_silence() -> None:
    heard, _, _ = turn([(0.5, Key(digit="9"))])
    assert (heard.outcome, heard.means, heard.keys) == (Outcome.NO_MATCH, Means.KEYS, "9")


def test_digits_are_awaited_and_the_terminator_ends_them() -> None:
    digits = Listening(keys=KeyPattern(digits_min=1, digits_max=6), between_keys_s=3)
    heard, _, took_s = turn([(3.0, Key(digit="4")), (4.0, Key(digit="2")), (5, Key(digit="#"))], listening=digits)
    assert (heard.outcome, heard.keys) == (Outcome.MATCH, "42")
    assert took_s < 5.1
    heard, _, took_s = turn([(3.0, Key(digit="4")), (5.5, Key(digit="2"))], listening=digits)
    assert (heard.outcome, heard.keys) == (Outcome.MATCH, "42")
    assert 8.4 <= took_s < 8.6


def test_too_few_digits_are_not_understood() -> None:
    six = Listening(keys=KeyPattern(digits_min=6, digits_max=6), between_keys_s=3)
    heard, _, _ = turn([(3.0, Key(digit="4"))], listening=six)
    assert (heard.outcome, heard.keys) == (Outcome.NO_MATCH, "4")


def test_speech_after_the_prompt_is_heard_with_its_confidence() -> None:
    recogniser = FakeRecogniser((BINS,))
    heard, _, took_s = turn(speech(2.5), recogniser=recogniser)
    assert (heard.outcome, heard.means, heard.text, heard.confidence) == (Outcome.MATCH, Means.VOICE, "bins", 0.9)
    assert not heard.barged_in
    assert recogniser.opened == [("bins", "council tax")]
    assert 2.5 + 35 * 0.032 <= took_s < 3.8  # 20 frames of voice, and the 16th of silence completes 0.5 s


def test_keys_and_speech_are_forbidden_apart() -> None:
    keys_only = [Prompt(text="2", barge_in=BargeIn.KEYS)]
    heard, _, took_s = turn(speech(0.2, voiced=10, quiet=10), prompts=keys_only)
    assert heard.outcome is Outcome.NO_INPUT
    assert took_s >= 7
    heard, _, _ = turn([(0.2, Key(digit="1"))], prompts=keys_only)
    assert heard.keys == "1"
    assert heard.barged_in
    speech_only = [Prompt(text="2", barge_in=BargeIn.SPEECH)]
    heard, _, _ = turn([(0.2, Key(digit="1"))], prompts=speech_only)
    assert heard.outcome is Outcome.NO_INPUT
    assert turn(speech(0.2), prompts=speech_only)[0].text == "bins"


def test_prompts_with_different_barge_in_keep_their_own() -> None:
    prompts = [Prompt(text="1", barge_in=BargeIn.NONE), Prompt(text="1"), Prompt(text="1")]
    heard, sound, _ = turn([(0.5, Key(digit="2")), (1.5, Key(digit="1"))], prompts=prompts)
    assert heard.keys == "1"
    assert [p.total_ms for p in sound.playings] == [1000, 2000]
    assert heard.prompts_total_ms == (1000, 1000, 1000)
    assert heard.prompts_heard_ms == (1000, 500, 0)


def turns(*listenings: Listening, waiting: Sequence[MediaInput], prompts: Sequence[Prompt]) -> list[Heard]:
    """Several turns on one line, with inputs that all came before the first."""

    async def main() -> list[Heard]:
        sound = FakeSound()
        attach = sound.attach

        def drain(take: Callable[[MediaInput], None] | None) -> None:
            attach(take)
            if take is not None:
                for given in left:
                    take(given)
                left.clear()

        left = list(waiting)
        sound.attach = drain  # type: ignore[method-assign]
        line = SpokenLine(sound, prompts=FakePrompts(), recogniser=FakeRecogniser(), detector=Marked())
        return [await line.converse(prompts, listening) for listening in listenings]

    return run(main())


def test_keys_pressed_ahead_belong_to_one_turn_each() -> None:
    heard = turns(MENU, MENU, waiting=[Key(digit="1"), Key(digit="2")], prompts=[Prompt(text="2")])
    assert [one.keys for one in heard] == ["1", "2"]


def test_keys_pressed_while_the_line_only_speaks_are_for_the_question_if_that_is_ahead() -> None:
    greeting = Listening(ahead=True, first_input_s=0.0)
    told, heard = turns(greeting, MENU, waiting=[Key(digit="1")], prompts=[Prompt(text="2")])
    assert (told.outcome, told.prompt_heard_ms, heard.keys) == (Outcome.PLAYED, 2000, "1")


def test_a_key_from_before_the_turn_does_not_skip_a_prompt_that_forbids_it() -> None:
    (heard,) = turns(MENU, waiting=[Key(digit="1")], prompts=[Prompt(text="2", barge_in=BargeIn.NONE)])
    assert heard.prompt_heard_ms == 2000
    assert heard.outcome is Outcome.NO_INPUT


def test_a_voice_without_words_is_not_understood() -> None:
    heard, _, _ = turn(speech(2.5), recogniser=FakeRecogniser(()))
    assert (heard.outcome, heard.means) == (Outcome.NO_MATCH, Means.VOICE)


def test_a_key_in_the_middle_of_speech_wins() -> None:
    recogniser = FakeRecogniser((BINS,))
    heard, _, _ = turn([*speech(2.5), (2.9, Key(digit="2"))], recogniser=recogniser)
    assert (heard.means, heard.keys) == (Means.KEYS, "2")
    assert recogniser.utterances[0].abandoned


def test_a_key_that_comes_while_the_words_are_being_found_wins() -> None:
    done_s = 2.5 + 35 * 0.032 + 0.01  # the 16th frame of silence completes 0.5 s
    heard, _, _ = turn([*speech(2.5), (done_s, Key(digit="2"))])
    assert (heard.means, heard.keys) == (Means.KEYS, "2")


def test_a_key_that_comes_while_the_prompt_is_being_cut_decides() -> None:
    """Whoever speaks and presses at once, or is told that nobody hears, has pressed for this turn."""
    cut_s = 0.5 + 35 * 0.032 + FINISH_S + CUT_S / 2
    heard, _, _ = turn([*speech(0.5), (cut_s, Key(digit="2"))])
    assert (heard.outcome, heard.means, heard.keys) == (Outcome.MATCH, Means.KEYS, "2")
    unheard_s = 0.3 + (19 + round(UNHEARD_PAUSE_MS / FRAME_MS)) * 0.032 + CUT_S / 2
    heard, _, _ = turn([*speech(0.3), (unheard_s, Key(digit="2"))], recogniser=FakeRecogniser(down=True))
    assert (heard.outcome, heard.means, heard.keys) == (Outcome.MATCH, Means.KEYS, "2")


@pytest.mark.parametrize("at_s", [6.99, 7.0])
def test_a_key_in_the_last_moment_means_what_it_means(at_s: float) -> None:
    heard, _, _ = turn([(at_s, Key(digit="2"))])
    assert (heard.outcome, heard.keys) == (Outcome.MATCH, "2")


def test_a_voice_that_nobody_can_understand_ends_the_turn_when_it_pauses() -> None:
    over_s = (20 + UNHEARD_PAUSE_MS / FRAME_MS) * 0.032
    heard, sound, took_s = turn(speech(0.3), recogniser=FakeRecogniser(down=True))
    assert (heard.outcome, heard.means, heard.barged_in) == (Outcome.UNHEARD, Means.VOICE, True)
    assert heard.prompt_heard_ms <= 400, "the prompt is silent as long as the caller speaks"
    assert sound.playings[0].resumptions == []
    assert took_s == pytest.approx(0.3 + over_s, abs=0.1)
    heard, _, took_s = turn(speech(3), recogniser=FakeRecogniser(down=True))
    assert (heard.outcome, heard.barged_in) == (Outcome.UNHEARD, False)
    assert took_s == pytest.approx(3 + over_s, abs=0.1)


def test_who_talks_on_is_told_soon_that_nobody_understands() -> None:
    heard, _, took_s = turn(speech(0.3, voiced=400), recogniser=FakeRecogniser(down=True))
    assert heard.outcome is Outcome.UNHEARD
    assert took_s == pytest.approx(0.3 + UNHEARD_MOST_MS / 1000, abs=0.1)


def test_a_phone_that_falls_silent_after_words_that_nobody_understands_is_not_waited_for() -> None:
    heard, _, took_s = turn(speech(0.3, voiced=10, quiet=0), recogniser=FakeRecogniser(down=True))
    assert heard.outcome is Outcome.UNHEARD
    assert took_s < 0.4 + UNHEARD_MOST_MS / 1000 + 2.1


@pytest.mark.parametrize("down", [True, False])
def test_a_cough_that_nobody_understands_is_a_cough(down: bool) -> None:
    def fresh() -> FakeRecogniser:
        return FakeRecogniser(None, down=down)

    heard, sound, _ = turn(speech(0.3, voiced=5), recogniser=fresh())
    assert (heard.outcome, heard.prompt_heard_ms) == (Outcome.NO_INPUT, 2000), "the prompt goes on after it"
    assert len(sound.playings[0].resumptions) == 1
    heard, _, took_s = turn(speech(3, voiced=5), recogniser=fresh())
    assert heard.outcome is Outcome.NO_INPUT
    assert took_s < 3 + 1 + 5


def test_a_key_wins_over_a_voice_that_nobody_understands() -> None:
    heard, _, took_s = turn([*speech(0.3), (0.6, Key(digit="2"))], recogniser=FakeRecogniser(down=True))
    assert (heard.outcome, heard.means, heard.keys) == (Outcome.MATCH, Means.KEYS, "2")
    assert took_s < 0.7


def test_a_voice_that_recognition_gives_up_is_unheard_and_not_misunderstood() -> None:
    heard, _, _ = turn(speech(0.3), recogniser=FakeRecogniser(None))
    assert (heard.outcome, heard.means, heard.barged_in) == (Outcome.UNHEARD, Means.VOICE, True)
    cut_s = 0.5 + 35 * 0.032 + FINISH_S + CUT_S / 2
    heard, _, _ = turn([*speech(0.5), (cut_s, Key(digit="2"))], recogniser=FakeRecogniser(None))
    assert (heard.outcome, heard.keys) == (Outcome.MATCH, "2")


def test_a_click_on_the_line_costs_no_time_and_a_hundred_end_the_turn() -> None:
    heard, _, took_s = turn(speech(3, voiced=5), recogniser=FakeRecogniser())
    assert heard.outcome is Outcome.NO_INPUT
    assert took_s == pytest.approx(3 + 21 * 0.032 + 5, abs=0.1)
    clicks = [frame for at_s in range(100) for frame in speech(3.0 + at_s, voiced=5, quiet=25)]
    heard, _, took_s = turn(clicks, recogniser=FakeRecogniser())
    assert (heard.outcome, heard.means) == (Outcome.NO_MATCH, Means.VOICE)
    assert took_s < 3 + 4


def test_twenty_minutes_of_talk_end_at_the_longest_answer() -> None:
    recogniser = FakeRecogniser()
    heard, _, took_s = turn(speech(2.5, voiced=20 * 60 * 1000 // 32, quiet=0), recogniser=recogniser)
    assert heard.outcome is Outcome.NO_MATCH
    assert 2.5 + 11.9 <= took_s < 2.5 + 12.2
    assert len(recogniser.utterances[0].fed) <= 12_300 * 16


def test_a_phone_whose_sound_stops_in_mid_word_is_not_waited_for_for_ever() -> None:
    heard, _, took_s = turn(speech(2.5, voiced=10, quiet=0))
    assert heard.text == "bins"
    assert took_s < 2.5 + 12 + 2.1 + 0.2


def test_a_recogniser_is_open_only_while_somebody_speaks() -> None:
    recogniser = FakeRecogniser()
    turn([(i * 0.032, Audio(pcm=QUIET)) for i in range(300)], recogniser=recogniser)
    assert recogniser.opened == []


def test_the_end_of_the_line_ends_the_turn_at_once() -> None:
    heard, _, took_s = turn([(0.7, LineEnded(reason="caller hung up"))])
    assert heard.outcome is Outcome.HANGUP
    assert 680 <= heard.prompt_heard_ms <= 700, "who leaves in mid-prompt has heard a part of it"
    assert took_s < 0.8


def test_a_line_that_breaks_is_no_caller_who_left() -> None:
    with pytest.raises(LineBroken):
        turn([(0.7, LineEnded(reason="broken"))])


def test_a_hundred_keys_at_once_do_not_hide_the_end_of_the_line() -> None:
    keys: list[tuple[float, MediaInput]] = [(0.5, Key(digit="5"))] * 100
    digits = Listening(keys=KeyPattern(digits_min=200, digits_max=200))
    heard, _, took_s = turn([*keys, (0.5, LineEnded(reason="gone"))], listening=digits)
    assert heard.outcome is Outcome.HANGUP
    assert took_s < 0.6


def test_twenty_minutes_of_talking_are_a_hundred_turns_of_bounded_sound() -> None:
    talk_s, chat = 1200, Hypothesis(text="seven", confidence=0.9)
    recogniser = FakeRecogniser(*[(chat,)] * 200)

    async def main() -> list[Heard]:
        sound = FakeSound(speech(0.2, voiced=round(talk_s / 0.032), quiet=400))
        line = SpokenLine(sound, prompts=FakePrompts(), recogniser=recogniser, detector=Marked())
        caller = asyncio.create_task(sound.act())
        turns = []
        while not caller.done():
            turns.append(await line.converse([Prompt(text="2")], MENU))
        return turns

    turns = run(main())
    assert 90 <= len(turns) <= 110
    assert {heard.outcome for heard in turns} <= {Outcome.MATCH, Outcome.NO_MATCH, Outcome.NO_INPUT}
    assert max(len(utterance.fed) for utterance in recogniser.utterances) <= (MENU.longest_s + 0.5) * 16_000
    assert not any(heard.barged_in for heard in turns), "nothing of it was an answer"
