"""Fetching the catalogue and a model's zip file: with resume, byte limits, deadlines and a checksum."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import aiohttp

from ivr.errors import ModelError
from ivr.speech.models.foreign_text import in_one_line
from ivr.speech.models.model_catalogue import Offer, parse_catalogue
from ivr.speech.models.web_address import web_address

Progress = Callable[[int, int], None]
"""Called with bytes there, bytes in all."""

LARGEST_CATALOGUE = 4 << 20
"""Bytes; the official one has about 40 kB."""
CONNECT_DEADLINE_S = 10.0
SILENCE_DEADLINE_S = 30.0
"""Between two pieces of a download."""
CATALOGUE_DEADLINE_S = 20.0
PIECE_BYTES = 1 << 16
MOST_REDIRECTS = 5
TRIES = 5
"""In a row that bring less than LEAST_BYTES more than ever was there; one that breaks after those does not count."""
LEAST_BYTES = 1 << 16
SLOW_DEADLINE_S = 120.0
"""For every LEAST_BYTES of a connection: half a kilobyte a second would take a day for the smallest model."""
PAUSE_S = 1.0
"""Before the second try; doubled at each further one."""
WITHOUT = "the bundled English model and those that are installed work without a network"


class _Broken(Exception):
    """The connection broke; what came is kept, and another try may bring the rest."""


async def fetch_catalogue(url: str) -> tuple[Offer, ...]:
    """What can be downloaded. Raises ModelError: one line, which says what works without a network."""
    if web_address(url, url) is None:
        raise ModelError(f"'{in_one_line(url)}' is no web address: see the setting 'model_catalogue'")
    try:
        async with asyncio.timeout(CATALOGUE_DEADLINE_S), _session() as session, _got(session, url) as response:
            if response.status != 200:
                raise ModelError(f"{url} answers with status {response.status}: {WITHOUT}")
            data = await response.content.read(LARGEST_CATALOGUE + 1)
            while len(data) <= LARGEST_CATALOGUE and (more := await response.content.read(PIECE_BYTES)):
                data += more
    except (aiohttp.ClientError, OSError, TimeoutError) as fault:
        raise ModelError(f"no network: {_host(url)} cannot be reached ({_why(fault)}): {WITHOUT}") from None
    if len(data) > LARGEST_CATALOGUE:
        raise ModelError(f"{url} is far too long for a catalogue: see the setting 'model_catalogue'")
    return parse_catalogue(data, url)


async def download(offer: Offer, part: Path, progress: Progress) -> None:
    """Bring the zip file of `offer` to `part`, whole and with the right checksum; go on where an earlier try ended.

    For who holds the folder of models alone. Raises ModelError: one line. What came is kept unless it is wrong.
    """
    with _opened(part) as file:
        resumed = file.seek(0, os.SEEK_END) > 0
        await _bring(offer, file, progress)
        if resumed and _md5(file) != offer.md5:
            _emptied(file)  # what was there before may be of an older file
            await _bring(offer, file, progress)
        if _md5(file) != offer.md5:
            _emptied(file)
            raise ModelError(f"{offer.url} is not the file of the catalogue (wrong checksum): it was thrown away")


async def _bring(offer: Offer, file: BinaryIO, progress: Progress) -> None:
    idle = 0
    highest = file.seek(0, os.SEEK_END)
    async with _session() as session:
        while True:
            there = file.seek(0, os.SEEK_END)
            if there > offer.size_bytes:
                there = _emptied(file)
            if there == offer.size_bytes:
                return
            _room_for(offer.size_bytes - there, Path(file.name))
            try:
                await _go_on(session, offer, file, progress)
            except (_Broken, aiohttp.ClientError, TimeoutError, ConnectionError) as fault:
                now = file.seek(0, os.SEEK_END)
                if now >= highest + LEAST_BYTES:  # a server without ranges begins again, and that is no progress
                    idle, highest = 0, now
                else:
                    idle += 1
                if idle >= TRIES:
                    raise ModelError(
                        f"{_host(offer.url)} broke off at {megabytes(now)} of {megabytes(offer.size_bytes)} "
                        f"({_why(fault)}): the same command goes on there; {WITHOUT}"
                    ) from None
                await asyncio.sleep(PAUSE_S * 2**idle)
            except OSError as fault:
                raise ModelError(f"{file.name} cannot be written ({fault.strerror}): what came is kept") from None


async def _go_on(session: aiohttp.ClientSession, offer: Offer, file: BinaryIO, progress: Progress) -> None:
    """Ask for what is missing and append it. Raises _Broken, aiohttp's errors, TimeoutError, OSError, ModelError."""
    there = file.tell()
    async with _got(session, offer.url, {"Range": f"bytes={there}-"} if there else {}) as response:
        if response.status == 206 and not response.headers.get("Content-Range", "").startswith(f"bytes {there}-"):
            raise ModelError(f"{_host(offer.url)} sent another part of {offer.name} than was asked for")
        if response.status == 416:
            _emptied(file)
            raise _Broken("the file there is shorter")
        if response.status >= 500:
            raise _Broken(f"status {response.status}")
        if response.status not in (200, 206):
            raise ModelError(f"{offer.url} answers with status {response.status}: the catalogue may be out of date")
        if response.status == 200:  # from the beginning, asked or not
            there = _emptied(file)
        await _receive(response, offer, file, there, progress)


