"""A CSV file that changes while the line is open."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ivr.errors import FlowError, LookUpFailed
from ivr.sources import csv_source
from ivr.sources.csv_source import CsvSource
from ivr.sources.csv_table import Table
from ivr.sources.source import Named
from tests.unit.sources.made import HERE, setup

Write = Callable[..., None]


@pytest.fixture
def source(tmp_path: Path) -> CsvSource:
    match = {"postcode": Named(text="Postcode", at=HERE)}
    return CsvSource(setup(day="Day"), path=tmp_path / "rounds.csv", at=HERE, match=match)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the file, each time some seconds later than the time before, all of them long ago."""
    times = iter(range(1_000_000_000, 1_000_001_000, 10))

    def written(content: str | bytes, at_s: float | None = None) -> None:
        path = tmp_path / "rounds.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        when = next(times) if at_s is None else at_s
        os.utime(path, (when, when))

    return written


def day(source: CsvSource) -> list[tuple[str, ...]]:
    return list(source.rows({"postcode": "sg1 1aa"}))


def test_a_changed_file_is_read_anew(source: CsvSource, write: Write) -> None:
    write("Postcode,Day\nSG1 1AA,Monday\n")
    assert day(source) == [("Monday",)]
    write("Postcode,Day\nSG1 1AA,Friday\n")
    assert day(source) == [("Friday",)]


def test_an_unchanged_file_is_not_read_again(source: CsvSource, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("Postcode,Day\nSG1 1AA,Monday\n")
    assert day(source) == [("Monday",)]
    monkeypatch.setattr(csv_source, "read_table", lambda *_, **__: pytest.fail("it is read again"))
    assert day(source) == [("Monday",)]


@pytest.mark.parametrize("worse", ["", "Postcode,Tag\n", b"Postcode,Day\nSG1 1AA,\xff\n", 'Postcode,Day\n"'])
def test_a_broken_change_leaves_the_table_before_and_is_told_once(
    source: CsvSource, write: Write, worse: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    write("Postcode,Day\nSG1 1AA,Monday\n")
    assert day(source) == [("Monday",)]
    write(worse)
    with caplog.at_level(logging.WARNING):
        assert [day(source), day(source)] == [[("Monday",)]] * 2
    assert [record.message for record in caplog.records] == ["a changed CSV file is not taken; the one before counts"]
    write("Postcode,Day\nSG1 1AA,Friday\n")
    assert day(source) == [("Friday",)]


def test_a_file_that_is_gone_leaves_the_table_before(source: CsvSource, write: Write, tmp_path: Path) -> None:
    write("Postcode,Day\nSG1 1AA,Monday\n")
    assert day(source) == [("Monday",)]
    (tmp_path / "rounds.csv").unlink()
    assert day(source) == [("Monday",)]


def test_a_file_that_is_still_being_written_waits(
    source: CsvSource, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 2_000_000_000.0
    monkeypatch.setattr("ivr.sources.csv_source.time.time", lambda: now_s)
    write("Postcode,Day\nSG1 1AA,Monday\n")
    assert day(source) == [("Monday",)]
    write("Postcode,Day\n", now_s - 0.2)
    assert day(source) == [("Monday",)]
    now_s += 2
    assert day(source) == []


def test_without_a_table_before_a_broken_file_fails(source: CsvSource, write: Write) -> None:
    with pytest.raises(LookUpFailed):
        day(source)
    write("Postcode,Tag\n")
    for _ in range(2):
        with pytest.raises(LookUpFailed, match="no column 'Day'"):
            day(source)


def test_a_pipe_and_a_folder_are_refused_and_not_waited_for(source: CsvSource, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rounds.csv")
    with pytest.raises(LookUpFailed, match="no plain file"):
        day(source)
    (tmp_path / "rounds.csv").unlink()
    (tmp_path / "rounds.csv").mkdir()
    with pytest.raises(FlowError, match="no plain file"):
        source.check()


def test_a_gigantic_file_is_refused(source: CsvSource, tmp_path: Path) -> None:
    with (tmp_path / "rounds.csv").open("wb") as opened:
        opened.truncate(10 * 1024**3)
    with pytest.raises(FlowError, match="larger than 16 MB"):
        source.check()


def test_a_check_leaves_the_table_ready_and_others_need_not_wait_while_a_change_is_read(
    source: CsvSource, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("Postcode,Day\nSG1 1AA,Monday\n")
    assert source.check() == ()
    write("Postcode,Day\nSG1 1AA,Friday\n")
    read, meanwhile = csv_source.read_table, []

    def slowly(raw: bytes, **columns: Any) -> Table:
        other = threading.Thread(target=lambda: meanwhile.append(day(source)))
        other.start()
        other.join(10)
        return read(raw, **columns)

    monkeypatch.setattr(csv_source, "read_table", slowly)
    assert day(source) == [("Friday",)]
    assert meanwhile == [[("Monday",)]]


def test_a_check_tells_rows_that_contradict_each_other(source: CsvSource, write: Write) -> None:
    write("Postcode,Day\nSG1 1AA,Monday\nSG11AA,Friday\n")
    (warning,) = source.check()
    assert "rounds.csv:3:1: this row says other things than line 2" in warning
