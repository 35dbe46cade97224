"""What is kept of calls has an end: at the start and once a day what is too old goes, and nothing else."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.app import retention_of
from ivr.call import CallId, QuestionMissed, Rang
from ivr.records.misses import Misses
from ivr.records.retention import DAY_S, Kept, Retention
from ivr.settings import Settings
from ivr.testing.clock import run

AT = datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()
FILES = ("calls/1.1.jsonl", "messages/operator/1.1.wav", "messages/operator/1.1.json", "outbox/texts/1.txt")
DAYS = {"journal_days": 90.0, "messages_days": 30.0, "letters_days": 30.0}
OF = {"journal_days": FILES[:1], "messages_days": FILES[1:3], "letters_days": FILES[3:]}


def aged(state: Path, days: float, *names: str) -> None:
    for name in names:
        file = state / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("of somebody")
        os.utime(file, (AT - days * DAY_S, AT - days * DAY_S))


def there(state: Path) -> set[str]:
    return {str(file.relative_to(state)) for file in state.rglob("*") if file.is_file()}


def retention(state: Path, now: float, **days: float) -> Retention:
    settings = Settings(state=state, **days)
    return retention_of(settings, Misses(state / "misses", days=settings.misses_days), now=lambda: now)


@pytest.mark.parametrize("setting", OF)
def test_each_has_its_days_and_is_never_older_until_the_next_look(tmp_path: Path, setting: str) -> None:
    others = [name for name in FILES if name not in OF[setting]]
    aged(tmp_path, 0, *others)
    aged(tmp_path, DAYS[setting] - 1.1, *OF[setting])
    retention(tmp_path, AT).enforce()
    assert there(tmp_path) == set(FILES)
    aged(tmp_path, DAYS[setting] - 0.9, *OF[setting])
    retention(tmp_path, AT).enforce()
    assert there(tmp_path) == set(others)


def test_the_days_can_be_set(tmp_path: Path) -> None:
    aged(tmp_path, 5, *FILES)
    retention(tmp_path, AT, journal_days=5, messages_days=5, letters_days=10).enforce()
    assert there(tmp_path) == set(OF["letters_days"])


def test_what_is_no_record_of_a_call_stays(tmp_path: Path) -> None:
    others = ("callers.sqlite", "outbox/ledger.sqlite", "prompts/a.wav", "clinic.db", "tasks/fees.json")
    aged(tmp_path, 5000, *others)
    retention(tmp_path, AT).enforce()
    assert there(tmp_path) == set(others)


def test_questions_that_nobody_answered_go_too(tmp_path: Path) -> None:
    misses, call = Misses(tmp_path, days=90), CallId("1.1")
    misses.note(Rang(call_id=call, at=AT, number="", name="", dialled="100", helpline="town"))
    misses.note(QuestionMissed(call_id=call, at=AT, step="ask", text="a badge", reason="refused"))
    Retention(misses=misses, now=lambda: AT + 91 * DAY_S).enforce()
    assert (tmp_path / "town.jsonl").read_text() == ""


def test_it_looks_at_the_start_and_every_day(tmp_path: Path) -> None:
    aged(tmp_path, 30, "old")
    aged(tmp_path, 28.5, "younger")
    seen: list[set[str]] = []

    async def service() -> None:
        loop, third = asyncio.get_running_loop(), asyncio.Event()

        def now() -> float:
            seen.append(there(tmp_path))
            if len(seen) == 3:
                loop.call_soon_threadsafe(third.set)
            return AT + loop.time()

        kept = Kept(what="files", folder=tmp_path, pattern="*", days=30)
        looking = asyncio.create_task(Retention(kept, misses=Misses(tmp_path / "misses"), now=now).keep_up())
        await third.wait()
        assert loop.time() == 2 * DAY_S
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)

    run(service())
    assert seen == [{"old", "younger"}, {"younger"}, set()]


def test_what_cannot_be_deleted_is_told_and_the_rest_goes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "calls/1.1.jsonl").mkdir(parents=True)
    os.utime(tmp_path / "calls/1.1.jsonl", (0, 0))
    aged(tmp_path, 100, *FILES[1:])
    retention(tmp_path, AT).enforce()
    assert there(tmp_path) == set()
    assert "cannot be deleted" in caplog.text
