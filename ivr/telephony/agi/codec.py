"""FastAGI on the wire, without I/O: bytes in, frozen events out; words in, one command line out.

Recorded from Asterisk 22.10 and checked against its ``res/res_agi.c``. A connection begins with ``key: value`` lines
and a blank line (`setup_env`); then every command gets one reply, and ``HANGUP`` lines may stand between replies
(`run_agi`; it says so twice if AGIEXITONHANGUP is set).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

LONGEST_COMMAND = 8191
"""Bytes of a command line with its LF: AGI_BUF_LEN is 8192 since Asterisk 22.6. One byte more shifts every reply."""
MOST_WORDS = 127
"""MAX_ARGS is 128 and the last place holds NULL: `parse_args` drops what comes after."""
MOST_BYTES = 64 * 1024
"""Of the environment, and of one reply."""
MOST_LINES = 200
"""Of the environment, and of one reply."""

_KEY = re.compile(r"agi_[a-z0-9_]{1,40}")
_STATUS = re.compile(r"([1-5][0-9][0-9])(?:([ -])(.*))?")
_RESULT = re.compile(r"result=(\S*) ?(.*)")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_./:@+-]+")


@dataclass(frozen=True, slots=True)
class Environment:
    """What Asterisk says about the call before the first command; keys as on the wire (``agi_uniqueid``)."""

    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AgiReply:
    """The reply to one command: ``200 result=1 (value)`` is code 200, result ``"1"``, data ``"value"``.

    `data` is what stands in the parentheses, else what follows the result; for other codes the whole text.
    """

    code: int
    result: str
    data: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller is gone; commands that need a live channel get 511 from now on."""


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """Asterisk closed the connection; `early` in the middle of the environment or of a line."""

    early: bool


@dataclass(frozen=True, slots=True)
class Nonsense:
    """Something Asterisk never sends; nothing that follows can be trusted, so nothing follows."""

    reason: str


AgiEvent = Environment | AgiReply | HangUp | StreamEnded | Nonsense


class AgiDecoder:
    """Everything one FastAGI connection brings, from its first byte to its end, whatever the bytes are."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._searched = 0
        self._environment: dict[str, str] | None = {}
        self._usage: list[str] | None = None
        self._bytes = 0
        self._lines = 0
        self._over = False

    def feed(self, data: bytes) -> Iterator[AgiEvent]:
        """The events that `data` completes; bad UTF-8 becomes U+FFFD. Ends for good with `Nonsense`."""
        if self._over:
            return
        self._rest += data
        while not self._over:
            end = self._rest.find(b"\n", self._searched)
            size = len(self._rest) if end < 0 else end + 1
            if self._bytes + size > MOST_BYTES:
                yield self._nonsense("too many bytes")
            elif end < 0:
                self._searched = len(self._rest)
                return
            else:
                line = self._rest[:end].decode("utf-8", "replace")
                del self._rest[:size]
                self._searched = 0
                self._bytes += size
                self._lines += 1
                event = self._nonsense("too many lines") if self._lines > MOST_LINES else self._line(line)
                if event is not None:
                    self._bytes = self._lines = 0
                    yield event

    def end(self) -> Iterator[AgiEvent]:
        """The event of the end of the stream."""
        if not self._over:
            self._over = True
            yield StreamEnded(early=bool(self._rest) or self._environment is not None or self._usage is not None)

    def _nonsense(self, reason: str) -> Nonsense:
        self._over = True
        self._rest.clear()
        return Nonsense(reason)

    def _line(self, line: str) -> AgiEvent | None:
        if self._environment is not None:
            return self._environment_line(self._environment, line)
        if self._usage is not None:
            return self._usage_line(self._usage, line)
        return self._reply_line(line)

    def _environment_line(self, known: dict[str, str], line: str) -> AgiEvent | None:
        if not line:
            self._environment = None
            return Environment(MappingProxyType(known))
        key, colon, value = line.partition(": ")
        if not colon or not _KEY.fullmatch(key):
            return self._nonsense("a line of the environment is no 'agi_key: value'")
        if key in known:  # Asterisk writes each key once: a second one was smuggled in by a line feed in a value
            return self._nonsense("a key of the environment comes twice")
        known[key] = value
        return None

    def _usage_line(self, usage: list[str], line: str) -> AgiEvent | None:
        """520 is followed by the usage text of the command and a line ``520 End of proper usage.``"""
        if not line.startswith("520 "):
            usage.append(line)
            return None
        self._usage = None
        return AgiReply(520, "", "\n".join(usage))

    def _reply_line(self, line: str) -> AgiEvent | None:
        if line == "HANGUP":
            return HangUp()
        status = _STATUS.fullmatch(line)
        if status is None:
            return self._nonsense("neither a reply nor HANGUP")
        code, mark, text = int(status[1]), status[2], status[3] or ""
        if mark == "-":
            if code != 520:
                return self._nonsense("a reply of several lines that is no 520")
            self._usage = [text]
            return None
        result = _RESULT.fullmatch(text)
        if result is None:
            return self._nonsense("a 200 without result") if code == 200 else AgiReply(code, "", text)
        return AgiReply(code, result[1], _inside(result[2]))


def _inside(text: str) -> str:
    """The text in parentheses: a variable's value may itself hold parentheses and is not escaped (GET VARIABLE)."""
    if text.startswith("(") and ")" in text:
        return text[1 : text.rindex(")")]
    return text


def command_line(words: tuple[str, ...]) -> bytes:
    """One command for Asterisk, every word quoted so that `parse_args` of ``res_agi.c`` gives back exactly `words`.

    There a backslash takes the next character literally, inside quotes and outside, and a quote toggles quoting.
    Raises ValueError for what no command line can hold: CR, LF, NUL, no or too many words, too many bytes.
    """
    if not 1 <= len(words) <= MOST_WORDS or not words[0]:
        raise ValueError(f"an AGI command has 1 to {MOST_WORDS} words and a name")
    if any(c in word for word in words for c in "\r\n\0"):
        raise ValueError("an AGI command cannot hold CR, LF or NUL")
    line = " ".join(_quoted(word) for word in words).encode("utf-8", "strict") + b"\n"
    if len(line) > LONGEST_COMMAND:
        raise ValueError(f"an AGI command of {len(line)} bytes is longer than {LONGEST_COMMAND}")
    return line


def _quoted(word: str) -> str:
    if _PLAIN_WORD.fullmatch(word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
