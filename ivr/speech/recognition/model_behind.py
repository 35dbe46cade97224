"""The model that a recognition server hears with, where its address names one that is installed here, too.

The protocol cannot be asked for it. Without a name nobody knows what the server's confidence means, so nothing is acted
on that it hears before the caller has said yes to it. With one the server is listened to as that model is here: the
same words soak up what is said beside the answers, and the same calibration tells how sure a reading is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ivr.speech.models.model import find_model
from ivr.speech.recognition.confidence import Calibration, calibration_of
from ivr.speech.recognition.garbage import Garbage
from ivr.speech.recognition.readings import words_in

MARK = "#"
"""``ws://host:2700#bundled``: what follows it stays here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBehind:
    """What is known of a server's model."""

    name: str
    words: frozenset[str]
    """Everything that it can hear."""
    calibration: Calibration
    garbage: Garbage

    def beside(self, phrases: Collection[str]) -> tuple[str, ...]:
        """What to listen for beside `phrases`."""
        return self.garbage.beside(words_in(phrases))


def parted(address: str) -> tuple[str, str]:
    """The address of a server by itself, and the model that is named behind it, or empty."""
    url, _, model = address.partition(MARK)
    return url, model


def model_behind(address: str, installed_in: Path) -> ModelBehind | None:
    """The model that is named behind `address`, if one is. Raises ModelError if it is not here, or not whole."""
    _, name = parted(address)
    if not name:
        return None
    model = find_model(name, installed_in)
    return ModelBehind(
        name=name, words=model.words, calibration=calibration_of(model.folder), garbage=Garbage(model.words)
    )
