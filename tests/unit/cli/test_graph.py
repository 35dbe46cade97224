"""`ivr graph` writes what it is asked for, and says in one line what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ivr.cli import main
from ivr.errors import SettingsError
from ivr.plans.drawing.graphviz import svg_from
from ivr.plans.versions import VersionStore

RIVERTON = str(Path(__file__).parents[3] / "dialplans/riverton.yaml")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_dot_json_and_text_go_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", RIVERTON, "--format", "dot"]) == 0
    assert capsys.readouterr().out.startswith('digraph "Riverton Council" {\n')
    assert main(["graph", RIVERTON, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Riverton Council"
    assert main(["graph", RIVERTON, "--format", "text"]) == 0
    assert "main (menu, asks the caller; line" in capsys.readouterr().out


def test_a_file_says_by_its_end_what_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", RIVERTON, "--into", "plan.dot"]) == 0
    assert (tmp_path / "plan.dot").read_text().startswith("digraph")
    assert "plan.dot: Riverton Council" in capsys.readouterr().out
    assert main(["graph", RIVERTON, "--into", "plan.bmp"]) == 2
    assert "'plan.bmp' does not say what to write" in capsys.readouterr().err
    assert main(["graph", RIVERTON, "--into", "nowhere/plan.dot"]) == 2
    assert "'nowhere/plan.dot' cannot be written" in capsys.readouterr().err


def test_the_differences_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", RIVERTON, "--against", RIVERTON, "--format", "text"]) == 0
    assert "says the same as" in capsys.readouterr().out
    assert main(["graph", RIVERTON, "--against", RIVERTON, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["against"]["same"] is True


def test_a_plan_is_held_against_what_is_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "town.yaml"
    text = "helpline: Town\nstart: a\nmain_menu: a\nperson_queue: q\nqueues: {q: us}\nsteps: {a: {hang_up: Bye.}}\n"
    plan.write_text(text)
    VersionStore(tmp_path / "published/town").publish(plan, [])
    plan.write_text(text.replace("Bye", "Goodbye"))
    for against in ("published/town", "published/town/0001"):
        assert main(["graph", str(plan), "--against", against, "--format", "text"]) == 0
        assert "Goodbye." in capsys.readouterr().out


def test_a_plan_that_cannot_be_read_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.yaml").write_text("helpline: [\n")
    for arguments in (["broken.yaml"], [RIVERTON, "--against", "broken.yaml"]):
        assert main(["graph", *arguments]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("ivr: broken.yaml:2:1: ")


def test_without_graphviz_one_line_says_how_to_install_it() -> None:
    with pytest.raises(SettingsError, match=r"the program 'no-such-dot' .* is missing: as root, apt-get install"):
        svg_from("digraph {}", program="no-such-dot")
