"""Saved files are noticed once, when nobody writes any more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest

from ivr.errors import FlowError
from ivr.file_watch import watch
from ivr.published import data_beside, files_of


def test_a_saved_file_is_noticed_once_when_it_is_quiet(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("one")
    looks = 0
    told: list[int] = []

    def files() -> Iterable[Path]:
        nonlocal looks
        looks += 1
        if looks in (3, 4, 5):
            plan.write_text("x" * looks)  # somebody is writing
        if looks == 12:
            (tmp_path / "new.md").write_text("an article")
        if looks == 20:
            (tmp_path / "new.md").unlink()
        if looks == 30:
            raise AssertionError("enough")
        return sorted(tmp_path.iterdir())

    async def main() -> None:
        try:
            await watch(files, lambda: told.append(looks), every_s=0)
        except AssertionError:
            return

    asyncio.run(main())
    assert told == [6, 13, 21]


def test_the_data_of_a_published_plan_is_where_it_came_from(tmp_path: Path) -> None:
    part = tmp_path / "0001/town/sources.yaml"
    part.parent.mkdir(parents=True)
    assert data_beside(part) == part.parent
    (tmp_path / "0001/published.json").write_text('{"origin": "/plans/town.yaml"}')
    assert data_beside(part) == Path("/plans/town")
    (tmp_path / "0001/published.json").write_text("[")
    with pytest.raises(FlowError, match="publish again"):
        data_beside(part)


def test_a_plan_is_its_file_and_its_folders_and_a_published_one_its_pointer(tmp_path: Path) -> None:
    (tmp_path / "town/knowledge").mkdir(parents=True)
    (tmp_path / "town/knowledge/bins.md").write_text("")
    plan = tmp_path / "town.yaml"
    plan.write_text("")
    figures = tmp_path / "town/figures.yaml"
    figures.write_text("")
    parts = (tmp_path / "town/knowledge", figures, tmp_path / "town/gone.yaml")
    assert files_of(plan, parts) == (plan, tmp_path / "town/knowledge/bins.md", figures)
    assert files_of(tmp_path / "town") == (tmp_path / "town/current",)
