"""RHVoice and Piper behind their real command lines: found, asked, killed, and what they bring is looked at.

Piper is played by a program that takes its options and speaks with espeak-ng, and fails as the real one does for a
voice that is not there (piper-tts 1.8). RHVoice is the real one where it is installed.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import SettingsError
from ivr.speech.prompts.levels import LOUDNESS_DBFS, from_pcm, loudness_dbfs
from ivr.speech.prompts.voices.piper import PiperVoice
from ivr.speech.prompts.voices.rhvoice import FOLDERS, PROGRAM, RhVoice
from ivr.speech.prompts.voices.voice import LARGEST_FILE_BYTES

FAKE_PIPER = """
import argparse, pathlib, subprocess, sys
words = argparse.ArgumentParser()
for word in ("--model", "--output_file"):
    words.add_argument(word, required=True)
for word in ("--length_scale", "--sentence_silence"):
    words.add_argument(word, type=float, required=True)
order = words.parse_args()
if pathlib.Path(order.model).read_text() == "lost":
    raise ValueError(f"Unable to find voice: {order.model} (use piper.download_voices)")
text = sys.stdin.read()
assert text.endswith("\\n") and text.count("\\n") == 1, text
wpm = str(round(160 / order.length_scale))
espeak = ["espeak-ng", "-v", "gmw/en", "-s", wpm, "-w", order.output_file, "--stdin"]
subprocess.run(espeak, input=text, text=True, check=True)
"""
FAKE_RHVOICE = """
import subprocess, sys
words = sys.argv[1:]
given = dict(zip(words[::2], words[1::2]))
assert set(given) == {"-p", "-r", "-o"}, given
subprocess.run(["espeak-ng", "-v", "gmw/en", "-w", given["-o"], "--stdin"], check=True)
"""


def program(file: Path, script: str) -> str:
    """An executable `file` that runs the Python `script`."""
    file.write_text(f"#!{sys.executable}\n{script}")
    file.chmod(0o755)
    return str(file)


def piper(folder: Path, *, rate_wpm: int = 160, script: str = FAKE_PIPER, voice: str = "weights") -> PiperVoice:
    (folder / "alba.onnx").write_text(voice)
    (folder / "alba.onnx.json").write_text("{}")
    return PiperVoice(str(folder / "alba.onnx"), rate_wpm=rate_wpm, program=program(folder / "piper", script))


def rhvoice(folder: Path, *, name: str = "alan", script: str = FAKE_RHVOICE) -> RhVoice:
    (folder / "voices/alan").mkdir(parents=True, exist_ok=True)
    (folder / "voices/slt").mkdir(exist_ok=True)
    made = program(folder / "RHVoice-test", script)
    return RhVoice(name, rate_wpm=160, program=made, folders=[folder / "nowhere", folder / "voices"])


def assert_is_a_prompt(sound: bytes | None) -> None:
    assert sound
    samples = from_pcm(sound)
    assert loudness_dbfs(samples) == pytest.approx(LOUDNESS_DBFS, abs=1.0)
    assert np.flatnonzero(np.abs(samples) > 0.01)[0] <= 0.050 * 8000
    assert abs(samples[0]) < 0.001 and abs(samples[-1]) < 0.001


@pytest.mark.parametrize("make", [piper, rhvoice])
async def test_an_engine_speaks_whatever_stands_in_the_text(tmp_path: Path, make: type) -> None:
    voice = make(tmp_path)
    for text in ("Hello there.", "--output_file /etc/passwd", "`ls`; \n$HOME \x01 naïve café – £5"):
        assert_is_a_prompt(await voice.render(text, deadline_s=20))
    assert await voice.render(" \x00\n", deadline_s=20) is None


@pytest.mark.parametrize("make", [piper, rhvoice])
@pytest.mark.parametrize(
    "script",
    [
        "raise SystemExit(1)",
        "import os; os.abort()",
        "pass",
        f"import sys; named = sys.argv.index('-o') + 1 if '-o' in sys.argv else 4\n"
        f"open(sys.argv[named], 'wb').truncate({LARGEST_FILE_BYTES + 1})",
        "import sys; sys.stdin.close(); sys.stderr.write('nonsense ' * 10**6)",
    ],
)
async def test_a_broken_engine_is_no_sound(tmp_path: Path, make: type, script: str) -> None:
    assert await make(tmp_path, script=script).render("Hello.", deadline_s=20) is None


@pytest.mark.parametrize("make", [piper, rhvoice])
async def test_a_hanging_engine_and_its_children_are_killed_at_the_deadline(tmp_path: Path, make: type) -> None:
    pid = tmp_path / "pid"
    script = (
        "import subprocess; child = subprocess.Popen(['sleep', '60']);"
        f"open({str(pid)!r}, 'w').write(str(child.pid)); child.wait()"
    )
    started = time.monotonic()
    assert await make(tmp_path, script=script).render("Hello.", deadline_s=1.0) is None
    assert time.monotonic() - started < 4
    for _ in range(100):
        stat = Path(f"/proc/{pid.read_text()}/stat")
        if not stat.exists() or stat.read_text().split()[2] == "Z":
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("the engine's child still runs")


async def test_piper_speaks_as_fast_as_it_is_told(tmp_path: Path) -> None:
    slow = await piper(tmp_path, rate_wpm=120).render("You can say bins or council tax.", deadline_s=20)
    fast = await piper(tmp_path, rate_wpm=200).render("You can say bins or council tax.", deadline_s=20)
    assert slow and fast and len(slow) > 1.3 * len(fast)


async def test_a_voice_that_piper_does_not_find_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"'piper:.*alba.onnx': Piper does not find this voice"):
        await piper(tmp_path, voice="lost").render("Hello.", deadline_s=20)


async def test_what_is_missing_of_a_piper_voice_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no such file; a voice is a file NAME\.onnx"):
        await PiperVoice(str(tmp_path / "no.onnx"), rate_wpm=160).identity()
    (tmp_path / "no.onnx").write_text("")
    with pytest.raises(SettingsError, match=r"no\.onnx\.json is missing"):
        await PiperVoice(str(tmp_path / "no.onnx"), rate_wpm=160).identity()
    (tmp_path / "no.onnx.json").write_text("")
    with pytest.raises(SettingsError, match="no-piper does not run: install it"):
        await PiperVoice(str(tmp_path / "no.onnx"), rate_wpm=160, program="no-piper").identity()


async def test_a_voice_that_rhvoice_would_replace_in_silence_is_told(tmp_path: Path) -> None:
    assert await rhvoice(tmp_path, name="Alan+slt").identity()
    with pytest.raises(SettingsError, match=r"'rhvoice:nobody': RHVoice has no voice 'nobody'; it has alan, slt"):
        await rhvoice(tmp_path, name="nobody").render("Hello.", deadline_s=20)
    with pytest.raises(SettingsError, match="no-rhvoice does not run: install it"):
        await RhVoice("alan", rate_wpm=160, program="no-rhvoice").identity()


async def test_a_new_voice_file_is_another_identity(tmp_path: Path) -> None:
    before = await piper(tmp_path).identity()
    assert await piper(tmp_path, voice="other weights").identity() != before
    assert await piper(tmp_path, rate_wpm=170).identity() != before


@pytest.mark.skipif(
    shutil.which(PROGRAM) is None or not any(folder.is_dir() for folder in FOLDERS),
    reason="no RHVoice here: apt install rhvoice rhvoice-english (section non-free)",
)
async def test_the_real_rhvoice_speaks() -> None:
    voice = RhVoice("alan", rate_wpm=160)
    assert_is_a_prompt(await voice.render("Welcome to Riverton Council. How can we help?", deadline_s=20))
    with pytest.raises(SettingsError, match="no voice 'nobody'"):
        await RhVoice("nobody", rate_wpm=160).identity()
