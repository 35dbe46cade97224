"""The instants at which a calendar is worth trying."""

from __future__ import annotations

from ivr.dialogue.calendar import turning_points
from tests.unit.dialogue.calendar.plans import OFFICE, at, documented, notices


def test_every_reason_and_every_state_of_a_calendar_comes_up() -> None:
    hours, announced = documented(), notices(OFFICE)
    now = at("2026-11-23 10:00")
    points = turning_points([hours], announced, now)
    assert list(points) == sorted(set(points)) and points[0] == now
    states = {(hours.why(point), hours.is_open(point)) for point in points}
    assert {("monday", True), ("monday", False), ("saturday", True), ("sunday", False)} <= states
    assert {("override", True), ("override", False), ("bank holiday: Christmas Day", False)} <= states
    assert {announced[0].is_valid(point) for point in points} == {True, False}


def test_a_year_has_few_of_them() -> None:
    assert len(turning_points([documented()], (), at("2026-11-23 10:00"))) < 50
