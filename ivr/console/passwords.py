"""Passwords of the pages: kept as scrypt hashes, compared in constant time, guessed slowly."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

# 16 MB and about 50 ms a guess (RFC 7914's interactive figures); a log-in is rare, so that is cheap for us.
_COST, _BLOCK, _LANES = 2**14, 8, 1
LONGEST_PASSWORD = 256

FREE_FAILURES = 5
"""Failures in a row before a guesser has to wait."""
LONGEST_DELAY_S = 60.0
MOST_GUESSERS = 1000
"""Guessers remembered; beyond it the one that failed longest ago is forgotten."""


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """A salted scrypt hash; `fits` takes about 50 ms of CPU: run it off the event loop."""

    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)

    def fits(self, password: str) -> bool:
        """Whether this is the hash of `password`."""
        return hmac.compare_digest(self.digest, _digest(password, self.salt))


def hash_password(password: str) -> PasswordHash:
    """The hash of `password` with a fresh salt (about 50 ms)."""
    salt = secrets.token_bytes(16)
    return PasswordHash(salt, _digest(password, salt))


def _digest(password: str, salt: bytes) -> bytes:
    # surrogatepass: a form may hold lone surrogates, and they must be wrong, not a fault
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=_COST, r=_BLOCK, p=_LANES)


class Guesses:
    """Failed log-ins by guesser (address and name), and how long each has to wait: 2, 4, 8 … 60 s."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], tuple[int, float]] = {}

    def wait_s(self, guesser: tuple[str, str], now: float) -> float:
        """Seconds until `guesser` may try again; 0 if now."""
        count, last = self._failures.get(guesser, (0, now))
        if count < FREE_FAILURES:
            return 0.0
        delay_s = min(2.0 ** min(count - FREE_FAILURES + 1, 10), LONGEST_DELAY_S)
        return max(last + delay_s - now, 0.0)

    def failed(self, guesser: tuple[str, str], now: float) -> None:
        """Count a failure at `now` (monotonic seconds)."""
        count, _ = self._failures.pop(guesser, (0, now))
        self._failures[guesser] = (count + 1, now)
        while len(self._failures) > MOST_GUESSERS:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, guesser: tuple[str, str]) -> None:
        """Forget the failures of `guesser`."""
        self._failures.pop(guesser, None)
