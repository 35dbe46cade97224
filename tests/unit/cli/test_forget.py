"""`ivr forget`: nothing is kept of the number afterwards, however it is written; of others everything is."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from ivr.adapters import memory_of
from ivr.call import By, Caller, CallId, HandOver, Letter, Preferences, Rang, Remembered
from ivr.cli import main
from ivr.outbox.folder_gateway import FolderGateway
from ivr.outbox.gateway import Limits, Place
from ivr.outbox.ledger import Ledger
from ivr.records.journal import Journal
from ivr.records.mailbox import Mailbox
from ivr.secrets_file import secrets_for
from ivr.settings import Settings

NUMBER, OTHER = "+447700900123", "+447700900124"
AT = 1_780_000_000.0
SLOWER = Remembered(preferences=Preferences(slower=True))


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("IVR_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("IVR_SECRETS", str(tmp_path / "secrets.json"))
    return secrets_for(tmp_path / "secrets.json", ()).callers


def kept(key: str, number: str) -> Remembered:
    memory = memory_of(Settings.read(), key)
    try:
        return asyncio.run(memory.recollect(number))
    finally:
        memory.close_now()


def keep(key: str, *numbers: str) -> None:
    memory = memory_of(Settings.read(), key)
    for number in numbers:
        assert asyncio.run(memory.prefer(number, Preferences(slower=True)))
    memory.close_now()


@pytest.mark.parametrize("written", ["07700900123", "+44 7700 900123", NUMBER])
def test_it_deletes_one_number_however_it_is_written(
    key: str, written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(key, NUMBER, OTHER)
    assert main(["forget", written]) == 0
    assert capsys.readouterr().out == "deleted: remembered 1, calls 0, messages 0, letters 0\n"
    assert kept(key, NUMBER) == Remembered()
    assert kept(key, OTHER) == SLOWER


def test_there_may_be_nothing_to_delete(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget", NUMBER, "--format", "json"]) == 0
    deleted = {"remembered": 0, "calls": 0, "messages": 0, "letters": 0}
    assert json.loads(capsys.readouterr().out) == {"deleted": deleted}


def left(state: Path, number: str, shown: str, call: str) -> None:
    """A call from `number`, shown as `shown`: its journal, a message, and letters by both kinds of gateway."""
    call_id = CallId(call)
    Journal(state / "calls").note(
        Rang(call_id=call_id, at=AT, number=shown, name="Ada", dialled="100", helpline="riverton")
    )
    caller = Caller(number=shown, name="Ada", dialled="100")
    message = HandOver(call_id=call_id, caller=caller, queue="operator", reason="message")
    assert asyncio.run(Mailbox(state / "messages").keep(message, b"\x01\x00"))
    letter = Letter(call_id=call_id, by=By.SMS, to=number, text="Your canary bin day is Friday.")
    folder = Place(file="outbox.yaml", line=1, column=1)
    asyncio.run(FolderGateway(state / "outbox" / "texts", at=folder, most_segments=3).send(letter))
    ledger = Ledger(state / "outbox" / "ledger.sqlite")
    assert ledger.begin(letter, Limits(), AT) is None
    ledger.wait(letter, AT)
    ledger.close()


@pytest.mark.parametrize("shown", ["07700900123", NUMBER, "+44 7700 900123"])
def test_journals_messages_and_letters_of_the_number_go_and_others_stay(
    key: str, tmp_path: Path, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    left(state, NUMBER, shown, "1.1")
    left(state, OTHER, OTHER, "1.2")
    assert main(["forget", NUMBER]) == 0
    assert capsys.readouterr().out == "deleted: remembered 0, calls 1, messages 1, letters 2\n"
    (journal,), (sound,), (letter,) = (
        list((state / folder).glob(pattern))
        for folder, pattern in (("calls", "*"), ("messages", "*/*.wav"), ("outbox/texts", "*"))
    )
    assert journal.name == "1.2.jsonl" and sound.stem.endswith("1.2") and OTHER in letter.read_text()
    assert main(["forget", OTHER]) == 0
    files = [file for file in state.rglob("*") if file.is_file()]
    assert {file.suffix for file in files} == {".sqlite"}
    assert not any(one in file.read_bytes() for file in files for one in (b"900123", b"900124", b"canary"))


def test_a_journal_that_nobody_can_read_keeps_nothing_from_being_deleted(
    key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left(tmp_path / "state", NUMBER, NUMBER, "1.1")
    (tmp_path / "state/calls/0.1.jsonl").write_bytes(b'{"event": "Rang", "numb\xff\n')
    (tmp_path / "state/calls/0.2.jsonl").write_text('{"event": "Rang", "number": 5}\n')
    (tmp_path / "state/messages/operator/0.json").write_text("[]")
    assert main(["forget", NUMBER]) == 0
    assert "calls 1, messages 1" in capsys.readouterr().out


def test_what_is_no_number_is_told_in_one_line(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget", "Margaret"]) == 2
    assert capsys.readouterr().err == (
        "ivr: 'Margaret' is no number; write digits, such as 07700900123 or +447700900123\n"
    )


def test_without_secrets_nothing_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_SECRETS", str(tmp_path / "none.json"))
    assert main(["forget", NUMBER]) == 2
    assert "so nothing was ever kept here" in capsys.readouterr().err
    assert not (tmp_path / "none.json").exists()
