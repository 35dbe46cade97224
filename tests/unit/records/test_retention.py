"""What is kept of calls has an end: at the start and once a day what is too old goes, and nothing else."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.adapters import retention_of
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


def test_questions_that_nobody_answered_are_never_older_than_their_days_until_the_next_look(tmp_path: Path) -> None:
    morning = datetime(2026, 11, 29, tzinfo=UTC).timestamp()
    file, call = tmp_path / "town.jsonl", CallId("1.1")
    misses = Misses(tmp_path, days=90)
    misses.note(Rang(call_id=call, at=morning, number="", name="", dialled="100", helpline="town"))
    misses.note(QuestionMissed(call_id=call, at=morning, step="ask", text="a badge", reason="refused"))
    Retention(misses=misses, now=lambda: morning + 89 * DAY_S - 1).enforce()
    assert "a badge" in file.read_text()
    Retention(misses=misses, now=lambda: morning + 89 * DAY_S).enforce()
    assert file.read_text() == ""


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


def test_what_cannot_be_deleted_is_told_and_the_rest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As root, which tests may run as, may delete whatever an owner may not: the disk refuses by a patch."""
    stuck = ("calls/0.9.jsonl", "calls/1.2.jsonl", "messages/operator/1.1.wav")
    aged(tmp_path, 100, *stuck, *FILES)
    delete = Path.unlink

    def unlink(file: Path, missing_ok: bool = False) -> None:
        if str(file.relative_to(tmp_path)) in stuck:
            raise PermissionError(1, "Operation not permitted")
        delete(file, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    retention(tmp_path, AT).enforce()
    assert there(tmp_path) == set(stuck)
    assert caplog.text.count("cannot be deleted") == len(stuck)


def test_only_files_go_and_no_link_is_followed(tmp_path: Path) -> None:
    aged(tmp_path, 100, "elsewhere/1.jsonl", "elsewhere/1.wav", "state/calls/folder.jsonl/a")
    aged(tmp_path, 100, "state/outbox/texts/1.txt")
    state = tmp_path / "state"
    (state / "messages").mkdir()
    (state / "messages/nurses").symlink_to(tmp_path / "elsewhere")
    (state / "calls/1.jsonl").symlink_to(tmp_path / "elsewhere/1.jsonl")
    os.utime(state / "calls/1.jsonl", (0, 0), follow_symlinks=False)
    os.utime(state / "calls/folder.jsonl", (0, 0))
    before = there(tmp_path)
    retention(state, AT).enforce()
    assert there(tmp_path) == before - {"state/outbox/texts/1.txt"}


def test_a_folder_may_stand_on_another_disk(tmp_path: Path) -> None:
    aged(tmp_path, 100, "disk/operator/1.1.wav")
    (tmp_path / "state").mkdir()
    (tmp_path / "state/messages").symlink_to(tmp_path / "disk")
    retention(tmp_path / "state", AT).enforce()
    assert there(tmp_path / "disk") == set()


def test_no_fault_ends_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    looks = []

    async def service() -> None:
        loop, second = asyncio.get_running_loop(), asyncio.Event()

        def now() -> float:
            looks.append(len(looks))
            if len(looks) == 1:
                raise ValueError("a clock that nobody thought of")
            loop.call_soon_threadsafe(second.set)
            return AT

        looking = asyncio.create_task(Retention(misses=Misses(tmp_path), now=now).keep_up())
        await second.wait()
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)

    run(service())
    assert looks == [0, 1]
    assert "the next look comes" in caplog.text
