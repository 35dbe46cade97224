"""What came of scenarios: played one after the other, and told as text, as JSON, or as JUnit's XML."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ivr.plans.rehearsal.judging import Failure, judge
from ivr.plans.rehearsal.play import Plan, play
from ivr.plans.rehearsal.scenario import Place, Scenario


class Came(Enum):
    """What came of a scenario."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"
    """It could not be tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One scenario, tried once."""

    name: str
    place: Place
    came: Came
    seconds: float = 0.0
    failure: Failure | None = None
    why: str = ""
    """Of what was skipped or could not be tried."""
    evidence: Path | None = None
    """Folder with the sound, logs and journal of a real call that failed."""

    def message(self) -> str:
        """One line with the place; empty if it passed."""
        if self.failure is not None:
            return str(self.failure)
        return f"{self.place}: {self.why}" if self.came is Came.ERROR else self.why


async def rehearse(scenario: Scenario, plan: Plan) -> Result:
    """Play `scenario` without sound and judge it."""
    began = time.perf_counter()
    failure = judge(scenario, await play(plan, scenario.scene, scenario.acts))
    came = Came.FAILED if failure else Came.PASSED
    seconds = time.perf_counter() - began
    return Result(name=scenario.name, place=scenario.place, came=came, seconds=seconds, failure=failure)


def as_text(results: Sequence[Result]) -> Iterable[str]:
    """A line a scenario, more for one that failed, and the sum."""
    width = max((len(result.name) for result in results), default=0)
    file = ""
    for result in results:
        if result.place.file != file:
            file = result.place.file
            yield file
        words = {Came.PASSED: "ok", Came.FAILED: "FAILED", Came.SKIPPED: "skipped", Came.ERROR: "ERROR"}
        why = f"  ({result.why})" if result.came is Came.SKIPPED else ""
        yield f"  {words[result.came]:8}{result.name:{width}}  {_duration(result.seconds)}{why}"
        if result.came in (Came.FAILED, Came.ERROR):
            yield from _details(result)
    counts = {came: sum(result.came is came for result in results) for came in Came}
    told = ", ".join(f"{count} {came.value}" for came, count in counts.items() if count)
    yield f"{len(results)} {'scenario' if len(results) == 1 else 'scenarios'}: {told or 'none'}"


def _duration(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _details(result: Result) -> Iterable[str]:
    yield f"    {result.message()}"
    if result.failure is not None:
        yield from (f"    {line}" for line in result.failure.transcript)
    if result.evidence is not None:
        yield f"    sound, journal and logs: {result.evidence}"


def as_json(results: Sequence[Result]) -> str:
    """A list, one object a scenario."""
    return json.dumps([_data(result) for result in results], ensure_ascii=False, indent=1)


def _data(result: Result) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": result.name,
        "file": result.place.file,
        "line": result.place.line,
        "result": result.came.value,
        "seconds": round(result.seconds, 4),
    }
    if result.failure is not None:
        failure = result.failure
        at = {"file": failure.place.file, "line": failure.place.line, "column": failure.place.column}
        told = {"expected": failure.expected, "found": failure.found, "transcript": list(failure.transcript)}
        data["failure"] = at | told
    if result.why:
        data["why"] = result.why
    if result.evidence is not None:
        data["evidence"] = str(result.evidence)
    return data


def as_junit(results: Sequence[Result]) -> str:
    """JUnit's XML as CI servers read it: a suite a file, a case a scenario."""
    suites = ElementTree.Element("testsuites", _counted(results))
    for file in dict.fromkeys(result.place.file for result in results):
        own = [result for result in results if result.place.file == file]
        suite = ElementTree.SubElement(suites, "testsuite", {"name": _clean(file), **_counted(own)})
        for result in own:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=_clean(Path(file).stem),
                name=_clean(result.name),
                file=_clean(file),
                line=str(result.place.line),
                time=f"{result.seconds:.4f}",
            )
            word = {Came.FAILED: "failure", Came.ERROR: "error", Came.SKIPPED: "skipped"}.get(result.came)
            if word is not None:
                part = ElementTree.SubElement(case, word, message=_clean(result.message()))
                if word != "skipped":
                    part.text = _clean("\n".join(_details(result)))
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True)


def _counted(results: Sequence[Result]) -> dict[str, str]:
    counts = {came: sum(result.came is came for result in results) for came in Came}
    return {
        "tests": str(len(results)),
        "failures": str(counts[Came.FAILED]),
        "errors": str(counts[Came.ERROR]),
        "skipped": str(counts[Came.SKIPPED]),
        "time": f"{sum(result.seconds for result in results):.4f}",
    }


def _clean(text: str) -> str:
    """`text` with what XML 1.0 cannot hold (its section 2.2: control characters, surrogates) written out."""
    return "".join(one if _holds(ord(one)) else one.encode("unicode_escape").decode() for one in text)


def _holds(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