async def _receive(
    response: aiohttp.ClientResponse, offer: Offer, file: BinaryIO, there: int, progress: Progress
) -> None:
    """Append the body of `response`. Raises as `_go_on` does."""
    clock = asyncio.get_running_loop().time
    enough = there + LEAST_BYTES
    async with asyncio.timeout(SLOW_DEADLINE_S) as deadline:
        async for piece in response.content.iter_chunked(PIECE_BYTES):
            there += len(piece)
            if there > offer.size_bytes:
                _emptied(file)
                raise ModelError(f"{offer.url} is longer than the catalogue says: it was thrown away")
            _write(file, piece)  # to the page cache, in a command of one user: nobody else waits for the loop
            progress(there, offer.size_bytes)
            if there >= enough:
                enough = there + LEAST_BYTES
                deadline.reschedule(clock() + SLOW_DEADLINE_S)
    if there < offer.size_bytes:
        raise _Broken("it ended early")


@contextmanager
def _opened(part: Path) -> Iterator[BinaryIO]:
    """`part`, open for reading and appending, unbuffered. Raises ModelError."""
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        file = part.open("a+b", buffering=0)
    except OSError as fault:
        raise ModelError(f"{part} cannot be written ({fault.strerror}): see the setting 'models'") from None
    with file:
        yield file


@asynccontextmanager
async def _got(
    session: aiohttp.ClientSession, url: str, headers: Mapping[str, str] | None = None
) -> AsyncIterator[aiohttp.ClientResponse]:
    """The answer for `url` or for where it redirects to. Raises ModelError for a redirect that is none to follow."""
    for _ in range(MOST_REDIRECTS + 1):
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            if response.status not in (301, 302, 303, 307, 308):
                yield response
                return
            link = response.headers.get("Location", "")
        target = web_address(link, url)
        if target is None:
            raise ModelError(f"{_host(url)} redirects to '{in_one_line(link)}', which is no place to fetch models from")
        url = target
    raise ModelError(f"{_host(url)} redirects more than {MOST_REDIRECTS} times: {WITHOUT}")


@asynccontextmanager
async def _session() -> AsyncIterator[aiohttp.ClientSession]:
    """A session with deadlines, which honours the usual variables for proxies."""
    timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_DEADLINE_S, sock_read=SILENCE_DEADLINE_S)
    headers = {"Accept-Encoding": "identity"}  # ranges count the bytes of the file
    async with aiohttp.ClientSession(timeout=timeout, trust_env=True, headers=headers) as session:
        yield session


def _md5(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.md5(usedforsecurity=False)  # what the catalogue has
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def _emptied(file: BinaryIO) -> int:
    """Throw away what is in `file`, and stand at its beginning: 0."""
    file.truncate(0)
    return file.seek(0)


def _write(file: BinaryIO, piece: bytes) -> None:
    """All of `piece`: an unbuffered file may take less at a time. Raises OSError."""
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]


def _room_for(size_bytes: int, place: Path) -> None:
    free = free_bytes(place.parent)
    if free < size_bytes:
        raise ModelError(f"{place.parent} has room for {megabytes(free)}, and {megabytes(size_bytes)} are to come")


def free_bytes(folder: Path) -> int:
    """Room on the disk of `folder`."""
    return shutil.disk_usage(folder).free


def megabytes(size_bytes: int) -> str:
    """For people."""
    return f"{size_bytes / 1e6:.1f} MB"


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _why(fault: BaseException) -> str:
    if isinstance(fault, TimeoutError):
        return "no answer in time"
    return in_one_line(str(fault)) or type(fault).__name__
