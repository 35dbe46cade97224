"""Asterisk's configuration files: templates, additions, includes, comments; and the same from the manager interface."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.errors import PbxError
from ivr.pbx.doctor.config_file import config_from_answer, read_config
from ivr.pbx.render import TEMPLATES


def config(tmp_path: Path, text: str, **files: str):
    (tmp_path / "a.conf").write_text(text)
    for name, other in files.items():
        (tmp_path / f"{name}.conf").write_text(other)
    return read_config(tmp_path, "a.conf")


def test_templates_are_inherited_and_are_no_sections(tmp_path: Path) -> None:
    found = config(tmp_path, "[phone](!)\nallow = ulaw ; yes\ndtmf=rfc4733\n[alice](phone)\nallow => gsm\n")
    assert list(found) == ["alice"]
    assert found["alice"].value("allow") == "gsm"
    assert found["alice"].value("dtmf") == "rfc4733"
    assert found["alice"].get("allow").at == "a.conf:5"
    assert found["alice"].at == "a.conf:4"


def test_additions_includes_and_comments(tmp_path: Path) -> None:
    text = "[one]\na = 1\n;-- b = 2\nc = 3 --;\n"
    text += '#include "more.conf"\n#tryinclude "/elsewhere/none.conf"\n#exec /bin/false\n'
    found = config(tmp_path, text, more="[one](+)\nd = x\\;y\n[two]\ne = 5\n")
    assert {entry.name for entry in found["one"].entries} == {"a", "d"}
    assert found["one"].get("d").at == "more.conf:2"
    assert found["two"].value("e") == "5"


def test_includes_that_go_round_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(PbxError, match="include each other"):
        config(tmp_path, '#include "a.conf"\n')


def test_the_name_of_a_filter_is_whole() -> None:
    found = read_config(TEMPLATES, "manager.conf")
    names = [entry.name for entry in found["@AMI_USER@"].entries if entry.name.startswith("eventfilter")]
    assert "eventfilter(action(include),name(Hangup))" in names
    assert len(names) == 12


def test_the_answer_of_the_manager_interface_holds_the_same() -> None:
    answer = {
        "Response": "Success",
        "Category-000000": "general",
        "Line-000000-000000": "enabled=yes",
        "Category-000001": "ivr",
        "Line-000001-000000": "eventfilter(action(include),name(Hangup))=",
        "Line-000001-000001": "read=call,agent",
        "Line-000009-000001": "of=nobody",
    }
    found = config_from_answer(answer, "manager.conf")
    assert found["general"].value("enabled") == "yes"
    assert [entry.name for entry in found["ivr"].entries] == ["eventfilter(action(include),name(Hangup))", "read"]
    assert found["ivr"].get("read").at == "manager.conf [ivr]"
