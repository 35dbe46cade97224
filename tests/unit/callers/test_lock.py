"""The lock on checks: three failures by one number or on one record, kept without either, across restarts."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from pathlib import Path

import pytest

from ivr.call import Level
from ivr.callers import Lock
from ivr.callers import lock as module
from ivr.callers_file import LockRule
from ivr.testing.clock import run
from tests.flows.known_callers import Clock

RULE = LockRule(failures=3, within_s=3600, locked_s=600)


def fail(lock: Lock, times: int, number: str = "n", record: str = "r", level: Level = Level.KNOWLEDGE) -> None:
    for _ in range(times):
        asyncio.run(lock.failed(number, record, level))


def test_three_failures_lock_the_number_and_the_record_for_a_time() -> None:
    clock = Clock()
    lock = Lock(None, "key", clock)
    fail(lock, 2)
    assert not lock.locked(RULE, "n", "r")
    fail(lock, 1)
    assert lock.locked(RULE, "n", "")
    assert lock.locked(RULE, "", "r")
    assert not lock.locked(RULE, "other", "another")
    clock.now += RULE.locked_s - 1
    assert lock.locked(RULE, "n", "r")
    clock.now += 2
    assert not lock.locked(RULE, "n", "r")
    fail(lock, 1)
    assert lock.locked(RULE, "n", "r")


def test_failures_far_apart_do_not_lock() -> None:
    clock = Clock()
    lock = Lock(None, "key", clock)
    for _ in range(5):
        fail(lock, 1)
        clock.now += RULE.within_s / 2 + 1
    assert not lock.locked(RULE, "n", "r")


def test_callers_who_withhold_their_number_are_not_locked_for_one_another() -> None:
    lock = Lock(None, "key", Clock())
    for record in ("a", "b", "c", "d"):
        fail(lock, 1, number="", record=record)
    assert not lock.locked(RULE, "", "e")


def test_who_passed_has_no_failures_on_their_record_and_keeps_those_on_others() -> None:
    lock = Lock(None, "key", Clock())
    fail(lock, 2, record="mine")
    fail(lock, 2, record="a victim's")
    asyncio.run(lock.passed("mine", Level.KNOWLEDGE))
    fail(lock, 1, record="a victim's")
    assert lock.locked(RULE, "n", "")


def test_who_knows_a_date_of_birth_gets_no_more_tries_at_the_pin() -> None:
    lock = Lock(None, "key", Clock())
    for _ in range(3):
        fail(lock, 1, level=Level.PIN)
        asyncio.run(lock.passed("r", Level.KNOWLEDGE))
    assert lock.locked(RULE, "", "r")


def test_a_restart_forgets_nothing_and_the_file_tells_nobody_who_it_was(tmp_path: Path) -> None:
    path, clock = tmp_path / "state" / "failed.json", Clock()
    lock = Lock(path, "key", clock)
    number, record = lock.hashed("number", ["+447700900123"]), lock.hashed("record", ["12345678"])
    fail(lock, 3, number, record)
    assert Lock(path, "key", clock).locked(RULE, number, record)
    kept = path.read_text()
    assert "7700900123" not in kept and "12345678" not in kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Lock(path, "another key", clock).hashed("number", ["+447700900123"]) not in kept
    assert lock.hashed("number", ["1"]) != lock.hashed("record", ["1"])


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 10)
    lock = Lock(tmp_path / "failed.json", "key", Clock())
    for at in range(30):
        fail(lock, 1, str(at), str(at))
    assert (tmp_path / "failed.json").read_text().count("[") == 11


@pytest.mark.parametrize("text", ["{", "[[1]]", "null", '[["x", "a", "b", 2]]', "[" * 100_000])
def test_a_broken_file_does_not_keep_the_service_from_starting(tmp_path: Path, text: str) -> None:
    path = tmp_path / "failed.json"
    path.write_text(text)
    lock = Lock(path, "key", Clock())
    fail(lock, 3)
    assert lock.locked(RULE, "n", "r")


def test_a_disk_that_cannot_be_written_is_told_and_the_lock_holds_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("a file where a folder belongs")
    lock = Lock(tmp_path / "state" / "failed.json", "key", Clock())
    fail(lock, 3)
    assert lock.locked(RULE, "n", "r")
    assert "cannot be kept" in caplog.text


def test_failures_of_all_callers_together_lock_everybody_until_the_hour_has_room_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    lock = Lock(None, "key", clock)
    for at in range(RULE.most_an_hour):
        assert not lock.locked(RULE, "nobody", "nothing")
        fail(lock, 1, number="" if at % 2 else f"forged {at}", record=f"record {at}")
        clock.now += 60
    assert lock.locked(RULE, "nobody", "nothing") and lock.locked(RULE, "", "")
    assert lock.locked(RULE, "somebody", "something")
    assert caplog.text.count("locked for all callers") == 1
    clock.now += 3601 - 60 * RULE.most_an_hour
    assert not lock.locked(RULE, "nobody", "nothing")
    fail(lock, 1, number="", record="one more")
    assert lock.locked(RULE, "nobody", "nothing")
    assert caplog.text.count("locked for all callers") == 1, "once an hour"


def test_who_was_wrong_and_then_right_brings_nobody_nearer_to_that() -> None:
    lock = Lock(None, "key", Clock())
    for at in range(2 * RULE.most_an_hour):
        fail(lock, 2, number=f"{at}", record=f"{at}")
        asyncio.run(lock.passed(f"{at}", Level.KNOWLEDGE))
    assert not lock.locked(RULE, "nobody", "nothing")


def test_a_record_is_locked_whichever_numbers_ring() -> None:
    lock = Lock(None, "key", Clock())
    for number in ("", "forged", "forged otherwise"):
        assert not lock.locked(RULE, "new", "r")
        fail(lock, 1, number=number)
    assert lock.locked(RULE, "new", "r")


def test_a_disk_that_hangs_keeps_nobody_waiting_and_what_failed_counts_and_is_kept_in_the_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, path = threading.Event(), tmp_path / "failed.json"
    monkeypatch.setattr(os, "fsync", lambda handle: goes_on.wait())
    lock = Lock(path, "key", Clock())

    async def calls() -> None:
        for _ in range(3):
            await lock.failed("n", "r", Level.KNOWLEDGE)
        assert lock.locked(RULE, "n", "r")
        goes_on.set()
        await lock.close()

    run(calls())
    assert "not on disk in time" in caplog.text
    assert Lock(path, "key", Clock()).locked(RULE, "n", "r")
