"""A short-lived synthesis process: one text on stdin, one WAV file out; the only module that imports pyttsx3.

Run as ``python -m ivr.speech.synthesis_worker`` with ``{"voice", "rate_wpm", "text", "file"}`` on stdin. Exit codes:
0 the file is whole, 3 no speech engine, 4 no such voice, 5 the engine is stuck. The reason of 3 and 4 is the last
line of stderr.

One text, because only the first of a process is reliable (pyttsx3 2.99, drivers/espeak.py): espeak-ng works in a
thread of its own, and the engine's `endLoop`, which is queued with each text, cancels whatever that thread still
has to do. A second text may lose its file, share one with its neighbour or be cut short, by chance. For the same reason
`runAndWait` returns too early; the file is whole when `finished-utterance` comes.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import NoReturn

NO_ENGINE = 3
NO_VOICE = 4
STUCK = 5
STUCK_AFTER_S = 60.0
"""Whoever ordered kills this process much earlier; this ends it when they are gone."""


def main() -> NoReturn:
    """Do the order on stdin and end the process."""
    order = json.load(sys.stdin)
    sys.stdout = sys.stderr  # the driver prints the file's name
    try:
        import pyttsx3  # late, so that a missing espeak-ng has an exit code

        engine = pyttsx3.init("espeak")
    except Exception as fault:  # noqa: BLE001  # the driver raises RuntimeError, OSError or bare Exception by platform
        leave(NO_ENGINE, f"{type(fault).__name__}: {fault}".splitlines()[0])
    finished = threading.Event()
    faults: list[str] = []
    engine.connect("finished-utterance", lambda name, completed: finished.set())
    engine.connect("error", lambda name, exception: faults.append(str(exception)))
    engine.setProperty("voice", order["voice"])
    engine.setProperty("rate", order["rate_wpm"])
    engine.save_to_file(order["text"], order["file"])
    engine.runAndWait()
    if faults:  # the voice is set when the engine runs; at a fault the driver goes on with its default voice
        leave(NO_VOICE, faults[0])
    leave(0 if finished.wait(STUCK_AFTER_S) else STUCK)


def leave(code: int, reason: str = "") -> NoReturn:
    """End the process without tearing espeak-ng down, which may fail an assertion (see the driver)."""
    print(reason, file=sys.stderr, flush=True)  # noqa: T201  # stderr is this process's only voice
    os._exit(code)


if __name__ == "__main__":
    main()
