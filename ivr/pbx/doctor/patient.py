"""The PBX under examination, seen with the service's own account and, where that may not look, with more."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ivr.errors import HelplineError
from ivr.pbx.doctor.config_file import Config, config_from_answer, read_config
from ivr.pbx.doctor.dialplan import Dialplan, dialplan_from
from ivr.pbx.doctor.manager_line import Refused

NOT_ALLOWED = "Permission denied"
UNKNOWN = "Invalid/unknown command"
NO_FILE = "Config file not found"


class Line(Protocol):
    """A manager connection that is logged in."""

    @property
    def strangers(self) -> set[str]:
        """Names of events that came though nobody asked for them."""

    def ask(self, name: str, fields: Mapping[str, str] | None = None, *, collect: bool = False) -> list[dict[str, str]]:
        """The response and the items of a list. Raises Refused, LineBroken."""


class NotPermitted(HelplineError):
    """No account that we have may look there; `needs` says what could."""

    def __init__(self, needs: str) -> None:
        super().__init__(needs)
        self.needs = needs


@dataclass(slots=True, kw_only=True)
class Patient:
    """`service` is logged in as the service is; `admin` may see more; `folder` holds Asterisk's configuration."""

    service: Line
    admin: Line | None = None
    folder: Path | None = None
    _dialplan: Dialplan | None = field(default=None, init=False)
    _configs: dict[str, Config] = field(default_factory=dict, init=False)

    def ask(self, name: str, fields: Mapping[str, str] | None = None, *, collect: bool = False) -> list[dict[str, str]]:
        """Ask with whichever account may.

        Raises NotPermitted, Refused (for any other reason), LineBroken.
        """
        for line in (self.service, self.admin):
            if line is None:
                continue
            try:
                return line.ask(name, fields, collect=collect)
            except Refused as refusal:
                if not refusal.words.startswith(NOT_ALLOWED):
                    raise
        raise NotPermitted(f"the action {name}")

    def value(self, expression: str) -> str:
        """What a dialplan function gives without a call; empty if there is no such function. Raises as `ask`."""
        return self.ask("Getvar", {"Variable": expression})[0].get("Value", "")

    def dialplan(self) -> Dialplan:
        """The whole dialplan, read once. Raises as `ask`."""
        if self._dialplan is None:
            self._dialplan = dialplan_from(self.ask("ShowDialPlan", collect=True)[1:])
        return self._dialplan

    def config(self, file: str) -> Config | None:
        """One of Asterisk's configuration files, read once; None if there is none. Raises as `ask`, and PbxError."""
        if file not in self._configs:
            found = self._read(file)
            if found is None:
                return None
            self._configs[file] = found
        return self._configs[file]

    def _read(self, file: str) -> Config | None:
        if self.folder is not None:
            with contextlib.suppress(FileNotFoundError):
                return read_config(self.folder, file)
            return None
        try:
            answer = self.ask("GetConfig", {"Filename": file})[0]
        except Refused as refusal:
            if refusal.words.startswith(NO_FILE):
                return None
            raise
        return config_from_answer(answer, file)
