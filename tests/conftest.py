"""Every test module lives in a known folder, which says what kind of test it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
KINDS = {"unit", "wire", "flows", "integration", "asterisk", "rules"}
FULL_RUN = "IVR_FULL_RUN"
"""Set by `make test`: then every kind must have run something, so that a skipped tier cannot look like a pass."""

_ran: set[str] = set()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        kind = item.path.relative_to(HERE).parts[0]
        if kind not in KINDS:
            raise pytest.UsageError(f"{item.path}: tests live in one of {sorted(KINDS)} below tests/")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and not report.skipped:
        _ran.add(Path(report.nodeid).parts[1])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    missing = KINDS - _ran
    if os.environ.get(FULL_RUN) and missing and session.exitstatus == pytest.ExitCode.OK:
        print(f"\nnothing ran in {', '.join(f'tests/{kind}' for kind in sorted(missing))}: this is no full run")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
