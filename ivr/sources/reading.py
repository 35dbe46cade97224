"""Reads a file of sources: strict YAML in, `Sources` out, or one FlowError with file:line:column.

The file, by example::

    bin_rounds:
      csv: rounds.csv                 # beside this file; UTF-8, the first line names the columns
      match: {postcode: Postcode}     # named value → column; case and blanks make no difference
      take: {day: CollectionDay, colour: Bin}     # fact → column
      time_limit_s: 2                 # 3 if it is not said
      several: first                  # rows that differ: the first counts; without this they count as a failure
    accounts:
      sql: postgresql://helpline:{env:ACCOUNTS_PASSWORD}@db.example/accounts      # or sqlite:///accounts.db
      query: select balance, due from accounts where reference = :reference
      take: {balance: balance, due: due}          # fact → column of the query
    roads:
      http: https://api.example/roads?postcode={postcode}     # what is filled in is encoded
      headers: {Authorization: "Bearer {env:ROADS_TOKEN}"}
      take: {state: result.0.state, until: (result.0.until)}  # path in the JSON; in brackets: may be missing
      not_found: 404                  # statuses that mean "there is no such thing", one or a list
    moves:
      http: https://api.example/moves
      method: POST                    # as always where there is a body
      body: '{"account": "{account}", "year": 2026}'          # JSON; values stand within its quotes
      take: {moved: moved}
    slots:
      sql: sqlite:///{state}/clinic.db            # a file in the folder where the service keeps what it writes
      made_by: clinic.sql                         # the script that makes it, run at every start
      change: update slots set who = :who where slot = :slot and who is null returning place
      take: {place: place}                        # one row is changed or none: nothing found

Facts: a null or empty cell is an empty text. Days come as 2026-05-03, times as 14:30, truth as yes and no.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ivr.sources.csv_source import CsvSource
from ivr.sources.http_source import HttpSource
from ivr.sources.json_path import PATH
from ivr.sources.made_database import MadeDatabase
from ivr.sources.source import Named, Place, Setup, Source
from ivr.sources.sources import Sources
from ivr.web.reading import read_request
from ivr.web.template import VALUE_NAME, Environment
from ivr.yaml_file import Fields, Value, did_you_mean, parse, read_text

SHORTEST_S, USUAL_S, LONGEST_S = 0.2, 3.0, 20.0
"""Time limits; callers take a silence of more than some seconds for a dead line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surroundings:
    """Where names of files begin, and where secrets come from."""

    data: Path
    state: Path
    environment: Environment
    made: list[MadeDatabase]
    """What the sources that are read have made."""


def load_sources(
    path: Path,
    data: Path | None = None,
    *,
    state: Path = Path("build/state"),
    environment: Mapping[str, str] | None = None,
) -> Sources:
    """The sources in the file `path`, with secrets out of `environment` (that of the process). Raises FlowError.

    Relative names of files begin in the folder `data`, else beside `path`; ``{state}/…`` in `state`. Nothing is asked
    or opened yet: see `Sources.check`.
    """
    fields = parse(read_text(path), file=str(path), name="this file of sources")
    variables = Environment(variables=os.environ if environment is None else environment)
    around = _Surroundings(data=data or path.parent, state=state, environment=variables, made=[])
    found: list[Source] = []
    for name, key in fields.keys.items():
        _named(key, name, "source")
        found.append(_source(name, fields.take(name), around))
    return Sources(found, around.made)


def _source(name: str, value: Value, around: _Surroundings) -> Source:
    fields = value.fields()
    kinds = [kind for kind in _KINDS if kind in fields.keys]
    if len(kinds) > 1:
        second = fields.keys[kinds[1]]
        raise second.wrong(f"source '{name}' has both '{kinds[0]}' and '{kinds[1]}'; make it two sources")
    if not kinds:
        for word, key in fields.keys.items():
            if near := did_you_mean(word, _KINDS):
                raise key.wrong(f"'{word}' is not known here; did you mean '{near}'?")
        raise value.wrong(f"source '{name}' does not say where it is; add 'csv: …', 'sql: …' or 'http: …'")
    source = _KINDS[kinds[0]](name, fields, around)
    fields.done()
    return source


