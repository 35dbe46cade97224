"""Hand-overs on disk, one file each, so that a service that was restarted still knows why a caller waits.

The files hold what callers said: the folder is 0700, each file 0600, and each is removed when its call is over. One
thread does the work in order, so that neither the event loop nor a slow disk keeps a caller waiting.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import re
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ivr.call import (
    LEVELS,
    Alert,
    AnswerHeard,
    Caller,
    CallId,
    Fact,
    HandOver,
    Identity,
    Intent,
    LetterTo,
    Said,
    Speaker,
    TranscriptLine,
)

log = logging.getLogger(__name__)

OLDEST_S = 12 * 3600.0
"""No call lasts longer; what is older was left behind by a crash."""
MOST = 1000
"""More calls than one node takes; beyond it the oldest hand-over goes."""
LARGEST_FILE = 1_000_000
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Spool:
    """The folder of hand-overs. Everything but `load` returns at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")

    async def load(self, *, now: float) -> dict[HandOver, float]:
        """The hand-overs of calls that may still be there, oldest first, with the Unix time of each.

        Files that are too old, too many or not ours are removed.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._load, now)

    def keep(self, hand_over: HandOver) -> None:
        """Write `hand_over` down; a failure is logged, for the call goes on without it."""
        self._thread.submit(self._write, hand_over).add_done_callback(_report)

    def forget(self, call_id: CallId) -> None:
        """Remove the hand-over of a call that is over."""
        self._thread.submit(self._path(call_id).unlink, missing_ok=True).add_done_callback(_report)

    async def close(self) -> None:
        """Finish what is under way."""
        await asyncio.to_thread(self._thread.shutdown)

    def _path(self, call_id: CallId) -> Path:
        name = call_id if _PLAIN.fullmatch(call_id) else hashlib.sha256(call_id.encode()).hexdigest()
        return self._folder / f"{name}.json"

    def _write(self, hand_over: HandOver) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(hand_over.call_id)
        fresh = path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(to_dict(hand_over), file)
        fresh.replace(path)

    def _load(self, now: float) -> dict[HandOver, float]:
        found: list[tuple[float, Path, HandOver]] = []
        for path in [path for path in self._folder.glob("*") if path.is_file()]:
            written_at = path.stat().st_mtime
            hand_over = None
            if path.suffix == ".json" and now - written_at <= OLDEST_S:
                hand_over = _read(path)
            if hand_over is None:
                path.unlink(missing_ok=True)
            else:
                found.append((written_at, path, hand_over))
        found.sort(key=lambda item: item[0])
        for _, path, _ in found[:-MOST]:
            path.unlink(missing_ok=True)
        return {hand_over: written_at for written_at, _, hand_over in found[-MOST:]}


def to_dict(hand_over: HandOver) -> dict[str, Any]:
    """`hand_over` as JSON-able data, complete."""
    data = asdict(hand_over)
    data["identity"]["level"] = hand_over.identity.level.word
    for line in data["transcript"]:
        line["speaker"] = line["speaker"].value
    return data


def from_dict(data: dict[str, Any]) -> HandOver:
    """The hand-over that `to_dict` made `data` of.

    Raises KeyError, TypeError or ValueError for anything else.
    """
    return HandOver(
        **{
            **data,
            "caller": Caller(**data["caller"]),
            "intent": None if data["intent"] is None else Intent(**data["intent"]),
            "facts": tuple(Fact(**fact) for fact in data["facts"]),
            "answers_heard": tuple(AnswerHeard(**answer) for answer in data["answers_heard"]),
            "failures": tuple(data["failures"]),
            "identity": _identity(data["identity"]),
            "record": tuple(Said(**said) for said in data["record"]),
            "letters": tuple(LetterTo(**letter) for letter in data["letters"]),
            "transcript": tuple(
                TranscriptLine(**{**line, "speaker": Speaker(line["speaker"])}) for line in data["transcript"]
            ),
            "alerts": tuple(Alert(**alert) for alert in data.get("alerts", ())),
        }
    )


def _identity(data: dict[str, Any]) -> Identity:
    return Identity(**{**data, "level": LEVELS[data["level"]]})


def _read(path: Path) -> HandOver | None:
    try:
        with path.open("rb") as file:
            return from_dict(json.loads(file.read(LARGEST_FILE)))
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("a hand-over on disk cannot be read and is removed", extra={"file": path.name})
        return None


def _report(done: Future[None]) -> None:
    if (fault := done.exception()) is not None:
        log.error("hand-overs cannot be kept on disk", extra={"fault": repr(fault)})
