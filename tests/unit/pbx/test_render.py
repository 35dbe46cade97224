"""Rendering: every word filled, secrets readable by nobody else, test numbers only for tests."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from ivr.errors import PbxError
from ivr.pbx import Installation, People, Ports, render
from ivr.pbx.render import TEMPLATES, filled
from ivr.secrets_file import Secrets
from ivr.settings import Settings

SECRETS = Secrets(
    ami="ami-secret", agi="agi-secret", sip={"caller": "c-secret", "alice": "a-secret", "bob": "b-secret"}, agents={}
)
PEOPLE = People(queues=("operator", "reception", "nurses"), telephones=("alice", "bob"))
HERE = Installation(binary=Path("/usr/sbin/asterisk"))


def rendered(folder: Path, **given: object) -> Path:
    ports = Ports(sip=5077, ami=5039, agi=4574, media=8090, rtp_from=12000, rtp_to=12099)
    return render(Settings.read(), SECRETS, folder, ports, installation=HERE, **{"people": PEOPLE, **given}).parent


def test_nothing_is_left_to_fill(tmp_path):
    folder = rendered(tmp_path / "run", for_tests=True)
    assert {path.name for path in TEMPLATES.glob("*.conf")} <= {path.name for path in folder.iterdir()}
    for path in folder.iterdir():
        text = path.read_text()
        assert "@" not in "".join(line.partition(";")[0] for line in text.splitlines()), path.name


def test_ports_secrets_and_folders_arrive(tmp_path):
    folder = rendered(tmp_path / "run")
    assert "bind = 127.0.0.1:5077" in (folder / "pjsip.conf").read_text()
    assert "password = a-secret" in (folder / "pjsip.conf").read_text()
    assert "secret = ami-secret" in (folder / "manager.conf").read_text()
    assert "agi://127.0.0.1:4574/agi-secret)" in (folder / "extensions.conf").read_text()
    assert "rtpend = 12099" in (folder / "rtp.conf").read_text()
    assert f"astlogdir => {tmp_path}/run/log" in (folder / "asterisk.conf").read_text()


def test_only_the_owner_can_read_it(tmp_path):
    folder = rendered(tmp_path / "run")
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_test_numbers_are_not_in_a_helpline(tmp_path):
    folder = rendered(tmp_path / "run", for_tests=True)
    assert (folder / "extensions-test.conf").exists()
    assert not (rendered(tmp_path / "run") / "extensions-test.conf").exists()


def test_a_second_run_keeps_what_asterisk_remembers_and_nothing_else(tmp_path):
    folder = rendered(tmp_path / "run")
    (folder / "stale.conf").write_text("x")
    remembered = tmp_path / "run" / "lib" / "astdb.sqlite3"
    remembered.write_text("members")
    rendered(tmp_path / "run")
    assert remembered.exists()
    assert not (folder / "stale.conf").exists()


def test_a_word_that_nothing_fills_is_told_with_its_file():
    with pytest.raises(PbxError, match=r"pjsip\.conf: nothing fills @SIP_SECRET_EVE@"):
        filled("password = @SIP_SECRET_EVE@", {}, "pjsip.conf")


@pytest.mark.parametrize("bad", ["a;b", "a\nb", "a\rb", "a\0b"])
def test_a_value_cannot_become_a_second_line_or_a_comment(bad):
    with pytest.raises(PbxError, match="cannot carry"):
        filled("secret = @AMI_SECRET@", {"AMI_SECRET": bad}, "manager.conf")


def test_missing_templates_are_told(tmp_path):
    with pytest.raises(PbxError, match="no Asterisk configuration"):
        rendered(tmp_path / "run", templates=tmp_path)


def test_the_sound_of_waiting_is_soft_and_short(tmp_path):
    rendered(tmp_path / "run")
    with wave.open(str(tmp_path / "run" / "moh" / "hold.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getnframes() == 5 * 8000


def test_a_queue_of_the_plan_that_no_file_has_gets_its_section_and_its_extension(tmp_path):
    folder = rendered(tmp_path / "run")
    queues, extensions = (folder / "queues.conf").read_text(), (folder / "extensions.conf").read_text()
    for name in PEOPLE.queues:
        assert queues.count(f"\n[{name}](every-queue)\n") == 1
        assert extensions.count(f"\nexten => to_{name},1,Answer()\n") == 1
        assert extensions.count(f"Queue({name},i,,,600)") == 1
    assert "\n[queues](+)\n" in extensions


def test_files_that_have_all_queues_are_left_as_they_are(tmp_path):
    queues = (rendered(tmp_path / "run", people=People(queues=("operator", "parking"))) / "queues.conf").read_text()
    assert queues == (TEMPLATES / "queues.conf").read_text()


def test_each_agent_has_a_telephone_and_nobody_else(tmp_path):
    pjsip = (rendered(tmp_path / "run", people=People(telephones=("bob", "caller"))) / "pjsip.conf").read_text()
    assert pjsip.count("\n[bob](phone)\n") == 1 and "password = b-secret" in pjsip
    assert pjsip.count("\n[caller](phone)\n") == 1
    assert "alice" not in pjsip


def test_an_agent_without_a_password_is_told(tmp_path):
    with pytest.raises(PbxError, match=r"each/pjsip\.conf: nothing fills @SIP_SECRET@"):
        rendered(tmp_path / "run", people=People(telephones=("eve",)))
