"""Run the service (under its watchdog), for an Asterisk that is there already."""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
from pathlib import Path

import uvloop

from ivr import front_door
from ivr.app import serve
from ivr.console.log_ins import MOST_WAITING
from ivr.console.server import MOST_PAGES
from ivr.errors import SettingsError
from ivr.handoff.agents import load_agents
from ivr.logs import log_to_stderr
from ivr.settings import Settings
from ivr.telephony.agi.server import MOST_STRANGERS
from ivr.watchdog import Watchdog

FILES_OF_A_CALL = 5
"""Two AGI connections while one gives way to the next, the sound, a recognition server's, and the journal's now
and then."""
OTHER_FILES = 128
"""Libraries, listeners, AMI, the pipes of recognition workers."""
LARGEST_SHARE = 0.8
"""Of the files that the system allows: a service that runs out of them answers nobody."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument(
        "--rehearsal", type=Path, metavar="FOLDER", help="for ivr test --sip: calls get the scenes that lie there"
    )
    parser.add_argument("--unwatched", action="store_true", help="without the watchdog: for debugging")


def main(given: argparse.Namespace) -> int:
    """Run until told to stop."""
    log_to_stderr()
    settings = Settings.read()
    if given.unwatched:
        make_room(most_files(settings))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings, given.rehearsal))
        return 0
    command = [sys.executable, "-m", "ivr.cli", "serve", "--unwatched"]
    if given.rehearsal is not None:
        command += ["--rehearsal", str(given.rehearsal)]
    return Watchdog(command, silent_s=settings.loop_stall_s).run()


def most_files(settings: Settings) -> int:
    """Files and connections that are open when every cap is reached at the same time."""
    calls = FILES_OF_A_CALL * settings.most_calls
    strangers = MOST_STRANGERS + 2 * front_door.MOST_STRANGERS
    agents = MOST_PAGES * len(load_agents(settings.agents)) + MOST_WAITING
    return calls + strangers + agents + 2 * settings.recogniser_workers + OTHER_FILES


def make_room(files: int) -> None:
    """Let this process open all that the system allows.

    Raises SettingsError if `files` are more than `LARGEST_SHARE` of that.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and files > LARGEST_SHARE * hard:
        raise SettingsError(
            f"this process may open {hard} files, and needs {files / LARGEST_SHARE:.0f} for what may come at once: "
            "raise the limit (ulimit -Hn, LimitNOFILE in systemd), or lower setting 'most_calls' (IVR_MOST_CALLS)"
        )
