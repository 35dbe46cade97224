"""Fetching the catalogue and a model's zip file: with resume, byte limits, deadlines and a checksum."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import aiohttp

from ivr.errors import ModelError
from ivr.speech.models.model_catalogue import Offer, parse_catalogue

Progress = Callable[[int, int], None]
"""Called with bytes there, bytes in all."""

LARGEST_CATALOGUE = 4 << 20
"""Bytes; the official one has about 40 kB."""
CONNECT_DEADLINE_S = 10.0
SILENCE_DEADLINE_S = 30.0
"""Between two pieces of a download."""
CATALOGUE_DEADLINE_S = 20.0
PIECE_BYTES = 1 << 16
TRIES = 5
"""In a row that bring nothing new; a broken connection that brought something does not count."""
PAUSE_S = 1.0
"""Before the second try; doubled at each further one."""
WITHOUT = "the bundled English model and those that are installed work without a network"


class _Broken(Exception):
    """The connection broke; what came is kept, and another try may bring the rest."""


async def fetch_catalogue(url: str) -> tuple[Offer, ...]:
    """What can be downloaded. Raises ModelError: one line, which says what works without a network."""
    try:
        async with asyncio.timeout(CATALOGUE_DEADLINE_S), _session() as session, session.get(url) as response:
            if response.status != 200:
                raise ModelError(f"{url} answers with status {response.status}: {WITHOUT}")
            data = await response.content.read(LARGEST_CATALOGUE + 1)
            while len(data) <= LARGEST_CATALOGUE and (more := await response.content.read(PIECE_BYTES)):
                data += more
    except (aiohttp.ClientError, OSError, TimeoutError) as fault:
        raise ModelError(f"no network: {_host(url)} cannot be reached ({_why(fault)}): {WITHOUT}") from None
    except ValueError:
        raise ModelError(f"'{url}' is no web address: see the setting 'model_catalogue'") from None
    if len(data) > LARGEST_CATALOGUE:
        raise ModelError(f"{url} is far too long for a catalogue: see the setting 'model_catalogue'")
    return parse_catalogue(data, url)


async def download(offer: Offer, part: Path, progress: Progress) -> None:
    """Bring the zip file of `offer` to `part`, whole and with the right checksum; go on where an earlier try ended.

    Raises ModelError: one line. What came is kept unless it is wrong.
    """
    with held_alone(part) as file:
        resumed = file.seek(0, os.SEEK_END) > 0
        await _bring(offer, file, progress)
        if resumed and _md5(file) != offer.md5:
            file.truncate(0)  # what was there before may be of an older file
            await _bring(offer, file, progress)
        if _md5(file) != offer.md5:
            file.truncate(0)
            raise ModelError(f"{offer.url} is not the file of the catalogue (wrong checksum): it was thrown away")


async def _bring(offer: Offer, file: BinaryIO, progress: Progress) -> None:
    idle = 0
    async with _session() as session:
        while True:
            there = file.seek(0, os.SEEK_END)
            if there > offer.size_bytes:
                there = file.truncate(0)
            if there == offer.size_bytes:
                return
            _room_for(offer.size_bytes - there, Path(file.name))
            try:
                await _go_on(session, offer, file, progress)
            except (_Broken, aiohttp.ClientError, TimeoutError, ConnectionError) as fault:
                now = file.seek(0, os.SEEK_END)
                idle = idle + 1 if now <= there else 0
                if idle >= TRIES:
                    raise ModelError(
                        f"{_host(offer.url)} broke off at {megabytes(now)} of {megabytes(offer.size_bytes)} "
                        f"({_why(fault)}): the same command goes on there; {WITHOUT}"
                    ) from None
                await asyncio.sleep(PAUSE_S * 2**idle)
            except OSError as fault:
                raise ModelError(f"{file.name} cannot be written ({fault.strerror}): what came is kept") from None


async def _go_on(session: aiohttp.ClientSession, offer: Offer, file: BinaryIO, progress: Progress) -> None:
    """Ask for what is missing and append it. Raises _Broken, aiohttp's errors, OSError, ModelError."""
    there = file.tell()
    async with session.get(offer.url, headers={"Range": f"bytes={there}-"} if there else {}) as response:
        if response.status == 206 and not response.headers.get("Content-Range", "").startswith(f"bytes {there}-"):
            raise ModelError(f"{_host(offer.url)} sent another part of {offer.name} than was asked for")
        if response.status == 416:
            file.truncate(0)
            raise _Broken("the file there is shorter")
        if response.status >= 500:
            raise _Broken(f"status {response.status}")
        if response.status not in (200, 206):
            raise ModelError(f"{offer.url} answers with status {response.status}: the catalogue may be out of date")
        if response.status == 200:  # from the beginning, asked or not
            there = file.truncate(0)
            file.seek(0)
        async for piece in response.content.iter_chunked(PIECE_BYTES):
            there += len(piece)
            if there > offer.size_bytes:
                file.truncate(0)
                raise ModelError(f"{offer.url} is longer than the catalogue says: it was thrown away")
            file.write(piece)  # to the page cache, in a command of one user: nobody else waits for the loop
            progress(there, offer.size_bytes)
    file.flush()
    if there < offer.size_bytes:
        raise _Broken("it ended early")


@contextmanager
def held_alone(part: Path) -> Iterator[BinaryIO]:
    """`part`, open for reading and appending, and closed to others. Raises ModelError."""
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        file = part.open("a+b", buffering=0)
    except OSError as fault:
        raise ModelError(f"{part} cannot be written ({fault.strerror}): see the setting 'models'") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ModelError(f"{part.stem} is being downloaded already, by another command") from None
        yield file


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
    return str(fault).splitlines()[0] if str(fault) else type(fault).__name__
