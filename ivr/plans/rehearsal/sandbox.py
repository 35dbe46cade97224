"""The sources of a plan for rehearsed calls: files are asked, and what a call changes is gone after it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from ivr.dialogue import Flow
from ivr.dialogue.ports import LookUpFailed
from ivr.published import data_beside
from ivr.sources import Sources, load_sources


class Sandbox:
    """Sources that lie in files, as they are; databases of the helpline's own as their scripts make them.

    Nothing is made before the first look-up. Sources elsewhere fail: a rehearsal must not change, or depend on, a
    service that is real.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._made: tuple[TemporaryDirectory[str], Sources] | None = None
        self._calls = 0
        self._touched = False

    def begin(self, *, at_once: bool = False) -> None:
        """Another call: it finds everything as if it were the first. What is asked `at_once` is made before it."""
        if at_once:
            self._sources()
        if self._made is not None and self._touched:
            self._touched = False
            self._another_state(Path(self._made[0].name))

    @property
    def names(self) -> frozenset[str]:
        """The sources that are asked."""
        return self._sources().rehearsable

    async def look_up(self, source: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        """See `ivr.dialogue.ports.World`. Raises FlowError for a script with a fault."""
        sources = self._sources()
        if source not in sources.rehearsable:
            raise LookUpFailed(f"source '{source}' is not asked in a rehearsal")
        self._touched = True
        return await sources.look_up(source, asked)

    def _sources(self) -> Sources:
        if self._made is None:
            folder = TemporaryDirectory(prefix="rehearsal-")
            here, path = Path(folder.name), self._flow.sources
            (here / "made").mkdir()
            (here / "state").symlink_to("made")
            sources = load_sources(path, data_beside(path), state=here / "state") if path is not None else Sources()
            for database in sources.made:
                database.make()
            self._another_state(here)
            self._made = (folder, sources)
        return self._made[1]

    def _another_state(self, here: Path) -> None:
        """A copy of its own for each call: a look-up that the call before left behind goes on in the old one."""
        self._calls += 1
        before, after, link = (here / f"call-{number}" for number in (self._calls - 1, self._calls, "link"))
        shutil.copytree(here / "made", after)
        link.symlink_to(after.name)
        link.replace(here / "state")
        shutil.rmtree(before, ignore_errors=True)
