"""Secrets of one installation: made at first start, kept in one file that only its owner can read."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ivr.errors import SettingsError

CALLER = "caller"
"""The test account that any softphone may use."""


class Secrets(BaseModel):
    """`ami`: the manager account; `agi`: the path by which Asterisk proves itself to the FastAGI server; `sip`:
    endpoint → password; `agents`: log-in name → password of the page; `callers`: the key under which what is kept of
    callers is hashed (it must not change, or locks and the like are forgotten)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ami: str
    agi: str
    sip: dict[str, str]
    agents: dict[str, str]
    callers: str = ""


def load_or_make(path: Path, *, sip: Iterable[str], agents: Iterable[str]) -> Secrets:
    """The secrets in `path`, completed (and the file made, mode 0600) for every name that has none yet.

    Raises SettingsError if the file is unreadable, readable by others, or no secrets file.
    """
    known: dict[str, object] = {}
    if path.exists():
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"{path} can be read by other users: chmod 600 {path}")
        try:
            known = Secrets.model_validate_json(path.read_bytes()).model_dump()
        except (OSError, ValidationError) as fault:
            raise SettingsError(
                f"{path} is not a secrets file ({type(fault).__name__}): mend it, or delete it to make a new one"
            ) from None
    old = Secrets.model_validate(known) if known else Secrets(ami=_made(), agi=_made(), sip={}, agents={})
    full = Secrets(
        ami=old.ami,
        agi=old.agi,
        sip={**{name: _made() for name in sip}, **old.sip},
        agents={**{name: _made(9) for name in agents}, **old.agents},
        callers=old.callers or _made(),
    )
    if not known or full != old:
        try:
            _write(path, full)
        except OSError as fault:
            raise SettingsError(
                f"{path} cannot be written ({fault.strerror}): point IVR_SECRETS at a place that can"
            ) from None
    return full


def secrets_for(path: Path, agents: Iterable[str]) -> Secrets:
    """The secrets of an installation with these `agents`: each has a log-in and a telephone of the same name."""
    names = list(agents)
    return load_or_make(path, sip=[CALLER, *names], agents=names)


def _made(size: int = 24) -> str:
    return secrets.token_urlsafe(size)


def _write(path: Path, full: Secrets) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent)  # mode 0600 and nobody else's
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(full.model_dump(), file, indent=1)
    Path(fresh).replace(path)
