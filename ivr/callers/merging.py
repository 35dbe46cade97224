"""What several sources said of a caller becomes one record: whose it is, which value counts, who contradicts it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from ivr.call import Said
from ivr.callers.comparing import as_day, comparable
from ivr.callers_file import CallersFile, Source, Use

Key = tuple[str, ...]
"""Values of the key's fields as they are compared: whose record it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What `source` said: `values` by the names of fields, none empty."""

    source: Source
    values: Mapping[str, str] = field(repr=False)
    as_of: date | None = None

    def old(self, today: date) -> bool:
        """Whether it is older than the agency wants to rely on; who does not know how old it is, cannot rely on it."""
        most = self.source.max_age_days
        return most is not None and (self.as_of is None or today - self.as_of > timedelta(days=most))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One record, `found` whose it is."""

    key: Key
    values: Mapping[str, str] = field(repr=False)
    """Field → the value that counts."""
    said: tuple[Said, ...] = field(repr=False)
    """Which source said what, in the order of the file's fields; secrets are left out."""


def reply_of(file: CallersFile, source: Source, facts: Mapping[str, str], asked: Mapping[str, str]) -> Reply:
    """What the `facts` mean that `source` gave when it was asked by the values `asked`."""
    values = {name: facts.get(fact, "") for name, fact in source.take.items()}
    for name in file.key:  # who was asked by the key speaks of its owner
        values[name] = values.get(name) or asked.get(name, "")
    as_of = as_day(facts.get(source.as_of, "")) if source.as_of else None
    return Reply(source=source, values={name: value for name, value in values.items() if value.strip()}, as_of=as_of)


def merged(file: CallersFile, replies: Iterable[Reply], today: date, *, owner: Key | None = None) -> Person | None:
    """The record of the `owner`, else of whoever the best source speaks of; None if no source speaks of them.

    Of two sources the one with the fresher record counts if the other one's is too old, else the one with the higher
    priority, else the fresher, else the first in the file.
    """
    ranked = sorted(replies, key=lambda reply: _rank(reply, today))
    whose = {reply.source.name: _key(file, reply) for reply in ranked}
    known = [key for key in whose.values() if key is not None]
    if owner is None:
        owner = known[0] if known else None
    if owner is None or owner not in known:
        return None
    own = [reply for reply in ranked if whose[reply.source.name] == owner]
    values: dict[str, str] = {}
    for reply in own:
        for name, value in reply.values.items():
            values.setdefault(name, value)
    said = tuple(_said(file, ranked, own, values, today))
    return Person(key=owner, values=MappingProxyType(values), said=said)


def _rank(reply: Reply, today: date) -> tuple[bool, int, int, int]:
    fresh = reply.as_of.toordinal() if reply.as_of is not None else 0
    return reply.old(today), -reply.source.priority, -fresh, reply.source.place


def _key(file: CallersFile, reply: Reply) -> Key | None:
    """Whose record it is; None if that cannot be told."""
    key = tuple(comparable(reply.values.get(name, ""), file.fields[name].kind, file.country) for name in file.key)
    return key if all(key) else None


def _said(
    file: CallersFile, ranked: Sequence[Reply], own: Sequence[Reply], values: Mapping[str, str], today: date
) -> Iterable[Said]:
    for name, about in file.fields.items():
        if about.use is Use.SECRET:
            continue
        counted = False
        right = comparable(values.get(name, ""), about.kind, file.country)
        for reply in ranked:
            value = reply.values.get(name)
            if value is None:
                continue
            mine = reply in own
            counts = mine and not counted
            counted |= counts
            yield Said(
                name=name,
                value=value,
                source=reply.source.name,
                as_of=reply.as_of.isoformat() if reply.as_of else "",
                old=reply.old(today),
                counts=counts,
                differs=comparable(value, about.kind, file.country) != right,
                stranger=not mine,
            )
