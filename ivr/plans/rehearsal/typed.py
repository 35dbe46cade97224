"""What somebody types for a caller: words, keys, silence, a mumble, hanging up, and cutting in; and the way back."""

from __future__ import annotations

import re

from ivr.call import Hypothesis
from ivr.dialogue.words.numbers import UNITS
from ivr.testing.scripted_caller import (
    SURE,
    Act,
    HangsUp,
    KeepsSilent,
    Mumbles,
    Presses,
    Says,
)

CUTS_IN_MS = 1000
"""When somebody cuts in who does not say when."""
LONGEST_SAID = 300
"""Characters; a caller who says more in one breath has no telephone."""
_KEYS = re.compile(r"[0-9*#]{1,40}")
_ANY_KEYS = re.compile(r"[0-9*#A-D]{1,40}")
_INTERRUPTS = re.compile(r"!(?P<after_s>[0-9]{1,3}(?:\.[0-9]{1,3})?)?\s*(?P<act>.*)", re.DOTALL)
_CONFIDENCE = re.compile(r"(?P<words>.*\S)\s*@(?P<confidence>0|1|0?\.[0-9]{1,4}|1\.0{1,4})")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|[0-9]")
_NAMES = {"0": "zero", **{str(number): word for word, number in UNITS.items()}}

WAYS = """\
What the caller does, one line each:
  bin collection       says words, as a recogniser would print them; digits are said one by one
  bins @0.6            the same, heard with that confidence (without it 0.95)
  1    427105    *     presses keys; press A presses a letter key
  (an empty line)      says and presses nothing
  mumble               a voice without words
  hang up              leaves
  ! agent    !3.5 2    cuts in while the line speaks: after 1 second, or after so many seconds of what it
                       says since the caller's last act
  say hang up          says words that would mean something else here"""


def act_of(line: str) -> Act:
    """The act that `line` stands for. Raises ValueError with what to type instead."""
    text = line.strip()
    if text.startswith("!"):
        return _interruption(text)
    word, _, rest = text.partition(" ")
    match word.lower():
        case "":
            return KeepsSilent()
        case "say":
            return said(rest)
        case "press":
            return pressed(rest.strip())
    if text.lower() == "mumble":
        return Mumbles()
    if text.lower() in ("hang up", "hangup"):
        return HangsUp()
    return Presses(keys=text) if _KEYS.fullmatch(text) else said(text)


def said(text: str, *, confidence: float | None = None, after_ms: int | None = None) -> Says:
    """Somebody says `text`, which may end with a confidence. Raises ValueError."""
    found = _CONFIDENCE.fullmatch(text.strip()) if confidence is None else None
    if found:
        text, confidence = found["words"], float(found["confidence"])
    words = " ".join(_NAMES.get(word, word) for word in _WORD.findall(text.lower().replace("’", "'")))
    if not words:
        raise ValueError(f"'{text.strip()}' holds no words; type what the caller says, such as: bin collection")
    if len(words) > LONGEST_SAID:
        raise ValueError(f"{len(words)} characters are too much for one turn; at most {LONGEST_SAID}")
    reading = Hypothesis(text=words, confidence=SURE if confidence is None else confidence)
    return Says(readings=(reading,), after_ms=after_ms)


def pressed(keys: str, *, after_ms: int | None = None) -> Presses:
    """Somebody presses `keys`. Raises ValueError."""
    close = "".join(keys.split()).upper()
    if not _ANY_KEYS.fullmatch(close):
        raise ValueError(f"'{keys}' are no keys; use 0 to 9, * and # (or A to D), at most 40")
    return Presses(keys=close, after_ms=after_ms)


def typed(act: Act) -> str:
    """The line that stands for `act`."""
    at_once = "" if act.after_ms is None else f"!{act.after_ms / 1000:g} "
    match act:
        case Says(readings=(reading, *_)):
            sure = "" if reading.confidence == SURE else f" @{reading.confidence:g}"
            return f"{at_once}{reading.text}{sure}"
        case Presses(keys=keys):
            return f"{at_once}{keys}" if _KEYS.fullmatch(keys) else f"{at_once}press {keys}"
        case Mumbles():
            return f"{at_once}mumble"
        case HangsUp():
            return f"{at_once}hang up"
    return ""


def _interruption(text: str) -> Act:
    found = _INTERRUPTS.fullmatch(text)
    assert found is not None, "it begins with '!'"
    after_ms = CUTS_IN_MS if found["after_s"] is None else round(1000 * float(found["after_s"]))
    rest = found["act"]
    if not rest and found["after_s"] is not None:
        raise ValueError(
            f"what does the caller do after {found['after_s']} s? Type '! {found['after_s']}' for the keys"
        )
    match act_of(rest):
        case Says(readings=readings):
            return Says(readings=readings, after_ms=after_ms)
        case Presses(keys=keys):
            return Presses(keys=keys, after_ms=after_ms)
        case Mumbles():
            return Mumbles(after_ms=after_ms)
        case HangsUp():
            return HangsUp(after_ms=after_ms)
    raise ValueError("to cut in, say or press something: '! agent', '! 1', '!2.5 mumble'")
