"""What a caller or an agent's phone could forge: manager events by a number, calls outside by a redirect."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from ivr.handoff.queue_events import EVENT_NAMES
from ivr.pbx import Pbx
from ivr.secrets_file import Secrets
from ivr.settings import Settings
from ivr.telephony.ami.client import AmiClient
from tests.asterisk.conftest import PhoneMaker

FORGED = "1\r\n\r\nEvent: AgentCalled\r\nInterface: PJSIP/alice\r\nCallerIDNum: 999"


async def test_a_number_with_line_breaks_makes_no_event(
    pbx: Pbx, phone: PhoneMaker, settings: Settings, secrets: Secrets
) -> None:
    seen: list[Mapping[str, str]] = []
    hung_up = asyncio.Event()

    def keep(event: Mapping[str, str]) -> None:
        seen.append(dict(event))
        if event["Event"] == "Hangup":
            hung_up.set()

    ami = AmiClient(host="127.0.0.1", port=pbx.ports.ami, user=settings.ami_user, secret=secrets.ami)
    ami.subscribe(EVENT_NAMES, keep)
    await ami.start()
    try:
        caller = await phone("caller")
        call = await caller.dial("900", number_shown=FORGED)
        await call.hang_up()
        async with asyncio.timeout(5):
            await hung_up.wait()
    finally:
        await ami.close()
    assert [event["Event"] for event in seen] == ["Hangup"]
    assert seen[0]["CallerIDNum"] == "1EventAgentCalledInterfacePJSIPaliceCallerIDNum999"
