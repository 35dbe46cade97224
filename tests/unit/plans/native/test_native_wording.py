"""The words of a plan as they fit callers who have only keys."""

from __future__ import annotations

import pytest

from ivr.call import Prompt
from ivr.plans.native.wording import Told, for_keys, names_keys, pieces, unknown_facts


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Bins. You can say collection day or garden waste.", "Bins."),
        ("Is it urgent? Please say yes or no.", "Is it urgent?"),
        ("Please say your number, or press it on your phone.", "Please say your number, or press it on your phone."),
        ("You can say bins or tax.", None),
        ("Your number, please.", "Your number, please."),
        ("Essays are due.", "Essays are due."),
    ],
)
def test_sentences_that_only_invite_to_speak_are_left_out(text: str, kept: str | None) -> None:
    assert [prompt.text for prompt in for_keys([Prompt(text=text)], "en-GB")] == ([kept] if kept else [])


def test_a_recording_says_what_it_says_so_it_goes_with_its_text() -> None:
    whole, cut = Prompt(text="Bins.", recording="bins"), Prompt(text="Bins. Say yes.", recording="bins")
    assert for_keys([whole], "en") == (whole,)
    assert for_keys([cut], "en") == (Prompt(text="Bins."),)
    assert for_keys([Prompt(text="", recording="bins")], "en") == (Prompt(text="", recording="bins"),)


def test_of_other_languages_every_sentence_stays() -> None:
    german = (Prompt(text="Bitte say Abfall."),)
    assert for_keys(german, "de-DE") == german


def test_keys_are_named_or_not() -> None:
    assert names_keys([Prompt(text="Press 1.")])
    assert not names_keys([Prompt(text="Monkeys and turkeys.")])


def test_a_known_fact_is_a_place_among_the_words_and_an_unknown_one_takes_its_sentence_along() -> None:
    prompt = Prompt(text="Hello {name}. We keep {number}, thank you. Bye.")
    assert pieces([prompt], frozenset({"number"})) == (
        Prompt(text="We keep"),
        Told("number"),
        Prompt(text="thank you."),
        Prompt(text="Bye."),
    )
    assert unknown_facts([prompt], frozenset({"number"})) == ("name",)
