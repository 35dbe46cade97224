"""The bench's own helpline: Asterisk and service on free ports, and a caller's phone that can make many calls."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import time
from pathlib import Path
from types import TracebackType

from ivr.pbx import Ports
from ivr.records.journal import Journal
from ivr.secrets_file import CALLER
from ivr.settings import Settings
from ivr.speech.prompts.recordings import read_recording
from ivr.stand import Stand, free_settings
from ivr.testing.phone_call import PhoneCall
from ivr.testing.sip_phone import SipPhone
from ivr.testing.sound import write_wav
from tests.bench.tones import write_recordings

STATE = Path("build/bench-state")
VOICES = Path("build/voices")
HELPLINE, NATIVE = "100", "900"
"""What to dial: the service, and the same menu in Asterisk alone."""


class Stage:
    """`async with`: the helpline runs inside, and nothing of it after."""

    def __init__(self) -> None:
        ports = Ports.free()
        shutil.rmtree(STATE / "state" / "calls", ignore_errors=True)
        (STATE / "secrets.json").unlink(missing_ok=True)
        self.prompts = STATE / "prompts"
        settings = free_settings(
            Settings.read(),
            ports,
            folder=STATE,
            helpline=Path("tests/bench/plans/bench.yaml"),
            prompts=self.prompts,
        )
        self.stand = Stand(settings, name="bench", ports=ports, log=Path("build/log/bench-service.log"))
        self.journal = Journal(settings.state / "calls")
        self.pbx = (ports.address, ports.sip)
        self._phone = SipPhone(CALLER, self.stand.secrets.sip[CALLER], self.pbx)
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Stage:
        await write_recordings(self.prompts, VOICES)
        await self.stand.start(print)
        try:
            await self._phone.start()
        except BaseException:
            await self.stand.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._phone.close()
        await self.stand.stop()

    def native_prompt(self, recording: str) -> None:
        """Let the native menu say what the service says: the same recording, brought to the same level."""
        folder = self.stand.pbx.run_dir / "sounds"
        write_wav(folder / "new.wav", read_recording(self.prompts / f"{recording}.wav"))
        (folder / "new.wav").replace(folder / "main-menu.wav")

    async def dial(self, number: str) -> tuple[PhoneCall, str]:
        """Dial; the call, and the caller's number under which the journal knows it."""
        shown = f"0207946{next(self._numbers):04d}"
        return await self._phone.dial(number, number_shown=shown), shown


def wall_clock_offset_s() -> float:
    """What to add to the event loop's time to have Unix time (same clock for every process of the machine)."""
    return time.time() - asyncio.get_running_loop().time()
