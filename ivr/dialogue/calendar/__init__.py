"""When a helpline is open and what it announces: opening hours, bank holidays, exceptions by date, notices."""

from ivr.dialogue.calendar.hours import Hours, Override
from ivr.dialogue.calendar.in_plan import HOURS_SCHEMA, NOTICES_SCHEMA, read_hours, read_notices
from ivr.dialogue.calendar.notices import EVERYBODY, Notice
from ivr.dialogue.calendar.oddities import oddities, unsaid
from ivr.dialogue.calendar.opening import CLOSED, WHOLE_DAY, Opening, Openings
from ivr.dialogue.calendar.turning_points import turning_points

__all__ = [
    "CLOSED",
    "EVERYBODY",
    "HOURS_SCHEMA",
    "NOTICES_SCHEMA",
    "WHOLE_DAY",
    "Hours",
    "Notice",
    "Opening",
    "Openings",
    "Override",
    "oddities",
    "read_hours",
    "read_notices",
    "turning_points",
    "unsaid",
]
