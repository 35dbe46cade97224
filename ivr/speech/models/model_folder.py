"""Changing the folder of models: one command at a time, and a change that broke off is mended by the next command."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ivr.errors import ModelError

LOCK = ".lock"
"""It stays where it is: who deletes a locked file lets two others lock two files of one name."""
_FRESH = ".unpacking-"
_BEFORE = ".before-"
"""And the model's name: the old one, while a new one takes its place."""
_DOOMED = ".removing-"


@contextmanager
def held_alone(models: Path) -> Iterator[None]:
    """The folder `models` for this command alone, made if need be, and rid of what an earlier one left behind.

    Raises ModelError, one line, if another command holds it or it cannot be written.
    """
    try:
        models.mkdir(parents=True, exist_ok=True)
        lock = (models / LOCK).open("ab")
    except OSError as fault:
        raise ModelError(f"{models} cannot be written ({fault.strerror}): see the setting 'models'") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ModelError(f"another command is changing the models in {models}: try again when it is done") from None
        except OSError as fault:
            raise ModelError(f"{models} cannot be locked ({fault.strerror}): see the setting 'models'") from None
        sweep(models)
        yield


def tidy(models: Path) -> None:
    """For commands that only look: mend what broke off, unless another command is at work or nothing may be written."""
    with suppress(ModelError):
        if _left(models):
            with held_alone(models):
                pass


def sweep(models: Path) -> None:
    """Delete what a change left in `models`; an old model whose new one never came is put back.

    For who holds the folder alone. Raises ModelError if it cannot be put back.
    """
    for left in _left(models):
        model = left.with_name(left.name.removeprefix(_BEFORE))
        if left.name.startswith(_BEFORE) and not os.path.lexists(model):
            try:
                left.rename(model)
            except OSError as fault:
                raise ModelError(f"{left} cannot be put back as {model.name} ({fault.strerror})") from None
        elif left.is_symlink() or not left.is_dir():
            with suppress(OSError):
                left.unlink()
        else:
            shutil.rmtree(left, ignore_errors=True)


def room_in(models: Path) -> Path:
    """An empty folder to unpack in, on the same disk; `sweep` deletes it. Raises OSError."""
    return Path(tempfile.mkdtemp(prefix=_FRESH, dir=models))


def put_in_place(fresh: Path, target: Path) -> None:
    """Make the folder `fresh` be `target`. Ended halfway, `sweep` puts the older one back. Raises OSError."""
    if os.path.lexists(target):
        target.rename(target.with_name(_BEFORE + target.name))
    fresh.rename(target)


def delete(model: Path) -> None:
    """Delete the folder `model`; of a link only the link. Ended halfway, `sweep` deletes the rest. Raises OSError."""
    if model.is_symlink():
        model.unlink()
    else:
        shutil.rmtree(model.rename(model.with_name(_DOOMED + model.name)))


def _left(models: Path) -> list[Path]:
    try:
        return sorted(each for each in models.iterdir() if each.name.startswith((_FRESH, _BEFORE, _DOOMED)))
    except OSError:
        return []
