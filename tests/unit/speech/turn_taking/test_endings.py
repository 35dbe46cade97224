"""How much silence each strategy asks for, by what was said."""

from __future__ import annotations

import pytest

from ivr.call import EndOfTurn, Listening, Match, Pauses, WordPattern
from ivr.speech.turn_taking import Ending, StopOnDigits, StopOnMatch, StopOnSilence, ending_for

PAUSES = Pauses(unambiguous_s=0.1, complete_s=0.2, incomplete_s=0.3, free_s=0.4, digits_s=0.5, counting_s=0.6)


class Colours:
    """ "red" may become "red wine", which nothing changes; "light" is the beginning of something."""

    def judge(self, text: str) -> Match:
        known = {"red": Match.MATCH, "red wine": Match.MAX_MATCH, "light": Match.POTENTIAL}
        return known.get(text, Match.NO_MATCH)


class FourToSix:
    """Four to six words."""

    def judge(self, text: str) -> Match:
        count = len(text.split())
        if count > 6:
            return Match.NO_MATCH
        return Match.MAX_MATCH if count == 6 else Match.MATCH if count >= 4 else Match.POTENTIAL


@pytest.mark.parametrize(("said", "pause_s"), [("red wine", 0.1), ("red", 0.2), ("light", 0.3), ("mm", 0.3), ("", 0.3)])
def test_a_whole_answer_ends_sooner_than_a_part_of_one(said: str, pause_s: float) -> None:
    assert StopOnMatch(pauses=PAUSES, words=Colours()).pause_s(said) == pause_s


@pytest.mark.parametrize(
    ("said", "pause_s"),
    [("1 2 3 4 5 6", 0.1), ("1 2 3 4", 0.5), ("1 2 3", 0.6), ("", 0.6), ("1 2 3 4 5 6 7", 0.6)],
)
def test_who_counts_out_has_time_until_they_have_said_it_all(said: str, pause_s: float) -> None:
    assert StopOnDigits(pauses=PAUSES, words=FourToSix()).pause_s(said) == pause_s


def test_free_speech_ends_by_silence_and_a_noise_no_sooner_than_a_part_of_an_answer() -> None:
    ending = StopOnSilence(pauses=PAUSES)
    assert (ending.pause_s("when do you"), ending.pause_s("when do you open")) == (0.4, 0.4)
    assert StopOnSilence(pauses=Pauses(free_s=0.5, incomplete_s=0.9)).pause_s("") == 0.9
    assert StopOnSilence(pauses=Pauses(free_s=1.5, incomplete_s=0.9)).pause_s("") == 1.5


@pytest.mark.parametrize(
    ("end", "words", "kind"),
    [
        (EndOfTurn.MATCH, Colours(), StopOnMatch),
        (EndOfTurn.DIGITS, FourToSix(), StopOnDigits),
        (EndOfTurn.SILENCE, Colours(), StopOnSilence),
        (EndOfTurn.MATCH, None, StopOnSilence),
        (EndOfTurn.DIGITS, None, StopOnSilence),
    ],
)
def test_the_listening_says_which(end: EndOfTurn, words: WordPattern | None, kind: type[Ending]) -> None:
    assert isinstance(ending_for(Listening(phrases=("red",), words=words, end=end)), kind)
