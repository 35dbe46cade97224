"""The lines at the top of a plan and of a sub-flow, besides the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from unicodedata import normalize
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from ivr.call import NO_QUEUE, QUEUE_NAME
from ivr.callers_file import CallersFile, read_callers
from ivr.dialogue.calendar import HOURS_SCHEMA, NOTICES_SCHEMA
from ivr.dialogue.distress import DISTRESS_LINES, Distress
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shape import Scope, Shape
from ivr.dialogue.language.shapes import FILE, FOLDER, NAME, STEP, TEXT
from ivr.dialogue.language.tags import TAG
from ivr.dialogue.words.sounds_like import SoundsLike
from ivr.dialogue.written import Written
from ivr.yaml_file import Fields, Value, did_you_mean

USUAL_TIME_ZONE = "Europe/London"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*'?")
"""In the letters of any language; whether its model knows the word is checked against the model."""
_RULE = re.compile(r"[a-z][a-z0-9-]{0,59}")


def _named_texts(value: Value) -> list[tuple[str, Value, Value]]:
    """Each name of `value` with its place and its value."""
    listed = value.fields()
    return [(name, key, listed.take(name)) for name, key in listed.keys.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Respelled:
    """What `sounds_like` says: the pairs, and each sound with its place."""

    sounds: SoundsLike
    places: tuple[Written, ...]


def _sounds_like(value: Value, scope: Scope) -> Respelled:
    pairs: dict[str, str] = {}
    places: list[Written] = []
    for listed, key, sound in _named_texts(value):
        word = normalize("NFC", listed)
        if not _is_word(word):
            raise key.wrong(f"'{word}' is no word of a phrase; write one word in lower-case letters")
        known = normalize("NFC", sound.text())
        if not all(_is_word(part) for part in known.split()):
            raise sound.wrong(f"'{known}' is nothing that a caller says; write words in lower-case letters")
        twin = next((other for other, same in pairs.items() if same == known), None)
        if twin is not None:
            raise sound.wrong(f"'{twin}' sounds like '{known}', too, so nobody could tell them apart; use other words")
        pairs[word] = known
        places.append(Written(text=word, line=sound.line, column=sound.column))
    return Respelled(sounds=SoundsLike(tuple(pairs.items())), places=tuple(places))


def _is_word(text: str) -> bool:
    return text == text.lower() and _WORD.fullmatch(text) is not None


def _queues(value: Value, scope: Scope) -> Mapping[str, str]:
    queues: dict[str, str] = {}
    for name, key, label in _named_texts(value):
        if not QUEUE_NAME.fullmatch(name):
            raise key.wrong(f"'{name}' is no name of a queue; write lower-case letters, digits and '_' (at most 64)")
        if name == NO_QUEUE:
            raise key.wrong(f"Asterisk keeps '{name}' for what all queues have in common; give the queue another name")
        queues[name] = label.text()
    return MappingProxyType(queues)


def _waivers(value: Value, scope: Scope) -> Mapping[str, str]:
    waivers: dict[str, str] = {}
    for name, key, reason in _named_texts(value):
        if not _RULE.fullmatch(name):
            raise key.wrong(f"'{name}' is no rule; write it as 'ivr check' does, such as 'most-options'")
        waivers[name] = reason.text()
    return MappingProxyType(waivers)


def _time_zone(value: Value, scope: Scope) -> str:
    name = value.text()
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(name, available_timezones())
        mending = f"did you mean '{near}'?" if near else "write it like 'Europe/London'"
        raise value.wrong(f"there is no time zone '{name}'; {mending}") from None
    return name


_TEXTS = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
LANGUAGE: Shape[Written] = Shape(
    read=lambda value, scope: Written(text=TAG.read(value, scope), line=value.line, column=value.column),
    schema=TAG.schema,
    about=TAG.about,
)
SOUNDS_LIKE: Shape[Respelled] = Shape(read=_sounds_like, schema=_TEXTS, about="`word: words that it sounds like`")
QUEUES: Shape[Mapping[str, str]] = Shape(
    read=_queues,
    schema={
        **_TEXTS,
        "propertyNames": {"pattern": f"^{QUEUE_NAME.pattern}$", "not": {"const": NO_QUEUE}},
        "minProperties": 1,
    },
    about="`name in Asterisk: what callers hear it called`",
)
WAIVERS: Shape[Mapping[str, str]] = Shape(
    read=_waivers,
    schema={**_TEXTS, "propertyNames": {"pattern": f"^{_RULE.pattern}$"}},
    about="`rule: reason`",
)
TIME_ZONE: Shape[str] = Shape(read=_time_zone, schema={"type": "string"}, about="a name like `Europe/London`")
STEPS: Shape[Fields] = Shape(
    read=lambda value, scope: value.fields(),
    schema={"type": "object", "additionalProperties": {"$ref": "#/$defs/step"}, "minProperties": 1},
    about="`name: lines`; the first line of a step is its verb",
)
FLOWS: Shape[Fields] = Shape(
    read=lambda value, scope: value.fields(),
    schema={"type": "object", "additionalProperties": {"$ref": "#/$defs/flow"}},
    about="`name: lines`, those of a sub-flow",
)

WAIVE = "Rules of `ivr check` that do not hold here, each with the reason."


def _later(value: Value, scope: Scope) -> Value:
    """It is read when the time zone is known."""
    return value


HOURS: Shape[Value] = Shape(
    read=_later,
    schema=HOURS_SCHEMA,
    about="`name: lines`: `days: times` (`monday-friday: 08:30-17:00`, also `closed` or `always`); `holidays`, the "
    "region (`GB-ENG`) on whose bank holidays it is closed, or open as `bank_holidays` says; `except`, with "
    "`date: times` or `date..date: times`",
)
NOTICES: Shape[Value] = Shape(
    read=_later,
    schema=NOTICES_SCHEMA,
    about="`name: lines`: `say`, the prompts; `from` and `until`, a date or a date and a time; `topic`, or all hear it",
)


def _callers(value: Value, scope: Scope) -> CallersFile:
    return read_callers(FILE.read(value, scope))


CALLERS: Shape[CallersFile] = Shape(read=_callers, schema=FILE.schema, about=FILE.about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a plan says of itself before its steps."""

    helpline: str = line(TEXT, "What people call it.")
    start: Written = line(STEP, "The first step.")
    main_menu: Written = line(STEP, "Where “main menu” leads, from everywhere.")
    person_queue: str = line(TEXT, "Where a caller goes who wants a person; a setting, so a step may say otherwise.")
    queues: Mapping[str, str] = line(QUEUES, "The queues that callers may be put into.")
    knowledge: Path | None = line(FOLDER, "The folder of articles.", default=None)
    figures: Path | None = line(FILE, "The file of figures: fees, dates, names that change.", default=None)
    sources: Path | None = line(FILE, "The file of sources for look-ups.", default=None)
    callers: CallersFile | None = line(
        CALLERS, "The file that says which sources know callers; it needs `sources`.", default=None
    )
    outbox: Path | None = line(FILE, "The file of gateways by which texts and e-mails are sent.", default=None)
    language: Written | None = line(LANGUAGE, "Of callers and prompts; else `en-GB`.", default=None)
    model: Written | None = line(
        NAME, "The speech model that hears callers; else as the service's settings say.", default=None
    )
    sounds_like: Respelled | None = line(
        SOUNDS_LIKE, "Words that the model does not know, and known ones that sound like them.", default=None
    )
    distress: Distress | None = line(
        DISTRESS_LINES, "Words of distress: whoever says them goes to a person at once.", default=None
    )
    time_zone: str = line(TIME_ZONE, "Of everything that depends on the time.", default=USUAL_TIME_ZONE)
    hours: Value | None = line(HOURS, "When it is open.", default=None)
    notices: Value | None = line(NOTICES, "What is announced, from one time to another.", default=None)
    waive: Mapping[str, str] | None = line(WAIVERS, WAIVE, default=None)
    flows: Fields | None = line(FLOWS, "Sub-flows: steps that several places share.", default=None)
    steps: Fields = line(STEPS, "What the helpline does.")

    def check(self, given: Fields) -> None:
        """Callers are known by sources."""
        callers = given.get("callers")
        if callers and self.sources is None:
            raise callers.wrong("'callers' needs sources to ask; add 'sources: …' with their file")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowHead:
    """What a sub-flow says of itself before its steps."""

    start: Written = line(STEP, "Its first step.")
    steps: Fields = line(STEPS, "What it does; `goto` and the like mean its own steps first, then the helpline's.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepHead:
    """What every step may say beside its verb."""

    waive: Mapping[str, str] | None = line(WAIVERS, WAIVE, default=None)
