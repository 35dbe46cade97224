"""What each recording says, in a file beside the recordings, so that a text that changed since is found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from ivr.errors import SettingsError
from ivr.yaml_file import parse, read_text

NOTES = "recordings.yaml"
"""Its name, in the folder of recordings."""
_HEAD = """\
# What each recording says: 'ivr prompts PLAN --recorded NAME' writes it, and 'ivr prompts PLAN --check' finds the texts
# that have changed since. Recordings are named as in the plan; comments stay.
"""


def noted(folder: Path) -> Mapping[str, str]:
    """Recording → the text that it says, as noted in `folder`; empty if nothing is.

    Raises FlowError for a file that is no list of ``name: text``.
    """
    file = folder / NOTES
    return _read(read_text(file), file) if file.exists() else {}


def note(folder: Path, texts: Mapping[str, str]) -> Path:
    """Note that the recordings of `texts` say these texts; every other line and all comments stay. The file.

    Raises FlowError as `noted`, SettingsError if the file cannot be written.
    """
    file = folder / NOTES
    before = read_text(file) if file.exists() else _HEAD
    wanted = {**_read(before, file), **texts}
    after = _changed(before, texts)
    if _read(after, file) != wanted:
        raise SettingsError(f"'{file}' cannot be changed without changing more than these lines; write them by hand")
    beside = file.with_name(f".{NOTES}.part")
    try:
        beside.write_text(after, encoding="utf-8")
        beside.replace(file)
    except OSError as fault:
        raise SettingsError(f"'{file}' cannot be written ({fault.strerror})") from None
    return file


def _read(text: str, file: Path) -> dict[str, str]:
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        return {}
    listed = parse(text, file=str(file), name="the list of recordings")
    return {name: listed.take(name).text() for name in listed.keys}


def _changed(text: str, texts: Mapping[str, str]) -> str:
    """`text`, known to be ``name: text`` lines, with other values; what is new comes at the end."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    places = {key.value: (value.start_mark.index, value.end_mark.index, value.style) for key, value in pairs}
    for name in sorted(set(texts) & set(places), key=lambda one: -places[one][0]):  # from the end: places stay right
        begins, ends, style = places[name]
        text = text[:begins] + _quoted(texts[name]) + ("\n" if style in ("|", ">") else "") + text[ends:]
    if text and not text.endswith("\n"):
        text += "\n"
    return text + "".join(f"{name}: {_quoted(texts[name])}\n" for name in texts if name not in places)


def _quoted(text: str) -> str:
    """`text` in double quotes: what JSON writes, YAML reads."""
    return json.dumps(text, ensure_ascii=False)
