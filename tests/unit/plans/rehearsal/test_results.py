"""Results as text, JSON and JUnit's XML, which no character of a caller or a plan can break."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from ivr.plans.rehearsal.judging import Failure
from ivr.plans.rehearsal.results import Came, Result, as_json, as_junit, as_text
from ivr.plans.rehearsal.scenario import Place

PLACE = Place(file="scenarios/a.yaml", line=4, column=3)


def failed(found: str) -> Result:
    failure = Failure(place=PLACE, expected="to hear “x”", found=found, transcript=("  0.00 s  said hello",))
    return Result(name="a & <b>", place=PLACE, came=Came.FAILED, seconds=0.002, failure=failure)


RESULTS = [
    Result(name="good", place=PLACE, came=Came.PASSED, seconds=0.001),
    failed("it\x1b[31m said “no\x00”"),
    Result(name="not here", place=PLACE, came=Came.SKIPPED, why="a real recogniser is as sure as it is"),
    Result(name="broken", place=PLACE, came=Came.ERROR, why="nothing came", evidence=Path("build/evidence/x")),
]


def test_junit_is_xml_that_ci_servers_read() -> None:
    suites = ElementTree.fromstring(as_junit(RESULTS))
    (suite,) = suites
    assert suite.attrib | {"time": ""} == {
        "name": "scenarios/a.yaml",
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
        "time": "",
    }
    cases = {case.get("name"): [part.tag for part in case] for case in suite}
    assert cases == {"good": [], "a & <b>": ["failure"], "not here": ["skipped"], "broken": ["error"]}
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "scenarios/a.yaml:4:3: expected to hear “x”, but it\\x1b[31m said" in (failure.get("message") or "")
    assert "said hello" in (failure.text or "")


@given(st.text(max_size=40))
def test_no_character_breaks_the_xml(text: str) -> None:
    ElementTree.fromstring(as_junit([failed(text)]).encode("utf-8"))


def test_text_says_what_failed_and_where_the_evidence_is() -> None:
    lines = list(as_text(RESULTS))
    assert lines[0] == "scenarios/a.yaml"
    assert lines[1].split() == ["ok", "good", "1.0", "ms"]
    assert any("sound, journal and logs: build/evidence/x" in line for line in lines)
    assert lines[-1] == "4 scenarios: 1 passed, 1 failed, 1 skipped, 1 error"


def test_json_holds_place_expectation_and_transcript() -> None:
    data = json.loads(as_json(RESULTS))
    assert [one["result"] for one in data] == ["passed", "failed", "skipped", "error"]
    assert data[1]["failure"]["line"] == 4
    assert data[1]["failure"]["transcript"] == ["  0.00 s  said hello"]
