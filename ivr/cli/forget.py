"""Delete everything that is kept of a caller's number: their last calls and how they want to be spoken to."""

from __future__ import annotations

import argparse
import json
import sqlite3

from ivr.app import memory_of
from ivr.call import Caller
from ivr.dialogue import load_flow
from ivr.dialogue.caller_number import number_of
from ivr.errors import SettingsError, UserError
from ivr.published import plan_of
from ivr.secrets_file import secrets_for
from ivr.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("number", help="as they ring, or with a plus and the code of the country")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def main(given: argparse.Namespace) -> int:
    """0, whether there was anything or not."""
    settings = Settings.read()
    caller = Caller.presented("".join(given.number.split()), None, None)
    number = number_of(caller, load_flow(plan_of(settings.helpline)).language)
    if not number.lstrip("+").isdecimal():
        raise UserError(f"'{given.number}' is no number; write digits, such as 07700900123 or +447700900123")
    if not settings.secrets.exists():
        raise SettingsError(f"there is no {settings.secrets}, so nothing was ever kept here")
    memory = memory_of(settings, secrets_for(settings.secrets, ()).callers)
    try:
        deleted = memory.forget_now(number)
    except (sqlite3.Error, OSError) as fault:
        raise UserError(f"{settings.state}: what is remembered cannot be changed ({fault}); try again") from None
    finally:
        memory.close_now()
    print(json.dumps({"deleted": deleted}) if given.format == "json" else f"deleted: {deleted} entries")
    return 0
