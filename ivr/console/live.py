"""The live connection of one agent's page: the view goes out whenever it changes, commands come in."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from aiohttp import WSMsgType, web

from ivr.console.sessions import Session
from ivr.errors import LineBroken, PbxError
from ivr.handoff.desk import LONGEST_NOTE, Desk, WrapUp
from ivr.handoff.presence import LONGEST_REASON

log = logging.getLogger(__name__)

LARGEST_COMMAND = 8192
SEND_DEADLINE_S = 5.0
HEARTBEAT_S = 20.0
NO_ANSWER = "Asterisk did not answer. Your state is shown again as soon as the connection is back."


async def serve(socket: web.WebSocketResponse, desk: Desk, session: Session, *, remaining_s: float) -> None:
    """Show and obey until the page goes, or is to close; one view in flight, a slow page skips to the newest."""
    show = asyncio.create_task(_show(socket, desk, session.agent))
    obey = asyncio.create_task(_obey(socket, desk, session.agent))
    over = asyncio.create_task(session.pages_close.wait())
    tasks = (show, obey, over)
    try:
        await asyncio.wait(tasks, timeout=remaining_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception) and not isinstance(end, ConnectionError | TimeoutError):
            log.error("an agent's page broke", exc_info=end)


async def _show(socket: web.WebSocketResponse, desk: Desk, agent: str) -> None:
    with desk.subscribe(agent) as watch:
        while True:
            view = await watch.next_view()
            await _send(socket, view.as_dict())


async def _obey(socket: web.WebSocketResponse, desk: Desk, agent: str) -> None:
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            return
        try:
            command = json.loads(message.data)
            line = await obey(desk, agent, command)
        except (ValueError, RecursionError):
            return  # not from our page
        answer_id = command.get("id")
        await _send(socket, {"kind": "answer", "id": answer_id if isinstance(answer_id, int) else None, "line": line})


async def _send(socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
    async with asyncio.timeout(SEND_DEADLINE_S):
        await socket.send_str(json.dumps(data))


async def obey(desk: Desk, agent: str, command: object) -> str | None:
    """Do one command; returns None, or the one line that tells the agent why it was not done.

    Raises ValueError for what no page of ours sends.
    """
    if not isinstance(command, dict):
        raise ValueError("a command is an object")
    try:
        match command.get("do"):
            case "available":
                await desk.available(agent)
            case "pause":
                await desk.pause(agent, _text(command, "reason", LONGEST_REASON))
            case "sign_off":
                await desk.sign_off(agent)
            case "wrap_up":
                outcome = WrapUp(command.get("outcome"))
                call_id, note = _text(command, "call_id", 200), _text(command, "note", LONGEST_NOTE * 4)
                return _wrap_up(desk, agent, call_id, outcome, note)
            case _:
                raise ValueError("no such command")
    except PbxError as fault:
        return str(fault)
    except LineBroken:
        return NO_ANSWER
    return None


def _wrap_up(desk: Desk, agent: str, call_id: str, outcome: WrapUp, note: str) -> str | None:
    try:
        desk.wrap_up(agent, call_id, outcome, note)
    except ValueError as fault:
        return str(fault)
    return None


def _text(command: dict[str, Any], key: str, longest: int) -> str:
    value = command.get(key, "")
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(f"'{key}' is text of at most {longest} characters")
    return value
