"""Where a configuration is rendered to, and how many calls its ports carry."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.errors import PbxError
from ivr.pbx import Installation, Ports, render
from ivr.secrets_file import secrets_for
from ivr.settings import Settings


def rendered(folder: Path, secrets_path: Path) -> Path:
    secrets = secrets_for(secrets_path, ["alice", "bob"])
    return render(Settings(), secrets, folder, Ports(), installation=Installation(binary=Path("asterisk")))


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "victim" / "etc" / "passwd"
    precious.parent.mkdir(parents=True)
    precious.write_text("root")
    with pytest.raises(PbxError, match="name a new or an empty one"):
        rendered(tmp_path / "victim", tmp_path / "secrets.json")
    assert precious.read_text() == "root"


def test_an_empty_folder_and_one_of_ours_are_taken(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    first = rendered(tmp_path / "run", tmp_path / "secrets.json")
    assert rendered(tmp_path / "run", tmp_path / "secrets.json") == first


def test_every_call_that_the_service_takes_has_ports_for_three_legs_and_strangers_have_some_left() -> None:
    settings = Settings(most_calls=50)
    ports = Ports.of(settings)
    legs = (ports.rtp_to - ports.rtp_from + 1) // 2
    assert legs >= 3 * settings.most_calls
    assert Ports.of(Settings(most_calls=2000)).rtp_to < 65536


def test_a_word_that_nothing_fills_is_refused_whatever_it_is_made_of(tmp_path: Path) -> None:
    templates = tmp_path / "asterisk"
    templates.mkdir()
    (templates / "asterisk.conf").write_text("password = @SIP_SECRET_AGENT1@\n")
    secrets = secrets_for(tmp_path / "secrets.json", ["alice"])
    with pytest.raises(PbxError, match="@SIP_SECRET_AGENT1@"):
        render(
            Settings(),
            secrets,
            tmp_path / "run",
            Ports(),
            installation=Installation(binary=Path("asterisk")),
            templates=templates,
        )
