"""How the service logs: one JSON line an event, with the call it belongs to and without personal data."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from typing import Any

from ivr.call import shown
from ivr.switchboard import current_call

_PLAIN = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "taskName"}
MOST_SENTENCES = 100
TALKATIVE = ("asyncio", "aiohttp.server", "ivr.front_door", "ivr.media.server.http")
"""Loggers that say something for each connection, or for each that could not be had."""


class JsonLines(logging.Formatter):
    """A record as one JSON line; fields whose name starts with ``pii_`` are named but not shown."""

    def format(self, record: logging.LogRecord) -> str:
        """One line: time, level, room, message, call, fields."""
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "room": record.name.removeprefix("ivr."),
            "message": shown(record.getMessage()),
        }
        call_id = current_call.get()
        if call_id:
            line["call_id"] = call_id
        for name, value in record.__dict__.items():
            if name in _PLAIN or name in line:
                continue
            line[name] = "(personal)" if name.startswith("pii_") else value
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=lambda value: shown(str(value)))


class Sparingly(logging.Filter):
    """Lets one record of the same sentence pass a second; the next that passes says how many were left out.

    For loggers that strangers can make talk: a full disk must not be theirs to have.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._passed: dict[str, tuple[float, int]] = {}
        """Sentence → when it passed last, and how often it was held back since."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether `record` passes."""
        sentence, now = str(record.msg).partition("\n")[0], self._now()
        passed_at, left_out = self._passed.get(sentence, (now - 1, 0))
        if now - passed_at < 1:
            self._passed[sentence] = (passed_at, left_out + 1)
            return False
        if left_out:
            record.left_out = left_out
        self._passed.pop(sentence, None)
        self._passed[sentence] = (now, 0)
        while len(self._passed) > MOST_SENTENCES:
            del self._passed[next(iter(self._passed))]
        return True


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send every record of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("asyncio", "aiohttp.access", "panoramisk"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for talkative in TALKATIVE:
        logging.getLogger(talkative).addFilter(Sparingly())
