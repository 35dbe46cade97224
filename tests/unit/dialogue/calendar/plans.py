"""Calendars as plans write them, read for a test."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.dialogue.calendar import Hours, Notice, read_hours, read_notices
from ivr.dialogue.language.shape import Scope
from ivr.dialogue.manner import Manner
from ivr.yaml_file import Value, parse

LONDON = ZoneInfo("Europe/London")
SCOPE = Scope(file=Path("plan.yaml"), manner=Manner())
OFFICE = """\
hours:
  office:
    monday-friday: 08:30-17:00
    saturday: 09:00-12:00
    bank_holidays: closed
    holidays: GB-ENG
    except:
      2026-12-24: 08:30-12:00
      2026-12-27..2026-12-31: closed
notices:
  snow:
    topic: bins
    from: 2026-12-01 06:00
    until: 2026-12-03
    say: Because of snow, bins are collected a day late.
"""


def value(text: str, key: str) -> Value:
    """What stands below `key` of the plan `text`."""
    return parse(text, file="plan.yaml", name="this plan").take(key)


def office(lines: str, zone: ZoneInfo = LONDON) -> Hours:
    """The opening hours that `lines`, one below the other, describe."""
    indented = "".join(f"    {line}\n" for line in lines.strip().splitlines())
    return read_hours(value(f"hours:\n  office:\n{indented}", "hours"), SCOPE, zone)["office"]


def documented() -> Hours:
    """Those of OFFICE."""
    return read_hours(value(OFFICE, "hours"), SCOPE, LONDON)["office"]


def notices(text: str, zone: ZoneInfo = LONDON) -> tuple[Notice, ...]:
    """Those of the plan `text`."""
    return read_notices(value(text, "notices"), SCOPE, zone)


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    """The instant that clocks in `zone` show, like "2026-12-24 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)
