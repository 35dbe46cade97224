"""The log: one JSON line an event, nothing that a terminal obeys, and no personal data."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

from ivr import logs
from ivr.call import CallId
from ivr.logs import JsonLines, Sparingly
from ivr.switchboard import current_call


def line(message: str, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("ivr.media.server", logging.INFO, __file__, 1, message, (), None)
    record.__dict__.update(extra)
    written = JsonLines().format(record)
    assert "\n" not in written
    assert "\x1b" not in written
    found: dict[str, object] = json.loads(written)
    return found


def test_personal_fields_are_named_but_not_shown() -> None:
    written = line("keys taken", pii_keys="4111111111111111", step="reference")
    assert written["pii_keys"] == "(personal)"
    assert written["step"] == "reference"
    assert "4111" not in json.dumps(written)


def test_a_line_knows_its_call() -> None:
    token = current_call.set(CallId("1.7"))
    try:
        assert line("x")["call_id"] == "1.7"
    finally:
        current_call.reset(token)


def test_control_characters_are_shown_and_not_obeyed() -> None:
    assert line("a\x1b[2Jb", fault="x\r\ny")["message"] == "a\\x1b[2Jb"


def test_the_same_sentence_passes_once_a_second_and_then_says_how_many_were_left_out() -> None:
    ticks = [0.0]
    sparingly = Sparingly(lambda: ticks[0])

    def said(message: str) -> logging.LogRecord | None:
        record = logging.LogRecord("asyncio", logging.ERROR, __file__, 1, message, (), None)
        return record if sparingly.filter(record) else None

    assert said("socket.accept() out of system resource\nsocket: fd=7")
    assert [said(f"socket.accept() out of system resource\nsocket: fd={n}") for n in range(500)] == [None] * 500
    assert said("something else")
    ticks[0] = 1.0
    again = said("socket.accept() out of system resource")
    assert again is not None
    assert again.__dict__["left_out"] == 500


def test_sentences_are_remembered_within_bounds() -> None:
    sparingly = Sparingly(lambda: 0.0)
    for number in range(logs.MOST_SENTENCES * 3):
        assert sparingly.filter(logging.LogRecord("asyncio", logging.ERROR, "", 1, f"task {number} broke", (), None))
    assert len(sparingly._passed) == logs.MOST_SENTENCES


def test_a_line_is_written_though_no_file_can_be_opened() -> None:
    """What a connection flood did: the codec of `shown` is loaded at its first use."""
    script = (
        "import logging, resource, ivr.logs as logs\n"
        "record = logging.LogRecord('asyncio', 40, '', 1, 'a' + chr(10) + 'b', (), None)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))\n"
        "print(logs.JsonLines().format(record))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["message"] == "a\\nb"
