"""The journal: nothing lost but what the disk refuses, nobody else reads it, no call id leads astray."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.call import CallId, Ended, EndReason, Rang
from ivr.errors import SettingsError
from ivr.records.journal import Journal

RANG = Rang(call_id=CallId("1.2"), at=1.0, number="07700900123", name="Ada", dialled="100", helpline="riverton")
ENDED = Ended(call_id=CallId("1.2"), at=2.0, reason=EndReason.CALLER_LEFT)


def test_what_is_noted_can_be_read_back_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "calls")
    journal.note(RANG)
    journal.note(ENDED)
    assert journal.events(CallId("1.2")) == [RANG, ENDED]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "calls")
    journal.note(RANG)
    assert journal.file(CallId("1.2")).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "calls").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("evil", ["../../etc/passwd", "/etc/passwd", "..", "a/b", "\x00", ""])
def test_no_call_id_leads_out_of_the_folder(tmp_path: Path, evil: str) -> None:
    journal = Journal(tmp_path / "calls")
    assert journal.file(CallId(evil)).parent == tmp_path / "calls"


def test_a_torn_line_costs_itself_only(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "calls")
    journal.note(RANG)
    with journal.file(RANG.call_id).open("a") as file:
        file.write('{"event": "Ended", "call')
    assert journal.events(RANG.call_id) == [RANG]


def test_a_letter_torn_in_two_costs_its_line_only(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "calls")
    journal.note(RANG)
    with journal.file(RANG.call_id).open("ab") as file:
        file.write('{"event": "—'.encode()[:-1])
    assert journal.events(RANG.call_id) == [RANG]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="IVR_STATE"):
        Journal(tmp_path / "file" / "calls")


def test_a_disk_that_refuses_costs_the_line_not_the_call(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "calls")
    journal.file(RANG.call_id).mkdir()
    journal.note(RANG)
    assert journal.lost == 1


def test_text_that_no_file_can_hold_does_not_cost_the_call(tmp_path: Path) -> None:
    """A recognition server may send half a character."""
    journal = Journal(tmp_path / "calls")
    journal.note(replace(RANG, name="Ad\ud800a"))
    assert journal.events(RANG.call_id) == [replace(RANG, name="Ad?a")]
