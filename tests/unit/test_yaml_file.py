"""YAML that cannot bite: values stay what was written, traps are refused, and every error has its place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ivr import yaml_file
from ivr.errors import FlowError
from ivr.yaml_file import DEEPEST, LARGEST_FILE_BYTES, Value, parse, read_text


def fault(text: str) -> str:
    with pytest.raises(FlowError) as raised:
        parse(text, file="f.yaml", name="this file").take("a").text()
    return str(raised.value)


@pytest.mark.parametrize("value", ["012", "no", "yes", "on", "null", "12:30", "2026-01-01", "0x1F", "1e3", "1_000"])
def test_a_value_stays_what_was_written(value: str) -> None:
    assert parse(f"a: {value}", file="f", name="f").take("a").text() == value


@pytest.mark.parametrize(
    ("text", "place", "mending"),
    [
        ("a: !!python/object/apply:os.system [ls]", "f.yaml:1:4:", "the tag"),
        ("a: !mine b", "f.yaml:1:4:", "the tag"),
        ("b: &x y\na: *x", "f.yaml:1:4:", "anchors"),
        ("a: *x", "f.yaml:1:4:", "aliases"),
        ("<<: {a: b}", "f.yaml:1:1:", "'a' is missing"),
        ("a: x\na: y", "f.yaml:2:1:", "'a' stands here twice (first in line 1)"),
        ("a: " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), f"f.yaml:1:{4 + DEEPEST - 1}:", "flatter"),
        ("a: b\n--- \nc: d", "f.yaml:2:1:", "a second document"),
        ("a: one: two", "f.yaml:1:7:", "quotes"),
        ("a:\n\tb: c", "f.yaml:2:1:", "a tab"),
        ('a: "open\nb: c', "f.yaml:1:4:", "begins here and never ends"),
        ('a: "open\nb: c\nd: "hello you"', "f.yaml:1:4:", "ends only 2 lines below"),
        ("a: {fact} is known", "f.yaml:1:11:", "a text that begins with '{' must stand in quotes"),
        ("a: [x] y", "f.yaml:1:8:", "a text that begins with '[' must stand in quotes"),
        ("a: {fact}", "f.yaml:1:4:", "'a' must be a text; one that begins with '{' must stand in quotes"),
        ("a: @home", "f.yaml:1:4:", "a text that begins with '@' must stand in quotes"),
        ('a: "Hi" he said', "f.yaml:1:9:", "put the whole of it in quotes, in ' if"),
        ("a: 'it's'", "f.yaml:1:8:", 'in " if it holds one'),
        ("b:\n  c: d\n   a: x", "f.yaml:3:5:", "begin it in the same column"),
        ("b:\n   c: d\n  a: x", "f.yaml:3:3:", "begin it in the same column"),
        ("a: {x: [y, z}", "f.yaml:1:13:", "']' at its end"),
        ("b: c\na", "f.yaml:2:1:", "no 'key: value' line"),
        ("", "f.yaml:1:1:", "is empty"),
        ("- a", "f.yaml:1:1:", "must be 'key: value' lines"),
        ("a: #", "f.yaml:1:3:", "in quotes if it holds '#'"),
        ("b: x\na: \x01", "f.yaml:2:4:", "cannot be shown"),
        ("a: [x]", "f.yaml:1:4:", "must be a text"),
        ("[a]: x", "f.yaml:1:1:", "'key' must be a text"),
        ("aa: x", "f.yaml:1:1:", "'a' is missing"),
    ],
)
def test_a_trap_is_refused_at_its_place(text: str, place: str, mending: str) -> None:
    message = fault(text)
    assert message.startswith(place)
    assert mending in message
    assert "\n" not in message


def test_a_mistyped_key_is_named_with_the_right_one() -> None:
    fields = parse("goot: x\nsay: y", file="f", name="this step")
    with pytest.raises(FlowError, match="f:1:1: 'goot' is not known here; did you mean 'goto'"):
        fields.take("goto")


def test_an_unknown_key_is_found_after_all_known_ones_were_taken() -> None:
    fields = parse("say: y\ncolour: red", file="f", name="this step")
    fields.take("say")
    with pytest.raises(FlowError, match="f:2:1: 'colour' is not known here; use one of: say"):
        fields.done()


@pytest.mark.parametrize("text", ["-1", "1.5.2", "nan", "inf", "2", "1e-1", "١"])
def test_a_number_outside_its_range_is_refused(text: str) -> None:
    with pytest.raises(FlowError, match="must be a number from 0 to 1"):
        parse(f"a: {text}", file="f", name="f").take("a").number(0, 1)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="there is no such file"):
        read_text(tmp_path / "missing.yaml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="s a directory"):
        read_text(tmp_path)


def test_bytes_that_are_not_utf_8_are_named_by_place(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"a: x\nb: caf\xe9\n")
    with pytest.raises(FlowError, match=":2:7: not UTF-8"):
        read_text(path)


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: x\n")
    assert read_text(path) == "a: x\n"


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    with pytest.raises(FlowError, match="larger than 512 kB"):
        read_text(path)


def test_too_many_values_are_refused() -> None:
    with pytest.raises(FlowError, match="more than 50000 values"):
        parse("a: [" + "x," * 50_001 + "]", file="f", name="f")


@given(st.text(alphabet="ab:-[]{}#&*!|>'\"%@`\t\n ,?0.\x00é\U0001f600", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        parse(text, file="f", name="this file")
    except FlowError as wrong:
        assert wrong.line >= 1
        assert wrong.column >= 1


@pytest.mark.parametrize("path", ["dialplans/riverton.yaml", "ivr/dialogue/language/example.yaml"])
def test_both_parsers_read_the_same_at_the_same_places(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(__file__).parents[2] / path).read_text()

    def places(value: Value) -> list[tuple[object, ...]]:
        if not value.is_mapping:
            return [(item.line, item.column, item.text()) for item in value.items() if not item.is_empty]
        fields = value.fields()
        return [(key.line, key.column, word, *places(fields.take(word))) for word, key in fields.keys.items()]

    fast = places(parse(text, file="f", name="f").take("queues"))
    steps = places(parse(text, file="f", name="f").take("steps").fields().take("main"))
    monkeypatch.setattr(yaml_file, "_FASTEST", yaml.SafeLoader)
    assert places(parse(text, file="f", name="f").take("queues")) == fast
    assert places(parse(text, file="f", name="f").take("steps").fields().take("main")) == steps


def test_of_many_names_only_some_are_listed() -> None:
    with pytest.raises(FlowError) as raised:
        parse("a: x", file="f", name="f").take("a").one_of([f"{number:03}" for number in range(70)])
    assert "use one of: 000, 001" in str(raised.value)
    assert str(raised.value).endswith(", 011 … (70 in all)")
