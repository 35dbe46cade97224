"""Every test module lives in a known folder, which says what kind of test it is."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
KINDS = {"unit", "wire", "flows", "integration", "asterisk", "rules"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        kind = item.path.relative_to(HERE).parts[0]
        if kind not in KINDS:
            raise pytest.UsageError(f"{item.path}: tests live in one of {sorted(KINDS)} below tests/")
