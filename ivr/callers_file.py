"""Reads a file of callers: which sources know who calls, what is taken of them, and from which identity on it is used.

The file, by example::

    country: GB                     # whose numbers are written without a country; this if it is not said
    wait_s: 1                       # longest that a step waits for the record; 1
    key: reference                  # field (or list) that says whose record it is
    lock: {failures: 3, within_hours: 24, minutes: 30, most_an_hour: 30}      # the last: of all callers together
    fields:
      reference: {level: knowledge, kind: reference}        # kind: text, reference, date or phone
      balance: knowledge            # short for {level: knowledge}
      pin: secret
    sources:
      residents:                    # what agents read
        match:                      # ways of asking: the first whose values are known
          - {look_up: residents_by_phone, with: {phone: "{number}"}}        # or {national_number}, or a field
          - {look_up: residents_by_reference, with: {reference: "{reference}"}}
        take: {reference: reference, pin: pin}      # field → fact of the source
        as_of: updated              # fact that says from which day the record is
        max_age_days: 730           # an older one counts after all others
        priority: 10                # the higher one counts; of equals the fresher; 0
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from ivr.call import Level
from ivr.phone_numbers import NATIONAL_NUMBER, NUMBER, REGIONS
from ivr.yaml_file import Fields, Value, did_you_mean, parse, read_text

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_SHORTEST_WAIT_S, _USUAL_WAIT_S, _LONGEST_WAIT_S = 0.1, 1.0, 5.0
_MOST_PRIORITY = 1000
_MOST_DAYS = 36_500
_MOST_AN_HOUR = 200
"""Of a day's failures the lock keeps all then (`ivr.callers.lock.MOST_KEPT`)."""


class Use(Enum):
    """What a field is there for, besides the agent."""

    NUMBER = "number"
    """Decided by as soon as the number is known; never spoken."""
    KNOWLEDGE = "knowledge"
    PIN = "pin"
    AGENT = "agent"
    """Compared with what a caller tells, and shown to the agent."""
    SECRET = "secret"  # noqa: S105 - a word of the file
    """Compared with what a caller keys; nobody reads it."""

    @property
    def level(self) -> Level | None:
        """From which identity on a plan may use it; None: never."""
        return {"number": Level.NUMBER, "knowledge": Level.KNOWLEDGE, "pin": Level.PIN}.get(self.value)

    @property
    def spoken(self) -> bool:
        """Whether it may ever be said to the caller: a number can be forged."""
        return self in (Use.KNOWLEDGE, Use.PIN)


