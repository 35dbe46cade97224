"""The log: one JSON line an event, nothing that a terminal obeys, and no personal data."""

from __future__ import annotations

import json
import logging

from ivr.call import CallId
from ivr.logs import JsonLines
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
