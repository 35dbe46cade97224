"""A plan as DOT text: whatever a plan says stays text, and the picture says everything without colour, too."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

from hypothesis import example, given
from hypothesis import strategies as st

from ivr.dialogue import load_flow
from ivr.plans.drawing import Kind, Sketch, SketchedStep, Way, compared, dot_text, sketch

ROOT = Path(__file__).parents[4]
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_0-9.#]+|->|[{}\[\]=,;]|\s+', re.DOTALL)


def one_step(text: str) -> Sketch:
    step = SketchedStep(
        name=text,
        verb="menu",
        kind=Kind.LISTENS,
        says=(text,),
        learns=(text,),
        ways=(Way(when=text, to=text), Way(when="2nd silence", to=text, aside=True)),
        queues=(text,),
        articles=(text,),
        person_queue=text,
        flow=text,
        reached=True,
        line=1,
    )
    return Sketch(
        title=text,
        file=text,
        start=text,
        main_menu=text,
        person_queue=text,
        queues=MappingProxyType({text: text}),
        steps=MappingProxyType({text: step}),
        titles=MappingProxyType({text: text}),
        ways=(Way(when=text, to=text),),
    )


def tokens(dot: str) -> list[str]:
    """The tokens of `dot` by the rules of the language, with an HTML-like label as one; fails where there is none."""
    found, at = [], 0
    while at < len(dot):
        if dot[at] == "<":
            depth, end = 0, at
            while True:
                depth += {"<": 1, ">": -1}.get(dot[end], 0)
                end += 1
                if not depth:
                    break
            found.append(dot[at:end])
        else:
            token = TOKEN.match(dot, at)
            assert token, f"no token: {dot[at : at + 40]!r}"
            end = token.end()
            if not token.group().isspace():
                found.append(token.group())
        at = end
    return found


def shape(dot: str) -> list[str]:
    """`dot` without what its quoted texts and labels say."""
    return ["<>" if token[0] == "<" else '""' if token[0] == '"' else token for token in tokens(dot)]


def labels(dot: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(f"<label>{token[1:-1]}</label>") for token in tokens(dot) if token[0] == "<"]


@given(st.text(min_size=1, max_size=60))
@example('"]; evil [label="')
@example("\\")
@example("\\N \\G \\L &amp; &#0;")
@example("<B>bold</B> <!-- ]]> -->")
@example("/* no comment */ // # {} -> ;")
@example("a\nb\x00\ud800\u2028")
def test_no_text_of_a_plan_breaks_out_of_its_label(text: str) -> None:
    dot = dot_text(one_step(text))
    assert shape(dot) == shape(dot_text(one_step("plain")))
    dot.encode()
    for label in labels(dot):
        assert {part.tag for part in label.iter()} <= {"label", "FONT", "B", "I", "BR"}


def test_what_is_said_is_in_the_label_as_it_is_written() -> None:
    (box,) = [label for label in labels(dot_text(one_step('R&D <5 "yes"'))) if "MENU" in "".join(label.itertext())]
    assert '“R&D <5 "yes"”' in "".join(box.itertext())


def test_the_same_plan_gives_the_same_text() -> None:
    plan = ROOT / "dialplans/riverton.yaml"
    assert dot_text(sketch(load_flow(plan))) == dot_text(sketch(load_flow(plan)))


def test_every_kind_of_step_has_a_shape_and_every_difference_a_word_of_its_own(tmp_path: Path) -> None:
    head = "helpline: H\nstart: a\nmain_menu: a\nperson_queue: q\nqueues: {q: the office}\nsteps:\n"
    (tmp_path / "old.yaml").write_text(
        head + "  a: {say: Hello., goto: b}\n  b: {hang_up: Bye.}\n  lost: {goto: a}\n  gone: {say: Gone., goto: a}\n"
    )
    (tmp_path / "new.yaml").write_text(
        head + "  a: {say: Hello there., goto: c}\n  b: {hang_up: Bye.}\n  lost: {goto: a}\n  c: {transfer: q}\n"
    )
    old, new = (load_flow(tmp_path / f"{name}.yaml") for name in ("old", "new"))
    both = dot_text(sketch(new), sketch(old), compared((old, ()), (new, ())))
    texts = ["".join(label.itertext()) for label in labels(both)]
    assert any(text.startswith("≠ CHANGED") and "changed: prompt, target" in text for text in texts)
    assert any(text.startswith("+ ADDED") for text in texts)
    assert any(text.startswith("− REMOVED") and "gone" in text for text in texts)
    assert any(text.startswith("NO WAY LEADS HERE") and "lost" in text for text in texts)
    assert '"step a" -> "step b" [style=dashed' in both
    assert '"step a" -> "step c" [style=bold' in both
    alone = dot_text(sketch(old))
    assert "shape=octagon" in alone
    assert "REMOVED" not in alone
