"""How opening hours and notices are written in a plan, read strictly: every fault has its place and its mending."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ivr.dialogue.calendar.bank_holidays import BankHolidays, regions, regions_of
from ivr.dialogue.calendar.hours import WEEKDAYS, Hours, Override
from ivr.dialogue.calendar.notices import EVERYBODY, Notice
from ivr.dialogue.calendar.opening import CLOSED, DAY_MIN, WHOLE_DAY, Opening, Openings, instant
from ivr.dialogue.language.shape import Schema, Scope
from ivr.dialogue.language.shapes import PROMPTS, listed, own_name, written
from ivr.yaml_dates import date_in
from ivr.yaml_file import Fields, Value, did_you_mean

_SPAN = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)", re.ASCII)
_INSTANT = re.compile(r"([^\sT]+)(?:[ T](\d{1,2}):(\d\d))?", re.ASCII)
_NAME = own_name("a name")
_OTHER_LINES = ("bank_holidays", "holidays", "except")
_WORDS: Mapping[str, Openings] = {"closed": CLOSED, "always": WHOLE_DAY}
_TIMES_ARE = "write them like 08:30-17:00, several with commas, or 'closed' or 'always'"


_DAY = f"(?:{'|'.join(WEEKDAYS)})"
_DAYS_PATTERN = rf"^{_DAY}(?:\s*-\s*{_DAY})?(?:\s*,\s*{_DAY}(?:\s*-\s*{_DAY})?)*$"
_CLOCK, _DATE_PATTERN = r"\d{1,2}:\d\d", r"\d{4}-\d\d-\d\d"
_SPAN_PATTERN = rf"{_CLOCK}\s*[-–]\s*{_CLOCK}"
_TIMES: Schema = listed(
    {"type": "string", "pattern": rf"^(?:{'|'.join(_WORDS)}|{_SPAN_PATTERN}(?:\s*,\s*{_SPAN_PATTERN})*)$"}
)
_FROM_UNTIL: Schema = {"type": "string", "pattern": rf"^{_DATE_PATTERN}(?:[ T]{_CLOCK})?$"}
HOURS_SCHEMA: Schema = {
    "type": "object",
    "propertyNames": {"pattern": _NAME.schema["pattern"]},
    "additionalProperties": {
        "type": "object",
        "properties": {
            "bank_holidays": {**_TIMES, "description": "Opening times on bank holidays; else closed."},
            "holidays": {"type": "string", "description": "Whose bank holidays, such as GB-ENG."},
            "except": {
                "type": "object",
                "description": "What holds on a date, or from one to another, instead of all other lines.",
                "patternProperties": {rf"^{_DATE_PATTERN}(?:\s*\.\.\s*{_DATE_PATTERN})?$": _TIMES},
                "additionalProperties": False,
            },
        },
        "patternProperties": {_DAYS_PATTERN: _TIMES},
        "additionalProperties": False,
    },
}
"""What JSON Schema says of the lines below ``hours:``."""
NOTICES_SCHEMA: Schema = {
    "type": "object",
    "propertyNames": {"pattern": _NAME.schema["pattern"]},
    "additionalProperties": {
        "type": "object",
        "properties": {
            "topic": {"type": "string", "description": "Whom it is for; without it, everybody."},
            "from": {**_FROM_UNTIL, "description": "A date, or a date and a time, from which on it is said."},
            "until": {**_FROM_UNTIL, "description": "The last date on which it is said, or the time at which it ends."},
            "say": {**PROMPTS.schema, "description": "What is said."},
        },
        "required": ["say"],
        "additionalProperties": False,
    },
}
"""What JSON Schema says of the lines below ``notices:``."""


def read_hours(value: Value, scope: Scope, zone: ZoneInfo) -> Mapping[str, Hours]:
    """The lines below ``hours:``, name → opening hours by the clocks of `zone`. Raises FlowError."""
    return MappingProxyType({name: _hours(name, key, lines, zone) for name, key, lines in _named(value, scope)})


def read_notices(value: Value, scope: Scope, zone: ZoneInfo) -> tuple[Notice, ...]:
    """The lines below ``notices:`` in their order; dates and times are those of `zone`. Raises FlowError."""
    return tuple(_notice(name, key, lines, scope, zone) for name, key, lines in _named(value, scope))


def _named(value: Value, scope: Scope) -> Iterator[tuple[str, Value, Fields]]:
    given = value.fields()
    for name, key in given.keys.items():
        yield _NAME.read(key, scope), key, given.take(name).fields()


# -- opening hours -----------------------------------------------------------------------------------


def _hours(name: str, key: Value, given: Fields, zone: ZoneInfo) -> Hours:
    region, on_holidays, dates = (given.get(line) for line in ("holidays", "bank_holidays", "except"))
    if on_holidays is not None and region is None:
        raise given.keys["bank_holidays"].wrong(
            "whose bank holidays? Add 'holidays: …' with a region, such as 'holidays: GB-ENG'"
        )
    return Hours(
        name=name,
        zone=zone,
        week=_week(given),
        holidays=BankHolidays(_region(region)) if region is not None else None,
        holidays_at=written(region) if region is not None else None,
        on_holidays=_openings(on_holidays) if on_holidays is not None else CLOSED,
        overrides=_overrides(dates.fields()) if dates is not None else (),
        place=written(key),
    )


def _week(given: Fields) -> tuple[Openings, ...]:
    week: list[Openings] = [CLOSED] * len(WEEKDAYS)
    said: dict[int, Value] = {}
    for word, key in given.keys.items():
        if word in _OTHER_LINES:
            continue
        openings = _openings(given.take(word))
        for day in _days(key):
            if day in said:
                raise key.wrong(
                    f"'{WEEKDAYS[day]}' stands already in line {said[day].line} ('{said[day].text()}'); "
                    "leave each day in one line"
                )
            said[day] = key
            week[day] = openings
    return tuple(week)


def _days(key: Value) -> Iterator[int]:
    """The days that a line is for: "monday", "monday-friday", "monday, wednesday"; a range may run over Sunday."""
    for part in key.text().split(","):
        names = [name.strip() for name in part.split("-")]
        for name in names:
            if name not in WEEKDAYS:
                short = next((day for day in WEEKDAYS if len(name) > 1 and day.startswith(name.lower())), None)
                near = short or did_you_mean(name.lower(), (*WEEKDAYS, *_OTHER_LINES))
                others = f"write days like 'monday-friday', or one of: {', '.join(_OTHER_LINES)}"
                mending = f"did you mean '{near}'?" if near else others
                raise key.wrong(f"'{name}' is no day of the week; {mending}")
        if len(names) > 2:
            raise key.wrong(f"'{part.strip()}' is no range of days; write it like 'monday-friday'")
        first, last = WEEKDAYS.index(names[0]), WEEKDAYS.index(names[-1])
        yield from ((first + ahead) % len(WEEKDAYS) for ahead in range((last - first) % len(WEEKDAYS) + 1))


def _openings(value: Value) -> Openings:
    spans: list[tuple[Opening, str]] = []
    for item in value.items():
        text = item.text()
        if text in _WORDS:
            if len(value.items()) > 1:
                raise item.wrong(f"'{text}' stands alone, not beside times; remove one of them")
            return _WORDS[text]
        spans += ((_opening(part.strip(), item), part.strip()) for part in text.split(","))
    spans.sort()
    for (one, first), (other, second) in pairwise(spans):
        if other.start_min < one.end_min:
            raise value.wrong(f"'{first}' and '{second}' overlap; write them as one")
    return tuple(opening for opening, _ in spans)


def _opening(text: str, value: Value) -> Opening:
    found = _SPAN.fullmatch(text)
    if not found:
        raise value.wrong(f"'{text}' is no opening time; {_TIMES_ARE}")
    hour, minute, to_hour, to_minute = map(int, found.groups())
    start, end = hour * 60 + minute, to_hour * 60 + to_minute
    if minute > 59 or to_minute > 59 or start >= DAY_MIN or end > DAY_MIN:
        raise value.wrong(f"'{text}' holds a time that no clock shows; times go from 00:00 to 24:00")
    if start == end:
        raise value.wrong(f"'{text}' begins when it ends; write 'always' for the whole day, or 'closed'")
    return Opening(start, end if end > start else end + DAY_MIN)


def _region(value: Value) -> str:
    region = value.text()
    if region in regions():
        return region
    meant = region.upper().replace("_", "-")
    of_country = regions_of(meant.partition("-")[0])
    near = meant if meant in regions() else None if of_country else did_you_mean(meant, regions())
    if near:
        mending = f"did you mean '{near}'?"
    elif of_country:
        mending = f"use one of: {', '.join(of_country)}"
    else:
        mending = "write a country or its region, such as GB-ENG, GB-SCT, GB-WLS or GB-NIR"
    raise value.wrong(f"there are no bank holidays of '{region}'; {mending}")


def _overrides(given: Fields) -> tuple[Override, ...]:
    return tuple(_override(key, given.take(text)) for text, key in given.keys.items())


def _override(key: Value, value: Value) -> Override:
    days = [date_in(part.strip(), key) for part in key.text().split("..")]
    if len(days) > 2:
        raise key.wrong(f"'{key.text()}' is no range of dates; write it like '2026-12-27..2026-12-31'")
    if days[-1] < days[0]:
        raise key.wrong(f"'{key.text()}' ends before it begins; write the earlier date first")
    return Override(first=days[0], last=days[-1], openings=_openings(value), place=written(key))


# -- notices -----------------------------------------------------------------------------------------


def _notice(name: str, key: Value, given: Fields, scope: Scope, zone: ZoneInfo) -> Notice:
    topic, begins, ends = (given.get(line) for line in ("topic", "from", "until"))
    say = given.take("say")
    given.done()
    notice = Notice(
        name=name,
        topic=topic.text() if topic is not None else EVERYBODY,
        begins=_instant(begins, zone) if begins is not None else None,
        ends=_instant(ends, zone, inclusive=True) if ends is not None else None,
        prompts=PROMPTS.read(say, scope),
        place=written(key),
    )
    if any("{" in prompt.text or "}" in prompt.text for prompt in notice.prompts):
        raise say.wrong(f"the notice '{name}' is the same for every caller; remove the braces")
    if begins is not None and ends is not None and notice.begins and notice.is_over(notice.begins):
        raise ends.wrong(f"'until' ({ends.text()}) is not after 'from' ({begins.text()}); mend one of them")
    return notice


def _instant(value: Value, zone: ZoneInfo, *, inclusive: bool = False) -> datetime:
    """A date, or a date and a time of day, in UTC; a date alone is its beginning, or its end if it is `inclusive`."""
    text = value.text()
    found = _INSTANT.fullmatch(text)
    if not found:
        raise value.wrong(f"'{text}' is neither a date nor a date and a time; write it like '2026-12-01 06:00'")
    day = date_in(found[1], value)
    if found[2] is None:
        return instant(day, DAY_MIN if inclusive else 0, zone)
    hour, minute = int(found[2]), int(found[3])
    if minute > 59 or hour * 60 + minute > DAY_MIN:
        raise value.wrong(f"'{text}' holds a time that no clock shows; times go from 00:00 to 24:00")
    return instant(day, hour * 60 + minute, zone)
