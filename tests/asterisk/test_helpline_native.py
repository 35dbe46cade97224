"""The service is away, and the plan goes on in Asterisk alone: menus, articles, digits and people, all by keys."""

from __future__ import annotations

import asyncio
import re
import wave
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from ivr.dialogue import wording
from ivr.plans.native.wording import NO_QUESTIONS, OPENING
from ivr.stand import Stand
from ivr.testing.phone_call import PhoneCall
from tests.asterisk.helpline import Helpline, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALIKE = 0.8
"""Correlation of what was heard with the sound that was wanted; µ-law leaves above 0.95, other speech below 0.2."""
ANSWERED_S = 0.3
"""Asterisk hears a key before the phone has sent it three times, and answers at once."""


def _sound(stand: Stand, words: str) -> bytes:
    """The sound of the file whose comment in the dialplan begins with `words`."""
    rows = (stand.pbx.run_dir / "native" / "helpline-native.conf").read_text().splitlines()
    at = next((at for at, row in enumerate(rows) if row.startswith(f'; "{words}')), None)
    assert at is not None, words
    first = at
    while rows[first - 1].startswith('; "'):
        first -= 1
    line = next(row for row in rows[at:] if not row.startswith(";"))
    name = re.findall(r"\$\{IVR_SOUNDS\}/([0-9a-f]{16})", line)[at - first]
    with wave.open(str(stand.pbx.run_dir / "native" / "sounds" / f"{name}.wav")) as file:
        return file.readframes(file.getnframes())


def _likeness(heard: bytes, sound: bytes) -> float:
    """The highest correlation of the first second of `sound` with any second of `heard`."""
    long = np.frombuffer(heard, "<i2").astype(np.float64)
    short = np.frombuffer(sound[: 2 * 8000], "<i2").astype(np.float64)
    if len(long) < len(short):
        return 0.0
    size = 1 << (len(long) + len(short)).bit_length()
    dots = np.fft.irfft(np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size)), size)[: len(long) - len(short) + 1]
    sums = np.concatenate([[0.0], np.cumsum(long**2)])
    energy = sums[len(short) :] - sums[: -len(short)]
    return float(np.max(dots / np.sqrt(np.maximum(energy, 1e4) * np.sum(short**2))))


class NativeCaller:
    """A caller whom Asterisk alone looks after."""

    def __init__(self, call: PhoneCall, helpline: Helpline) -> None:
        self.call = call
        self._helpline = helpline
        self._since = call.answered_at

    async def hears(self, words: str, within_s: float = 20.0) -> None:
        """Wait until the first second of the prompt that begins with `words` was heard, after the one before."""
        sound = _sound(self._helpline.stand, words)

        def look() -> bool:
            return _likeness(self.call.heard(self._since), sound) > ALIKE

        await eventually(look, within_s=within_s, what=f"the prompt '{words}' was not heard")
        self._since = asyncio.get_running_loop().time() - 1.0

    async def presses(self, keys: str) -> None:
        """Press `keys`; what is heard from now on comes after them."""
        self._since = await self.call.press(keys) - ANSWERED_S

    async def variables(self) -> dict[str, str]:
        """The channel's variables of a native plan."""
        pbx = self._helpline.stand.pbx
        listed = await pbx.console("core show channels concise")
        channels = [line.partition("!")[0] for line in listed.splitlines() if line.startswith("PJSIP/caller")]
        assert len(channels) == 1
        told = await pbx.console(f"core show channel {channels[0]}")
        return dict(re.findall(r"^(IVR_[A-Za-z_]+)=(.*?)\s*$", told, re.MULTILINE))


@pytest_asyncio.fixture(loop_scope="session")
async def away(rough: Helpline) -> AsyncIterator[Helpline]:
    """A helpline whose service is not there."""
    await rough.stand.stop_service()
    yield rough
    if not await rough.stand.healthy():
        await rough.stand.start_service()


async def _dialled(away: Helpline) -> NativeCaller:
    return NativeCaller((await away.dial(name="Ann Lee")).call, away)


async def _waiting(away: Helpline, queue: str) -> bool:
    return "has 1 calls" in await away.stand.pbx.console(f"queue show {queue}")


