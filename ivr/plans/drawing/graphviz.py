"""Has Graphviz lay out a picture: DOT text in, SVG out; the one place that starts the program `dot`."""

from __future__ import annotations

import subprocess

from ivr.errors import SettingsError

PROGRAM = "dot"
DEADLINE_S = 120.0
"""A plan of 60 steps takes a twentieth of a second, one of 1,000 steps a second: a dot that takes longer hangs."""
INSTALL = "as root, apt-get install graphviz; or take '--format dot' or '--format text', which do without"


def svg_from(dot: str, *, program: str = PROGRAM) -> str:
    """The SVG that `program` makes of the DOT text `dot`; blocks.

    Raises SettingsError if the program is missing, fails or takes longer than DEADLINE_S.
    """
    try:
        done = subprocess.run(
            [program, "-Tsvg"], input=dot.encode(), capture_output=True, timeout=DEADLINE_S, check=False
        )
    except FileNotFoundError:
        raise SettingsError(f"the program '{program}' that draws pictures is missing: {INSTALL}") from None
    except OSError as fault:
        raise SettingsError(f"the program '{program}' cannot be started ({fault.strerror})") from None
    except subprocess.TimeoutExpired:
        raise SettingsError(
            f"'{program}' did not finish the picture in {DEADLINE_S:g} s; take '--format text'"
        ) from None
    if done.returncode != 0 or not done.stdout:
        said = next(iter(done.stderr.decode(errors="replace").splitlines()), f"exit code {done.returncode}")
        raise SettingsError(f"'{program}' made no picture: {said}")
    return done.stdout.decode()
