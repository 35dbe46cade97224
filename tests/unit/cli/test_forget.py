"""`ivr forget`: nothing is kept of the number afterwards, however it is written; of others everything is."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

from ivr.adapters import memory_of
from ivr.call import By, Caller, CallId, Ended, EndReason, HandOver, Letter, Preferences, Rang, Remembered, Wrapped
from ivr.cli import main
from ivr.dialogue.caller_number import number_of
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
    assert json.loads(capsys.readouterr().out) == {"deleted": deleted, "going_on": 0}


def left(state: Path, number: str, shown: str, call: str) -> None:
    """A call from `number`, shown as `shown`: its journal, a message, and letters by both kinds of gateway."""
    call_id = CallId(call)
    journal = Journal(state / "calls")
    journal.note(Rang(call_id=call_id, at=AT, number=shown, name="Ada", dialled="100", helpline="riverton"))
    journal.note(Ended(call_id=call_id, at=AT, reason=EndReason.HUNG_UP))
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


def test_a_letter_that_nobody_can_read_keeps_nothing_from_being_deleted(
    key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left(tmp_path / "state", NUMBER, NUMBER, "1.1")
    texts = tmp_path / "state/outbox/texts"
    (texts / "0.txt").write_bytes(b"To: \xff\n")
    (texts / "gone.txt").symlink_to(texts / "nowhere")  # as one that goes while it is looked at
    assert main(["forget", NUMBER]) == 0
    assert "letters 2" in capsys.readouterr().out


PLAN = """\
helpline: Hall
language: {language}
queues: {{office: the office}}
person_queue: office
main_menu: bye
start: bye
{more}steps:
  bye:
    hang_up: Goodbye.
"""
CALLERS = """\
fields: {name: knowledge}
sources: {people: {match: [{look_up: people, with: {phone: "{number}"}}], take: {name: name}}}
"""


@pytest.mark.parametrize("written", ["07700900123", NUMBER])
@pytest.mark.parametrize(
    ("language", "more"),
    [("en", "outbox: outbox.yaml\n"), ("en-US", "sources: sources.yaml\ncallers: callers.yaml\n"), ("en-GB", "")],
)
def test_the_country_is_that_of_its_files_else_of_its_language(
    key: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    more: str,
    written: str,
) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN.format(language=language, more=more))
    (tmp_path / "outbox.yaml").write_text("sms: {folder: texts}\n")
    (tmp_path / "sources.yaml").write_text("people: {csv: people.csv, match: {phone: phone}, take: {name: name}}\n")
    (tmp_path / "callers.yaml").write_text(CALLERS)
    monkeypatch.setenv("IVR_HELPLINE", str(tmp_path / "plan.yaml"))
    left(tmp_path / "state", NUMBER, "07700900123", "1.1")
    left(tmp_path / "state", NUMBER, NUMBER, "1.2")
    keep(key, number_of(Caller.presented("07700900123", None, None), language))
    assert main(["forget", written]) == 0
    assert capsys.readouterr().out == "deleted: remembered 1, calls 2, messages 2, letters 4\n"


def test_without_a_country_a_number_has_to_name_its_own(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN.format(language="en", more=""))
    monkeypatch.setenv("IVR_HELPLINE", str(tmp_path / "plan.yaml"))
    left(tmp_path / "state", NUMBER, "07700900123", "1.1")
    assert main(["forget", "07700900123"]) == 2
    assert capsys.readouterr().err == (
        "ivr: '07700900123' is no number in the country of this helpline; write it with a plus and the code of its "
        "country, such as +447700900123\n"
    )
    assert main(["forget", NUMBER]) == 0
    assert "calls 1, messages 1, letters 2" in capsys.readouterr().out


def test_an_extension_stays_as_it_is(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left(tmp_path / "state", NUMBER, "201", "1.1")
    keep(key, "201")
    assert main(["forget", "201"]) == 0
    assert capsys.readouterr().out == "deleted: remembered 1, calls 1, messages 1, letters 0\n"


def test_a_call_that_goes_on_stays_and_is_told(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "state"
    journal, now = Journal(state / "calls"), time.time()
    talks, waits, wrapped, killed = (CallId(f"1.{nth}") for nth in range(4))
    for call_id in (talks, waits, wrapped, killed):
        journal.note(Rang(call_id=call_id, at=now, number=NUMBER, name="", dialled="100", helpline="riverton"))
    for call_id in (waits, wrapped):
        journal.note(Ended(call_id=call_id, at=now, reason=EndReason.HANDED_OVER))
    journal.note(Wrapped(call_id=wrapped, at=now, agent="alice", outcome="resolved", note=""))
    os.utime(journal.file(killed), (now - 3601, now - 3601))
    assert main(["forget", NUMBER]) == 0
    assert capsys.readouterr().out == (
        "deleted: remembered 0, calls 2, messages 0, letters 0\n"
        "not deleted, because they may still go on: calls 2; do it again when they are over\n"
    )
    assert {file.stem for file in (state / "calls").iterdir()} == {talks, waits}


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
