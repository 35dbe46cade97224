"""How the service logs: one JSON line an event, with the call it belongs to and without personal data."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

from ivr.call import shown
from ivr.switchboard import current_call

_PLAIN = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "taskName"}


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


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send every record of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("asyncio", "aiohttp.access", "panoramisk"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
