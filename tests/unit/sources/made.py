"""Sources for tests, made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ivr.sources import Sources, load_sources
from ivr.sources.source import Answer, Named, Place, Setup

HERE = Place(file="sources.yaml", line=1, column=1)


def written(folder: Path, text: str, environment: Mapping[str, str] | None = None) -> Sources:
    """The sources in `text`, in a file in `folder`."""
    path = folder / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    return load_sources(path, state=folder / "state", environment=environment or {})


def setup(name: str = "rounds", *, first: bool = False, limit_s: float = 3.0, **take: str) -> Setup:
    """A source's setup that takes `take`."""
    taken = {fact: Named(text=column, at=HERE) for fact, column in (take or {"day": "Day"}).items()}
    return Setup(name=name, at=HERE, time_limit_s=limit_s, take=taken, first_of_several=first)


class Scripted:
    """A source that does what it is told; it is asked about a postcode."""

    asks = frozenset({"postcode"})

    def __init__(self, does: Callable[[], Answer | None], limit_s: float = 3.0) -> None:
        self.setup = setup(limit_s=limit_s)
        self.does = does
        self.asked = 0

    @property
    def may_be_rehearsed(self) -> bool:
        return True

    def check(self) -> tuple[str, ...]:
        return ()

    async def look_up(self, asked: Mapping[str, str]) -> Answer | None:
        self.asked += 1
        return self.does()

    async def close(self) -> None:
        pass
