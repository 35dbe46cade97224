"""Where an Asterisk is installed on this machine: a binary on PATH, or a Debian root that is entered by chroot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import PbxError

NEEDED = (22, 8)
"""chan_websocket's JSON control messages came with it."""
BUILT_ROOT = Path("build/asterisk-root")
"""Where asterisk/get-asterisk makes a Debian root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """An Asterisk that can be started; `root` None if it is installed on the machine itself."""

    binary: Path
    """As Asterisk's own root sees it."""
    root: Path | None = None
    version: str = ""

    def command(self, *arguments: str) -> list[str]:
        """What to execute to run Asterisk with `arguments`."""
        if self.root is None:
            return [str(self.binary), *arguments]
        return ["chroot", str(self.root), str(self.binary), *arguments]

    def run_folder(self, name: str, build: Path = Path("build")) -> Path:
        """A folder for a run called `name`, absolute, in a place that this Asterisk can see."""
        if self.root is None:
            return (build / "pbx" / name).absolute()
        return self.root / "srv" / f"ivr-{name}"

    def seen(self, path: Path) -> str:
        """`path` (absolute, on the machine) as this Asterisk sees it.

        Raises PbxError if it lies outside the root.
        """
        if self.root is None:
            return str(path)
        try:
            return "/" + str(path.relative_to(self.root))
        except ValueError:
            raise PbxError(f"{path} cannot be seen by the Asterisk in {self.root}: use a folder inside it") from None


def find_asterisk(built_root: Path = BUILT_ROOT) -> Installation:
    """The Asterisk to use: IVR_ASTERISK (a binary), IVR_ASTERISK_ROOT (a root), PATH, then `built_root`.

    Raises PbxError with one line that says how to get one, or why the one that was named cannot be used.
    """
    named, rooted, on_path = (
        os.environ.get("IVR_ASTERISK"),
        os.environ.get("IVR_ASTERISK_ROOT"),
        shutil.which("asterisk"),
    )
    if named:
        return _checked(Installation(binary=Path(named)), "IVR_ASTERISK")
    if rooted:
        return _checked(_in_root(Path(rooted)), "IVR_ASTERISK_ROOT")
    if on_path:
        try:
            return _checked(Installation(binary=Path(on_path)), "PATH")
        except PbxError:
            if not built_root.exists():
                raise
    if built_root.exists():
        return _checked(_in_root(built_root), "asterisk/get-asterisk")
    raise PbxError("no Asterisk here: run asterisk/get-asterisk, or set IVR_ASTERISK, or use compose.yaml")


def _in_root(root: Path) -> Installation:
    return Installation(binary=Path("/usr/sbin/asterisk"), root=root.absolute())


def _checked(found: Installation, source: str) -> Installation:
    where = found.root or found.binary
    if found.root is not None and os.geteuid() != 0:
        raise PbxError(f"the Asterisk root {where} ({source}) can be entered by root only: run as root")
    try:
        told = subprocess.run(found.command("-V"), capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError) as fault:
        raise PbxError(f"the Asterisk in {where} ({source}) does not start: {fault}") from None
    version = re.match(r"Asterisk (\d+)\.(\d+)[^\s]*", told)
    if version is None or (int(version[1]), int(version[2])) < NEEDED:
        wanted = ".".join(map(str, NEEDED))
        raise PbxError(f"{told.strip() or 'what is'} in {where} ({source}) is too old: {wanted} or newer is needed")
    return Installation(binary=found.binary, root=found.root, version=version[0].removeprefix("Asterisk "))
