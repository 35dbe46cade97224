"""What is missing at the start is said in one line that tells how to mend it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ivr.pbx import Ports
from ivr.settings import Settings
from ivr.stand import Stand, environment, free_settings
from tests.asterisk.conftest import PLANS

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT_ONCE = asyncio.Semaphore(3)
WATCHED = {"queue"}
"""Where the watchdog must pass on what its service says; the others spare its start."""
HALL = (PLANS / "hall.yaml").read_text()


@contextmanager
def _taken() -> Iterator[int]:
    """A port that another program has."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


async def _refusal(stand: Stand, folder: Path, *, watched: bool, **changes: object) -> str:
    """The one line of an `ivr serve` that cannot start beside the helpline `stand`."""
    settings = free_settings(Settings.read(), Ports.free(), folder=folder)
    settings = settings.model_copy(
        update={"helpline": PLANS / "hall.yaml", "ami_port": stand.settings.ami_port, "recogniser_workers": 1}
        | {"secrets": stand.settings.secrets}
        | changes
    )
    settings.state.mkdir(parents=True)
    (settings.state / "prompts").symlink_to((stand.settings.state / "prompts").resolve())
    async with AT_ONCE:
        service = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ivr.cli", "serve", *([] if watched else ["--unwatched"])),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **environment(settings)},
        )
        async with asyncio.timeout(60):
            printed, told = await service.communicate()
    text = told.decode()
    assert service.returncode == 2, text
    assert "Traceback" not in text
    assert printed == b""
    lines = [line for line in text.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, text
    assert lines[0].startswith("ivr: ")
    return lines[0]


async def test_whatever_is_missing_is_one_line_that_says_how_to_mend_it(calm_stand: Stand, tmp_path: Path) -> None:
    def plan(name: str, change: Callable[[str], str]) -> Path:
        (tmp_path / name).mkdir()
        for part in ("hall", "keyholders", "outbox.yaml"):
            (tmp_path / name / part).symlink_to(PLANS / part)
        file = tmp_path / name / "hall.yaml"
        file.write_text(change(HALL))
        return file

    no_queue = plan(
        "no-queue", lambda text: text.replace("housing: the", "cellar: the").replace(": housing", ": cellar")
    )
    no_text = plan("no-text", lambda text: text.replace("text: The door", "recording: the-door #"))
    bad_sound = plan("bad-sound", lambda text: text.replace("text: The door", "recording: door\n      text: The door"))
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "door.wav").write_bytes(b"RIFF, but not really")
    with _taken() as port:
        cases: dict[str, tuple[dict[str, object], tuple[str, ...]]] = {
            "flow": ({"helpline": tmp_path / "none.yaml"}, ("none.yaml", "no such")),
            "recording": ({"helpline": no_text}, ("hall.yaml:", "'text'")),
            "sound": ({"helpline": bad_sound, "prompts": tmp_path / "prompts"}, ("door.wav", "sox")),
            "queue": ({"helpline": no_queue}, ("no queue 'cellar'", "asterisk/queues.conf")),
            "model": ({"model": str(tmp_path)}, (str(tmp_path), "ivr models list")),
            "pbx": ({"ami_port": _closed()}, ("manager interface", "IVR_AMI_PORT")),
            "agents": ({"agents": tmp_path / "nobody.yaml"}, ("nobody.yaml",)),
            "agi": ({"agi_port": port}, (str(port), "IVR_AGI_PORT")),
            "media": ({"media_port": port}, (str(port), "IVR_MEDIA_PORT")),
            "console": ({"console_port": port}, (str(port), "IVR_CONSOLE_PORT")),
        }
        lines = await asyncio.gather(
            *(
                _refusal(calm_stand, tmp_path / f"case-{name}", watched=name in WATCHED, **changes)
                for name, (changes, _) in cases.items()
            )
        )
    for line, (name, (_, words)) in zip(lines, cases.items(), strict=True):
        assert all(word in line for word in words), f"{name}: {line}"
    assert await calm_stand.healthy()


def _closed() -> int:
    """A port where nobody listens."""
    with _taken() as port:
        return port
