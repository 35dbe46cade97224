"""Write Asterisk's configuration, with this installation's ports and secrets, into a folder."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path

from ivr.adapters import prompts_of
from ivr.dialogue import load_flow
from ivr.errors import UserError
from ivr.handoff.agents import load_agents
from ivr.pbx import Installation, Ports, render
from ivr.pbx.render import NATIVE
from ivr.plans.native import compile_plan
from ivr.published import plan_of
from ivr.secrets_file import secrets_for
from ivr.settings import Settings
from ivr.stand import people_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("folder", type=Path, help="where Asterisk will read it, e.g. /etc/helpline-asterisk")


def main(given: argparse.Namespace) -> int:
    """Render, with the plan for Asterisk alone, and say how to start Asterisk with it.

    A plan that cannot be compiled is told and keeps no Asterisk from starting: its callers then get the operators.
    """
    settings = Settings.read()
    agents = load_agents(settings.agents)
    secrets = secrets_for(settings.secrets, [agent.name for agent in agents])
    config = render(
        settings,
        secrets,
        given.folder.absolute(),
        Ports.of(settings),
        installation=Installation(binary=Path("asterisk")),
        people=people_of(agents, _queues(plan_of(settings.helpline))),
    )
    native = given.folder.absolute() / NATIVE
    try:
        plan, voice = plan_of(settings.helpline), prompts_of(settings)
        asyncio.run(compile_plan(plan, into=native, seen_as=str(native), recordings=settings.prompts, voice=voice))
    except UserError as fault:
        print(f"warning: no plan for when the service is down: {fault}", file=sys.stderr)
    print(f"asterisk -C {config} -f")
    return 0


def _queues(plan: Path) -> Iterable[str]:
    """Those of the plan; none of one with a fault, which is told when it is compiled."""
    try:
        return load_flow(plan).queues
    except UserError:
        return ()
