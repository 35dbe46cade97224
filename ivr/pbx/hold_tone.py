"""The sound of waiting: a soft note every five seconds, so that a line on hold never sounds lost."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE_HZ = 8000
PERIOD_S = 5.0
NOTE_S = 0.6
NOTE_HZ = 440.0
LEVEL_DBFS = -32.0


def write_hold_tone(path: Path) -> None:
    """Write one period as 8 kHz, 16-bit, mono WAV; Asterisk repeats it."""
    peak = 32767 * 10 ** (LEVEL_DBFS / 20)
    note = int(NOTE_S * RATE_HZ)
    samples = [
        # A note that swells and fades: no clicks in a tired ear.
        int(peak * math.sin(math.pi * i / note) * math.sin(2 * math.pi * NOTE_HZ * i / RATE_HZ)) if i < note else 0
        for i in range(int(PERIOD_S * RATE_HZ))
    ]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
