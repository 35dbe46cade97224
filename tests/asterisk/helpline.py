"""A whole helpline under test: Asterisk, the service with its watchdog, callers, agents, journals, and faults."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ivr.call import CallEvent, Ended, PromptPlayed, Rang, StepEntered, event_from_dict
from ivr.secrets_file import CALLER
from ivr.stand import Stand
from ivr.testing.agent_page import AgentPage, View
from ivr.testing.phone_call import PhoneCall
from ivr.testing.sip_phone import IncomingRing, SipPhone
from ivr.testing.sound import speak
from tests.asterisk.evidence import BUILD, Evidence

HELPLINE = "100"
PAUSE_S = 0.5
"""A prompt is over for a caller when nothing was heard for this long."""
PATIENCE_S = 20.0
"""How long anything may take that has no bound of its own: the machine may be busy with something else."""

E = TypeVar("E", bound=CallEvent)
_numbers = itertools.count(10000)


async def eventually(look: Callable[[], Any], *, within_s: float = PATIENCE_S, what: str = "") -> Any:
    """The first true value of `look` (a coroutine function or not): for what tells nobody that it changed."""
    end = asyncio.get_running_loop().time() + within_s
    while True:
        seen = look()
        value = await seen if isinstance(seen, Awaitable) else seen
        if value:
            return value
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"not within {within_s:g} s: {what or look}")
        await asyncio.sleep(0.02)


class Journal:
    """The journal of one call, read while it is written; events are waited for in their order."""

    def __init__(self, folder: Path, number: str) -> None:
        self._folder = folder
        self._number = number
        self._file: Path | None = None
        self._read = 0

    def events(self) -> list[CallEvent]:
        """Everything so far."""
        if self._file is None:
            self._file = next((file for file in self._folder.glob("*.jsonl") if self._is_mine(file)), None)
        if self._file is None:
            return []
        # What stands after the last end of line is being written just now.
        whole = self._file.read_text("utf-8").rpartition("\n")[0]
        return [event_from_dict(json.loads(line)) for line in whole.splitlines()]

    def all(self, kind: type[E]) -> list[E]:
        """Every event of `kind` so far."""
        return [event for event in self.events() if isinstance(event, kind)]

    async def next(self, kind: type[E], within_s: float = PATIENCE_S, **fields: object) -> E:
        """The next event of `kind` with these `fields` after the one that was waited for last."""

        def look() -> E | None:
            for at, event in enumerate(self.events()[self._read :], self._read + 1):
                if isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items()):
                    self._read = at
                    return event
            return None

        try:
            found: E = await eventually(look, within_s=within_s)
        except AssertionError:
            seen = "\n".join(map(str, self.events()[self._read :]))
            raise AssertionError(f"no {kind.__name__} {fields} within {within_s:g} s, but\n{seen}") from None
        return found

    def _is_mine(self, file: Path) -> bool:
        first = file.read_text("utf-8").partition("\n")[0]
        with suppress(ValueError):
            rang = event_from_dict(json.loads(first))
            return isinstance(rang, Rang) and rang.number == self._number
        return False


class Caller:
    """Somebody who dialled the helpline: speaks, presses, listens; `journal` is what the service made of it."""

    def __init__(self, call: PhoneCall, journal: Journal) -> None:
        self.call = call
        self.journal = journal

    async def at(self, step: str) -> StepEntered:
        """Wait until the plan has come to `step`."""
        return await self.journal.next(StepEntered, step=step)

    async def hears_out(self) -> float:
        """Wait until a prompt sounds and is over; when its last sound came."""
        await self.call.wait_for_sound(timeout_s=PATIENCE_S)
        return await self.call.wait_for_silence(PAUSE_S)

    async def says(self, words: str) -> float:
        """Hear the prompt out, then say `words`; when the last of them was said."""
        await self.hears_out()
        return await self.interrupts(words)

    async def interrupts(self, words: str) -> float:
        """Say `words` now."""
        return await self.call.say(await spoken(words))

    async def presses(self, keys: str) -> float:
        """Press `keys` now; when the last one was let go."""
        return await self.call.press(keys)

    async def was_told(self, words: str) -> PromptPlayed:
        """Wait for the note of a prompt that holds `words`."""
        while words not in (played := await self.journal.next(PromptPlayed)).text:
            pass
        return played

    async def leaves(self) -> None:
        """Hang up."""
        await self.call.hang_up()


async def spoken(words: str) -> bytes:
    """`words` in a caller's voice."""
    return await speak(words, cache=BUILD / "voices")


