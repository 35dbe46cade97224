"""Changes in real SQLite files: one row or none, once, whole or not at all, and never one slot for two callers."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.errors import FlowError, LookUpFailed
from ivr.sources import Sources, load_sources

SCRIPT = """
create table if not exists slots (slot integer primary key, who text, place text, kind text);
insert or ignore into slots values (1, null, 'the library', 'a'), (2, null, 'the hall', 'b'), (3, 'Ada', 'x', 'b');
"""
BOOK = "update slots set who = :who where slot = :slot and who is null returning place"


def clinic(folder: Path, change: str = BOOK, *, script: str = SCRIPT, more: str = "") -> Sources:
    (folder / "clinic.sql").write_text(script)
    path = folder / "sources.yaml"
    path.write_text(
        f"book:\n  sql: sqlite:///{{state}}/clinic.db\n  made_by: clinic.sql\n  change: {change}\n"
        f"  take: {{place: place}}\n  {more}\n"
        "see:\n  sql: sqlite:///{state}/clinic.db\n  query: select who, place from slots where slot = :slot\n"
        "  take: {who: who}\n"
    )
    sources = load_sources(path, state=folder / "state", environment={})
    for database in sources.made:
        database.make()
    return sources


async def book(sources: Sources, who: str, slot: str = "1") -> Mapping[str, str] | None:
    return await sources.look_up("book", {"who": who, "slot": slot})


async def seen(sources: Sources, slot: str = "1") -> str:
    found = await sources.look_up("see", {"slot": slot})
    assert found is not None
    return found["who"]


async def test_one_row_is_changed_and_what_it_returns_is_known(tmp_path: Path) -> None:
    sources = clinic(tmp_path)
    assert sources.check() == ()
    assert await seen(sources) == "", "looking at a change changes nothing"
    assert await book(sources, "Bo") == {"place": "the library"}
    assert await seen(sources) == "Bo"


async def test_what_is_taken_is_nothing_found(tmp_path: Path) -> None:
    sources = clinic(tmp_path)
    assert await book(sources, "Bo", "3") is None
    assert await seen(sources, "3") == "Ada"


async def test_of_many_callers_at_once_one_gets_the_slot(tmp_path: Path) -> None:
    sources, others = clinic(tmp_path), clinic(tmp_path)  # two services on one database
    callers = [f"caller {number}" for number in range(40)]
    got = await asyncio.gather(
        *(book(sources if number % 2 else others, who) for number, who in enumerate(callers)), return_exceptions=True
    )
    winners = [who for who, one in zip(callers, got, strict=True) if isinstance(one, Mapping)]
    assert len(winners) == 1
    assert await seen(sources) == winners[0]
    assert all(one is None or isinstance(one, Mapping | LookUpFailed) for one in got)


async def test_a_change_of_several_rows_is_none(tmp_path: Path) -> None:
    sources = clinic(tmp_path, "update slots set who = :who where slot < :slot returning place")
    with pytest.raises(LookUpFailed, match="several rows, so nothing was changed"):
        await book(sources, "Bo", "3")
    assert await seen(sources, "1") == await seen(sources, "2") == ""


async def test_a_column_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    sources = clinic(tmp_path, BOOK.replace("returning place", "returning kind"))
    with pytest.raises(LookUpFailed, match="no column 'place'"):
        await book(sources, "Bo")
    assert await seen(sources) == ""


async def test_a_locked_database_fails_in_time_and_nothing_comes_later(tmp_path: Path) -> None:
    sources = clinic(tmp_path, more="time_limit_s: 0.5")
    holder = sqlite3.connect(tmp_path / "state/clinic.db", isolation_level=None)
    holder.execute("begin exclusive")
    began_s = time.monotonic()
    try:
        with pytest.raises(LookUpFailed):
            await book(sources, "Bo")
    finally:
        holder.close()
    assert time.monotonic() - began_s < 1.5
    await asyncio.to_thread(_end_of_threads)
    assert await seen(sources) == ""


def _end_of_threads() -> None:
    import threading

    for thread in threading.enumerate():
        if thread.name == "look-up":
            thread.join(5)


@pytest.mark.parametrize("said", ["'; drop table slots; --", "x' or 1=1", ":slot", "{state}"])
async def test_what_a_caller_says_is_written_as_it_is(tmp_path: Path, said: str) -> None:
    sources = clinic(tmp_path)
    assert await book(sources, said) is not None
    assert await seen(sources) == said
    assert await seen(sources, "2") == ""


async def test_a_query_beside_a_change_still_only_reads(tmp_path: Path) -> None:
    clinic(tmp_path)
    path = tmp_path / "sources.yaml"
    path.write_text(
        "wipe:\n  sql: sqlite:///{state}/clinic.db\n"
        "  query: with x as (select :slot) delete from slots returning place\n  take: {place: place}\n"
    )
    with pytest.raises(LookUpFailed, match="SQLITE_READONLY"):
        await load_sources(path, state=tmp_path / "state", environment={}).look_up("wipe", {"slot": "1"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (BOOK.replace("slots", "slutz"), "no such table: slutz"),
        (BOOK.replace("who = :who", "whom = :who"), "no such column: whom"),
    ],
)
def test_a_change_that_its_database_refuses_is_told_at_its_line(tmp_path: Path, change: str, said: str) -> None:
    with pytest.raises(FlowError) as raised:
        clinic(tmp_path, change).check()
    assert "sources.yaml:4:11: " in str(raised.value)
    assert said in str(raised.value)


def test_a_database_is_made_once_and_completed_at_every_start(tmp_path: Path) -> None:
    (database,) = clinic(tmp_path).made
    assert database.file == tmp_path / "state/clinic.db"
    with sqlite3.connect(database.file) as changed:
        changed.execute("update slots set who = 'Bo' where slot = 1")
    changed.close()
    database.script.write_text(SCRIPT + "insert or ignore into slots values (4, null, 'the school', 'a');")
    assert database.make() is False
    with sqlite3.connect(database.file) as looked:
        assert looked.execute("select slot, who from slots").fetchall() == [(1, "Bo"), (2, None), (3, "Ada"), (4, None)]
    looked.close()


def test_a_script_with_a_fault_makes_nothing_and_is_told_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=r"sources\.yaml:3:12: .*clinic.sql' does not make .*near \"creat\""):
        clinic(tmp_path, script=SCRIPT + "creat table x (y);")
    assert not (tmp_path / "state/clinic.db").exists()
