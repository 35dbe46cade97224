"""The service has room for all that its caps allow, or does not start."""

from __future__ import annotations

import resource

import pytest

from ivr.cli import serve
from ivr.errors import SettingsError
from ivr.settings import Settings


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What the process may open, and was set to: newest last."""
    limits = [(1024, 4096)]
    monkeypatch.setattr(resource, "getrlimit", lambda of: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda of, pair: limits.append(pair))
    return limits


def test_the_usual_limits_have_room_for_the_usual_settings(limits: list[tuple[int, int]]) -> None:
    serve.make_room(serve.most_files(Settings()))
    assert limits[-1] == (4096, 4096)


def test_settings_that_want_more_than_the_system_allows_are_one_line(limits: list[tuple[int, int]]) -> None:
    with pytest.raises(SettingsError, match=r"4096 files.*'most_calls'") as refused:
        serve.make_room(serve.most_files(Settings(most_calls=1000)))
    assert "\n" not in str(refused.value)


def test_no_limit_is_enough(limits: list[tuple[int, int]]) -> None:
    limits[:] = [(1024, resource.RLIM_INFINITY)]
    serve.make_room(1_000_000)
    assert limits[-1] == (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
