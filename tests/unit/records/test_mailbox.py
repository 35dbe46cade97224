"""Messages on disk: whole, private, found by queue, and no more than the disk is meant for."""

from __future__ import annotations

import asyncio
import json
import wave
from pathlib import Path

import pytest

from ivr.call import Caller, CallId, Fact, HandOver, Intent
from ivr.records import mailbox
from ivr.records.mailbox import Mailbox

LEFT = HandOver(
    call_id=CallId("asterisk-1.7/../x"),
    caller=Caller(number="07700900123", name="Ada", dialled="100"),
    queue="housing",
    reason="message",
    intent=Intent(name="repair", confidence=0.9),
    facts=(Fact(name="reference", value="123456", confidence=1.0),),
)


def test_a_message_stands_beside_what_is_known_of_the_call(tmp_path: Path) -> None:
    assert asyncio.run(Mailbox(tmp_path / "messages").keep(LEFT, b"\x01\x00" * 12_000))
    (sound,) = (tmp_path / "messages/housing").glob("*.wav")
    with wave.open(str(sound)) as file:
        assert (file.getnframes(), file.getframerate(), file.getsampwidth()) == (12_000, 8000, 2)
    about = json.loads(sound.with_suffix(".json").read_text())
    assert (about["number"], about["intent"], about["facts"]) == ("07700900123", "repair", {"reference": "123456"})
    assert about["seconds"] == 1.5
    assert sound.stat().st_mode & 0o777 == 0o600
    assert sound.parent.stat().st_mode & 0o777 == 0o700
    assert not [left for left in tmp_path.rglob("*") if left.name.endswith(".part")]


def test_a_message_that_cannot_be_written_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "messages").write_text("a file where the folder should be")
    assert not asyncio.run(Mailbox(tmp_path / "messages").keep(LEFT, b"\x01\x00"))
    monkeypatch.setattr(mailbox, "MOST_MESSAGES", 1)
    full = Mailbox(tmp_path / "full")
    assert asyncio.run(full.keep(LEFT, b"\x01\x00"))
    assert not asyncio.run(full.keep(LEFT, b"\x01\x00"))
    assert caplog.messages == ["a message could not be kept"] * 2
