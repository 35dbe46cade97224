"""Lines of an Asterisk dialplan as frozen values, and their text: what a plan holds cannot leave its place in a line.

A line is `application(data)`. Data is made of this package's own words and of four things of the plan: labels,
queues, names of facts, and names that an agent reads (`plain`). Texts of the plan are sounds, and stand in comments.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ivr.call import QUEUE_NAME, Prompt

SOUNDS = "${IVR_SOUNDS}"
LONGEST_LINE = 2000
"""Bytes of a line. Asterisk reads 8,191 (main/config.c) and substitutes into 4,096 (main/pbx.c); `SOUNDS` stands for
up to `LONGEST_FOLDER` more at each place."""
LONGEST_FOLDER = 120
LONGEST_COMMENT = 118
MOST_TOLD_FACTS = 20
"""Facts that go to a person; the line that names them stays short enough."""

_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,59}")
_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FOLDER = re.compile(rf"/[A-Za-z0-9._/-]{{0,{LONGEST_FOLDER - 1}}}")
_CONTEXT = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._-]")
_APPLICATIONS = frozenset(
    {"Answer", "Goto", "GotoIf", "Hangup", "NoOp", "Playback", "Queue", "Read", "Set"},
)
"""What a native plan is made of; nothing in it dials or runs anything."""
_DATA = re.compile(r"[A-Za-z0-9 ._,:&/*#=<>!|%+?(){}\[\]$\"-]*")


@dataclass(frozen=True, slots=True)
class Sound:
    """What is said in one go: `prompts`, one after the other, in one file."""

    prompts: tuple[Prompt, ...]

    @property
    def name(self) -> str:
        """Of its file, without suffix: the same for the same words, whatever voice says them."""
        words = "\0".join(f"{prompt.recording or ''}\1{prompt.text}{_tongue(prompt)}" for prompt in self.prompts)
        return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def text(self) -> str:
        """What is said, for people who read the dialplan."""
        return " ".join(prompt.text or f"({prompt.recording})" for prompt in self.prompts)


def _tongue(prompt: Prompt) -> str:
    return f"\1{prompt.language}" if prompt.language else ""


@dataclass(frozen=True, slots=True)
class Digit:
    """The sound of one digit, whose file is called after it."""

    digit: str

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """The digit, said."""
        return (Prompt(text=self.digit),)

    @property
    def name(self) -> str:
        """Of its file, without suffix."""
        return f"digit-{self.digit}"


DIGITS = tuple(Digit(digit) for digit in "0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One priority; `plays` are the sounds that it names, `about` is said above it."""

    application: str
    data: str = ""
    label: str = ""
    plays: tuple[Sound | Digit, ...] = ()
    about: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for what could be anything else than one line of a dialplan."""
        if self.application not in _APPLICATIONS or not _DATA.fullmatch(self.data):
            raise ValueError(f"no line of a dialplan: {self.application}({self.data!r})")
        if self.label and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", self.label):
            raise ValueError(f"no label: {self.label!r}")
        if len(self.data) > LONGEST_LINE:
            raise ValueError(f"a line of {len(self.data)} characters is longer than Asterisk reads")

    def labelled(self, label: str) -> Line:
        """The same with `label`."""
        return replace(self, label=label)


def label_of(step: str) -> str:
    """The label of a step: its name; a name that is no label (a digit first, a space) gets one of its own.

    Labels of this package hold a ``-``, which no name of a step that is a label does.
    """
    if _LABEL.fullmatch(step):
        return step
    return f"step-{hashlib.sha256(step.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def queue_of(name: str) -> str:
    """`name`, checked. Raises ValueError."""
    if not QUEUE_NAME.fullmatch(name):
        raise ValueError(f"no name of a queue: {name!r}")
    return name


def variable_of(fact: str) -> str:
    """The channel variable that holds `fact`. Raises ValueError for what is no name of a fact."""
    if not _VARIABLE.fullmatch(fact):
        raise ValueError(f"no name of a fact: {fact!r}")
    return f"IVR_FACT_{fact}"


def plain(name: str) -> str:
    """A name that an agent reads, without anything that means something to a dialplan."""
    return _NOT_PLAIN.sub("_", name)[:60].strip()


def folder_of(path: str) -> str:
    """`path`, checked: absolute, of letters, digits and ``._/-``. Raises ValueError with one line."""
    if not _FOLDER.fullmatch(path):
        raise ValueError(
            f"'{path}' cannot stand in a dialplan: an absolute path of at most {LONGEST_FOLDER} letters, digits and "
            "'._/-' is needed"
        )
    return path


def context_of(name: str) -> str:
    """`name`, checked. Raises ValueError with one line."""
    if not _CONTEXT.fullmatch(name):
        raise ValueError(f"'{name}' is no name of a context: small letters, digits, '_' and '-' are")
    return name


def comment(text: str) -> str:
    """`text` as a comment line: printable, on one line, cut to a bearable length."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    shown = " ".join(shown.split())
    cut = shown if len(shown) <= LONGEST_COMMENT else f"{shown[: LONGEST_COMMENT - 1]}…"
    return f"; {cut}"


def text_of(context: str, extensions: Iterable[tuple[str, Iterable[Line]]], head: Iterable[str] = ()) -> str:
    """The whole file: comments of `head`, then `context` with its extensions."""
    rows = [*(comment(line) for line in head), "", f"[{context_of(context)}]"]
    for extension, lines in extensions:
        rows += _rows(extension, lines)
    return "\n".join(rows) + "\n"


def _rows(extension: str, lines: Iterable[Line]) -> Iterator[str]:
    for at, line in enumerate(lines):
        if line.about:
            yield comment(line.about)
        yield from (comment(f'  "{sound.text}"') for sound in line.plays if isinstance(sound, Sound))
        label = f"({line.label})" if line.label else ""
        head = f"exten => {extension},1" if at == 0 else " same => n"
        yield f"{head}{label},{line.application}({line.data})"
