"""The journal of every call: one JSON line an event, in one file a call that only the service can read."""

from __future__ import annotations

import json
import logging
import os
import re
from pathlib import Path

from ivr.call import CallEvent, CallId, event_from_dict, event_to_dict
from ivr.errors import SettingsError

log = logging.getLogger(__name__)

FOLDER = "calls"
"""Below the state's folder."""
_UNSAFE = re.compile(r"[^0-9A-Za-z.-]")
LARGEST_FILE_BYTES = 1_000_000
"""A call with more events than this is no conversation; what follows is counted, not kept."""


class Journal:
    """Appends events to ``<folder>/<call id>.jsonl`` (mode 0600, folder 0700).

    Written with one append each and no buffer of ours, so that a killed service loses nothing. A full disk costs
    the journal its line and the log a warning, never the call.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.lost = 0
        """Events that could not be written."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as fault:
            raise SettingsError(
                f"the journal cannot be kept in {folder} ({fault.strerror}): point IVR_STATE at a place that can"
            ) from None

    def note(self, event: CallEvent) -> None:
        """Append `event`."""
        line = json.dumps(event_to_dict(event), ensure_ascii=False) + "\n"
        try:
            handle = os.open(self.file(event.call_id), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                if os.fstat(handle).st_size > LARGEST_FILE_BYTES:
                    self.lost += 1
                    return
                os.write(handle, line.encode(errors="replace"))
            finally:
                os.close(handle)
        except OSError as fault:
            self.lost += 1
            log.warning("event not written to the journal", extra={"fault": str(fault), "lost": self.lost})

    def events(self, call_id: CallId) -> list[CallEvent]:
        """Everything noted of a call so far, oldest first; a torn last line is left out."""
        try:
            lines = self.file(call_id).read_text("utf-8", errors="replace").rstrip("\n").split("\n")
        except FileNotFoundError:
            return []
        except OSError as fault:
            log.warning("a journal could not be read", extra={"call_id": call_id, "fault": str(fault)})
            return []
        events = []
        for line in lines:
            try:
                events.append(event_from_dict(json.loads(line)))
            except (ValueError, KeyError, TypeError):
                log.warning("unreadable line in the journal", extra={"call_id": call_id})
        return events

    def file(self, call_id: CallId) -> Path:
        """Where the journal of `call_id` stands; no call id leads out of the folder."""
        return self._folder / (_UNSAFE.sub("_", call_id).lstrip(".") + ".jsonl")
