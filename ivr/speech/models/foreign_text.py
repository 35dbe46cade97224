"""Text that came from the network or an archive, made fit for one line on a terminal."""

from __future__ import annotations

LONGEST = 200
"""Characters: two lines of a usual terminal."""


def in_one_line(text: str) -> str:
    """`text` without what steers a terminal (control characters, line ends, marks of direction), cut to LONGEST."""
    return "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST]).strip()
