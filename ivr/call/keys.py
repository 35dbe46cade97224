"""What pressed keys can mean at one moment: a pattern of options or of digits, judged in four values."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call.match import Match

KEYS = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPattern:
    """Keys that mean something now: fixed `options` (``"1"``, ``"*"``) and, or, a digit string.

    `digits_min`..`digits_max` describe the digit string (0 = none wanted); `terminator` ends it early and is
    not part of it. An option wins over a digit string that starts alike only if it is no digit.
    """

    options: frozenset[str] = frozenset()
    digits_min: int = 0
    digits_max: int = 0
    terminator: str = "#"
    separator: str = ""
    """A key that may stand once among the digits: ``*`` between pounds and pence."""

    @property
    def listens(self) -> bool:
        """Whether any key means anything."""
        return bool(self.options) or self.digits_max > 0

    def judge(self, keys: str) -> Match:
        """How far `keys` (everything pressed in this turn) goes."""
        if not keys:
            return Match.POTENTIAL if self.listens else Match.NO_MATCH
        longer = any(o != keys and o.startswith(keys) for o in self.options)
        if keys in self.options:
            return Match.MATCH if longer else Match.MAX_MATCH
        digits = self._judge_digits(keys)
        if digits is Match.NO_MATCH and longer:
            return Match.POTENTIAL
        return digits

    def value(self, keys: str) -> str:
        """`keys` without the terminator."""
        if self.digits_max and keys not in self.options:
            return keys.removesuffix(self.terminator)
        return keys

    def _judge_digits(self, keys: str) -> Match:
        if not self.digits_max:
            return Match.NO_MATCH
        ended = bool(self.terminator) and keys.endswith(self.terminator)
        digits = keys.removesuffix(self.terminator) if ended else keys
        if self.separator and digits[:1] != self.separator:
            digits = digits.replace(self.separator, "", 1)
        if not digits.isdecimal() or len(digits) > self.digits_max:
            return Match.NO_MATCH
        if ended:
            return Match.MAX_MATCH if len(digits) >= self.digits_min else Match.NO_MATCH
        if len(digits) < self.digits_min:
            return Match.POTENTIAL
        return Match.MAX_MATCH if len(digits) == self.digits_max else Match.MATCH
