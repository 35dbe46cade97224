"""Run the service (under its watchdog), for an Asterisk that is there already."""

from __future__ import annotations

import argparse
import asyncio
import sys

import uvloop

from ivr.app import serve
from ivr.logs import log_to_stderr
from ivr.settings import Settings
from ivr.watchdog import Watchdog


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("--unwatched", action="store_true", help="without the watchdog: for debugging")


def main(given: argparse.Namespace) -> int:
    """Run until told to stop."""
    log_to_stderr()
    settings = Settings.read()
    if given.unwatched:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings))
        return 0
    command = [sys.executable, "-m", "ivr.cli", "serve", "--unwatched"]
    return Watchdog(command, silent_s=settings.loop_stall_s).run()
