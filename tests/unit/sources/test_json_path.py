"""Values out of JSON of whoever wrote it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.sources.json_path import DEEPEST_JSON, PATH, parsed, taken
from ivr.sources.source import Unusable
from tests.unit.sources.made import setup

DOCUMENT = b'{"result": [{"state": "open", "depth": 12.50, "until": null, "shut": false}], "none": [], "gone": null}'


def of(*paths: str) -> tuple[str, ...] | None:
    take = {f"f{number}": path for number, path in enumerate(paths)}
    return taken(parsed(DOCUMENT), setup(**take).take)


def test_a_path_leads_through_keys_and_entries() -> None:
    assert of("result.0.state") == ("open",)


def test_a_number_stays_as_it_was_written_and_truth_becomes_yes_or_no() -> None:
    assert of("result.0.depth", "result.0.shut") == ("12.50", "no")


def test_a_null_is_an_empty_text() -> None:
    assert of("result.0.until") == ("",)


@pytest.mark.parametrize("path", ["none.0.state", "result.1.state", "gone.state", "result.99999999.state"])
def test_an_empty_list_or_a_null_around_it_says_that_there_is_no_such_thing(path: str) -> None:
    assert of(path) is None


@pytest.mark.parametrize("path", ["results.0.state", "result.state", "result.0", "result.-1.state", "result.0.state.x"])
def test_a_path_that_leads_nowhere_makes_no_sense(path: str) -> None:
    with pytest.raises(Unusable):
        of(path)


def test_what_may_be_missing_is_an_empty_text() -> None:
    assert of("result.0.state", "(result.0.phone)", "(none.0.x)") == ("open", "", "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"<html>",
        b"NaN",
        b'{"a": Infinity}',
        b"\xff",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'"' + b'\\"' * 100_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_json_or_too_deep_is_refused_at_once(body: bytes) -> None:
    with pytest.raises(ValueError):
        parsed(body)


def test_brackets_within_texts_are_not_depth() -> None:
    assert parsed(json.dumps("[{" * 1000).encode()) == "[{" * 1000
    assert parsed(b"[" * DEEPEST_JSON + b"]" * DEEPEST_JSON)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
STEPS = st.sampled_from(["a", "b", "0", "1", "result", "x y", "", "é"]) | st.text(max_size=6)


@given(VALUES, st.lists(STEPS, min_size=1, max_size=5), st.booleans())
def test_any_document_and_any_path_give_a_text_nothing_or_a_refusal(
    document: object, steps: list[str], optional: bool
) -> None:
    path = f"({'.'.join(steps)})" if optional else ".".join(steps)
    try:
        row = taken(parsed(json.dumps(document).encode()), setup(fact=path).take)
    except Unusable:
        return
    assert row is None or (len(row) == 1 and row[0].isprintable())


@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_refused(body: bytes) -> None:
    try:
        parsed(body)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("path", "fine"), [("a", True), ("(a.0.b)", True), ("a..b", False), ("(a).b", False), ("", False)]
)
def test_a_path_is_keys_with_dots_between(path: str, fine: bool) -> None:
    assert (PATH.fullmatch(path) is not None) is fine
