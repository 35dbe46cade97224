"""Look-ups in a rehearsal: files are asked, and no call finds what another has changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.dialogue import load_flow
from ivr.dialogue.ports import LookUpFailed
from ivr.plans.rehearsal.sandbox import Sandbox

PLAN = """
helpline: Clinic
start: bye
main_menu: bye
person_queue: desk
queues: {desk: the desk}
sources: sources.yaml
steps:
  bye: {hang_up: Goodbye.}
"""
SOURCES = """
rounds: {csv: rounds.csv, match: {postcode: Postcode}, take: {day: Day}}
book:
  sql: sqlite:///{state}/clinic.db
  made_by: clinic.sql
  change: update slots set who = :who where who is null returning slot
  take: {slot: slot}
elsewhere: {http: "http://127.0.0.1:1/?p={postcode}", take: {day: day}}
theirs:
  sql: sqlite:///theirs.db
  change: delete from slots where slot = :slot returning slot
  take: {slot: slot}
"""


def clinic(folder: Path) -> Sandbox:
    (folder / "plan.yaml").write_text(PLAN)
    (folder / "sources.yaml").write_text(SOURCES)
    (folder / "rounds.csv").write_text("Postcode,Day\nRV1 2AB,Tuesday\n")
    (folder / "clinic.sql").write_text("create table slots (slot, who); insert into slots values ('9', null);")
    return Sandbox(load_flow(folder / "plan.yaml"))


def test_every_call_finds_what_the_first_one_found(tmp_path: Path) -> None:
    sandbox = clinic(tmp_path)
    for _ in range(3):
        sandbox.begin()
        assert asyncio.run(sandbox.look_up("book", {"who": "Ada"})) == {"slot": "9"}
        assert asyncio.run(sandbox.look_up("book", {"who": "Bo"})) is None
    assert asyncio.run(sandbox.look_up("rounds", {"postcode": "rv12ab"})) == {"day": "Tuesday"}
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(("source", "asked"), [("elsewhere", {"postcode": "x"}), ("theirs", {"slot": "1"})])
def test_what_is_real_is_neither_asked_nor_changed(tmp_path: Path, source: str, asked: dict[str, str]) -> None:
    with pytest.raises(LookUpFailed, match="is not asked in a rehearsal"):
        asyncio.run(clinic(tmp_path).look_up(source, asked))
