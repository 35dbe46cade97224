"""Delete what is kept of a caller's number: what is remembered, journals and messages of its calls, letters to it."""

from __future__ import annotations

import argparse
import json
import sqlite3
from pathlib import Path

from ivr.adapters import memory_of
from ivr.call import By, Caller
from ivr.dialogue import load_flow
from ivr.dialogue.caller_number import number_of
from ivr.errors import SettingsError, UserError
from ivr.helpline import OUTBOX
from ivr.outbox.folder_gateway import forget_letters
from ivr.outbox.ledger import LEDGER, Ledger
from ivr.published import plan_of
from ivr.records.forgetting import forget_calls, forget_messages
from ivr.records.journal import FOLDER as CALLS
from ivr.records.mailbox import FOLDER as MESSAGES
from ivr.secrets_file import secrets_for
from ivr.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("number", help="as they ring, or with a plus and the code of the country")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def main(given: argparse.Namespace) -> int:
    """0, whether there was anything or not."""
    settings = Settings.read()
    language = load_flow(plan_of(settings.helpline)).language
    number = _number(given.number, language)
    if not number.lstrip("+").isdecimal():
        raise UserError(f"'{given.number}' is no number; write digits, such as 07700900123 or +447700900123")
    if not settings.secrets.exists():
        raise SettingsError(f"there is no {settings.secrets}, so nothing was ever kept here")
    state = settings.state
    try:
        deleted = {
            "remembered": _remembered(settings, number),
            "calls": forget_calls(state / CALLS, lambda shown: _number(shown, language) == number),
            "messages": forget_messages(state / MESSAGES, lambda shown: _number(shown, language) == number),
            "letters": _letters(state / OUTBOX, number),
        }
    except (sqlite3.Error, OSError) as fault:
        raise UserError(f"{state}: what is kept cannot all be deleted ({fault}); try again") from None
    told = ", ".join(f"{what} {many}" for what, many in deleted.items())
    print(json.dumps({"deleted": deleted}) if given.format == "json" else f"deleted: {told}")
    return 0


def _number(shown: str, language: str) -> str:
    return number_of(Caller.presented("".join(shown.split()), None, None), language)


def _remembered(settings: Settings, number: str) -> int:
    memory = memory_of(settings, secrets_for(settings.secrets, ()).callers)
    try:
        return memory.forget_now(number)
    finally:
        memory.close_now()


def _letters(folder: Path, number: str) -> int:
    """Those of the ledger, and those that were only written into a folder."""
    written = forget_letters(folder, number)
    if not (folder / LEDGER).exists():
        return written
    ledger = Ledger(folder / LEDGER)
    try:
        return written + ledger.forget(By.SMS, number)
    finally:
        ledger.close()
