"""A message over a real line: kept as it was said, with who left it; and what is keyed in secret stands nowhere."""

from __future__ import annotations

import asyncio
import json
import wave
from pathlib import Path

import pytest

from ivr.call import Ended, EndReason, HandedOver, IdentityKnown, KeysPressed, MessageLeft, RecordSaid
from ivr.media.audio import level_dbfs
from tests.asterisk.helpline import Helpline, spoken

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = "the roof of the hall leaks"
CANARY, WRONG_PIN = "739164", "739165"


async def test_a_message_is_kept_for_the_people_of_its_queue(helpline: Helpline) -> None:
    number = helpline.number()
    caller = await helpline.dial(number=number)
    await caller.at("main")
    await caller.presses("8")
    await caller.at("message")
    await caller.hears_out()
    await caller.presses("1")
    await caller.says(WORDS)
    left = await caller.journal.next(MessageLeft)
    assert left.kept
    said = await spoken(WORDS)
    assert abs(left.seconds - len(said) / 16_000) < 1.5
    sound, rate_hz = await asyncio.to_thread(_kept, helpline.stand.settings.state / "messages/housing", number)
    assert rate_hz == 8000
    assert level_dbfs(sound) > -40
    assert (await caller.journal.next(Ended)).reason is EndReason.HUNG_UP


def _kept(folder: Path, number: str) -> tuple[bytes, int]:
    (about,) = [file for file in folder.glob("*.json") if json.loads(file.read_text())["number"] == number]
    with wave.open(str(about.with_suffix(".wav"))) as file:
        return file.readframes(file.getnframes()), file.getframerate()


async def test_keys_of_a_sensitive_step_stand_in_no_file(helpline: Helpline) -> None:
    caller = await helpline.dial()
    await caller.at("main")
    await caller.presses("7")
    await caller.at("alarm_code")
    await caller.presses(CANARY)
    await caller.at("keyholder")
    await caller.presses("417")
    await caller.hears_out()
    await caller.presses(WRONG_PIN)
    await caller.hears_out()
    await caller.presses("417")
    await caller.hears_out()
    await caller.presses(CANARY)
    handed = await caller.journal.next(HandedOver)
    assert handed.queue == "housing"
    assert [known.level for known in caller.journal.all(IdentityKnown)] == ["pin"]
    assert "Ada Lee" in [said.value for said in caller.journal.all(RecordSaid)]
    assert "kept secret" in [pressed.keys for pressed in caller.journal.all(KeysPressed)]
    await caller.leaves()
    await caller.journal.next(Ended)
    stand = helpline.stand
    sinks = [stand.log, stand.pbx.log_path, *_files(stand.settings.state), *_files(stand.pbx.run_dir)]
    assert len(sinks) > 5
    assert [str(sink) for sink in sinks if await asyncio.to_thread(_holds, sink)] == []


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def _holds(file: Path) -> bool:
    """Whether it holds the secret that was keyed and is on record, or one that was keyed in its place."""
    held = file.read_bytes() if file.is_file() else b""
    return CANARY.encode() in held or WRONG_PIN.encode() in held
