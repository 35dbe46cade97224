"""`ivr graph` with the real Graphviz: a picture of every plan, and no plan text that is more than text."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ivr.cli import main
from ivr.dialogue import load_flow

pytestmark = pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz here (apt-get install graphviz)")
RIVERTON = Path(__file__).parents[2] / "dialplans/riverton.yaml"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def drawn(file: Path) -> ElementTree.Element:
    return ElementTree.parse(file).getroot()


def nodes(picture: ElementTree.Element) -> list[str]:
    groups = (group for group in picture.iter(f"{SVG}g") if group.get("class") == "node")
    return [title.text or "" for group in groups for title in group.findall(f"{SVG}title")]


def texts(picture: ElementTree.Element) -> str:
    return "\n".join(text.text or "" for text in picture.iter(f"{SVG}text")).replace("\N{NO-BREAK SPACE}", " ")


def test_riverton_is_a_picture_with_every_step_and_its_people(tmp_path: Path) -> None:
    assert main(["graph", str(RIVERTON)]) == 0
    picture = drawn(tmp_path / "riverton.svg")
    found = nodes(picture)
    steps = {f"step {name}" for name in load_flow(RIVERTON).steps}
    assert {name for name in found if name.startswith("step ")} == steps
    assert "queue housing" in found
    said = texts(picture)
    assert "bins (1)" in said
    assert "the housing team" in said
    assert "PEOPLE" in said
    assert "Legend" in said


def test_what_differs_is_marked_in_one_picture(tmp_path: Path) -> None:
    shutil.copytree(RIVERTON.parent / "riverton", tmp_path / "riverton")
    text = RIVERTON.read_text().replace("yes: urgent_advice", "yes: to_housing")
    (tmp_path / "new.yaml").write_text(text.replace("  goodbye:\n", "  spare:\n    goto: goodbye\n  goodbye:\n"))
    assert main(["graph", "new.yaml", "--against", str(RIVERTON), "--into", "both.svg"]) == 0
    said = texts(drawn(tmp_path / "both.svg"))
    assert "≠ CHANGED" in said
    assert "+ ADDED" in said
    assert "− yes" in said
    assert "+ yes" in said


def test_text_that_looks_like_a_picture_stays_text(tmp_path: Path) -> None:
    nasty = ['"]; evil [label="x', "\\N \\G \\l", "</TABLE><B>", "&amp; &#65; &lt;", "<!-- x", "{a|b}", "#{}->;//"]
    plan = "helpline: '<B>&amp;\\N\"'\nstart: a\nmain_menu: a\nperson_queue: q\nqueues: {q: '</B>\"'}\nsteps:\n"
    lines = []
    for text in nasty:
        first, second = f"'{text}'", f"'{text} two'"
        plain = first.replace("{", "(").replace("}", ")")  # a brace in a prompt holds a fact
        lines += [f"  {first}:", f"    say: {plain}", f"    goto: {second}", f"  {second}:", f"    menu: {plain}"]
        lines += ["    choices:", f"      {first}: {{key: 1, goto: {first}}}"]
    (tmp_path / "nasty.yaml").write_text(plan + "  a:\n    transfer: q\n" + "\n".join(lines) + "\n")
    assert main(["graph", "nasty.yaml"]) == 0
    picture = drawn(tmp_path / "nasty.svg")
    assert len([name for name in nodes(picture) if name.startswith("step ")]) == 2 * len(nasty) + 1
    said = texts(picture)
    for text in nasty:
        assert text in said
