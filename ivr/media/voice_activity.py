"""Whether somebody speaks: the probability of a voice for every 32 ms, by Silero's network behind an energy gate."""

from __future__ import annotations

import math
from collections import deque
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import onnxruntime

from ivr.errors import ModelError
from ivr.media.audio import RATE_HZ

Samples = npt.NDArray[np.float32]

FRAME_SAMPLES: Final = 256
"""32 ms at 8 kHz: the only length that the network takes at this rate."""
FRAME_BYTES: Final = 2 * FRAME_SAMPLES
CONTEXT_SAMPLES: Final = 32
"""The end of the frame before, which the network wants in front of each frame (silero_vad/utils_vad.py)."""
STATE_SHAPE: Final = (2, 1, 128)

GATE_DBFS: Final = -55.0
"""Quieter frames are silence. Line noise lies at -65, the voiced frames of a quiet caller around -48."""
QUIET_FRAMES: Final = 8
"""The gate closes after this many quiet frames in a row (256 ms): pauses inside words stay with the network."""
FRAMES_BEFORE: Final = 4
"""Quiet frames (128 ms) that the network is shown first when the gate opens: soft onsets are judged with their lead."""

_FULL_SCALE: Final = 32768.0
_GATE_POWER = 10 ** (GATE_DBFS / 10) * FRAME_SAMPLES * _FULL_SCALE**2
_SLIN = np.dtype("<i2")
_PACKAGE = "silero-vad"
_FILE = "silero_vad.onnx"


class VoiceModel:
    """Silero's network: loaded once, shared by all calls, one thread. Each call keeps its own state."""

    def __init__(self, path: Path | None = None) -> None:
        """Load `path` (default: the file that the silero-vad package brings; the package is not imported, for it
        would import torch).

        Raises ModelError if there is no such network.
        """
        path = path or _packaged_model()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        except OSError:
            raise ModelError(f"voice activity model {path} cannot be read: install silero-vad again") from None
        except Exception as fault:  # noqa: BLE001 - onnxruntime's errors share no narrower root
            raise ModelError(f"voice activity model {path} is broken: {fault}") from None
        self._rate = np.array(RATE_HZ, dtype=np.int64)

    def judge(self, samples: Samples, state: Samples) -> tuple[float, Samples]:
        """Probability of a voice in `samples` (context and frame, -1..1), and the state after it."""
        output, after = self._session.run(None, {"input": samples[None], "state": state, "sr": self._rate})
        return float(output[0, 0]), after


class VoiceActivity:
    """The ear of one call: give it the caller's sound as it comes.

    The rule of the gate: a quiet frame counts as probability 0 and costs nothing once `QUIET_FRAMES` quiet ones
    went through the network; its state then rests as it is (it has settled on silence) and the network goes on
    from there, `FRAMES_BEFORE` frames back, at the next frame that is not quiet. Between turns call `reset`.
    """

    def __init__(self, model: VoiceModel) -> None:
        self._model = model
        self._pending = b""
        self.reset()

    def reset(self) -> None:
        """Forget everything: a new turn begins."""
        self._pending = b""
        self._state: Samples = np.zeros(STATE_SHAPE, dtype=np.float32)
        self._context: Samples = np.zeros(CONTEXT_SAMPLES, dtype=np.float32)
        self._open = False
        self._quiet = 0
        self._before: deque[Samples] = deque(maxlen=FRAMES_BEFORE)

    def voiced(self, pcm: bytes) -> list[float]:
        """One probability (0..1) for each 32 ms frame that `pcm` completes; the rest is kept for the next call.

        `pcm`: 8 kHz, 16 bit, mono, any even number of bytes.
        """
        sound = self._pending + pcm if self._pending else pcm
        whole = len(sound) - len(sound) % FRAME_BYTES
        self._pending = sound[whole:]
        if not whole:
            return []
        return [self._frame(sound, at) for at in range(0, whole, FRAME_BYTES)]

    def _frame(self, sound: bytes, at: int) -> float:
        # Nearly every frame of a call goes only so far, with the processor's caches cold: each step less is felt.
        frame = np.frombuffer(sound, _SLIN, FRAME_SAMPLES, at).astype(np.float32)
        if frame.dot(frame) < _GATE_POWER:
            self._quiet += 1
            if self._quiet > QUIET_FRAMES:
                self._open = False
        else:
            self._quiet = 0
            if not self._open:
                self._open = True
                for earlier in self._before:
                    self._run(earlier)
                self._before.clear()
        if self._open:
            return self._run(frame)
        self._before.append(frame)
        return 0.0

    def _run(self, frame: Samples) -> float:
        frame = frame / _FULL_SCALE
        probability, self._state = self._model.judge(np.concatenate((self._context, frame)), self._state)
        self._context = frame[-CONTEXT_SAMPLES:]
        return probability if math.isfinite(probability) else 0.0


def _packaged_model() -> Path:
    try:
        found = [file for file in files(_PACKAGE) or [] if file.name == _FILE]
    except PackageNotFoundError:
        found = []
    if not found:
        raise ModelError(f"no voice activity model: the package {_PACKAGE} with {_FILE} is not installed")
    return Path(str(found[0].locate()))
