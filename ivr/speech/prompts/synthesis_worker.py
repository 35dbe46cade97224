"""A short-lived synthesis process: one text on stdin, one WAV file out; the only module that imports pyttsx3.

Run as ``python -m ivr.speech.prompts.synthesis_worker`` with ``{"voice", "rate_wpm", "text", "file"}`` on stdin. Exit
codes: 0 the file is whole, 3 no speech engine, 4 no such voice, 5 the engine is stuck. The reason of 3 and 4 is the
last line of stderr. The engine is loaded before the order is read: the process may be started ahead and wait for it,
and ends with 0 if stdin ends without one.

One text, because only the first of a process is reliable (pyttsx3 2.99, drivers/espeak.py): espeak-ng works in a
thread of its own, and the engine's `endLoop`, which is queued with each text, cancels whatever that thread still
has to do. A second text may lose its file, share one with its neighbour or be cut short, by chance. For the same reason
`runAndWait` returns too early; the file is whole when `finished-utterance` comes, once `keep_the_tail` was called.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import NoReturn

NO_ENGINE = 3
NO_VOICE = 4
STUCK = 5
STUCK_AFTER_S = 60.0
"""Whoever ordered kills this process much earlier; this ends it when they are gone."""
SETTLE_S = 0.001
"""Between two looks whether espeak-ng has taken a setting."""


def main() -> NoReturn:
    """Do the order on stdin and end the process."""
    sys.stdout = sys.stderr  # the driver prints the file's name
    try:
        import pyttsx3  # late, so that a missing espeak-ng has an exit code

        keep_the_tail()
        engine = pyttsx3.init("espeak")
    except Exception as fault:  # noqa: BLE001  # the driver raises RuntimeError, OSError or bare Exception by platform
        leave(NO_ENGINE, f"{type(fault).__name__}: {fault}".splitlines()[0])
    given = sys.stdin.read()
    if not given:  # not needed, or whoever started it is gone
        leave(0)
    order = json.loads(given)
    finished = threading.Event()
    faults: list[str] = []
    engine.connect("started-utterance", lambda name: set_rate(order["rate_wpm"]))
    engine.connect("finished-utterance", lambda name, completed: finished.set())
    engine.connect("error", lambda name, exception: faults.append(str(exception)))
    engine.setProperty("voice", order["voice"])
    engine.save_to_file(order["text"], order["file"])
    engine.runAndWait()
    if faults:  # the voice is set when the engine runs; at a fault the driver goes on with its default voice
        leave(NO_VOICE, faults[0])
    leave(0 if finished.wait(STUCK_AFTER_S) else STUCK)


def set_rate(rate_wpm: int) -> None:
    """Set the rate at the last moment: espeak-ng takes it from a queue, and the `endLoop` that the driver runs before
    it speaks empties that queue if it is not worked off yet (1 prompt in 70 had the default rate on a busy machine)."""
    from pyttsx3.drivers import _espeak

    _espeak.SetParameter(_espeak.RATE, rate_wpm, 0)
    while _espeak.IsPlaying():  # as espeak-ng's Synchronize, which looks every 20 ms only (speech.c)
        time.sleep(SETTLE_S)


def keep_the_tail() -> None:
    """Have the driver take samples before events: on a busy machine the last samples come with the last event, and it
    writes the file at the event and adds them afterwards."""
    from pyttsx3.drivers import _espeak
    from pyttsx3.drivers.espeak import EspeakDriver

    on_synth = EspeakDriver._onSynth
    no_events = (_espeak.EVENT * 1)()  # of type 0, EVENT_LIST_TERMINATED

    def samples_first(driver: object, wav: object, numsamples: int, events: object) -> int:
        on_synth(driver, wav, numsamples, no_events)
        return int(on_synth(driver, wav, 0, events))

    EspeakDriver._onSynth = samples_first


def leave(code: int, reason: str = "") -> NoReturn:
    """End the process without tearing espeak-ng down, which may fail an assertion (see the driver)."""
    print(reason, file=sys.stderr, flush=True)  # noqa: T201  # stderr is this process's only voice
    os._exit(code)


if __name__ == "__main__":
    main()
