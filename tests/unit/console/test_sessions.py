"""Sessions and guesses are bounded, and end when they should."""

from __future__ import annotations

import pytest

from ivr.console import passwords, sessions
from ivr.console.passwords import Guesses, hash_password
from ivr.console.sessions import Sessions


def test_the_oldest_session_ends_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST", 2)
    store = Sessions(lambda: 0.0)
    first, second, third = (store.begin("alice") for _ in range(3))
    assert first.ended.is_set() and store.find(first.id) is None
    assert store.find(second.id) is second and store.find(third.id) is third


@pytest.mark.parametrize("guess", [None, "", "x" * 10_000, "\x00"])
def test_no_guess_finds_a_session(guess: str | None) -> None:
    store = Sessions(lambda: 0.0)
    store.begin("alice")
    assert store.find(guess) is None


def test_a_session_shows_its_id_to_no_log() -> None:
    session = Sessions(lambda: 0.0).begin("alice")
    assert session.id not in repr(session)


def test_a_hash_fits_its_password_only_and_is_salted() -> None:
    one, other = hash_password("straße \ud800"), hash_password("straße \ud800")
    assert one.fits("straße \ud800") and not one.fits("strasse") and not one.fits("")
    assert one.digest != other.digest
    assert one.digest.hex() not in repr(one)


def test_the_delay_grows_to_a_minute_and_no_further() -> None:
    guesses, waits = Guesses(), []
    for _ in range(30):
        guesses.failed(("1.2.3.4", "alice"), 0.0)
        waits.append(guesses.wait_s(("1.2.3.4", "alice"), 0.0))
    assert waits[:9] == [0, 0, 0, 0, 2, 4, 8, 16, 32]
    assert set(waits[9:]) == {60}


def test_guessers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_GUESSERS", 3)
    guesses = Guesses()
    for number in range(10):
        for _ in range(6):
            guesses.failed((str(number), "alice"), 0.0)
    assert [guesses.wait_s((str(number), "alice"), 0.0) > 0 for number in (0, 6, 7, 9)] == [False, False, True, True]