class Agent:
    """An agent with phone and page, available for calls."""

    def __init__(self, phone: SipPhone, page: AgentPage) -> None:
        self.phone = phone
        self.page = page

    async def rings(self, within_s: float = PATIENCE_S) -> tuple[IncomingRing, dict[str, Any]]:
        """The next call that rings here, and the pop that is on the page while it does."""
        ring = await self.phone.wait_for_call(within_s)
        while ring.cancelled.is_set():  # the queue went on while the test was busy elsewhere, and rings again
            ring = await self.phone.wait_for_call(within_s)
        pop = await self.pop("ringing", ring.number)
        assert not ring.cancelled.is_set(), "the pop came while the phone rang"
        return ring, pop

    async def pop(self, state: str, number: str | None = None) -> dict[str, Any]:
        """The pop of the caller with that `number` (default: any) in `state`, as on the page."""

        def found(view: View) -> list[dict[str, Any]]:
            return [pop for pop in view["pops"] if pop["state"] == state and number in (None, _number(pop))]

        _, view = await self.page.wait_for(lambda view: bool(found(view)), PATIENCE_S)
        return found(view)[0]


def _number(pop: dict[str, Any]) -> Any:
    return pop["pop"]["caller"]["number"]


class Helpline:
    """One test's view of a `Stand`: whoever calls through it is gone after the test."""

    def __init__(self, stand: Stand, evidence: Evidence, stack: AsyncExitStack) -> None:
        self.stand = stand
        self._evidence = evidence
        self._stack = stack
        self._agents: dict[str, SipPhone] = {}
        self._calls: dict[str, PhoneCall] = {}
        evidence.follow(stand.pbx.log_path, "asterisk.log")
        evidence.follow(stand.log, "service.log")
        evidence.collect(self.journals)

    @property
    def journals(self) -> Path:
        """The folder of all calls' journals."""
        return self.stand.settings.state / "calls"

    def number(self) -> str:
        """A caller's number that nobody had before, from the range that Ofcom keeps for fiction."""
        return f"0207946{next(_numbers)}"

    async def phone(self, user: str = CALLER) -> SipPhone:
        """A telephone."""
        pbx = (self.stand.pbx.ports.address, self.stand.pbx.ports.sip)
        phone = await self._stack.enter_async_context(SipPhone(user, self.stand.secrets.sip[user], pbx))
        self._evidence.phones.append(phone)
        return phone

    async def dial(self, *, name: str | None = None, number: str | None = None) -> Caller:
        """Dial the helpline and be answered."""
        number = self.number() if number is None else number
        phone = await self.phone()
        call = await phone.dial(HELPLINE, name=name, number_shown=number)
        self._calls[number] = call
        return Caller(call, Journal(self.journals, number))

    async def hang_up(self, number: str) -> None:
        """The caller with that `number` leaves."""
        await self._calls[number].hang_up()

    async def agent(self, name: str = "alice") -> Agent:
        """An agent who is available; signed off after the test."""
        phone = await self.registered(name)
        page = await self.page(name)
        await page.do("available")
        return Agent(phone, page)

    async def registered(self, name: str) -> SipPhone:
        """The telephone of an agent, ready to ring."""
        phone = self._agents.get(name)
        if phone is None:
            self._agents[name] = phone = await self.phone(name)
            await phone.register()
        return phone

    async def page(self, name: str = "alice") -> AgentPage:
        """The page of an agent."""
        return await self._stack.enter_async_context(AgentPage(self.stand.url, name, self.stand.secrets.agents[name]))

    async def channels(self) -> int:
        """How many channels Asterisk has."""
        told = await self.stand.pbx.console("core show channels count")
        return int(told.split()[0])

    async def nothing_is_left(self) -> None:
        """No channel in Asterisk, no connection of a call in the service, none half closed; each call's end noted."""
        await eventually(self._no_channel, what="a channel is left in Asterisk")
        await eventually(lambda: not self.connections(), what="a connection of a call is left in the service")
        for file in self.journals.glob("*.jsonl"):
            await eventually(partial(self._ended, file), what=f"{file.name} has no end")

    async def nothing_is_left_of(self, caller: Caller) -> None:
        """As above, of a call whose end the service could not note."""
        await caller.call.hang_up()
        await eventually(self._no_channel, what="a channel is left in Asterisk")
        await eventually(lambda: not self.connections(), what="a connection of a call is left in the service")

    def connections(self) -> Counter[str]:
        """The service's connections by state: of calls, whatever state; of others, those that it forgot to close."""
        of_calls = {self.stand.settings.agi_port, self.stand.settings.media_port}
        return Counter(
            state for port, state in connections(self.stand.service_pid) if port in of_calls or state == CLOSE_WAIT
        )

    async def log_says(self, message: str, since: int = 0) -> dict[str, Any]:
        """Wait for a line with this `message` in the service's log, after the first `since` bytes."""

        def look() -> dict[str, Any] | None:
            for line in self.stand.log.read_bytes()[since:].decode("utf-8", "replace").splitlines():
                if f'"message": "{message}"' in line:
                    found: dict[str, Any] = json.loads(line)
                    return found
            return None

        said: dict[str, Any] = await eventually(look, what=f"'{message}' in {self.stand.log}")
        return said

    def log_size(self) -> int:
        """How long the service's log is now."""
        return self.stand.log.stat().st_size

    async def tidy(self) -> None:
        """Nobody calls, no phone is in a queue, no page holds a call: as the next test wants it."""
        for call in self._calls.values():
            await call.hang_up()
        queues = {agent.name: agent.queues for agent in self.stand.agents}
        for name in self._agents:
            for queue in queues[name]:
                await self.stand.pbx.console(f"queue remove member PJSIP/{name} from {queue}")
        await eventually(self._no_channel, what="a channel is left in Asterisk")
        if not await self.stand.healthy():
            return
        for name in self._agents:
            page = await self.page(name)
            _, view = await page.wait_for(lambda view: all(pop["state"] == "wrap_up" for pop in view["pops"]))
            for pop in view["pops"]:
                await page.do("wrap_up", call_id=pop["call_id"], outcome="resolved", note="")

    async def _no_channel(self) -> bool:
        return await self.channels() == 0

    @staticmethod
    def _ended(file: Path) -> bool:
        return f'"event": "{Ended.__name__}"' in file.read_text("utf-8")


CLOSE_WAIT, _TIME_WAIT, _LISTENS = "08", "06", "0A"


def connections(pid: int | None) -> list[tuple[int, str]]:
    """(local port, state) of every TCP connection that process `pid` holds open (proc(5): net/tcp)."""
    held = set()
    for handle in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(OSError):
            held.add(str(handle.readlink()))
    found = []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if f"socket:[{fields[9]}]" in held and fields[3] not in (_TIME_WAIT, _LISTENS):
            found.append((int(fields[1].partition(":")[2], 16), fields[3]))
    return found


def descendants(pid: int) -> list[int]:
    """Every process below `pid`."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, children.read_text().split()):
                found += [child, *descendants(child)]
    return found


def command_of(pid: int) -> str:
    """The command line of a process; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def kill(*pids: int | None, number: int = signal.SIGKILL) -> None:
    """Send a signal to processes that must be there."""
    for pid in pids:
        assert pid is not None
        os.kill(pid, number)
