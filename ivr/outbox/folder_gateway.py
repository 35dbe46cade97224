"""A folder instead of a gateway, for trying a helpline: each letter becomes a file, and nobody gets it."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from ivr.call import By, Letter
from ivr.outbox.gateway import NotTaken, Place
from ivr.outbox.texts import short

MOST_FILES = 1000


def forget_letters(folder: Path, to: str) -> int:
    """Delete the letters to one number or address below `folder`, where gateways have theirs; how many there were.

    Raises OSError.
    """
    found = [file for file in folder.glob("*/*.txt") if _is_to(file, to)]
    for file in found:
        file.unlink(missing_ok=True)
    return len(found)


def _is_to(file: Path, to: str) -> bool:
    try:
        return file.read_text("utf-8", errors="replace").startswith(f"To: {to}\n")
    except FileNotFoundError:  # the service deletes old ones meanwhile
        return False


class FolderGateway:
    """Writes letters below `folder`, mode 0600."""

    def __init__(self, folder: Path, *, at: Place, most_segments: int) -> None:
        self._folder = folder
        self._at = at
        self._most_segments = most_segments

    def check(self) -> tuple[str, ...]:
        """See `Gateway.check`."""
        return (self._at.told("what is sent is only written to a folder, so nobody gets it; good for trying"),)

    async def send(self, letter: Letter) -> None:
        """See `Gateway.send`."""
        try:
            await asyncio.to_thread(self._write, letter)
        except OSError as fault:
            raise NotTaken(f"the folder cannot be written ({fault.strerror})", again=False) from None

    async def close(self) -> None:
        """See `Gateway.close`; nothing is kept."""

    def _write(self, letter: Letter) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        oldest_first = sorted(self._folder.glob("*.txt"))
        for file in oldest_first[: max(0, len(oldest_first) - MOST_FILES + 1)]:
            file.unlink(missing_ok=True)
        if letter.by is By.SMS:
            text = short(letter.text, letter.link, self._most_segments)
        else:
            text = f"Subject: {letter.subject}\n\n{letter.text}\n\n{letter.link}".rstrip()
        name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{letter.id}.txt"
        handle = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(f"To: {letter.to}\n{text}\n")
