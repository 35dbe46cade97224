"""`ivr check` tells what would keep a helpline from starting: the plan, the pronunciations, the voice."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.cli import main

ROOT = Path(__file__).parents[2]
COUNCIL = str(ROOT / "tests/flows/plans/council.yaml")


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IVR_PROMPTS", str(tmp_path))


def test_a_plan_that_is_fit_says_who_hears_and_who_speaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pronunciations.yaml").write_text("Leigh: Lee\n")
    assert main(["check", COUNCIL]) == 0
    told = capsys.readouterr().out
    assert "Riverton Council, 18 steps, 10 articles, fit for use" in told
    assert "its callers are heard by: bundled English telephone model" in told
    assert "its prompts are said by: eSpeak NG" in told
    assert f"its pronunciations: 1, in {tmp_path}/pronunciations.yaml" in told
    assert not (tmp_path / "build").exists(), "a check leaves nothing behind"


@pytest.mark.parametrize(
    ("voice", "complaint"),
    [
        ("gmw/nowhere", "setting 'voice' (IVR_VOICE) is 'gmw/nowhere': no such voice"),
        ("sam:tts", "setting 'voice' (IVR_VOICE) is 'sam:tts': write an espeak-ng voice"),
        ("piper:nowhere.onnx", "piper"),
    ],
)
def test_a_voice_that_cannot_speak_is_an_error(
    voice: str, complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_VOICE", voice)
    assert main(["check", COUNCIL]) == 1
    told = capsys.readouterr()
    (line,) = told.err.splitlines()
    assert line.startswith("error: ")
    assert complaint in line
    assert "fit for use" not in told.out


def test_a_fault_in_the_pronunciations_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pronunciations.yaml").write_text("Leigh:\n")
    assert main(["check", COUNCIL]) == 1
    assert f"error: {tmp_path}/pronunciations.yaml:1:7: 'Leigh' is empty" in capsys.readouterr().err


def test_a_plan_and_a_voice_are_told_in_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.yaml").write_text("helpline: Test\n")
    monkeypatch.setenv("IVR_VOICE", "gmw/nowhere")
    assert main(["check", str(tmp_path / "plan.yaml")]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert "'queues' is missing" in first
    assert "no such voice" in second


def test_a_recording_that_cannot_be_used_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hello.wav").write_bytes(b"no sound")
    plan = "helpline: T\nstart: end\nmain_menu: end\nperson_queue: a\nqueues: {a: us}\nsteps:\n"
    (tmp_path / "plan.yaml").write_text(f"{plan}  end: {{hang_up: {{text: Bye, recording: hello}}}}\n")
    assert main(["check", str(tmp_path / "plan.yaml")]) == 1
    assert "hello.wav: no WAV file of plain PCM" in capsys.readouterr().err
