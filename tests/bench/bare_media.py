"""The floor of the service's CPU: aiohttp on the service's event loop, in a process of its own, drops what it reads.

Run as a module it is that server; `bare_reader_ms` starts it and sends it what Asterisk would.
"""

from __future__ import annotations

import asyncio
import os
import sys

import aiohttp
import uvloop
from aiohttp import web

from ivr.errors import LineError
from tests.bench.machine import Meter

FRAME = bytes(320)
"""20 ms of 8 kHz 16-bit sound."""
FRAME_S = 0.02
SETTLES_S = 1.0


async def bare_reader_ms(calls: int, seconds: float) -> float:
    """CPU milliseconds per call-second of the bare server with `calls` connections, each at a pace of its own."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bare_media", stdout=asyncio.subprocess.PIPE
    )
    try:
        if server.stdout is None:
            raise LineError("the bare server has no output")
        async with asyncio.timeout(10):
            port = int(await server.stdout.readline())
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as senders:
            tasks = []
            for place in range(calls):
                socket = await session.ws_connect(f"http://127.0.0.1:{port}/", compress=0)
                tasks.append(senders.create_task(_send(socket, FRAME_S * place / calls)))
            await asyncio.sleep(SETTLES_S)
            meter = Meter({"bare": [server.pid]})
            await asyncio.sleep(seconds)
            passed_s, used_s, _ = meter.read()
            for task in tasks:
                task.cancel()
        return 1000 * used_s["bare"] / passed_s / calls
    finally:
        server.terminate()
        await server.wait()


async def _send(socket: aiohttp.ClientWebSocketResponse, offset_s: float) -> None:
    loop = asyncio.get_running_loop()
    due_at = loop.time() + offset_s
    while True:
        await asyncio.sleep(max(0.0, due_at - loop.time()))
        await socket.send_bytes(FRAME)
        due_at += FRAME_S


async def _serve() -> None:
    async def take(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        async for _ in socket:
            pass
        return socket

    app = web.Application()
    app.router.add_get("/", take)
    server = web.AppRunner(app, access_log=None)
    await server.setup()
    await web.TCPSite(server, "127.0.0.1", 0).start()
    print(server.addresses[0][1], flush=True)
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - the end of a parent has no event
        await asyncio.sleep(1)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve())
