"""What was heard, by voice or keys, and what it means: options, digits, several readings, refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.call import EndOfTurn, Heard, Hypothesis, Match, Means, Outcome, Pauses
from ivr.dialogue.manner import Manner
from ivr.dialogue.words.digits import DigitString
from ivr.dialogue.words.expectation import Expectation, Understood
from ivr.dialogue.words.letters import Spelling
from ivr.dialogue.words.options import MAIN_MENU, PERSON, SLOWER, UNIVERSALS, YES_NO, Option
from ivr.dialogue.words.said_words import FREE, GIVEN
from ivr.dialogue.words.sounds_like import SoundsLike

BINS = Option(name="bins", phrases=("bin collection", "collection"), spoken="bin collection", key="1")
TAX = Option(name="tax", phrases=("council tax", "tax"), spoken="council tax", key="2")
MENU = Expectation(options=(BINS, TAX))
DIGITS = Expectation(counted=DigitString(lengths=frozenset({4, 6})))


def voice(*readings: tuple[str, float]) -> Heard:
    hypotheses = tuple(Hypothesis(text=text, confidence=confidence) for text, confidence in readings)
    return Heard(outcome=Outcome.MATCH, means=Means.VOICE, hypotheses=hypotheses)


def keys(pressed: str) -> Heard:
    return Heard(outcome=Outcome.MATCH, means=Means.KEYS, keys=pressed)


def meant(expectation: Expectation, heard: Heard) -> str | None:
    understood = expectation.understand(heard)
    return understood.name if understood else None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("bin collection", "bins"),
        ("um bin collection please", "bins"),
        ("bin um collection", "bins"),
        ("okay right bin collection thank you", "bins"),
        ("I want council tax", "tax"),
        ("agent", PERSON),
        ("main menu please", MAIN_MENU),
        ("speak more slowly please", SLOWER),
        ("bin council", None),
        ("tax collection", None),
        ("bin collection tax", "bins"),
        ("mm", None),
        ("uh huh", None),
        ("okay", None),
        ("right", None),
        ("", None),
    ],
)
def test_words_mean_an_option(said: str, name: str | None) -> None:
    assert meant(MENU, voice((said, 0.9))) == name


def test_a_back_channel_that_a_plan_listens_for_means_what_the_plan_says() -> None:
    right = Option(name="right", phrases=("right",), spoken="right", key="3")
    turn = Expectation(options=(right, BINS))
    assert meant(turn, voice(("right", 0.9))) == "right"
    assert meant(turn, voice(("right bin collection", 0.9))) == "bins"


def test_an_option_inside_other_words_is_less_sure() -> None:
    exact = MENU.understand(voice(("council tax", 0.9)))
    among = MENU.understand(voice(("i have moved and my council tax", 0.9)))
    assert exact is not None
    assert among is not None
    assert exact.confidence == 0.9
    assert 0.45 < among.confidence < 0.75, "it is asked back"


def test_a_meaning_is_as_sure_as_its_readings_together_and_the_other_meanings_are_kept() -> None:
    readings = [("bin council", 0.4), ("tax", 0.25), ("bin collection", 0.2), ("collection", 0.1)]
    understood = MENU.understand(voice(*readings))
    assert understood is not None
    assert (understood.name, understood.confidence) == ("bins", pytest.approx(0.3))
    assert [(one.name, one.confidence) for one in understood.others] == [("tax", 0.25)], "one a meaning"
    certain = MENU.understand(voice(("tax", 0.9), ("council tax", 0.3)))
    assert certain is not None
    assert certain.confidence == 1.0


def test_what_was_refused_counts_by_all_its_readings() -> None:
    readings = voice(("bin collection", 0.5), ("collection", 0.4))
    understood = MENU.understand(readings, {("bins", ""): 0.8})
    assert understood is not None
    assert MENU.understand(readings, {("bins", ""): 0.95}) is None


@pytest.mark.parametrize(
    ("said", "sure"),
    [
        ("i'd like council tax please", 0.9),
        ("um it's about my council tax", 0.9),
        ("hello can i have some council tax", 0.9),
        ("i moved and my council tax", 0.66),
    ],
)
def test_what_leads_up_to_an_answer_costs_no_confidence(said: str, sure: float) -> None:
    understood = MENU.understand(voice((said, 0.9)))
    assert understood is not None
    assert (understood.name, understood.confidence) == ("tax", pytest.approx(sure, abs=0.08))


def test_a_plural_means_what_the_singular_does_unless_the_plan_tells_them_apart() -> None:
    assert meant(MENU, voice(("bin collections", 0.9))) == "bins"
    assert meant(MENU, voice(("my bin collections today", 0.9))) == "bins"
    one = Option(name="one", phrases=("a repair", "class"), spoken="a repair")
    many = Option(name="many", phrases=("repair", "repairs", "clas"), spoken="repairs")
    both = Expectation(options=(one, many))
    assert [meant(both, voice((said, 0.9))) for said in ("a repair", "repairs", "class")] == ["one", "many", "one"]
    assert meant(both, voice(("a repairs", 0.9))) == "one"
    apart = Expectation(options=(replace(one, phrases=("tax band",)), replace(many, phrases=("tax bands",))))
    assert meant(apart, voice(("tax band", 0.9))) == "one"
    assert meant(apart, voice(("tax bands", 0.9))) == "many"
    assert meant(apart, voice(("taxs bands", 0.9))) is None


def test_a_menu_listens_for_what_callers_say_around_an_answer_and_values_for_the_least_of_it() -> None:
    short, long = {"um", "uh", "please", "thank you"}, {"hello", "i'd like", "it's about my"}
    assert short | long <= set(MENU.listening(Manner()).phrases or ())
    heard_with_digits = set(DIGITS.listening(Manner()).phrases or ())
    assert short <= heard_with_digits
    assert long.isdisjoint(heard_with_digits)
    spelled = Expectation(counted=Spelling(lengths=frozenset({4})))
    assert (short | long).isdisjoint(spelled.listening(Manner()).phrases or ()), "beside letters they would be letters"


def test_what_was_refused_does_not_count_again_but_by_key() -> None:
    refused = {("bins", ""): 2.0}
    understood = MENU.understand(voice(("bin collection", 0.9), ("tax", 0.5)), refused)
    assert understood is not None
    assert understood.name == "tax"
    assert MENU.understand(voice(("bin collection", 1.0)), refused) is None
    pressed = MENU.understand(keys("1"), refused)
    assert pressed is not None
    assert pressed.name == "bins"


def test_after_a_no_the_next_meaning_is_as_likely_as_it_is_without_the_first() -> None:
    understood = MENU.understand(voice(("bin collection", 0.6), ("tax", 0.3)))
    assert understood is not None
    following = understood.otherwise()
    assert following is not None
    assert following.name == "tax"
    assert following.confidence == pytest.approx(0.75)
    assert following.otherwise() is None
    certain = MENU.understand(voice(("bin collection", 1.0), ("tax", 0.3)))
    assert certain is not None
    assert (certain.otherwise() or certain).confidence == 1.0


@pytest.mark.parametrize(
    ("pressed", "name"), [("1", "bins"), ("2", "tax"), ("0", PERSON), ("#", MAIN_MENU), ("3", None)]
)
def test_keys_mean_an_option(pressed: str, name: str | None) -> None:
    assert meant(MENU, keys(pressed)) == name


def test_where_digits_are_wanted_0_and_hash_belong_to_them() -> None:
    pattern = DIGITS.listening(Manner()).keys
    assert pattern.judge("0") is Match.POTENTIAL
    assert pattern.judge("1234#") is Match.MAX_MATCH
    assert DIGITS.understand(keys("0000")) == Understood(
        name=GIVEN, confidence=1.0, spoken="0000", value="0000", by_keys=True
    )
    assert DIGITS.understand(keys("00000")) is None, "five are neither four nor six"
    assert meant(DIGITS, keys("*")) == "repeat"
    assert meant(DIGITS, voice(("speak to someone", 0.9))) == PERSON
    assert meant(DIGITS, voice(("one two three", 0.9))) is None


def test_letters_cannot_be_pressed_so_0_and_hash_mean_the_same_as_everywhere() -> None:
    spelling = Expectation(counted=Spelling(lengths=frozenset({2, 3})))
    assert spelling.listening(Manner()).keys.digits_max == 0
    assert meant(spelling, keys("0")) == PERSON
    assert meant(spelling, keys("#")) == MAIN_MENU
    understood = spelling.understand(voice(("b for bravo two", 0.8)))
    assert understood is not None
    assert (understood.name, understood.value) == (GIVEN, "B2")


def test_a_spelled_zero_may_have_been_a_letter() -> None:
    understood = Expectation(counted=Spelling(lengths=frozenset({3}))).understand(voice(("a six o", 0.8)))
    assert understood is not None
    assert understood.value == "A60"
    assert [one.value for one in understood.others] == ["A6O"]


def test_no_phrase_beside_digits_or_letters_sounds_like_them() -> None:
    phrases = DIGITS.listening(Manner()).phrases or ()
    assert {"speak two someone", "a person"} <= set(phrases)
    assert not [phrase for phrase in phrases if {"want", "to"}.intersection(phrase.split())], "they take from digits"
    assert meant(DIGITS, voice(("speak two someone", 0.9))) == PERSON
    letters = Expectation(counted=Spelling(lengths=frozenset({3})))
    kept = {phrase for option in letters.everywhere for phrase in option.phrases}
    assert {"agent", "speak to someone", "main menu", "repeat", "slower"} <= kept
    assert not [phrase for phrase in kept if {"a", "i", "you"}.intersection(phrase.split())]


def test_a_question_takes_any_words_but_those_that_are_understood_everywhere() -> None:
    free = Expectation(free=True)
    assert free.listening(Manner()).phrases is None
    assert meant(free, voice(("where is the operator", 0.5))) == FREE
    assert meant(free, voice(("operator please", 0.5))) == PERSON
    assert meant(free, voice(("um okay", 0.9))) is None


def test_an_unlikely_reading_that_is_understood_everywhere_does_not_beat_a_question() -> None:
    understood = Expectation(free=True).understand(voice(("when are you open", 0.6), ("operator", 0.05)))
    assert understood is not None
    assert (understood.name, understood.value) == (FREE, "when are you open")


def test_no_phrase_means_two_things_and_no_key_either() -> None:
    everywhere = [phrase for option in (*UNIVERSALS, *YES_NO) for phrase in option.phrases]
    assert len(everywhere) == len(set(everywhere))
    pressed = [option.key for option in (*UNIVERSALS, *YES_NO) if option.key]
    assert len(pressed) == len(set(pressed))


def test_a_turn_waits_and_refuses_as_its_step_says() -> None:
    manner = Manner(confirm=0.3, read_back_from=0.1, pauses=Pauses(free_s=1.0), longest_s=20, answer_within_s=8)
    for expectation, end, refused in (
        (MENU, EndOfTurn.MATCH, 0.3),
        (DIGITS, EndOfTurn.DIGITS, 0.1),
        (Expectation(free=True), EndOfTurn.SILENCE, 0.3),
    ):
        listening = expectation.listening(manner)
        assert listening.end is end
        assert listening.words is not None
        assert (listening.refuse_below, listening.pauses.free_s) == (refused, 1.0)
        assert (listening.longest_s, listening.first_input_s) == (20, 8)


def test_a_word_is_listened_for_by_its_sound_and_understood_as_itself() -> None:
    mine = Option(name="bins", phrases=("my bins",), spoken="my bins")
    turn = Expectation(options=(mine,), sounds_like=SoundsLike((("bins", "beans"),)))
    listening = turn.listening(Manner())
    assert "my beans" in (listening.phrases or ())
    assert "my bins" not in (listening.phrases or ())
    assert listening.words is not None
    assert listening.words.judge("my beans") is Match.MAX_MATCH
    assert meant(turn, voice(("my beans", 0.9))) == "bins"


def test_a_sound_that_is_also_a_word_of_the_plan_means_either() -> None:
    mine = Option(name="mine", phrases=("my bins",), spoken="my bins")
    turn = Expectation(options=(mine, BINS), sounds_like=SoundsLike((("bins", "bin"),)))
    assert meant(turn, voice(("my bin", 0.9))) == "mine"
    understood = turn.understand(voice(("bin collection", 0.9)))
    assert understood is not None
    assert (understood.name, understood.confidence) == ("bins", 0.9), "a phrase as a whole, not only in part"
    assert turn.written(voice(("my bin", 0.9))).text == "my bin"


def test_a_question_is_looked_up_in_the_words_of_the_articles() -> None:
    sounds = SoundsLike((("riverton", "river ton"),))
    asked = Expectation(free=True, keywords=("where is riverton",), sounds_like=sounds)
    assert "where is river ton" in (asked.listening(Manner()).phrases or ())
    understood = asked.understand(voice(("where is river ton", 0.9)))
    assert understood is not None
    assert understood.value == "where is riverton"
    assert [one.text for one in understood.readings] == ["where is riverton"]


def test_readings_of_another_length_make_those_of_the_wanted_one_likelier() -> None:
    four = Expectation(counted=DigitString(lengths=frozenset({4})))
    understood = four.understand(
        voice(("forty seven one", 0.5), ("four two seven one", 0.15), ("forty seventy one", 0.05))
    )
    assert understood is not None
    assert understood.value == "4271"
    assert understood.confidence == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("readings", "meaning"),
    [
        ([("go", 0.8), ("zero", 0.08)], (GIVEN, "0")),
        ([("person", 0.9), ("a person", 0.08)], (PERSON, "")),
        ([("five three", 0.6), ("a person", 0.08)], (PERSON, "")),
    ],
)
def test_words_that_are_no_try_at_an_answer_make_none_likelier(
    readings: list[tuple[str, float]], meaning: tuple[str, str]
) -> None:
    """People's "go" was taken for a zero at 0.75 so, and their "bird" for a wish to speak to a person at 1.0."""
    understood = Expectation(counted=DigitString(lengths=frozenset({1}))).understand(voice(*readings))
    assert understood is not None
    assert understood.meaning == meaning
    assert understood.confidence == pytest.approx(0.08)
