"""Vectors of phrasings kept on disk, so that a start, or a change of one article, embeds only what is new."""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ivr.knowledge.embedding import DIMENSIONS, Embedder, Vectors

log = logging.getLogger(__name__)

MOST_KEPT = 20_000
"""Texts; 32 MB."""
_KEY_BYTES = 16


def vectors_of(texts: Sequence[str], embedder: Embedder, folder: Path | None) -> Vectors:
    """The vectors of `texts`: those in `folder` from there, new ones from `embedder` and then into it."""
    known = _read(folder, embedder.identity)
    keys = [hashlib.sha256(text.encode()).digest()[:_KEY_BYTES] for text in texts]
    new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    known |= dict(zip(new, embedder.embed_many(list(new.values())), strict=True))
    if new and folder is not None:
        _write(folder, embedder.identity, {**{key: known[key] for key in keys}, **known})
    return np.vstack([known[key] for key in keys]) if keys else np.empty((0, DIMENSIONS), np.float32)


def _read(folder: Path | None, identity: str) -> dict[bytes, Vectors]:
    """Key → vector. A file that is torn or of another shape is as good as none."""
    if folder is None:
        return {}
    try:
        with np.load(folder / f"{identity}.npz", allow_pickle=False) as kept:
            keys, vectors = kept["keys"], kept["vectors"]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        log.warning("the kept vectors cannot be read; they are made anew", extra={"folder": str(folder)})
        return {}
    fits = keys.dtype == np.uint8 and keys.shape == (len(vectors), _KEY_BYTES)
    if not fits or vectors.dtype != np.float32 or vectors.shape[1:] != (DIMENSIONS,):
        return {}
    return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}


def _write(folder: Path, identity: str, known: dict[bytes, Vectors]) -> None:
    """The first `MOST_KEPT`; nobody ever sees half a file. A full disk costs time at the next start, no more."""
    kept = list(known.items())[:MOST_KEPT]
    keys = np.frombuffer(b"".join(key for key, _ in kept), np.uint8).reshape(-1, _KEY_BYTES)
    part = folder / f".{identity}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with part.open("wb") as file:
            np.savez(file, keys=keys, vectors=np.vstack([vector for _, vector in kept]))
        part.rename(folder / f"{identity}.npz")
    except OSError as fault:
        log.warning("vectors could not be kept", extra={"fault": str(fault)})
