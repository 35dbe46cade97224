"""`ivr prompts --check` on recordings of a real voice: each fault is found, and a good recording has none."""

from __future__ import annotations

import json
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.cli import main

pytestmark = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng here to make recordings")
TEXT = "Thank you for calling the village hall. We are open from nine until five, on every day but Sunday."
NAMES = ("good", "fast", "quiet", "clipped", "stereo", "long")


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan with a recording for each of NAMES, made by espeak-ng at 130 words per minute."""
    monkeypatch.chdir(tmp_path)
    said = ", ".join(f'{{text: "{TEXT}", recording: {name}}}' for name in NAMES)
    (tmp_path / "hall.yaml").write_text(
        "helpline: Hall\nstart: all\nmain_menu: all\nperson_queue: q\nqueues: {q: the office}\nsteps:\n"
        f"  all:\n    hang_up: [{said}]\n"
    )
    (tmp_path / "prompts").mkdir()
    sound = spoken(tmp_path, 130)
    write("good", sound)
    write("fast", spoken(tmp_path, 280))
    write("quiet", sound / 40)
    write("clipped", np.clip(sound * 12, -32768, 32767))
    write("stereo", np.repeat(sound, 2), channels=2)
    write("long", np.concatenate([np.zeros(RATE_HZ), sound, np.zeros(RATE_HZ)]))
    return tmp_path


RATE_HZ = 22_050


def spoken(folder: Path, words_per_minute: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    file = folder / "spoken.wav"
    subprocess.run(
        ["espeak-ng", "-v", "gmw/en", "-s", str(words_per_minute), "-w", str(file), TEXT],
        check=True,
        timeout=20,
    )
    with wave.open(str(file), "rb") as sound:
        assert sound.getframerate() == RATE_HZ
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float64)


def write(name: str, sound: np.ndarray[tuple[int], np.dtype[np.float64]], channels: int = 1) -> None:
    with wave.open(f"prompts/{name}.wav", "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(sound.astype("<i2").tobytes())


def test_each_fault_is_found_and_the_good_one_has_none(hall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "hall.yaml", "--recorded", *(name for name in NAMES if name != "stereo")]) == 0
    (hall / "prompts/recordings.yaml").open("a").write(f'stereo: "{TEXT}"\n')
    capsys.readouterr()
    assert main(["prompts", "hall.yaml", "--check", "--format", "json"]) == 1
    found = {name: set[str]() for name in NAMES}
    for finding in json.loads(capsys.readouterr().out)["findings"]:
        found[finding["recording"]].add(finding["rule"])
    assert found.pop("clipped") >= {"clipped"}
    assert found == {
        "good": set(),
        "fast": {"too-fast"},
        "quiet": {"too-quiet"},
        "stereo": {"wrong-format"},
        "long": {"silence"},
    }