class Kind(Enum):
    """How a field is compared and said."""

    TEXT = "text"
    REFERENCE = "reference"
    DATE = "date"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a record."""

    name: str
    use: Use
    kind: Kind = Kind.TEXT

    @property
    def spelled(self) -> bool:
        """Whether it is said sign by sign."""
        return self.kind in (Kind.REFERENCE, Kind.PHONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of asking a source: `look_up` of the plan's sources, with `given` (named value → text with values)."""

    look_up: str
    given: Mapping[str, str]
    at: Value

    @property
    def needs(self) -> frozenset[str]:
        """Fields and numbers that must be known."""
        return frozenset(name for text in self.given.values() for name in _PLACE.findall(text))

    def filled(self, known: Mapping[str, str]) -> Mapping[str, str] | None:
        """What is asked; None if something of it is not known."""
        if not all(known.get(name) for name in self.needs):
            return None
        return {name: _PLACE.sub(lambda found: known[found.group(1)], text) for name, text in self.given.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who knows callers."""

    name: str
    ways: tuple[Way, ...]
    take: Mapping[str, str]
    """Field → fact of the source."""
    as_of: str = ""
    """The fact that says from which day a record is."""
    max_age_days: int | None = None
    priority: int = 0
    place: int = 0
    """In the file."""

    @property
    def facts(self) -> frozenset[str]:
        """Everything that it has to give."""
        return frozenset((*self.take.values(), *((self.as_of,) if self.as_of else ())))


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRule:
    """When the check of who calls is locked: so many failures within so long lock it for so long."""

    failures: int = 3
    within_s: float = 24 * 3600.0
    locked_s: float = 30 * 60.0
    most_an_hour: int = 30
    """Failures of all callers together; beyond it the check is locked for everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallersFile:
    """What a file of callers says."""

    file: Path
    fields: Mapping[str, Field]
    sources: tuple[Source, ...]
    key: tuple[str, ...] = ()
    """Fields that say whose record it is; none only where there is a single source."""
    country: str = "GB"
    wait_s: float = _USUAL_WAIT_S
    lock: LockRule = LockRule()


def read_callers(path: Path) -> CallersFile:
    """What the file `path` says. Raises FlowError with file:line:column."""
    top = parse(read_text(path), file=str(path), name="this file of callers")
    country, wait, lock, key = top.get("country"), top.get("wait_s"), top.get("lock"), top.get("key")
    fields = _fields(top.take("fields"))
    listed = top.take("sources").fields()
    sources = tuple(_source(listed, name, at, fields) for at, name in enumerate(listed.keys))
    if not sources:
        raise listed.whole.wrong("'sources' is empty; add at least one that knows callers")
    keys = tuple(_field(one, fields) for one in key.items()) if key else ()
    if len(sources) > 1 and not keys:
        raise top.whole.wrong(
            "'key' is missing: with several sources, something must say whose record it is; add 'key: …' with a field"
        )
    for source in sources:
        _check_key(source, keys, listed)
    top.done()
    return CallersFile(
        file=path,
        fields=MappingProxyType(fields),
        sources=sources,
        key=keys,
        country=country.one_of(sorted(REGIONS)) if country else "GB",
        wait_s=wait.number(_SHORTEST_WAIT_S, _LONGEST_WAIT_S) if wait else _USUAL_WAIT_S,
        lock=_lock(lock.fields()) if lock else LockRule(),
    )


def _fields(value: Value) -> dict[str, Field]:
    given = value.fields()
    if not given.keys:
        raise value.wrong("'fields' is empty; name what a record holds, as in 'name: knowledge'")
    found = {}
    for name, key in given.keys.items():
        if not _NAME.fullmatch(name):
            raise key.wrong(f"'{name}' is no name of a field; write lower-case letters, digits and '_' (at most 40)")
        if name in (NUMBER, NATIONAL_NUMBER):
            raise key.wrong(f"'{name}' is what the network shows; give the field another name")
        found[name] = _one_field(name, given.take(name))
    return found


def _one_field(name: str, value: Value) -> Field:
    uses = [use.value for use in Use]
    if not value.is_mapping:
        return Field(name=name, use=Use(value.one_of(uses)))
    lines = value.fields()
    use, kind = lines.take("level"), lines.get("kind")
    field = Field(
        name=name,
        use=Use(use.one_of(uses)),
        kind=Kind(kind.one_of(one.value for one in Kind)) if kind else Kind.TEXT,
    )
    lines.done()
    return field


def _source(listed: Fields, name: str, place: int, fields: Mapping[str, Field]) -> Source:
    if not _NAME.fullmatch(name):
        message = f"'{name}' is no name of a source; write lower-case letters, digits and '_' (at most 40)"
        raise listed.keys[name].wrong(message)
    lines = listed.take(name).fields()
    take, as_of, age, priority = (
        lines.take("take"),
        lines.get("as_of"),
        lines.get("max_age_days"),
        lines.get("priority"),
    )
    ways = tuple(_way(one, fields) for one in lines.take("match").items())
    if age and not as_of:
        raise age.wrong("'max_age_days' needs 'as_of': the fact that says from which day a record is")
    source = Source(
        name=name,
        ways=ways,
        take=MappingProxyType(_taken(take, fields)),
        as_of=as_of.text() if as_of else "",
        max_age_days=age.whole(1, _MOST_DAYS) if age else None,
        priority=priority.whole(0, _MOST_PRIORITY) if priority else 0,
        place=place,
    )
    lines.done()
    return source


def _way(value: Value, fields: Mapping[str, Field]) -> Way:
    lines = value.fields()
    look_up, given = lines.take("look_up"), lines.take("with").fields()
    texts = {name: given.take(name) for name in given.keys}
    lines.done()
    for text in texts.values():
        for name in _PLACE.findall(text.text()):
            _field_of(name, text, (NUMBER, NATIONAL_NUMBER, *fields))
        if "{" in _PLACE.sub("", text.text()):
            raise text.wrong("a brace must hold 'number', 'national_number' or a field, as in '{reference}'")
    way = Way(look_up=look_up.text(), given={name: text.text() for name, text in texts.items()}, at=look_up)
    if not way.needs:
        raise value.wrong("it asks the same for every caller; write '{number}' or a field below 'with'")
    return way


def _taken(value: Value, fields: Mapping[str, Field]) -> dict[str, str]:
    given = value.fields()
    if not given.keys:
        raise value.wrong("'take' is empty; name at least one field and the source's fact for it")
    for name, key in given.keys.items():
        _field_of(name, key, fields)
    return {name: given.take(name).text() for name in given.keys}


def _check_key(source: Source, keys: tuple[str, ...], listed: Fields) -> None:
    """Each answer of `source` tells whose it is."""
    for field in keys:
        if field not in source.take and not all(field in way.needs for way in source.ways):
            raise listed.keys[source.name].wrong(
                f"source '{source.name}' neither gives '{field}', which is the key, nor is it asked by it, so nobody "
                "can tell whose record it has; add it below 'take'"
            )


def _lock(lines: Fields) -> LockRule:
    failures, within, minutes, overall = map(lines.get, ("failures", "within_hours", "minutes", "most_an_hour"))
    usual = LockRule()
    rule = LockRule(
        failures=failures.whole(1, 10) if failures else usual.failures,
        within_s=within.number(1, 720) * 3600 if within else usual.within_s,
        locked_s=minutes.number(1, 1440) * 60 if minutes else usual.locked_s,
        most_an_hour=overall.whole(10, _MOST_AN_HOUR) if overall else usual.most_an_hour,
    )
    lines.done()
    return rule


def _field(value: Value, fields: Mapping[str, Field]) -> str:
    _field_of(value.text(), value, fields)
    return value.text()


def _field_of(name: str, at: Value, known: Collection[str]) -> None:
    """Raise FlowError if `name`, which stands `at` a place, is not `known`."""
    if name not in known:
        near = did_you_mean(name, known)
        mending = f"did you mean '{near}'?" if near else f"add it below 'fields', or use one of: {', '.join(known)}"
        raise at.wrong(f"there is no field '{name}'; {mending}")
