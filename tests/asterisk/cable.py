"""A TCP connection that a test can cut and mend: what stands between the service and Asterisk's manager interface."""

from __future__ import annotations

import asyncio

LARGEST_PIECE = 65_536


class Cable:
    """Listens on a free `port` and carries every connection to `target` (a port of this machine), while `whole`."""

    def __init__(self, target: int) -> None:
        self.whole = True
        self._target = target
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        """Where to connect."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)

    async def stop(self) -> None:
        """End everything."""
        self.cut()
        if self._server is not None:
            self._server.close()

    def cut(self) -> None:
        """Break every connection; new ones break at once."""
        self.whole = False
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        """Carry new connections again."""
        self.whole = True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
        finally:
            self._ends -= ends


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(LARGEST_PIECE):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
