"""Whether the caller still speaks in a frame: by what the detector thinks of it, and by how loud it is for this voice.

The detector alone says "voice" for some 100 ms after the sound has ended, much longer in noise, and forgets hisses and
soft endings. So the louder a frame is, compared with the room, the less sure the detector has to be, and what is far
below the voice so far is silence. Measured on 100 AN4 utterances with 0.55 s of silence and 80 strings of six human
digits (Free Spoken Digit Dataset, pauses of 0.2 to 0.6 s) with 0.7 s, through µ-law: turns cut early, and the decision
beyond the configured silence (p50 / p95):

==============================  =====================  =====================  =====================
..                              quiet                  kitchen noise 20 dB    kitchen noise 10 dB
==============================  =====================  =====================  =====================
sentences, detector over 0.35   2 %, 119 / 162 ms      1 %, 166 / 518 ms      1 %, 308 / 1056 ms
sentences, as here              2 %, 34 / 48 ms        2 %, 101 / 286 ms      3 %, 94 / 553 ms
strings, detector over 0.35     2.5 %, 68 / 104 ms     1.2 %, 105 / 286 ms    1.2 %, 159 / 730 ms
strings, as here                2.5 %, 18 / 30 ms      1.2 %, 50 / 129 ms     2.5 %, 49 / 167 ms
==============================  =====================  =====================  =====================
"""

from __future__ import annotations

from collections.abc import Sequence

from ivr.media.audio import SILENCE_DBFS, level_dbfs

SURE = 0.9
"""What the detector must say of a frame that is no louder than the room."""
LIKELY, LOUD_DB = 0.5, 8.0
"""Of one that is so much louder than the quietest frame before the voice: 6 dB is slower in noise, 10 dB cuts."""
PERHAPS, CLEAR_DB = 0.1, 20.0
"""Of one that stands out clearly: the s of "six" is hardly a voice to Silero. (15 dB is slower in noise.)"""
FAR_BELOW_DB = 35.0
"""Below the loudest frame of this voice is its echo or the line; with 30 dB twice as many strings are cut."""


class Voicing:
    """One voice: how loud it has been, and how loud it was before it began."""

    def __init__(self, before: Sequence[bytes], begun: Sequence[bytes]) -> None:
        """`before`: frames of the sound kept from before the voice; `begun`: its first frames."""
        self._peak_dbfs = max(map(level_dbfs, begun), default=SILENCE_DBFS)
        self._room_dbfs = min(map(level_dbfs, before), default=SILENCE_DBFS)

    def voiced(self, frame: bytes, probability: float) -> bool:
        """Whether the voice goes on in `frame` (32 ms)."""
        level = level_dbfs(frame)
        self._peak_dbfs = max(self._peak_dbfs, level)
        if level < self._peak_dbfs - FAR_BELOW_DB:
            return False
        over_room_db = level - self._room_dbfs
        if over_room_db >= CLEAR_DB:
            return probability >= PERHAPS
        return probability >= (LIKELY if over_room_db >= LOUD_DB else SURE)
