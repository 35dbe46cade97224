"""The manager client of the service: one log-in that is kept up, events by name, actions that are sent once."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping

from panoramisk.message import Message

from ivr.errors import LineBroken, LineError, PbxError, UserError
from ivr.telephony.ami.protocol import CheckedAction, Link, check_fields, plain, text

log = logging.getLogger(__name__)

PING_EVERY_S = 5.0
PING_DEADLINE_S = 5.0
"""With `PING_EVERY_S`: a link that carries nothing any more is noticed after 10 s at most."""
LOG_IN_DEADLINE_S = 5.0
BACK_OFF_LEAST_S = 0.5
BACK_OFF_MOST_S = 10.0
STEADY_S = 10.0
"""A link that lived this long makes the next back-off begin anew."""

OnEvent = Callable[[Mapping[str, str]], None]
OnLogin = Callable[[], Awaitable[None]]
OnLost = Callable[[], None]


class AmiClient:
    """Asterisk's manager interface at `host`:`port` with an account of the classes call, agent, reporting.

    Events that pass while the link is down are gone: whoever keeps a state asks for all of it in `on_login`.
    """

    def __init__(self, *, host: str, port: int, user: str, secret: str) -> None:
        self.connected = False
        """Whether we are logged in just now."""
        self.state_version = 0
        """Counts the log-ins: what was learnt under an older number may be stale."""
        check_fields({"Username": user, "Secret": secret})  # a ValueError here is better than one at each log-in
        self._host = host
        self._port = port
        self._user = user
        self._secret = secret
        self._readers: defaultdict[str, list[OnEvent]] = defaultdict(list)
        self._on_login: list[OnLogin] = []
        self._on_lost: list[OnLost] = []
        self._link: Link | None = None
        self._keeper: asyncio.Task[None] | None = None

    def subscribe(self, names: Collection[str], callback: OnEvent) -> None:
        """Call `callback` with the fields of every event of these names (any spelling of capitals).

        It runs on the event loop between two reads: it must be quick and must not block. The mapping has Asterisk's
        own keys; the values of a key that comes more than once (``ChanVariable``) are joined by LF.
        """
        for name in names:
            self._readers[name.lower()].append(callback)

    def on_login(self, callback: OnLogin) -> None:
        """Await `callback` after each log-in: the place for a full resync through `action`.

        A UserError or LineError that it raises ends `start`; at a later log-in it ends the link, and the next one
        tries again.
        """
        self._on_login.append(callback)

    def on_lost(self, callback: OnLost) -> None:
        """Call `callback` as soon as a link that was logged in is gone, not when `close` ends it."""
        self._on_lost.append(callback)

    async def start(self, *, deadline_s: float = 10.0) -> None:
        """Log in for the first time, run the resync, and keep the link up from then on.

        Raises PbxError, one line that says what is wrong and how to mend it, and leaves nothing running then.
        """
        where = f"{self._host}:{self._port}"
        try:
            link = await self._connect(deadline_s)
        except (OSError, LineBroken) as fault:  # TimeoutError is an OSError
            reason = "no answer in time" if isinstance(fault, TimeoutError) else (str(fault) or type(fault).__name__)
            raise PbxError(
                f"cannot talk to Asterisk's manager interface at {where} ({reason}): is Asterisk running, and do "
                "bindaddr and port in its manager.conf match IVR_AMI_HOST and IVR_AMI_PORT?"
            ) from None
        try:
            await self._resync()
        except BaseException as fault:
            self._drop(link)
            if isinstance(fault, LineError):
                raise PbxError(f"Asterisk at {where} let us in but does not answer: {fault}; see its log") from None
            raise
        self._keeper = asyncio.get_running_loop().create_task(self._keep_up(link), name="keep the manager link up")
        self._keeper.add_done_callback(_say_why)

    async def close(self) -> None:
        """Log off and stop."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})
            self._keeper = None
        if self._link is not None:
            self._drop(self._link)

    async def action(
        self, name: str, fields: Mapping[str, str] | None = None, *, collect: bool = False, deadline_s: float = 3.0
    ) -> list[dict[str, str]]:
        """Send one action once; its response, with `collect` followed by the items of the list and its end.

        Raises ValueError for what cannot be sent (CR, LF, NUL, lines over 1,000 bytes); PbxError with Asterisk's
        words if it refuses; LineBroken if we are not connected or the answer did not come. Then the action may have
        happened or not: it is never sent again, so ask Asterisk what is so before you repeat it.
        """
        request = CheckedAction({**(fields or {}), "Action": name}, collect=collect)
        if self._link is None or not self.connected:
            raise LineBroken("not connected to Asterisk's manager interface")
        messages = await self._link.ask(request, deadline_s)
        if text(messages[0], "Response") not in {"Success", "Goodbye", "Follows"}:
            raise PbxError(f"Asterisk refuses the manager action {name}: {text(messages[0], 'Message')}")
        return [plain(message) for message in messages]

    async def _connect(self, deadline_s: float) -> Link:
        """A link that is logged in. Raises OSError, TimeoutError, LineBroken, or PbxError if we are refused."""
        link = Link(host=self._host, port=self._port, user=self._user, secret=self._secret, on_event=self._take_event)
        try:
            async with asyncio.timeout(deadline_s):
                response = await link.log_in()
            if text(response, "Response") != "Success":
                raise PbxError(
                    f"Asterisk at {self._host}:{self._port} refuses the manager account '{self._user}' "
                    f"({text(response, 'Message')}): its secret in the secrets file (IVR_SECRETS) and in Asterisk's "
                    "manager.conf must be the same"
                )
            if link.lost.is_set():
                raise LineBroken("the manager connection broke after the log-in")
        except BaseException:
            link.close()
            raise
        self._link = link
        link.on_lost = self._lost
        self.connected = True
        self.state_version += 1
        log.info("logged in to asterisk", extra={"state_version": self.state_version})
        return link

    async def _resync(self) -> None:
        for callback in self._on_login:
            await callback()

    async def _keep_up(self, link: Link) -> None:
        """Watch a link to its end, then make the next one, for ever."""
        loop = asyncio.get_running_loop()
        attempt = 0
        while True:
            since = loop.time()
            await self._watch(link)
            if loop.time() - since > STEADY_S:
                attempt = 0
            next_link = None
            while next_link is None:
                await asyncio.sleep(back_off_s(attempt))
                attempt += 1
                next_link = await self._connect_again()
            link = next_link

    async def _connect_again(self) -> Link | None:
        link: Link | None = None
        try:
            link = await self._connect(LOG_IN_DEADLINE_S)
            await self._resync()
        except (OSError, LineError, UserError) as fault:
            # Also a refused resync: while Asterisk boots, it lets us in before its modules know their actions.
            log.warning("no manager link, trying again", extra={"fault": str(fault) or type(fault).__name__})
            if link is not None:
                link.close()
        except Exception:  # a fault of one resync must not end the link that the others need
            log.exception("resync failed")
        return link

    async def _watch(self, link: Link) -> None:
        """Ping until the link is lost; an answer that does not come in time ends it."""
        while not link.lost.is_set():
            try:
                async with asyncio.timeout(PING_EVERY_S):
                    await link.lost.wait()
            except TimeoutError:
                try:
                    await link.ask(CheckedAction({"Action": "Ping"}), PING_DEADLINE_S)
                except LineBroken as fault:
                    log.warning("manager link is dead", extra={"fault": str(fault)})
                    link.close()

    def _take_event(self, name: str, event: Message) -> None:
        readers = self._readers.get(name.lower())
        if not readers:
            return
        fields = plain(event)
        for reader in readers:
            try:
                reader(fields)
            except Exception:  # one reader's fault must not keep the event from the others
                log.exception("reader of a manager event failed", extra={"event": name})

    def _lost(self) -> None:
        self.connected = False
        log.warning("manager link lost")
        for callback in self._on_lost:
            try:
                callback()
            except Exception:  # the others must learn of the loss too
                log.exception("callback for a lost manager link failed")

    def _drop(self, link: Link) -> None:
        self.connected = False
        link.on_lost = None
        link.close()
        self._link = None


def back_off_s(attempt: int) -> float:
    """How long to wait before an attempt (0 = first): random, so that several services do not come at once."""
    ceiling = min(BACK_OFF_MOST_S, 2 * BACK_OFF_LEAST_S * 2 ** min(attempt, 10))
    return random.uniform(BACK_OFF_LEAST_S, ceiling)  # noqa: S311 - jitter, no secret


def _say_why(keeper: asyncio.Task[None]) -> None:
    if not keeper.cancelled() and (fault := keeper.exception()) is not None:
        log.critical("keeping the manager link up failed", exc_info=fault)
