"""Files of sources: what is read, and how a fault is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.errors import FlowError
from ivr.sources import reading
from ivr.sources.csv_source import CsvSource
from ivr.sources.http_source import HttpSource
from ivr.sources.reading import load_sources
from ivr.sources.sql_source import SqlSource
from tests.unit.sources.made import written

WHOLE = """
bin_rounds:
  csv: rounds.csv
  match: {postcode: Postcode}
  take: {day: CollectionDay, colour: Bin}
  time_limit_s: 2
accounts:
  sql: sqlite:///accounts.db
  query: select balance, due from accounts where reference = :reference
  take: {balance: balance, due: due}
weather:
  http: https://api.example/roads?postcode={postcode}
  take: {state: result.0.state}
  not_found: [404, 410]
"""


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    sources = written(tmp_path, WHOLE)
    assert sources.names == ("bin_rounds", "accounts", "weather")
    assert sources.gives("bin_rounds") == ("day", "colour")
    assert sources.misuse("accounts", ["reference"], ["balance"]) is None
    assert sources.misuse("weather", ["postcode"], ["state"]) is None


def test_the_example_of_the_docstring_is_read(tmp_path: Path) -> None:
    example = re.search(r"::\n\n(.*?)\n\n(?=Facts)", reading.__doc__ or "", re.DOTALL)
    assert example is not None
    sources = written(tmp_path, example.group(1))
    assert sources.names == ("bin_rounds", "accounts", "roads", "moves", "slots")
    (tmp_path / "rounds.csv").write_text("Postcode,CollectionDay,Bin\n")
    (tmp_path / "clinic.sql").write_text("create table if not exists slots (slot, who, place);")
    for database in sources.made:
        database.make()
    warnings = sources.check()
    assert [re.sub(r".*(sources.yaml:\d+):\d+: (.*variable )?", r"\1 ", one) for one in warnings] == [
        "sources.yaml:8 ACCOUNTS_PASSWORD is not set; set it",
        "sources.yaml:12 ROADS_TOKEN is not set, so 'roads' cannot be asked; set it",
    ]


def test_each_kind_is_its_own(tmp_path: Path) -> None:
    sources = written(tmp_path, WHOLE)
    kinds = [type(one.source) for one in sources._watched.values()]
    assert kinds == [CsvSource, SqlSource, HttpSource]


CSV = "s:\n  csv: rounds.csv\n  match: {p: P}\n  take: {d: D}\n"
SQL = "s:\n  sql: sqlite:///a.db\n  query: select b from a where r = :r\n  take: {b: b}\n"
CHANGE = "s:\n  sql: sqlite:///a.db\n  change: delete from a where r = :r returning b\n  take: {b: b}\n"
HTTP = "s:\n  http: https://api.example/x?p={p}\n  take: {s: s}\n"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "1:1", "is empty"),
        ("S:\n  csv: x\n", "1:1", "'S' is no name of a source"),
        ("s:\n  cvs: x\n  take: {a: b}\n", "2:3", "did you mean"),
        ("s:\n  take: {a: b}\n", "2:3", "add 'csv: …', 'sql: …' or 'http: …'"),
        (CSV + "  sql: x\n", "5:3", "make it two sources"),
        (CSV + "  time_limit_s: 60\n", "5:17", "0.2 to 20"),
        (CSV + "  several: all\n", "5:12", "use one of: first, fail"),
        (CSV + "  macth: {a: b}\n", "5:3", "not known here"),
        (CSV.replace("{d: D}", "{}"), "4:9", "at least one fact"),
        (CSV.replace("{d: D}", "{D: D}"), "4:10", "lower-case"),
        (CSV.replace("match", "mtach"), "3:3", "did you mean 'match'?"),
        (SQL.replace("select b", "delete"), "3:10", "only reads"),
        (SQL.replace(":r\n", ":r; drop table a\n"), "3:10", "one query"),
        (SQL + "  change: delete from a where r = :r returning b\n", "3:3", "'query' is not known here"),
        (CHANGE.replace(" returning b", ""), "3:11", "end it with 'returning'"),
        (CHANGE.replace("delete from", "select b from"), "3:11", "begins with 'insert', 'update' or 'delete'"),
        (CHANGE.replace(" where r = :r", ""), "3:11", "changes every row"),
        (CHANGE.replace(":r", "{r}"), "3:11", "write ':r'"),
        (CHANGE + "  several: first\n", "5:3", "remove 'several'"),
        (CHANGE + "  made_by: a.sql\n", "5:12", "write 'sql: sqlite:///{state}/NAME.db'"),
        (SQL.replace(":r\n", "'{r}'\n"), "3:10", "write ':r'"),
        (SQL.replace(":r\n", ":R\n"), "3:10", "'R' is no name of a value"),
        (SQL.replace(":r\n", ":r -- and more\n"), "3:10", "comment"),
        (SQL.replace("sqlite:///a.db", "a.db"), "2:8", "no address of a database"),
        (SQL.replace("sqlite:///a.db", "sqlite://"), "2:8", "always empty"),
        (SQL.replace("sqlite:///a.db", "sqlite:///{state}//srv/live.db"), "2:8", "sqlite:///{state}/NAME.db"),
        (SQL.replace("sqlite:///a.db", "sqlite:///{state}/../live.db"), "2:8", "sqlite:///{state}/NAME.db"),
        (SQL.replace("sqlite:///a.db", "postgresql://u:geheim@db/a"), "2:8", "{env:NAME}"),
        (HTTP.replace("https://api.example", "ftp://api.example"), "2:9", "no address"),
        (HTTP.replace("https://api.example", "https://{host}"), "2:9", "the host must stand"),
        (HTTP.replace("https://api.example", "https://me:geheim@api.example"), "2:9", "headers: {Authorization: …}"),
        (HTTP.replace("{p}", "{P p}"), "2:9", "no blanks"),
        (HTTP.replace("{p}", "{P}"), "2:9", "a brace must hold"),
        (HTTP.replace("{p}", "{env:A-B}"), "2:9", "letters, digits and '_'"),
        (HTTP.replace("{s: s}", "{s: a..b}"), "3:13", "no path"),
        (HTTP + "  not_found: 500\n", "4:14", "200 to 499"),
        (HTTP + "  several: first\n", "4:3", "not known here"),
        (HTTP + "  headers: {Host: x}\n", "4:13", "remove it"),
        (HTTP + "  headers: {a b: x}\n", "4:13", "no name of a header"),
        (HTTP + "  method: DELETE\n", "4:11", "use one of: GET, POST"),
        (HTTP + "  method: GET\n  body: '{}'\n", "4:11", "a GET has no body"),
        (HTTP + "  body: '{\"a\": {p}}'\n", "4:9", "within quotes"),
    ],
)
def test_a_fault_is_told_with_its_place_and_its_mending(tmp_path: Path, text: str, place: str, said: str) -> None:
    with pytest.raises(FlowError) as raised:
        written(tmp_path, text)
    assert str(raised.value).startswith(f"{tmp_path}/sources.yaml:{place}: "), raised.value
    assert said in str(raised.value)
    assert "geheim" not in str(raised.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="no such file"):
        load_sources(tmp_path / "sources.yaml")


def test_a_missing_table_is_told_at_its_line_and_a_missing_column_at_its_own(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=r"sources\.yaml:2:8: .*there is no such file"):
        written(tmp_path, CSV).check()
    (tmp_path / "rounds.csv").write_text("P,DD\n")
    with pytest.raises(FlowError, match=r"sources\.yaml:4:13: 'rounds.csv' has no column 'D'; did you mean 'DD'\?"):
        written(tmp_path, CSV).check()


def test_plain_http_to_elsewhere_is_warned_about(tmp_path: Path) -> None:
    assert written(tmp_path, HTTP).check() == ()
    (warning,) = written(tmp_path, HTTP.replace("https:", "http:")).check()
    assert "in the clear" in warning
    assert written(tmp_path, HTTP.replace("https://api.example", "http://127.0.0.1:8080")).check() == ()
