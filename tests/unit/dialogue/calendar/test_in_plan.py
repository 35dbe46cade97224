"""Opening hours and notices as people write them: what is read, and every fault with its place and its mending."""

from __future__ import annotations

from datetime import date

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialogue.calendar import CLOSED, HOURS_SCHEMA, NOTICES_SCHEMA, WHOLE_DAY, Opening, read_hours
from ivr.errors import FlowError
from tests.unit.dialogue.calendar.plans import LONDON, OFFICE, SCOPE, at, documented, notices, office, value


def test_the_documented_hours_are_read() -> None:
    hours = documented()
    assert hours.week == (*[(Opening(510, 1020),)] * 5, (Opening(540, 720),), CLOSED)
    assert hours.holidays is not None and hours.holidays.region == "GB-ENG"
    assert hours.on_holidays == CLOSED
    assert [(one.first, one.last, one.openings) for one in hours.overrides] == [
        (date(2026, 12, 24), date(2026, 12, 24), (Opening(510, 720),)),
        (date(2026, 12, 27), date(2026, 12, 31), CLOSED),
    ]
    assert (hours.place.line, hours.place.column) == (2, 3)


@pytest.mark.parametrize(
    ("written", "openings"),
    [
        ("08:30-17:00", (Opening(510, 1020),)),
        ("8:30 – 17:00", (Opening(510, 1020),)),
        ("13:00-17:00, 08:30-12:00", (Opening(510, 720), Opening(780, 1020))),
        ("[08:30-12:00, 12:00-17:00]", (Opening(510, 720), Opening(720, 1020))),
        ("22:00-02:00", (Opening(1320, 1560),)),
        ("18:00-00:00", (Opening(1080, 1440),)),
        ("00:00-24:00", WHOLE_DAY),
        ("always", WHOLE_DAY),
        ("closed", CLOSED),
    ],
)
def test_times_are_read_however_they_are_written(written: str, openings: object) -> None:
    assert office(f"monday: {written}").week[0] == openings


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("monday", {0}),
        ("monday-friday", {0, 1, 2, 3, 4}),
        ("saturday-monday", {5, 6, 0}),
        ("monday, wednesday - thursday", {0, 2, 3}),
        ("monday-sunday", {0, 1, 2, 3, 4, 5, 6}),
    ],
)
def test_days_are_read_singly_and_in_ranges(written: str, days: set[int]) -> None:
    assert {day for day, openings in enumerate(office(f"{written}: always").week) if openings} == days


FAULTS = [
    ("monday: 9-17", "3:13:", "'9-17' is no opening time; write them like 08:30-17:00"),
    ("monday: 9am", "3:13:", "'9am' is no opening time"),
    ("monday: 08:30-17:60", "3:13:", "holds a time that no clock shows"),
    ("monday: 24:00-24:30", "3:13:", "holds a time that no clock shows"),
    ("monday: 09:00-09:00", "3:13:", "write 'always' for the whole day"),
    ("monday: 08:30-12:00, 11:00-13:00", "3:13:", "'08:30-12:00' and '11:00-13:00' overlap; write them as one"),
    ("monday: [closed, 11:00-13:00]", "3:14:", "'closed' stands alone"),
    ("monday: {a: b}", "3:13:", "'monday' must be a text"),
    ("monday:", "3:12:", "'monday' is empty"),
    ("mondey: always", "3:5:", "'mondey' is no day of the week; did you mean 'monday'?"),
    ("sat: always", "3:5:", "'sat' is no day of the week; did you mean 'saturday'?"),
    ("Monday: always", "3:5:", "'Monday' is no day of the week; did you mean 'monday'?"),
    ("exept: closed", "3:5:", "did you mean 'except'?"),
    ("xyz: closed", "3:5:", "write days like 'monday-friday', or one of: bank_holidays, holidays, except"),
    ("monday-wednesday-friday: always", "3:5:", "is no range of days; write it like 'monday-friday'"),
    ("monday-friday: always\nfriday: closed", "4:5:", "'friday' stands already in line 3 ('monday-friday')"),
    ("holidays: GB-XXX", "3:15:", "there are no bank holidays of 'GB-XXX'; use one of: GB-ENG, GB-NIR, GB-SCT, GB-WLS"),
    ("holidays: gb-eng", "3:15:", "did you mean 'GB-ENG'?"),
    ("holidays: Atlantis", "3:15:", "write a country or its region, such as GB-ENG"),
    ("bank_holidays: closed", "3:5:", "Add 'holidays: …' with a region"),
    ("except: closed", "3:13:", "'except' must be 'key: value' lines"),
    (
        "except:\n  24/12/2026: closed",
        "4:7:",
        "'24/12/2026' is no date; write the year, the month and the day, like '2026-12-24'",
    ),
    ("except:\n  2026-02-29: closed", "4:7:", "there is no '2026-02-29'; mend the month or the day"),
    ("except:\n  2206-12-24: closed", "4:7:", "is not from 2000 to 2100; mend the year"),
    ("except:\n  christmas: closed", "4:7:", "'christmas' is no date"),
    ("except:\n  2026-12-31..2026-12-27: closed", "4:7:", "ends before it begins; write the earlier date first"),
    ("except:\n  2026-12-24..2026-12-25..2026-12-26: closed", "4:7:", "is no range of dates"),
    ("except:\n  2026-12-24: half day", "4:19:", "'half day' is no opening time"),
    ("except:\n  2026-12-24: closed\n  2026-12-24: always", "5:7:", "'2026-12-24' stands here twice (first in line 4)"),
]


