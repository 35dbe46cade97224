"""Passwords fit only themselves; guesses are slow, and bounded."""

from __future__ import annotations

import pytest

from ivr.console import passwords
from ivr.console.passwords import Guesses, hash_password


def test_a_hash_fits_its_password_only_and_is_salted() -> None:
    one, other = hash_password("straße \ud800"), hash_password("straße \ud800")
    assert one.fits("straße \ud800") and not one.fits("strasse") and not one.fits("")
    assert one.digest != other.digest
    assert one.digest.hex() not in repr(one)


def test_the_delay_grows_to_a_minute_and_no_further() -> None:
    guesses, waits = Guesses(), []
    for _ in range(30):
        guesses.failed("1.2.3.4 alice", 0.0)
        waits.append(guesses.wait_s("1.2.3.4 alice", 0.0))
    assert waits[:9] == [0, 0, 0, 0, 2, 4, 8, 16, 32]
    assert set(waits[9:]) == {60}


def test_guessers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_GUESSERS", 3)
    guesses = Guesses()
    for number in range(10):
        for _ in range(6):
            guesses.failed(str(number), 0.0)
    assert [guesses.wait_s(str(number), 0.0) > 0 for number in (0, 6, 7, 9)] == [False, False, True, True]


def test_failures_are_forgotten_after_a_quiet_while() -> None:
    guesses = Guesses()
    for _ in range(8):
        guesses.failed("1.2.3.4", 0.0)
    assert guesses.count("1.2.3.4", passwords.FORGOTTEN_AFTER_S - 1) == 8
    assert guesses.count("1.2.3.4", passwords.FORGOTTEN_AFTER_S) == 0
    assert guesses.wait_s("1.2.3.4", passwords.FORGOTTEN_AFTER_S) == 0
