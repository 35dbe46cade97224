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
FIRST_DELAY_S = 2.0
LONGEST_DELAY_S = 60.0
FORGOTTEN_AFTER_S = 900.0
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
    """Failed log-ins by guesser, and how long each has to wait: 2, 4, 8 … 60 s. `now` is in monotonic seconds."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, float]] = {}

    def count(self, guesser: str, now: float) -> int:
        """Failures of `guesser` since it last succeeded, or was quiet for `FORGOTTEN_AFTER_S`."""
        count, last = self._failures.get(guesser, (0, now))
        return count if now - last < FORGOTTEN_AFTER_S else 0

    def wait_s(self, guesser: str, now: float, *, free: int = FREE_FAILURES) -> float:
        """Seconds until `guesser`, whose first `free` failures cost nothing, is heard again; 0 if now."""
        count = self.count(guesser, now)
        if count < free:
            return 0.0
        _, last = self._failures[guesser]
        delay_s = min(FIRST_DELAY_S * 2.0 ** min(count - free, 10), LONGEST_DELAY_S)
        return min(max(last + delay_s - now, 0.0), LONGEST_DELAY_S)

    def failed(self, guesser: str, now: float) -> None:
        """Count a failure; `now` may be the time to come when it is found out."""
        count = self.count(guesser, now)
        self._failures.pop(guesser, None)
        self._failures[guesser] = (count + 1, now)
        while len(self._failures) > MOST_GUESSERS:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, guesser: str) -> None:
        """Forget the failures of `guesser`."""
        self._failures.pop(guesser, None)
