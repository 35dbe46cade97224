"""Rendered prompts on disk: named by everything that decides how they sound, so that nothing old is ever played."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from pathlib import Path

log = logging.getLogger(__name__)

SHAPE = 2
"""Part of every name: raise it when levels.py makes other sound of the same voice."""


class PromptCache:
    """Sounds by voice (its identity) and spoken text; every method blocks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, spoken: str, identity: str) -> bytes | None:
        """The sound of `spoken`, or None if it is not there whole."""
        try:
            sound = self._file(spoken, identity).read_bytes()
        except OSError:
            return None
        return sound if sound and len(sound) % 2 == 0 else None

    def write(self, spoken: str, identity: str, sound: bytes) -> None:
        """Write all or nothing, readable by its owner only. A cache that cannot be written costs time, not the
        start."""
        file = self._file(spoken, identity)
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, fresh = tempfile.mkstemp(dir=file.parent, suffix=".new")  # mode 0600
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(sound)
                Path(fresh).replace(file)
            finally:
                Path(fresh).unlink(missing_ok=True)
        except OSError as fault:
            log.warning("the prompt cache cannot be written", extra={"folder": str(file.parent), "fault": str(fault)})

    def _file(self, spoken: str, identity: str) -> Path:
        key = hashlib.sha256(f"{SHAPE}\0{identity}\0{spoken}".encode()).hexdigest()
        return self._folder / f"{key}.pcm"
