"""Delete what is kept of a caller's number: what is remembered, journals and messages of its calls, letters to it."""

from __future__ import annotations

import argparse
import json
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

from ivr.adapters import memory_of
from ivr.call import By, Caller
from ivr.dialogue import Flow, load_flow
from ivr.dialogue.caller_number import NOWHERE, number_of, region_of
from ivr.errors import SettingsError, UserError
from ivr.helpline import OUTBOX
from ivr.outbox import load_outbox
from ivr.outbox.folder_gateway import forget_letters
from ivr.outbox.ledger import LEDGER, Ledger
from ivr.phone_numbers import country_of, full_number, is_extension, numbers
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
    flow = load_flow(plan_of(settings.helpline))
    state = settings.state
    shown = "".join(given.number.split())
    country = _country(flow, state) or country_of(shown)
    number = _number(shown, country)
    if not settings.secrets.exists():
        raise SettingsError(f"there is no {settings.secrets}, so nothing was ever kept here")

    def theirs(presented: str) -> bool:
        return full_number(presented, country) == number

    try:
        remembered = _remembered(settings, {number_of(_caller(one), flow.language) for one in _ways(shown, country)})
        calls, going_on = forget_calls(state / CALLS, theirs, time.time())
        deleted = {
            "remembered": remembered,
            "calls": calls,
            "messages": forget_messages(state / MESSAGES, theirs),
            "letters": _letters(state / OUTBOX, number),
        }
    except (sqlite3.Error, OSError) as fault:
        raise UserError(f"{state}: what is kept cannot all be deleted ({fault}); try again") from None
    if given.format == "json":
        print(json.dumps({"deleted": deleted, "going_on": going_on}))
        return 0
    print(f"deleted: {', '.join(f'{what} {many}' for what, many in deleted.items())}")
    if going_on:
        print(f"not deleted, because they may still go on: calls {going_on}; do it again when they are over")
    return 0


def _country(flow: Flow, state: Path) -> str | None:
    """Whose numbers are shown without a country: as its files say, else as its language does."""
    if flow.callers is not None:
        return flow.callers.country
    if flow.outbox is not None:
        return load_outbox(flow.outbox, state / OUTBOX).country
    region = region_of(flow.language)
    return region if region != NOWHERE else None


def _number(shown: str, country: str) -> str:
    """E.164, or an extension as it is. Raises UserError."""
    if not shown.removeprefix("+").isdecimal():
        raise UserError(f"'{shown}' is no number; write digits, such as 07700900123 or +447700900123")
    number = full_number(shown, country)
    if not number.startswith("+") and not is_extension(number):
        raise UserError(
            f"'{shown}' is no number in the country of this helpline; write it with a plus and the code of its "
            "country, such as +447700900123"
        )
    return number


def _ways(shown: str, country: str) -> set[str]:
    """How the network may have presented the number."""
    return {shown, *numbers(shown, country).values()}


def _caller(shown: str) -> Caller:
    return Caller.presented(shown, None, None)


def _remembered(settings: Settings, numbers: Iterable[str]) -> int:
    memory = memory_of(settings, secrets_for(settings.secrets, ()).callers)
    try:
        return sum(memory.forget_now(number) for number in numbers)
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
