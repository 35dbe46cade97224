"""Messages that callers left: a sound file and what is known of the call beside it, in one folder a queue."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import re
import time
import wave
from pathlib import Path

from ivr.call import HandOver

log = logging.getLogger(__name__)

FOLDER = "messages"
"""Below the state's folder."""
RATE_HZ = 8000
MOST_MESSAGES = 2000
"""In all: a line that nobody listens to must not fill the disk. Two minutes have 2 MB."""
_UNSAFE = re.compile(r"[^0-9A-Za-z._-]")


class Mailbox:
    """Keeps messages below `folder` (mode 0700, files 0600): ``<queue>/<time>-<call id>.wav`` and ``.json``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, hand_over: HandOver, sound: bytes) -> bool:
        """Keep `sound` (8 kHz, 16 bit, mono) with who left it; False if it cannot be written down."""
        try:
            await asyncio.to_thread(self._write, hand_over, sound)
        except OSError as fault:
            log.error("a message could not be kept", extra={"fault": str(fault), "queue": hand_over.queue})
            return False
        return True

    def _write(self, hand_over: HandOver, sound: bytes) -> None:
        if sum(1 for _ in self._folder.rglob("*.wav")) >= MOST_MESSAGES:
            raise OSError(f"there are {MOST_MESSAGES} messages already; listen to them and delete them")
        folder = self._folder / hand_over.queue
        for each in (self._folder, folder):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{_UNSAFE.sub('_', hand_over.call_id)}"
        about = {
            "call_id": hand_over.call_id,
            "queue": hand_over.queue,
            "number": hand_over.caller.number,
            "name": hand_over.caller.name,
            "intent": hand_over.intent.name if hand_over.intent else None,
            "facts": {fact.name: fact.value for fact in hand_over.facts},
            "seconds": round(len(sound) / 2 / RATE_HZ, 1),
        }
        _whole(folder / f"{name}.json", json.dumps(about, ensure_ascii=False, indent=1).encode())
        _whole(folder / f"{name}.wav", _wave(sound))


def _wave(sound: bytes) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(sound)
    return held.getvalue()


def _whole(file: Path, content: bytes) -> None:
    """Write `content` so that nobody ever sees half of it."""
    part = file.with_name(f".{file.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
    part.rename(file)