@pytest.mark.parametrize(("lines", "place", "message"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_fault_in_hours_has_its_place_and_its_mending(lines: str, place: str, message: str) -> None:
    with pytest.raises(FlowError) as fault:
        office(lines)
    assert str(fault.value).startswith(f"plan.yaml:{place}")
    assert message in str(fault.value)


def test_a_name_of_hours_is_a_name() -> None:
    with pytest.raises(FlowError, match=r"plan.yaml:2:3: 'key' must be a name of lower-case letters"):
        read_hours(value("hours:\n  Our Office:\n    monday: always\n", "hours"), SCOPE, LONDON)


# -- notices -----------------------------------------------------------------------------------------


def test_a_notice_is_valid_from_its_first_minute_to_the_end_of_its_last_day() -> None:
    (snow,) = notices(OFFICE)
    assert (snow.name, snow.topic, [prompt.text for prompt in snow.prompts]) == (
        "snow",
        "bins",
        ["Because of snow, bins are collected a day late."],
    )
    assert [snow.is_valid(at(when)) for when in ("2026-12-01 05:59", "2026-12-01 06:00")] == [False, True]
    assert [snow.is_valid(at(when)) for when in ("2026-12-03 23:59", "2026-12-04 00:00")] == [True, False]


def test_a_notice_with_times_ends_at_its_time_in_summer_too() -> None:
    (works,) = notices("notices:\n  works:\n    from: 2026-07-01\n    until: 2026-07-01T18:00\n    say: Works.\n")
    assert works.topic == "all"
    assert [works.is_valid(at(when)) for when in ("2026-06-30 23:59", "2026-07-01 00:00")] == [False, True]
    assert [works.is_valid(at(when)) for when in ("2026-07-01 17:59", "2026-07-01 18:00")] == [True, False]


def test_a_notice_without_dates_is_always_valid() -> None:
    (works,) = notices("notices:\n  works:\n    say: [Works., {text: More., recording: works/more}]\n")
    assert works.is_valid(at("2000-01-01 00:00")) and works.is_valid(at("2099-01-01 00:00"))
    assert [(prompt.text, prompt.recording) for prompt in works.prompts] == [("Works.", None), ("More.", "works/more")]


NOTICE_FAULTS = [
    ("from: 2026-12-01", "3:5:", "'say' is missing in snow"),
    ("say: Snow.\nuntill: 2026-12-01", "4:5:", "'untill' is not known here; did you mean 'until'?"),
    (
        "say: Snow.\nfrom: 2026-12-01\nuntil: 2026-11-30",
        "5:12:",
        "'until' (2026-11-30) is not after 'from' (2026-12-01)",
    ),
    ("say: Snow.\nfrom: 2026-12-01 09:00\nuntil: 2026-12-01 09:00", "5:12:", "mend one of them"),
    (
        "say: Snow.\nfrom: 1/12/2026",
        "4:11:",
        "'1/12/2026' is no date; write the year, the month and the day, like '2026-12-01'",
    ),
    ("say: Snow.\nfrom: tomorrow at six", "4:11:", "write it like '2026-12-01 06:00'"),
    ("say: Snow.\nfrom: 2026-12-01 25:00", "4:11:", "holds a time that no clock shows"),
    ("say: 'Snow in {place}.'", "3:10:", "the notice 'snow' is the same for every caller; remove the braces"),
]


@pytest.mark.parametrize(("lines", "place", "message"), NOTICE_FAULTS, ids=[fault[0] for fault in NOTICE_FAULTS])
def test_a_fault_in_a_notice_has_its_place_and_its_mending(lines: str, place: str, message: str) -> None:
    indented = "".join(f"    {line}\n" for line in lines.splitlines())
    with pytest.raises(FlowError) as fault:
        notices(f"notices:\n  snow:\n{indented}")
    assert str(fault.value).startswith(f"plan.yaml:{place}"), str(fault.value)
    assert message in str(fault.value)


# -- editors and nonsense ------------------------------------------------------------------------------


def _as_editors_see_it(text: str) -> dict[str, object]:
    return yaml.load(text, yaml.BaseLoader)  # type: ignore[no-any-return]


def test_the_schema_takes_what_the_reader_takes() -> None:
    plan = _as_editors_see_it(OFFICE)
    jsonschema.validate(plan["hours"], HOURS_SCHEMA)
    prompts = {**NOTICES_SCHEMA, "$defs": {"prompts": {"type": "string"}}}
    jsonschema.validate(plan["notices"], prompts)


@pytest.mark.parametrize("lines", ["munday: always", "monday: 9-17", "except: {christmas: closed}"])
def test_the_schema_refuses_what_the_reader_refuses(lines: str) -> None:
    with pytest.raises(FlowError):
        office(lines)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"office": _as_editors_see_it(lines)}, HOURS_SCHEMA)


@given(st.text(st.sampled_from("0123456789:-–.,/ T closedalwmniy"), min_size=1, max_size=30), st.sampled_from("abcd"))
def test_any_text_is_read_or_refused_with_its_place(text: str, where: str) -> None:
    quoted = "'" + text.replace("'", "") + "'"
    try:
        if where == "a":
            office(f"monday: {quoted}").described(at("2026-11-23 10:00"))
        elif where == "b":
            office(f"{quoted}: always").described(at("2026-11-23 10:00"))
        elif where == "c":
            office(f"except:\n  {quoted}: closed").described(at("2026-11-23 10:00"))
        else:
            notices(f"notices:\n  snow:\n    from: {quoted}\n    say: Snow.\n")
    except FlowError as fault:
        assert fault.line >= 2
