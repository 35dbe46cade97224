"""What a terminal is told while something takes long: one line, gone at the end, and nothing where nobody watches."""

from __future__ import annotations

from io import StringIO

import pytest

from ivr.cli.progress import Progress


class Terminal(StringIO):
    """Somebody watches."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def test_a_terminal_sees_one_line_that_changes_seldom_and_goes() -> None:
    clock = iter([0.0, 0.1, 0.3, 0.3])
    shown = Terminal()
    with Progress(shown, lambda: next(clock)) as progress:
        progress("one")
        progress("too soon")
        progress("two")
    assert shown.getvalue() == "\r\x1b[Kone ...\r\x1b[Ktwo ...\r\x1b[K"


def test_the_line_goes_when_it_ends_badly() -> None:
    shown = Terminal()
    with pytest.raises(ValueError, match="broken"), Progress(shown) as progress:
        progress("one")
        raise ValueError("broken")
    assert shown.getvalue().endswith("\r\x1b[K")


def test_a_file_gets_nothing() -> None:
    written = StringIO()
    with Progress(written) as progress:
        progress("one")
    assert written.getvalue() == ""
