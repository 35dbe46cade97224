"""Sound for scripted callers: speech from espeak-ng at telephone level, µ-law, and measures of what was heard.

`pcm` is 8 kHz, 16-bit signed little-endian, mono throughout.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.errors import SettingsError

RATE_HZ = 8000
BYTES_PER_MS = RATE_HZ * 2 // 1000
SPOKEN_DBFS = -22.0
"""Level of speech while it lasts, as a telephone network delivers it."""
SOUND_DBFS = -45.0
"""What is louder is sound, what is not is silence: far above µ-law's own noise, far below speech."""
_BAND_HZ = (300.0, 3400.0)
_FRAME = RATE_HZ // 100

Samples = NDArray[np.int16]


def _encode_table() -> NDArray[np.uint8]:
    """µ-law of each 16-bit value (ITU-T G.711), indexed by the value as unsigned."""
    value = np.arange(-32768, 32768, dtype=np.int32)
    size = np.minimum(np.abs(value), 32635) + 132
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    mantissa = (size >> (exponent + 3)) & 0x0F
    sign = np.where(value < 0, 0x80, 0)
    code: NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return np.roll(code, 32768)


def _decode_table() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    size = ((((code & 0x0F) << 3) + 132) << ((code & 0x70) >> 4)) - 132
    value: Samples = np.where(code & 0x80, -size, size).astype(np.int16)
    return value


_ENCODE = _encode_table()
_DECODE = _decode_table()
_POWER = (_DECODE.astype(np.float64) / 32768) ** 2


def ulaw_from_pcm(pcm: bytes) -> bytes:
    """`pcm` as µ-law, one byte a sample."""
    return bytes(_ENCODE[np.frombuffer(pcm, dtype="<u2")].tobytes())


def pcm_from_ulaw(ulaw: bytes) -> bytes:
    """µ-law as pcm."""
    return bytes(_DECODE[np.frombuffer(ulaw, dtype=np.uint8)].astype("<i2").tobytes())


def ulaw_level_dbfs(ulaw: bytes) -> float:
    """Mean level of µ-law sound; -inf for none."""
    power = float(np.add.reduce(_POWER.take(np.frombuffer(ulaw, dtype=np.uint8))))  # as mean(), at a third of its time
    return _decibels(power / len(ulaw)) if ulaw else float("-inf")


def level_dbfs(pcm: bytes) -> float:
    """Mean level of `pcm` relative to full scale; -inf for none."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64) / 32768
    return _decibels(float(np.mean(samples**2))) if len(samples) else float("-inf")


def first_sound_s(pcm: bytes, louder_than_dbfs: float = SOUND_DBFS) -> float | None:
    """Where the first sound begins, in seconds (10 ms steps); None if there is none."""
    loud = _loud_frames(pcm, louder_than_dbfs)
    return float(loud[0]) * _FRAME / RATE_HZ if len(loud) else None


def last_sound_s(pcm: bytes, louder_than_dbfs: float = SOUND_DBFS) -> float | None:
    """Where the last sound ends, in seconds (10 ms steps); None if there is none."""
    loud = _loud_frames(pcm, louder_than_dbfs)
    return float(loud[-1] + 1) * _FRAME / RATE_HZ if len(loud) else None


def tone(hz: float, duration_ms: int, level: float = SPOKEN_DBFS) -> bytes:
    """A sine tone as pcm; `level` in dBFS (mean, not peak)."""
    at = np.arange(duration_ms * RATE_HZ // 1000) / RATE_HZ
    return _pcm(np.sin(2 * np.pi * hz * at) * np.sqrt(2) * 10 ** (level / 20))


def silence(duration_ms: int) -> bytes:
    """Nothing, for so long."""
    return bytes(duration_ms * BYTES_PER_MS)


def write_wav(path: Path, *sides: bytes) -> None:
    """Write one pcm, or two side by side (left what we said, right what we heard), as WAV."""
    longest = max(len(side) for side in sides)
    columns = [np.frombuffer(side.ljust(longest, b"\0"), dtype="<i2") for side in sides]
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(sides))
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.stack(columns, axis=1).tobytes())


async def speak(text: str, voice: str = "en-gb", *, rate_wpm: int = 150, cache: Path | None = None) -> bytes:
    """`text` as a caller with the espeak-ng voice `voice` would say it on a telephone.

    With `cache` (a folder) each text is spoken once. Raises SettingsError if espeak-ng is missing or refuses.
    """
    key = hashlib.sha256(f"1|{text}|{voice}|{rate_wpm}|{SPOKEN_DBFS}".encode()).hexdigest()[:24]
    kept = cache / f"{key}.pcm" if cache else None
    if kept is not None and kept.exists():
        return kept.read_bytes()
    try:
        process = await asyncio.create_subprocess_exec(
            *("espeak-ng", "--stdout", "-v", voice, "-s", str(rate_wpm), "--stdin"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError:
        raise SettingsError("espeak-ng is missing, the scripted caller cannot speak: install espeak-ng") from None
    try:
        async with asyncio.timeout(20):
            wav, fault = await process.communicate(text.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or len(wav) <= 44:
        raise SettingsError(f"espeak-ng cannot speak with voice '{voice}': {fault.decode('utf-8', 'replace').strip()}")
    pcm = _as_telephone(wav)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{id(pcm):x}.new")  # several callers may speak the same at once
        fresh.write_bytes(pcm)
        fresh.replace(kept)
    return pcm


def _as_telephone(wav: bytes) -> bytes:
    """espeak-ng's WAV (44-byte header with a made-up length, 16-bit mono) as band-limited 8 kHz at telephone level."""
    rate_hz = int.from_bytes(wav[24:28], "little")
    sound = wav[44 : len(wav) - len(wav) % 2]
    samples = np.frombuffer(sound, dtype="<i2").astype(np.float64) / 32768
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(len(samples), 1 / rate_hz)
    spectrum[(hz < _BAND_HZ[0]) | (hz > _BAND_HZ[1])] = 0
    count = round(len(samples) * RATE_HZ / rate_hz)
    narrow = np.fft.irfft(spectrum[: count // 2 + 1], count) * (count / len(samples))
    frames = narrow[: len(narrow) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = np.mean(frames**2, axis=1)
    spoken = power[power > power.max() * 1e-4]
    gain = 10 ** (SPOKEN_DBFS / 20) / np.sqrt(spoken.mean())
    return _pcm(narrow * min(gain, 0.95 / np.abs(narrow).max()))


def _loud_frames(pcm: bytes, louder_than_dbfs: float) -> NDArray[np.intp]:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64) / 32768
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    return np.flatnonzero(np.mean(frames**2, axis=1) > 10 ** (louder_than_dbfs / 10))


def _pcm(samples: NDArray[np.float64]) -> bytes:
    return (np.clip(samples, -1, 32767 / 32768) * 32768).astype("<i2").tobytes()


def _decibels(power: float) -> float:
    return 10 * math.log10(power) if power > 0 else float("-inf")
