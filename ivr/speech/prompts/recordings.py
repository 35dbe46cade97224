"""Recordings that win over synthesis: found by name below one folder, checked, brought to telephone sound."""

from __future__ import annotations

import logging
import wave
from pathlib import Path

from ivr.errors import SettingsError
from ivr.speech.prompts.levels import (
    LOUDNESS_DBFS,
    MOST_GAIN_DB,
    RATE_HZ,
    from_pcm,
    loudness_dbfs,
    resampled,
    telephone_pcm,
    to_pcm,
)

log = logging.getLogger(__name__)

LONGEST_S = 300
SLOWEST_HZ, FASTEST_HZ = 4_000, 192_000


def find_recording(folder: Path, name: str) -> bytes | None:
    """The sound of recording `name` (without suffix, ``/`` allowed) below `folder`, or None if there is none; blocks.

    Raises SettingsError for a name that leads out of the folder, by itself or by a link, and as `read_recording`.
    """
    root = folder.resolve()
    if not name.isprintable() or "\\" in name:
        raise SettingsError(f"recording {name!r}: the name has characters that no file name may have")
    file = (root / f"{name}.wav").resolve()
    if not file.is_relative_to(root):
        raise SettingsError(f"recording '{name}' lies outside of {folder}: recordings are named relative to it")
    return read_recording(file) if file.is_file() else None


def read_recording(file: Path) -> bytes:
    """The sound in `file` as 8 kHz, 16 bit, mono at the loudness of all prompts; blocks.

    Silence at both ends is trimmed as in synthesised prompts; a recording of nothing but silence is a pause that
    somebody wants, and stays as long as it is. Raises SettingsError for anything but mono 16-bit PCM of a sensible
    rate and length.
    """
    mend = f"make it mono, 16 bit, e.g. sox IN.wav -r {RATE_HZ} -c 1 -b 16 {file.name}"
    try:
        with wave.open(str(file), "rb") as sound:
            rate_hz, frames = sound.getframerate(), sound.getnframes()
            if sound.getnchannels() != 1 or sound.getsampwidth() != 2:
                raise SettingsError(
                    f"recording {file}: {sound.getnchannels()} channels of {8 * sound.getsampwidth()} bit: {mend}"
                )
            if not SLOWEST_HZ <= rate_hz <= FASTEST_HZ:
                raise SettingsError(f"recording {file}: {rate_hz} Hz: {mend}")
            if frames > LONGEST_S * rate_hz:
                raise SettingsError(f"recording {file}: longer than {LONGEST_S} s: cut it into several prompts")
            pcm = sound.readframes(frames)
    except (EOFError, wave.Error) as fault:
        reason = str(fault) or "it ends early"
        raise SettingsError(f"recording {file}: no WAV file of plain PCM ({reason}): {mend}") from None
    except OSError as fault:
        raise SettingsError(f"recording {file}: cannot be read ({fault.strerror})") from None
    if not pcm:
        raise SettingsError(f"recording {file}: it is empty: {mend}")
    softest = LOUDNESS_DBFS - MOST_GAIN_DB
    if float("-inf") < loudness_dbfs(from_pcm(pcm)) < softest:
        log.warning("a recording is too soft to be brought to the level of the others", extra={"file": str(file)})
    return telephone_pcm(pcm, rate_hz) or to_pcm(resampled(from_pcm(pcm), rate_hz))
