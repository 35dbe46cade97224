"""Unpacking a model's zip file: into a folder of its own, nothing outside it, no more than it says, all or nothing."""

from __future__ import annotations

import errno
import hashlib
import json
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ivr.errors import ModelError
from ivr.speech.models.foreign_text import in_one_line
from ivr.speech.models.model import find_model
from ivr.speech.models.model_catalogue import Offer
from ivr.speech.models.model_folder import put_in_place, room_in, sweep
from ivr.speech.models.model_store import RECORD

MOST_GROWTH = 5
"""Bytes unpacked for one of the zip file; the models of the catalogue have 1.5 to 2.5."""
SPARE_BYTES = 10_000_000
MOST_FILES = 2000
"""A model has about twenty."""
MOST_DEEP = 8
"""Folders and the file below the archive's top; the models of the catalogue have 4."""
PIECE_BYTES = 1 << 20
_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,  # a kind of packing, an encryption
    RuntimeError,  # a password
    EOFError,
    ValueError,  # names that are no UTF-8, places before the beginning
    IndexError,  # extra fields that are cut
    OverflowError,
)
"""What zipfile raises at broken files (Lib/zipfile.py of CPython 3.11, and files with random bytes changed)."""


def unpack(archive: Path, offer: Offer, models: Path) -> Path:
    """Make the folder of `offer` below `models` from its zip file; an older one of that name is replaced.

    For who holds `models` alone (model_folder.held_alone). The archive must hold one folder of plain files with
    printable names, at most MOST_FILES, MOST_DEEP deep, unpacked no more than MOST_GROWTH times the size that the
    catalogue says and SPARE_BYTES, none that poses as our own record, and in them a model that takes a grammar.

    Raises ModelError, one line, at anything else, at a broken archive, and where `models` cannot be written or is
    full. Then, and if it is interrupted, everything is as it was.
    """
    target = models / offer.name
    try:
        fresh = room_in(models) / offer.name
        sums = _extract(archive, offer, fresh)
        find_model(str(fresh))
        record = {"name": offer.name, "language": offer.language, "kind": offer.kind, "md5": offer.md5, "files": sums}
        (fresh / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        put_in_place(fresh, target)
    except OSError as fault:
        full = "the disk is full" if fault.errno == errno.ENOSPC else in_one_line(fault.strerror or str(fault))
        raise ModelError(f"{offer.name} cannot be unpacked to {models}: {full}") from None
    except _BAD_ZIP as fault:
        raise ModelError(f"{archive.name} is no zip file that can be unpacked ({in_one_line(str(fault))})") from None
    finally:
        sweep(models)
    return target


def _extract(archive: Path, offer: Offer, folder: Path) -> dict[str, str]:
    """Unpack below `folder`, without the one folder that everything in the archive is in; path → SHA-256."""
    with zipfile.ZipFile(archive) as packed:
        entries = packed.infolist()
        if len(entries) > MOST_FILES:
            raise ModelError(f"{offer.name}: {len(entries)} files are too many for a model: nothing was unpacked")
        if sum(entry.file_size for entry in entries) > MOST_GROWTH * offer.size_bytes + SPARE_BYTES:
            raise ModelError(f"{offer.name} is far larger than its zip file can be: nothing was unpacked")
        placed = [(entry, _inside(entry, offer)) for entry in entries]
        if len({path.parts[0] for _, path in placed}) != 1:
            raise ModelError(f"{offer.name}: its zip file is not one folder: nothing was unpacked")
        sums = {}
        for entry, path in placed:
            if entry.is_dir():
                continue
            inner = PurePosixPath(*path.parts[1:])
            file = folder / inner
            file.parent.mkdir(parents=True, exist_ok=True)
            sums[str(inner)] = _write(packed, entry, file)
        return sums


def _inside(entry: zipfile.ZipInfo, offer: Offer) -> PurePosixPath:
    """Where `entry` belongs. Raises ModelError if it is no plain file or folder, or leads anywhere else."""
    path = PurePosixPath(entry.filename)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    plain = kind in (0, stat.S_IFREG, stat.S_IFDIR) and entry.compress_type in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    )
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in entry.filename
    deep = (1 if entry.is_dir() else 2) <= len(path.parts) <= MOST_DEEP
    posing = len(path.parts) > 1 and path.parts[1].casefold() == RECORD
    if not (plain and inside and deep and entry.filename.isprintable()) or posing:
        raise ModelError(f"{offer.name}: its zip file holds {entry.filename[:80]!r}, no file of a model: not unpacked")
    return path


def _write(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, file: Path) -> str:
    digest = hashlib.sha256()
    with packed.open(entry) as source, file.open("xb") as target:
        while piece := source.read(PIECE_BYTES):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()