async def test_the_native_plan_loads_without_a_word_in_the_log(away: Helpline) -> None:
    pbx = away.stand.pbx
    before = pbx.log_path.stat().st_size
    await pbx.console("dialplan reload")
    shown = await pbx.console("dialplan show helpline-native")
    assert "Context 'helpline-native'" in shown
    assert "(main)" in shown.replace("[", "(").replace("]", ")")
    assert pbx.log_path.read_bytes()[before:] == b""


async def test_a_caller_gets_to_an_article_and_to_a_person_by_keys(away: Helpline) -> None:
    caller = await _dialled(away)
    await caller.hears(OPENING)
    await caller.presses("1")
    await caller.hears("Do you live here?")
    await caller.presses("5")  # neither yes nor no
    await caller.hears("I did not follow.")
    await caller.presses("#")
    await caller.hears("Village hall. Parking, or a question? For parking")
    await caller.presses("2")
    await caller.hears("The hall is open")
    await caller.presses("*")
    await caller.hears("The hall is open")
    await caller.presses("0")
    await caller.hears(wording.to_people("the office"))
    await eventually(lambda: _waiting(away, "operator"), what="nobody waits for the operators")
    told = (await caller.variables())["IVR_TOLD"]
    assert told == "reason=asked&intent=opening_hours&resident=&place="
    await caller.call.hang_up()


async def test_what_was_keyed_is_read_back_and_shown_to_the_agent_when_the_service_is_back(away: Helpline) -> None:
    caller = await _dialled(away)
    await caller.hears(OPENING)
    await caller.presses("1")
    await caller.hears("Do you live here?")
    await caller.presses("1")
    await caller.hears("Which place?")
    await caller.presses("4217")
    await caller.hears("I have")
    await caller.presses("2")
    await caller.hears(wording.REFUSED)
    await caller.presses("4271")
    await caller.hears("I have")
    await caller.presses("#")  # late, of a caller who ends every number with it
    await caller.hears("I have")
    await caller.presses("1")
    await caller.hears("To the caretaker.")
    await eventually(lambda: _waiting(away, "housing"), what="nobody waits for the caretaker")
    variables = await caller.variables()
    assert variables["IVR_TOLD"] == "reason=plan&intent=parking&resident=yes&place=4271"
    assert variables["IVR_FACT_place"] == "4271"
    await away.stand.start_service()
    bob = await away.agent("bob")
    ring, pop = await bob.rings()
    assert pop["pop"]["caller"]["name"] == "Ann Lee"
    assert pop["pop"]["intent"]["name"] == "parking"
    assert {fact["name"]: fact["value"] for fact in pop["pop"]["facts"]} == {"resident": "yes", "place": "4271"}
    ring.reject()
    await caller.call.hang_up()


async def test_a_question_goes_to_a_person_who_can_answer_it(away: Helpline) -> None:
    caller = await _dialled(away)
    await caller.presses("3")
    await caller.hears(NO_QUESTIONS)
    await eventually(lambda: _waiting(away, "operator"), what="nobody waits for the operators")
    await caller.call.hang_up()


async def test_a_caller_who_presses_nothing_comes_to_a_person(away: Helpline) -> None:
    caller = await _dialled(away)
    await caller.hears("Village hall. Parking, or a question? For parking")
    await caller.hears("I did not hear you.", within_s=40)
    await caller.hears(wording.to_people("the office"), within_s=40)
    await eventually(lambda: _waiting(away, "operator"), what="nobody waits for the operators")
    assert (await caller.variables())["IVR_REASON"] == "not_understood"
    await caller.call.hang_up()


async def test_a_changed_plan_is_the_native_one_too(rough: Helpline) -> None:
    plan = rough.stand.settings.helpline
    right = plan.read_text()
    file = rough.stand.pbx.run_dir / "native" / "helpline-native.conf"
    try:
        plan.write_text(right.replace("Village hall.", "New hall."))
        rough.stand.read_plan_anew()
        await eventually(lambda: "New hall." in file.read_text(), what="the native plan stays as it was")
    finally:
        plan.write_text(right)
        rough.stand.read_plan_anew()
        await eventually(lambda: "Village hall." in file.read_text(), what="the native plan stays as it was")


async def test_the_measure_tells_prompts_apart() -> None:
    noise = np.random.default_rng(1)
    one, other = (noise.normal(0, 3000, 16000).astype("<i2").tobytes() for _ in range(2))
    assert _likeness(one, one) > 0.99
    assert _likeness(one, other) < 0.2
