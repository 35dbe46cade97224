"""Whatever stands in a plan: an error with its place, or a plan whose every call ends; no traceback, and no waiting."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.dialogue import Flow, load_flow
from ivr.errors import FlowError
from ivr.plans.proof import prove
from tests.plan_of_size import plan_of_size

RIVERTON = (Path(__file__).parents[2] / "dialplans/riverton.yaml").read_text()
HEAD = "helpline: T\nstart: s0\nmain_menu: s0\nperson_queue: a\nqueues: {a: us, b: them}\n"
MOST_STEPS = 7
NAMES = ["s0", "s1", "s2", "learn"]
"""Every plan has these."""
LEARN = "  learn:\n    ask: Which?\n    answer: yes_or_no\n    fact: fact\n    yes: note\n    no: s0\n"
NOTE = "  note:\n    set: {other: '{fact}'}\n    goto: s1\n"
MOST_CALLS = 2_000_000
"""Of functions, until a file is refused or read: no file may hold up an editor. The worst of these takes a third."""

FIXTURE = HealthCheck.function_scoped_fixture


def loaded(folder: Path, text: str) -> Flow | None:
    """The plan, or None after an error that says its place."""
    path = folder / "plan.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        with few_calls():
            return load_flow(path)
    except FlowError as fault:
        assert fault.file == str(path)
        assert fault.line >= 1
        assert fault.column >= 1
        assert "\n" not in str(fault)
        return None


@contextmanager
def few_calls() -> Iterator[None]:
    """Counts calls, for a clock would also count what else this machine does."""
    calls = 0

    def count(frame: FrameType, event: str, of: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")
        assert calls < MOST_CALLS, "this takes too long"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)


# -- plans that are right in their grammar ---------------------------------------------------------------

step_names = st.sampled_from(NAMES)
texts = st.sampled_from(["Hello.", "Say bins.", "'{fact}'", "Goodbye {other}.", "You have two choices."])
events = st.one_of(
    st.just(""),
    st.builds("    on_silence: [{{goto: {}}}]\n".format, step_names),
    st.builds("    on_not_understood: [Pardon, {{say: Well, goto: {}}}]\n".format, step_names),
    st.builds("    on_error: {}\n".format, step_names),
    st.builds("    offer_person_after: {}\n".format, st.integers(1, 4)),
    st.just("    sensitive: yes\n"),
)


def choice(name: str, phrase: str, key: str, goto: str) -> str:
    return f'      {name}: {{say: "{phrase}", key: "{key}", goto: {goto}}}\n'


SAY = "    say: {}\n    goto: {}\n"
MENU = "    menu: {}\n    choices:\n{}{}"
ASK = "    ask: {}\n    answer: yes_or_no\n    fact: fact\n    yes: {}\n    no: {}\n"
DIGITS = "    ask: {}\n    answer: digits\n    digits: {}\n    fact: {}\n    goto: {}\n"
DATE = "    ask: {}\n    answer: date\n    fact: day\n    goto: {}\n"
BY_FACT = '    branch:\n      - when: {{fact: fact, is: "yes"}}\n        goto: {}\n    else: {}\n'
BY_QUEUE = "    branch:\n      - when: {{queue: a, agents_at_least: 1}}\n        goto: {}\n    else: {}\n"
SET = '    set: {{other: "{}"}}\n    goto: {}\n'
SPLIT = "    split: {{{}: 50, {}: 50}}\n"
lengths = st.sampled_from(["4", "2-3", "[3, 6]"])
FINE = ["bins", "(my) bins", "(a|the) (big) hall"]
first_choices = st.builds(choice, st.just("one"), st.sampled_from(FINE), st.just("1"), step_names)
second_choices = st.builds(choice, st.just("two"), st.sampled_from(["parking", "the bin"]), st.just("2"), step_names)
phrases = st.sampled_from([*FINE, "yes", "agent", "(", "bins or"])
clashing_choices = st.builds(choice, st.sampled_from(["one", "two"]), phrases, st.sampled_from("12#"), step_names)
verbs = st.one_of(
    st.builds(SAY.format, texts, step_names),
    st.builds("    goto: {}\n".format, step_names),
    st.builds("    hang_up: {}\n".format, texts),
    st.builds("    transfer: {}\n".format, st.sampled_from("ab")),
    st.builds(MENU.format, texts, first_choices, second_choices),
    st.builds(MENU.format, texts, first_choices, clashing_choices),
    st.builds(ASK.format, texts, step_names, step_names),
    st.builds(DIGITS.format, texts, lengths, st.sampled_from(["fact", "other"]), step_names),
    st.builds(DATE.format, texts, step_names),
    st.builds(BY_FACT.format, step_names, step_names),
    st.builds(BY_QUEUE.format, step_names, step_names),
    st.builds(SET.format, st.sampled_from(["x", "{fact}"]), step_names),
    st.builds(SPLIT.format, step_names, step_names),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[FIXTURE, HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(verbs, events), min_size=3, max_size=MOST_STEPS))
def test_a_plan_at_random_is_refused_or_every_call_in_it_ends(steps: list[tuple[str, str]], tmp_path: Path) -> None:
    text = (
        HEAD + "steps:\n" + LEARN + NOTE + "".join(f"  s{at}:\n{verb}{event}" for at, (verb, event) in enumerate(steps))
    )
    flow = loaded(tmp_path, text)
    if flow is not None:
        proof = prove(flow, most_states=60)
        for finding in proof.findings:
            assert finding.rule != "breaks", f"{finding}\n{text}"
            assert 1 <= finding.line <= text.count("\n") + 1


# -- plans that somebody broke ---------------------------------------------------------------------------

LOOK_ALIKES = str.maketrans({"a": "а", "e": "е", "o": "о", "s": "ѕ", ":": "：", "1": "１", "-": "–", " ": "\u00a0"})
"""Letters that look like ours: Cyrillic, full-width, a dash, a blank that does not break."""
SPOILS = st.sampled_from(
    ["&a [*a, *a]", "!!python/object:os.system x", "\t", "---\n", "\x00", "\u202e", "'", "{", "[", "- ", ": ", "#", "|",
     ">", "\ud800", "🙂", "*", "&", "%YAML 9.9\n", "<<: *x", "? ", "~", "null", "1e999", "0x1F", "\N{BYTE ORDER MARK}"]
)  # fmt: skip


@st.composite
def broken_plans(draw: st.DrawFn) -> str:
    lines = RIVERTON.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 6)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
            case 2:
                lines[at] = lines[at].translate(LOOK_ALIKES)
            case 3:
                cut = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:cut] + draw(SPOILS) + lines[at][cut:]
            case 4:
                lines[at] = " " * draw(st.integers(1, 5)) + lines[at]
            case 5:
                lines[at] = lines[at].replace(":", "", 1)
            case _:
                lines[at] = lines[at].lstrip()
        if not lines:
            break
    return "".join(lines)


@settings(max_examples=150, deadline=None, suppress_health_check=[FIXTURE, HealthCheck.too_slow])
@given(text=broken_plans())
def test_a_broken_plan_is_refused_with_its_place_or_still_a_plan(text: str, tmp_path: Path) -> None:
    loaded(tmp_path, text)


@settings(max_examples=100, deadline=None, suppress_health_check=[FIXTURE, HealthCheck.too_slow])
@given(text=st.text(max_size=400))
def test_any_text_at_all_is_refused_with_its_place(text: str, tmp_path: Path) -> None:
    assert loaded(tmp_path, text) is None


# -- plans that somebody made to hurt --------------------------------------------------------------------

MENU_OF = HEAD + 'steps: {s0: {menu: M, choices: {a: {say: "%s", goto: s0}}}}'
DIGITS_OF = HEAD + "steps: {s0: {ask: A, answer: digits, digits: %s, fact: f, goto: s0}}"
BOMBS = {
    "aliases": "a: &a [x,x]\n" + "".join(f"b{n}: &b{n} [*{'a' if not n else f'b{n - 1}'}]\n" for n in range(99)),
    "depth": "steps: " + "[" * 5000,
    "depth of blocks": "".join(" " * n + "a:\n" for n in range(600)),
    "many values": "steps: [" + "x, " * 120_000 + "]",
    "one long line": "helpline: " + "x" * 500_000,
    "one long word of brackets": MENU_OF % ("(a)" * 400),
    "brackets in brackets": MENU_OF % ("(" * 900 + "a"),
    "double keys": "a: 1\n" * 20_000,
    "an endless number": HEAD + "answer_within_s: " + "9" * 50_000,
    "an endless range": DIGITS_OF % ("1-" + "9" * 50_000),
    "keys that are values": "? {a: b}\n: c\n",
    "100,000 steps": HEAD + "steps:\n" + "".join(f"  s{n}: {{goto: s0}}\n" for n in range(100_000)),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_was_made_to_hurt_is_refused_at_once(bomb: str, tmp_path: Path) -> None:
    assert loaded(tmp_path, BOMBS[bomb]) is None


def test_a_circle_of_a_thousand_steps_is_found_at_once(tmp_path: Path) -> None:
    steps = "".join(f"  s{n}: {{goto: s{(n + 1) % 1000}}}\n" for n in range(1000))
    assert loaded(tmp_path, f"{HEAD}steps:\n{steps}") is None


def test_a_chain_of_a_thousand_steps_is_a_plan(tmp_path: Path) -> None:
    steps = "".join(f"  s{n}: {{say: 'Hello {n}.', goto: s{n + 1}}}\n" for n in range(999))
    flow = loaded(tmp_path, f"{HEAD}steps:\n{steps}  s999: {{hang_up: Bye.}}\n")
    assert flow is not None
    assert prove(flow).holds


def test_a_thousand_steps_load_and_the_tools_see_them_all(tmp_path: Path) -> None:
    flow = loaded(tmp_path, plan_of_size(1000))
    assert flow is not None
    assert len(flow.steps) == 1000
