"""`ivr compile`, as somebody uses it who makes mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ivr.cli import main
from ivr.errors import SettingsError

PLAN = Path(__file__).parents[2] / "asterisk" / "plans" / "hall.yaml"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["nowhere.yaml"], "nowhere.yaml:1:1: "),
        ([str(PLAN), "--context", "a b"], "no name of a context"),
        ([str(PLAN), "--seen-as", "not/absolute"], "absolute path"),
        ([str(PLAN), "--seen-as", "/etc/${SHELL(id)}"], "absolute path"),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], says: str
) -> None:
    assert main(["compile", *given, "--into", str(tmp_path / "native")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert says in told.err
    assert not (tmp_path / "native").exists()


def test_the_plan_is_written_and_its_warnings_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_STATE", str(tmp_path / "state"))

    class Voice:
        async def prepare(self, prompts: object, *, saying: object) -> None: ...

        async def sound(self, prompt: object) -> bytes:
            return repr(prompt).encode().ljust(2000, b"\1")[:2000]

    monkeypatch.setattr("ivr.cli.compile.prompts_of", lambda settings: Voice())
    asked = ["compile", str(PLAN), "--into", str(tmp_path / "native"), "--seen-as", "/srv/native"]
    assert main([*asked, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["title"] == "Village Hall"
    assert any("step 'question': 'question' needs the service" in warning for warning in told["warnings"])
    text = Path(told["file"]).read_text(encoding="utf-8")
    assert "Set(IVR_SOUNDS=/srv/native/sounds)" in text
    assert main(asked) == 0
    shown = capsys.readouterr()
    assert "Village Hall" in shown.out
    assert "#include" in shown.out
    assert shown.err.count("warning: ") == len(told["warnings"])
    assert Path(told["file"]).read_text(encoding="utf-8") == text


def test_a_voice_that_cannot_speak_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Voice:
        async def prepare(self, prompts: object, *, saying: object) -> None:
            raise SettingsError("setting 'voice' (IVR_VOICE): no such voice")

    monkeypatch.setattr("ivr.cli.compile.prompts_of", lambda settings: Voice())
    assert main(["compile", str(PLAN), "--into", str(tmp_path / "native")]) == 2
    assert capsys.readouterr().err == "ivr: setting 'voice' (IVR_VOICE): no such voice\n"
    assert not (tmp_path / "native").exists()
