"""Sessions are bounded, end when they should, and outlive the service on disk."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from ivr.console import sessions
from ivr.console.sessions import LASTS_S, Session, Sessions


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sessions.json"


async def opened(file: Path, *, now: float = 0.0, agents: tuple[str, ...] = ("alice", "bob")) -> Sessions:
    store = Sessions(file, agents, now=lambda: now)
    await store.load()
    return store


def found(store: Sessions, session_id: str) -> Session:
    session = store.find(session_id)
    assert session is not None
    return session


async def test_the_oldest_session_ends_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setattr(sessions, "MOST", 2)
    store = await opened(file)
    first = await store.begin("alice")
    oldest = found(store, first)
    second, third = await store.begin("alice"), await store.begin("bob")
    for now in (store, await opened(file)):
        assert now.find(first) is None
        assert found(now, second).agent == "alice" and found(now, third).agent == "bob"
    assert oldest.pages_close.is_set()


@pytest.mark.parametrize("guess", [None, "", "x" * 10_000, "\x00", "\ud800"])
async def test_no_guess_finds_a_session(file: Path, guess: str | None) -> None:
    store = await opened(file)
    await store.begin("alice")
    assert store.find(guess) is None


async def test_neither_the_file_nor_a_log_lets_its_reader_in(file: Path) -> None:
    store = await opened(file)
    session_id = await store.begin("alice")
    [row] = json.loads(file.read_text())
    assert set(row) == {"sha256", "agent", "expires_at"}
    assert session_id not in file.read_text() and store.find(row["sha256"]) is None
    assert row["sha256"] not in repr(found(store, session_id))
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700


async def test_a_stop_closes_the_pages_and_keeps_the_session_for_the_next_start(file: Path) -> None:
    store = await opened(file)
    session_id = await store.begin("alice")
    store.close()
    assert found(store, session_id).pages_close.is_set()
    again = found(await opened(file, now=60.0), session_id)
    assert again.agent == "alice" and not again.pages_close.is_set()


async def test_an_end_is_on_disk_when_it_is_told(file: Path) -> None:
    store = await opened(file)
    session_id, other = await store.begin("alice"), await store.begin("alice")
    session = found(store, session_id)
    await store.end(session)
    assert session.pages_close.is_set()
    later = await opened(file)
    assert later.find(session_id) is None and later.find(other) is not None


async def test_who_is_not_listed_any_more_is_forgotten_on_disk_too(file: Path) -> None:
    session_id = await (await opened(file)).begin("alice")
    assert (await opened(file, agents=("bob",))).find(session_id) is None
    assert (await opened(file)).find(session_id) is None


async def test_a_session_expires_by_the_wall_clock(file: Path) -> None:
    session_id = await (await opened(file)).begin("alice")
    assert (await opened(file, now=LASTS_S - 1)).find(session_id) is not None
    assert (await opened(file, now=LASTS_S)).find(session_id) is None


async def test_a_clock_that_was_set_back_gives_no_session_more_than_twelve_hours(file: Path) -> None:
    ticks = [1e9]
    store = Sessions(file, ["alice"], now=lambda: ticks[0])
    session_id = await store.begin("alice")
    ticks[0] = 0.0
    assert store.remaining_s(found(store, session_id)) == LASTS_S, "the phone may be ringing: nobody is sent away"
    ticks[0] = LASTS_S
    assert store.find(session_id) is None


ROW = {"sha256": "0" * 64, "agent": "alice", "expires_at": 60}
BROKEN = [
    "",
    "{",
    "7",
    "{}",
    "[7]",
    "[[]]",
    "[{}]",
    "[" * 100_000,
    "[" + " " * sessions.LARGEST_FILE + "]",
    json.dumps([ROW, {**ROW, "sha256": "short"}]),
    json.dumps([{**ROW, "sha256": 7}]),
    json.dumps([{**ROW, "agent": None}]),
    json.dumps([{**ROW, "expires_at": "soon"}]),
    json.dumps([{**ROW, "expires_at": float("nan")}]),
    json.dumps([{**ROW, "expires_at": float("inf")}]),
    json.dumps([{**ROW, "expires_at": 10**400}]),
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
async def test_a_broken_file_costs_the_sessions_and_not_the_start(
    file: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    store = await opened(file)
    assert "agents log in again" in caplog.text
    session_id = await store.begin("alice")
    assert len(json.loads(file.read_text())) == 1
    assert (await opened(file)).find(session_id) is not None


async def test_bytes_that_are_no_text_cost_the_sessions_only(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe\x00")
    store = await opened(file)
    session_id = await store.begin("alice")
    assert found(store, session_id).agent == "alice"


async def test_a_disk_that_cannot_be_read_or_written_lets_agents_work_until_the_restart(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file.mkdir(parents=True)  # not a file: neither reading nor replacing works, for no user
    store = await opened(file)
    session_id = await store.begin("alice")
    assert found(store, session_id).agent == "alice"
    assert "cannot be kept on disk" in caplog.text
    assert session_id not in caplog.text


async def test_a_session_that_ended_does_not_come_back_when_its_end_cannot_be_written(file: Path) -> None:
    store = await opened(file)
    session_id = await store.begin("alice")
    (file.parent / "sessions.json.new").mkdir()
    await store.end(found(store, session_id))
    assert (await opened(file)).find(session_id) is None


async def test_what_a_crash_left_half_written_is_no_harm(file: Path) -> None:
    session_id = await (await opened(file)).begin("alice")
    half = file.parent / "sessions.json.new"
    half.write_text('[{"sha')
    store = await opened(file)
    other = await store.begin("bob")
    later = await opened(file)
    assert later.find(session_id) is not None and later.find(other) is not None
    assert not half.exists() and file.stat().st_mode & 0o777 == 0o600


async def test_many_log_ins_at_once_are_all_on_disk(file: Path) -> None:
    store = await opened(file)
    ids = await asyncio.gather(*(store.begin("alice") for _ in range(50)))
    later = await opened(file)
    assert all(later.find(session_id) for session_id in ids)
