"""Words heard by their sound, and the words that are suggested for it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ivr.dialogue.words.near_words import near_words
from ivr.dialogue.words.sounds_like import SoundsLike

SOUNDS = SoundsLike((("bins", "beans"), ("riverton", "river ton"), ("ton", "tonne")))


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("my bins", "my beans"),
        ("riverton bins", "river ton beans"),
        ("a ton", "a tonne"),
        ("bin", "bin"),
    ],
)
def test_a_word_is_sounded_and_turned_back(written: str, heard: str) -> None:
    assert SOUNDS.sounds(written) == heard
    assert SOUNDS.words(heard) == written


def test_only_whole_words_are_turned_back() -> None:
    assert SOUNDS.words("beanstalk the river tons") == "beanstalk the river tons"


def test_a_sound_that_may_itself_have_been_said_stays() -> None:
    assert SOUNDS.beside({"beans", "river"}).words("river ton beans") == "riverton beans"
    assert SoundsLike().words("my beans") == "my beans"


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("bins", {"beans", "bin", "bind"}, ("bin", "beans", "bind")),
        ("riverton", {"river", "ton", "on"}, ("river ton",)),
        ("kerbside", {"kerb", "side", "curb"}, ("kerb side",)),
        ("fone", {"phone", "zone", "tone"}, ("phone",)),
        ("grey", set(), ()),
    ],
)
def test_words_are_suggested_that_sound_alike(word: str, known: set[str], near: tuple[str, ...]) -> None:
    def unknown_words(words: Iterable[str]) -> set[str]:
        return set(words) - known

    assert near_words(word, unknown_words) == near


def test_a_word_in_other_letters_has_near_words_in_its_own() -> None:
    known = {"мусор", "мусора"}
    assert near_words("мусорр", lambda words: set(words) - known) == ("мусор",)
