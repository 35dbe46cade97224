"""Where questions with their intents lie, for choosing and measuring the matcher: not part of this repository."""

from __future__ import annotations

import csv
import functools
import os
import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from ivr.knowledge.words import spoken_form

QUESTIONS = Path(os.environ.get("IVR_TEST_QUESTIONS", "../shared/questions"))
"""A folder with ``clinc150.tsv`` and ``banking77.tsv`` (split, intent, text)."""
MISSING = f"no questions in {QUESTIONS}: set IVR_TEST_QUESTIONS to a folder with clinc150.tsv and banking77.tsv"

needs_questions = pytest.mark.skipif(
    not all((QUESTIONS / f"{name}.tsv").is_file() for name in ("clinc150", "banking77")), reason=MISSING
)

Asked = tuple[str, str]
"""An intent (``oos`` if none) and a question, as a recogniser prints it."""


@functools.cache
def questions(of: str, split: str) -> tuple[Asked, ...]:
    """Every question of one split of one set, in the order of the file."""
    with (QUESTIONS / f"{of}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple((row["intent"], spoken_form(row["text"])) for row in rows if row["split"] == split)


def drawn(asked: Sequence[Asked], phrasings: int, seed: int, intents: Collection[str] | None = None) -> list[Asked]:
    """So many different questions of each intent (of `intents`), by lot; no question of two intents."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    owner: dict[str, str] = {}
    for intent, text in asked:
        if owner.setdefault(text, intent) == intent and (intents is None or intent in intents):
            by_intent[intent].append(text)
    lot = random.Random(seed)
    found: list[Asked] = []
    for intent in sorted(by_intent):
        texts = sorted(set(by_intent[intent]))
        lot.shuffle(texts)
        found += [(intent, text) for text in texts[:phrasings]]
    return found
