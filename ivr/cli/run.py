"""Start Asterisk and the helpline on this machine and say what to dial, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import signal

from ivr.adapters import hearing_of
from ivr.helpline import load_helpline
from ivr.secrets_file import CALLER
from ivr.settings import LOOPBACK, Settings
from ivr.stand import Stand, unserved


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes: nothing."""


def main(given: argparse.Namespace) -> int:
    """Run until Ctrl-C."""
    settings = Settings.read()
    if "watch" not in settings.model_fields_set:
        settings = settings.model_copy(update={"watch": True})
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> int:
    stand = Stand(settings)
    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked_to_stop.set)
    loop.add_signal_handler(signal.SIGHUP, stand.read_plan_anew)
    stopping = asyncio.create_task(asked_to_stop.wait(), name="wait for Ctrl-C")
    running = asyncio.create_task(_until_it_ends(stand), name="run the helpline")
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()  # it never ends by itself but with an error
    finally:
        print("stopping ...", flush=True)
        for task in (running, stopping):
            task.cancel()
        await asyncio.wait({running, stopping})
        await stand.stop()
    return 0


async def _until_it_ends(stand: Stand) -> None:
    await stand.start(lambda line: print(line, flush=True))
    print(_card(stand), flush=True)
    await stand.wait()


def _card(stand: Stand) -> str:
    ports, secrets, settings = stand.pbx.ports, stand.secrets, stand.settings
    helpline = load_helpline(settings.helpline, hearing_of(settings), settings.prompts)
    told = (
        *helpline.warnings,
        *(f"{settings.agents}: {line}" for line in unserved(stand.agents, helpline.flow.queues)),
    )
    warnings = "".join(f"\n  Warning       {warning}" for warning in told)
    logins = "\n".join(
        f"    {agent.display_name}: name {agent.name}, password {secrets.agents[agent.name]}; "
        f"phone: SIP user {agent.name}, password {secrets.sip[agent.name]}"
        for agent in stand.agents
    )
    return f"""
The helpline answers.

  Dial it from any softphone (SIP over UDP)
    server   {ports.address}:{ports.sip}
    user     {CALLER}
    password {secrets.sip[CALLER]}{_elsewhere(ports.address)}
    100      the helpline: speak or use the keys
    900      the same menu in Asterisk alone, for comparison

  Agents' page  {stand.url}
{logins}

  Plan          {settings.helpline}{" (taken anew when you save it)" if settings.watch else ""}
  Speech model  {helpline.engine.description}{warnings}
  Logs          {stand.log} and {stand.pbx.log_path}
  Secrets       {settings.secrets} (made on this machine, never committed)

Ctrl-C stops everything.
"""


def _elsewhere(address: str) -> str:
    """How a softphone on another machine gets through, where only those on this one do."""
    if address != LOOPBACK:
        return ""
    return "\n    (one on another machine: start with IVR_SIP_BIND=ADDRESS, this machine's address in your network)"
