"""Write Asterisk's configuration, with this installation's ports and secrets, into a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from ivr.handoff.agents import load_agents
from ivr.pbx import Installation, Ports, render
from ivr.secrets_file import secrets_for
from ivr.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("folder", type=Path, help="where Asterisk will read it, e.g. /etc/helpline-asterisk")


def main(given: argparse.Namespace) -> int:
    """Render, and say how to start Asterisk with it."""
    settings = Settings.read()
    secrets = secrets_for(settings.secrets, [agent.name for agent in load_agents(settings.agents)])
    config = render(
        settings,
        secrets,
        given.folder.absolute(),
        Ports.of(settings),
        installation=Installation(binary=Path("asterisk")),
    )
    print(f"asterisk -C {config} -f")
    return 0
