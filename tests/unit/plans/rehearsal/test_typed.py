"""What somebody types is one act of a caller, and every act can be typed."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.plans.rehearsal.typed import act_of, pressed, said, typed
from ivr.testing.scripted_caller import HangsUp, KeepsSilent, Mumbles, Presses, Says


@pytest.mark.parametrize(
    ("line", "act"),
    [
        ("bin collection", said("bin collection")),
        ("  Bins,  PLEASE! @0.6 ", said("bins please", confidence=0.6)),
        ("that’s right", said("that's right")),
        ("say 12", said("one two")),
        ("say hang up", said("hang up")),
        ("1", Presses(keys="1")),
        ("427105#", Presses(keys="427105#")),
        ("*", Presses(keys="*")),
        ("press a", Presses(keys="A")),
        ("", KeepsSilent()),
        ("mumble", Mumbles()),
        ("hang up", HangsUp()),
        ("! agent", said("agent", after_ms=1000)),
        ("!3.5 2", pressed("2", after_ms=3500)),
        ("! 2", pressed("2", after_ms=1000)),
        ("!mumble", Mumbles(after_ms=1000)),
        ("!0 hang up", HangsUp(after_ms=0)),
    ],
)
def test_a_line_is_an_act(line: str, act: object) -> None:
    assert act_of(line) == act


@pytest.mark.parametrize("line", ["...", "press", "press one", "!", "!2", "say", "x" * 400, "?!"])
def test_what_makes_no_sense_is_refused_with_a_way_out(line: str) -> None:
    with pytest.raises(ValueError, match=r"[;:?,]"):
        act_of(line)


ACTS = st.one_of(
    st.builds(
        said,
        st.sampled_from(["bin collection", "yes", "one two three", "that's right"]),
        confidence=st.sampled_from([0.05, 0.5, 0.95, 1.0]),
        after_ms=st.none() | st.integers(0, 99_000),
    ),
    st.builds(pressed, st.text("0123456789*#", min_size=1, max_size=9), after_ms=st.none() | st.integers(0, 9000)),
    st.builds(Mumbles, after_ms=st.none() | st.integers(0, 9000)),
    st.builds(KeepsSilent),
    st.builds(HangsUp),
)


@given(ACTS)
def test_every_act_can_be_typed(act: Says | Presses | Mumbles | KeepsSilent | HangsUp) -> None:
    assert act_of(typed(act)) == act


@given(st.text(max_size=60))
@example("!:\n0")
def test_whatever_is_typed_is_an_act_or_refused(line: str) -> None:
    try:
        act_of(line)
    except ValueError as fault:
        assert str(fault)
