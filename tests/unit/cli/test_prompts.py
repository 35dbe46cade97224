"""`ivr prompts`: the script in every format, what has to be recorded, and the note of what recordings say."""

from __future__ import annotations

import csv
import io
import json
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from ivr.call import Prompt
from ivr.cli import main
from ivr.speech.prompts.prompt_store import SORRY
from ivr.speech.prompts.saying import Saying
from ivr.testing.sound import tone

PLAN = """\
helpline: Village Hall
start: welcome
main_menu: welcome
person_queue: office
queues: {office: the office}
steps:
  welcome:
    say: [{text: "Welcome, *friends*.", recording: hall/welcome}, We open at 9:30.]
    goto: number
  number:
    ask: What is your number?
    answer: digits
    digits: 2
    fact: number
    read_back: {text: "You said {number}.", recording: hall/number}
    goto: bye
  bye:
    hang_up: Goodbye.
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.yaml").write_text(PLAN)
    (tmp_path / "prompts").mkdir()


def record(name: str) -> None:
    file = Path("prompts") / f"{name}.wav"
    file.parent.mkdir(exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000))


def test_the_script_comes_as_text_markdown_csv_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "plan.yaml"]) == 0
    text = capsys.readouterr().out
    assert "hall/welcome  [to be recorded, about" in text
    assert '  spoken: "We open at nine thirty."' in text
    assert 'words that stay the same: "You said"; facts of the call: {number}' in text
    assert main(["prompts", "plan.yaml", "--format", "markdown"]) == 0
    assert "> Welcome, \\*friends\\*." in capsys.readouterr().out
    assert main(["prompts", "plan.yaml", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[0]["name"] == "hall/welcome"
    assert rows[0]["text"] == "Welcome, *friends*."
    assert main(["prompts", "plan.yaml", "--format", "json"]) == 0
    prompts = json.loads(capsys.readouterr().out)["prompts"]
    assert prompts[0]["state"] == "missing"
    assert prompts[1]["name"] == "plan/welcome-2"


def test_what_is_missing_is_listed_until_it_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "plan.yaml", "--missing", "--format", "csv"]) == 1
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["name"] for row in rows] == ["hall/welcome"], "with facts in it, a recording would say too little"
    record("hall/welcome")
    assert main(["prompts", "plan.yaml", "--missing"]) == 0
    assert capsys.readouterr().out == "plan.yaml: nothing has to be recorded; the plan names 2 recordings\n"


def test_a_text_that_changes_after_it_was_noted_has_to_be_recorded_anew(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.yaml").write_text(PLAN.replace(", recording: hall/number", ""))
    record("hall/welcome")
    assert main(["prompts", "plan.yaml", "--check"]) == 1
    assert "prompts/hall/welcome.wav: nobody noted what it says" in capsys.readouterr().out
    assert main(["prompts", "plan.yaml", "--recorded", "hall/welcome"]) == 0
    assert 'hall/welcome: "Welcome, *friends*."' in Path("prompts/recordings.yaml").read_text()
    assert main(["prompts", "plan.yaml", "--check"]) == 0
    assert "1 of 1 recordings are there; all well" in capsys.readouterr().out
    Path("plan.yaml").write_text(Path("plan.yaml").read_text().replace("friends", "neighbours"))
    assert main(["prompts", "plan.yaml", "--check", "--format", "json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["rule"] == "changed"
    assert finding["message"].startswith('it says "Welcome, *friends*.", but the plan has "Welcome, *neighbours*."')
    assert main(["prompts", "plan.yaml", "--missing"]) == 1


def test_a_recording_that_would_swallow_a_fact_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "plan.yaml", "--check"]) == 1
    assert (
        "plan.yaml:11:5: the recording 'hall/number' is played as it is, so {number} would not be said"
        in capsys.readouterr().out
    )


def test_two_texts_for_one_recording_are_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.yaml").write_text(PLAN.replace("Goodbye.", "{text: Goodbye., recording: hall/welcome}"))
    assert main(["prompts", "plan.yaml", "--check"]) == 1
    assert "the recording 'hall/welcome' stands beside another text, too" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere.yaml"], "nowhere.yaml:1:1: there is no such file"),
        (["plan.yaml", "--check", "--format", "csv"], "'--check' tells findings as text or json, not csv"),
        (["plan.yaml", "--recorded", "hall/welcom"], "did you mean 'hall/welcome'?"),
        (["plan.yaml", "--recorded", "hall/welcome"], "there is no recording 'hall/welcome' in prompts"),
        (["plan.yaml", "--recorded"], "none of the plan's recordings is in prompts"),
    ],
)
def test_a_mistake_is_one_line(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert complaint in line


def test_a_plan_without_recordings_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.yaml").write_text(PLAN.replace(", recording: hall/welcome", "").replace(", recording: hall/number", ""))
    assert main(["prompts", "plan.yaml", "--check"]) == 0
    assert "the plan names no recording; the voice says all" in capsys.readouterr().out


class _Tones:
    """Says everything with a tone as long as the text."""

    async def prepare(self, prompts: Sequence[Prompt], *, saying: Saying) -> None:
        pass

    async def sound(self, prompt: Prompt) -> bytes:
        return tone(300 if prompt == SORRY else 440, 10 * len(prompt.text))


def test_prompts_are_rendered_as_files_under_the_names_of_the_script(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.cli.prompts.prompts_of", lambda settings: _Tones())
    assert main(["prompts", "plan.yaml", "--render", "made", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "hall/number" in told["left_out"]
    assert "made/hall/welcome.wav" in told["files"]
    assert sorted(told["files"]) == sorted(map(str, Path("made").rglob("*.wav")))
    with wave.open("made/hall/welcome.wav") as sound:
        assert sound.getnframes() == 80 * len("Welcome, *friends*.")
    assert main(["prompts", "plan.yaml", "--render", "prompts"]) == 2
    assert "choose another folder" in capsys.readouterr().err
    assert not list(Path("prompts").iterdir())


def test_a_prompt_in_another_language_stands_in_the_script_once(capsys: pytest.CaptureFixture[str]) -> None:
    steps = """
  tongue:
    language: Which language?
    languages:
      en-GB: {say: English, key: 1, goto: welcome}
      cy: {offer: "Cymraeg, pwyswch 2.", key: 2, goto: welcome}
  welcome:
"""
    plan = PLAN.replace("start: welcome", "start: tongue").replace("\n  welcome:\n", steps)
    Path("plan.yaml").write_text(plan)
    assert main(["prompts", "plan.yaml", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["prompts"]
    assert [one["spoken"] for one in told if "Cymraeg" in one["text"]] == ["Cymraeg, pwyswch 2."]
