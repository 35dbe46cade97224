"""No text of a plan leaves its line, the same plan gives the same bytes, and nobody goes round for ever."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from ivr.call import Prompt
from ivr.errors import FlowError
from ivr.plans.native.lines import (
    Line,
    Sound,
    comment,
    context_of,
    folder_of,
    label_of,
    plain,
    queue_of,
    variable_of,
)
from tests.unit.plans.native.dialplan_text import HEAD, assert_whole, compiled, rows

NASTY = (
    "x)\nexten => 1,1,System(rm -rf /)",
    "${SHELL(id)}",
    "$[1+1]",
    "a;b ;-- c --;",
    "a\\;b",
    "#include /etc/passwd",
    "[context]",
    "a\u2028b\x85c\x00d",
    '”, & | ? : ( ) { } % "',
    "1",
    "step-x",
    "n",
    "h",
)
TEXT = st.one_of(st.sampled_from(NASTY), st.text(min_size=1, max_size=60))


@settings(max_examples=150, deadline=None)
@given(title=TEXT, step=TEXT, choice=TEXT, words=TEXT, reason=TEXT, queue=TEXT)
@example(title=NASTY[0], step=NASTY[0], choice=NASTY[0], words=NASTY[0], reason=NASTY[0], queue=NASTY[0])
@example(title=NASTY[3], step=NASTY[1], choice=NASTY[1], words=NASTY[3], reason=NASTY[1], queue=NASTY[1])
def test_no_text_of_a_plan_breaks_out_of_its_line(
    title: str, step: str, choice: str, words: str, reason: str, queue: str
) -> None:
    steps = {
        "main": {"menu": words, "choices": {choice: {"key": "1", "goto": step}}, "on_silence": [words]},
        step: {"transfer": "operator", "say": words, "reason": reason},
    }
    with tempfile.TemporaryDirectory() as folder:
        try:
            plan = compiled(Path(folder), steps, helpline=title, queues={**HEAD["queues"], "operator": queue})  # type: ignore[dict-item]
        except FlowError:
            reject()
    assert_whole(plan)
    for _, application, data in rows(plan):
        named = re.findall(r"\$\{([A-Za-z]*)", data)
        assert set(named) <= {"IVR", "FILTER", "LEN", "IF"}, data
        assert application != "Queue" or data.startswith(("operator,i,", "repairs,i,"))


@given(TEXT)
def test_a_name_of_the_plan_becomes_a_label_of_its_own(name: str) -> None:
    Line(application="NoOp", label=label_of(name))
    if label_of(name) != name:
        assert label_of(name).startswith("step-")
        assert "-" not in name or label_of(name) != name


@given(TEXT)
def test_a_name_for_an_agent_means_nothing_to_a_dialplan(name: str) -> None:
    Line(application="Set", data=f"X={plain(name)}")
    assert set(plain(name)).isdisjoint("${}[]()\"'&|;,:=?\\\n\r%+")


@given(st.text(max_size=400))
def test_a_comment_stays_one_line_and_opens_no_block(text: str) -> None:
    made = comment(text)
    assert made.startswith("; ")
    assert made.isprintable()
    assert len(made) <= 120


@pytest.mark.parametrize("data", ["a\nb", "a;b", "a\\b", "a\0", "é", "x" * 3000])
def test_a_line_that_could_be_two_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match="line"):
        Line(application="Set", data=data)


@pytest.mark.parametrize("application", ["System", "Dial", "AGI", "Set(a=b)\n same => n,System"])
def test_an_application_that_could_do_more_is_refused(application: str) -> None:
    with pytest.raises(ValueError, match="no line"):
        Line(application=application)


def test_names_that_a_dialplan_cannot_carry_are_refused() -> None:
    for made, bad in (
        (queue_of, "a,b"),
        (variable_of, "a}b"),
        (folder_of, "relative"),
        (folder_of, "/with space"),
        (folder_of, "/" + "x" * 200),
        (context_of, "a]b"),
    ):
        with pytest.raises(ValueError, match=r"no name|cannot stand"):
            made(bad)


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    steps: dict[str, object] = {
        "main": {"menu": "Which?", "choices": {"a": {"say": ["a b"], "key": "1", "goto": "end"}}},
        "end": {"hang_up": "Bye."},
    }
    one, other = compiled(tmp_path, steps), compiled(tmp_path, steps)
    assert one.text == other.text
    assert one.sounds == other.sounds
    changed = compiled(tmp_path, {**steps, "end": {"hang_up": "Goodbye."}})
    assert changed.text != one.text


def test_a_sound_is_named_by_its_words_and_its_recording() -> None:
    names = {
        Sound((Prompt(text="a"), Prompt(text="b"))).name,
        Sound((Prompt(text="ab"),)).name,
        Sound((Prompt(text="a", recording="b"),)).name,
        Sound((Prompt(text="a"),)).name,
    }
    assert len(names) == 4


def test_every_way_back_to_a_question_is_counted(tmp_path: Path) -> None:
    """Who repeats for ever, or goes round between steps, comes to a person after MOST_TURNS."""
    steps = {
        "main": {"menu": "Which?", "choices": {"a": {"say": ["a b"], "key": "1", "goto": "main"}}},
        "more": {"ask": "Number?", "answer": "digits", "digits": 3, "fact": "n", "goto": "main"},
    }
    lines = rows(compiled(tmp_path, steps))
    counting = [at for at, (_, _, data) in enumerate(lines) if data == "IVR_TURNS=$[${IVR_TURNS} + 1]"]
    assert len(counting) == 5  # two questions, two repetitions, one of what was read back
    assert all(lines[at + 1][2] == "$[${IVR_TURNS} > 100]?lost--operator" for at in counting)