def _csv(name: str, fields: Fields, around: _Surroundings) -> Source:
    file = fields.take("csv")
    match = _columns(fields.take("match"), "value")
    return CsvSource(_setup(name, fields), path=around.data / file.text(), at=_place(file), match=match)


def _sql(name: str, fields: Fields, around: _Surroundings) -> Source:
    # SQLAlchemy takes a quarter of a second to import, which a helpline without a database need not spend
    from ivr.sources.sql_change import SqlChange, change_fault
    from ivr.sources.sql_database import SqlDatabase
    from ivr.sources.sql_source import SqlSource, query_fault

    url, made_by, change = fields.take("sql"), fields.get("made_by"), fields.get("change")
    several = fields.keys.get("several")
    if change is not None and several is not None:
        raise several.wrong("a change is of one row; remove 'several'")
    statement = fields.take("query") if change is None else change
    text = statement.text()
    if fault := query_fault(text) if change is None else change_fault(text):
        raise statement.wrong(fault)
    setup = _setup(name, fields, several=change is None)
    database = SqlDatabase(
        url.text(),
        at=_place(url),
        environment=around.environment,
        folder=around.data,
        state=around.state,
        limit_s=setup.time_limit_s,
        writes=change is not None,
    )
    if made_by is not None:
        if database.file is None or not database.in_state:
            raise made_by.wrong("only a database of the service's own is made; write 'sql: sqlite:///{state}/NAME.db'")
        script = around.data / made_by.text()
        around.made.append(MadeDatabase(file=database.file, script=script, at=_place(made_by)))
    kind = SqlSource if change is None else SqlChange
    source = kind(setup, database=database, at=_place(url), statement=text, statement_at=_place(statement))
    for value in sorted(source.asks):
        _named(statement, value, "value")
    return source


def _http(name: str, fields: Fields, around: _Surroundings) -> Source:
    url, not_found = fields.take("http"), fields.get("not_found")
    request = read_request(url, fields)
    absent = frozenset(status.whole(200, 499) for status in not_found.items()) if not_found else frozenset[int]()
    setup = _setup(name, fields, several=False)
    for path in setup.take.values():
        if not PATH.fullmatch(path.text):
            raise path.at.wrong(f"'{path.text}' is no path; write keys and numbers with dots, like 'result.0.state'")
    return HttpSource(setup, request=request, not_found=absent, at=_place(url), environment=around.environment)


_KINDS: Mapping[str, Callable[[str, Fields, _Surroundings], Source]] = {"csv": _csv, "sql": _sql, "http": _http}


def _setup(name: str, fields: Fields, *, several: bool = True) -> Setup:
    limit = fields.get("time_limit_s")
    more = fields.get("several") if several else None
    return Setup(
        name=name,
        at=_place(fields.whole),
        time_limit_s=limit.number(SHORTEST_S, LONGEST_S) if limit else USUAL_S,
        take=_columns(fields.take("take"), "fact"),
        first_of_several=more.one_of(("first", "fail")) == "first" if more else False,
    )


def _columns(value: Value, kind: str) -> Mapping[str, Named]:
    """Value or fact → column or path."""
    fields = value.fields()
    if not fields.keys:
        raise value.wrong(f"'{value.name}' is empty; name at least one {kind}")
    found = {}
    for name, key in fields.keys.items():
        _named(key, name, kind)
        column = fields.take(name)
        found[name] = Named(text=column.text(), at=_place(column))
    return MappingProxyType(found)


def _named(at: Value, name: str, kind: str) -> None:
    if not VALUE_NAME.fullmatch(name):
        raise at.wrong(f"'{name}' is no name of a {kind}; write lower-case letters, digits and '_'")


def _place(value: Value) -> Place:
    return Place(file=value.file, line=value.line, column=value.column)
