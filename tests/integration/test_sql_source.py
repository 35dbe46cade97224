"""Look-ups in real SQLite files: values, faults, locks, and what nobody may do to them."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.errors import FlowError, LookUpFailed
from ivr.sources import Sources, load_sources

QUERY = "select balance, due, name from accounts where reference = :reference"
TAKE = "{balance: balance, due: DUE}"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "accounts.db"
    with sqlite3.connect(path) as made:
        made.execute("create table accounts (reference text, balance real, due text, name text)")
        made.executemany(
            "insert into accounts values (?, ?, ?, ?)",
            [
                ("A1", 120.0, "2026-05-03", "Ada"),
                ("B2", 0.5, None, "Bo"),
                ("C3", 1, "2026-05-03", "Cy"),
                ("C3", 1, "2026-05-03", "Cyd"),
                ("D4", 1, "2026-05-03", "Di"),
                ("D4", 2, "2026-05-03", "Di"),
            ],
        )
    made.close()
    return path


def accounts(
    folder: Path,
    query: str = QUERY,
    *,
    take: str = TAKE,
    url: str = "sqlite:///accounts.db",
    more: str = "",
    environment: Mapping[str, str] | None = None,
) -> Sources:
    path = folder / "sources.yaml"
    path.write_text(f'accounts:\n  sql: "{url}"\n  query: "{query}"\n  take: {take}\n  {more}\n')
    return load_sources(path, environment=environment or {})


async def ask(sources: Sources, reference: str) -> Mapping[str, str] | None:
    try:
        return await sources.look_up("accounts", {"reference": reference})
    finally:
        await sources.close()


async def test_a_row_is_found_and_its_columns_are_facts(database: Path) -> None:
    assert await ask(accounts(database.parent), "A1") == {"balance": "120", "due": "2026-05-03"}


async def test_a_null_is_an_empty_text_and_no_row_is_nothing(database: Path) -> None:
    assert await ask(accounts(database.parent), "B2") == {"balance": "0.5", "due": ""}
    assert await ask(accounts(database.parent), "Z9") is None


async def test_rows_that_say_the_same_are_one_and_rows_that_differ_are_none(database: Path) -> None:
    assert await ask(accounts(database.parent), "C3") == {"balance": "1", "due": "2026-05-03"}
    with pytest.raises(LookUpFailed, match="several answers"):
        await ask(accounts(database.parent), "D4")
    first = await ask(accounts(database.parent, more="several: first"), "D4")
    assert first is not None and first["balance"] == "1"


@pytest.mark.parametrize("said", ["' or 1=1 --", "A1'; drop table accounts; --", ":reference", "{env:HOME}", "\x00"])
async def test_what_a_caller_says_is_never_part_of_the_query(database: Path, said: str) -> None:
    assert await ask(accounts(database.parent), said) is None
    assert await ask(accounts(database.parent), "A1") is not None


async def test_a_database_cannot_be_written_even_by_a_query_that_tries(database: Path) -> None:
    sources = accounts(database.parent, "with x as (select :reference) delete from accounts returning balance, due")
    with pytest.raises(LookUpFailed, match="SQLITE_READONLY"):
        await ask(sources, "A1")


async def test_a_missing_database_is_a_warning_a_failure_and_not_made(tmp_path: Path) -> None:
    (warning,) = accounts(tmp_path).check()
    assert "sources.yaml:2:8: source 'accounts': the database cannot be reached" in warning
    with pytest.raises(LookUpFailed):
        await ask(accounts(tmp_path), "A1")
    assert not (tmp_path / "accounts.db").exists()


async def test_a_database_that_comes_later_or_is_replaced_is_the_one_that_is_asked(
    database: Path, tmp_path: Path
) -> None:
    sources = accounts(tmp_path)
    assert await sources.look_up("accounts", {"reference": "A1"}) is not None
    with sqlite3.connect(tmp_path / "new.db") as made:
        made.execute("create table accounts (reference, balance, due, name)")
        made.execute("insert into accounts values ('A1', 7, 'now', '')")
    made.close()
    (tmp_path / "new.db").replace(database)
    assert await ask(sources, "A1") == {"balance": "7", "due": "now"}


async def test_a_locked_file_fails_within_the_time_limit(database: Path) -> None:
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("begin exclusive")
    began_s = time.monotonic()
    try:
        with pytest.raises(LookUpFailed):
            await ask(accounts(database.parent, more="time_limit_s: 0.3"), "A1")
        took_s = time.monotonic() - began_s
        (warning,) = accounts(database.parent, more="time_limit_s: 0.3").check()
    finally:
        holder.close()
    assert took_s < 1.0
    assert "cannot be tried just now" in warning or "no answer within" in warning


ENDLESS = (
    "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) as balance, :reference as due from n"
)


async def test_a_query_that_never_ends_fails_in_time_and_its_threads_end(database: Path) -> None:
    sources = accounts(database.parent, ENDLESS, more="time_limit_s: 0.3")
    began_s = time.monotonic()
    results = await asyncio.gather(
        *(sources.look_up("accounts", {"reference": "A1"}) for _ in range(12)), return_exceptions=True
    )
    assert time.monotonic() - began_s < 1.5
    assert all(isinstance(one, LookUpFailed) for one in results)
    await sources.close()
    for thread in threading.enumerate():
        if thread.name == "look-up":
            thread.join(5)
            assert not thread.is_alive()


async def test_a_file_that_is_no_database_fails(tmp_path: Path) -> None:
    (tmp_path / "accounts.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(LookUpFailed, match="SQLITE_NOTADB"):
        await ask(accounts(tmp_path), "A1")
    with pytest.raises(FlowError, match="not a database"):
        accounts(tmp_path).check()


@pytest.mark.parametrize(
    ("query", "take", "place", "said"),
    [
        (QUERY.replace("from accounts", "from acounts"), TAKE, "3:10", "no such table: acounts"),
        (QUERY.replace("due,", "duo,"), TAKE, "3:10", "no such column: duo"),
        (QUERY + " order", TAKE, "3:10", "incomplete input"),
        (QUERY, "{balance: balanse}", "4:19", "no column 'balanse'; did you mean 'balance'?"),
    ],
)
def test_a_query_that_its_database_refuses_is_told_at_its_line(
    database: Path, query: str, take: str, place: str, said: str
) -> None:
    with pytest.raises(FlowError) as raised:
        accounts(database.parent, query, take=take).check()
    assert f"sources.yaml:{place}: " in str(raised.value)
    assert said in str(raised.value)


def test_a_query_that_its_database_takes_has_no_findings(database: Path) -> None:
    assert accounts(database.parent).check() == ()


async def test_a_column_that_goes_away_while_the_line_is_open_is_a_failure(database: Path) -> None:
    sources = accounts(database.parent, "select * from accounts where reference = :reference")
    assert await sources.look_up("accounts", {"reference": "A1"}) is not None
    with sqlite3.connect(database) as changed:
        changed.execute("alter table accounts drop column due")
    changed.close()
    with pytest.raises(LookUpFailed, match="no column 'DUE'"):
        await ask(sources, "A1")


async def test_neither_what_a_caller_said_nor_a_secret_is_logged_or_told(
    database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said, secret = "canary-reference", "canary-p@ss/word"
    broken = accounts(database.parent, QUERY.replace("from accounts", "from :reference"))
    elsewhere = accounts(
        database.parent,
        url="postgresql+psycopg2://helpline:{env:ACCOUNTS_PASSWORD}@127.0.0.1:1/accounts",
        environment={"ACCOUNTS_PASSWORD": secret},
    )
    texts = []
    with caplog.at_level(logging.DEBUG):
        for sources in (broken, elsewhere):
            with pytest.raises(LookUpFailed) as failed:
                await ask(sources, said)
            texts.append(str(failed.value))
        try:
            texts += elsewhere.check()
        except FlowError as fault:
            texts.append(str(fault))
    texts.append(str([record.__dict__ for record in caplog.records]))
    assert not [text for text in texts if "canary" in text]


async def test_a_whole_address_may_come_from_the_environment(database: Path) -> None:
    environment = {"ACCOUNTS_URL": "sqlite:///accounts.db"}
    sources = accounts(database.parent, url="{env:ACCOUNTS_URL}", environment=environment)
    assert sources.check() == ()
    assert await ask(sources, "A1") is not None
    (warning,) = accounts(database.parent, url="{env:ACCOUNTS_URL}").check()
    assert "ACCOUNTS_URL is not set" in warning


def test_a_driver_that_is_not_installed_is_told(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=r"sources\.yaml:2:8: no driver for this address"):
        accounts(tmp_path, url="nodatabase://db/accounts").check()
