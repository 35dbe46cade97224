"""`ivr doctor`, as somebody uses it who makes mistakes."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from ivr.cli import main

PLAN = Path(__file__).parents[2] / "asterisk" / "plans" / "hall.yaml"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_SECRETS", str(tmp_path / "secrets.json"))
    for name in ("IVR_DOCTOR_SECRET", "IVR_DOCTOR_ADMIN_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["nowhere.yaml"], "nowhere.yaml"),
        ([str(PLAN)], "IVR_DOCTOR_SECRET"),
        (["--etc", "/nowhere"], "--etc: there is no asterisk.conf in '/nowhere'"),
    ],
)
def test_a_mistake_is_one_line_and_makes_no_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], says: str
) -> None:
    assert main(["doctor", *given]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert says in told.err
    assert not list(tmp_path.iterdir())


def test_an_admin_without_a_secret_is_a_mistake(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_DOCTOR_SECRET", "known")
    assert main(["doctor", str(PLAN), "--admin", "me"]) == 2
    assert "IVR_DOCTOR_ADMIN_SECRET" in capsys.readouterr().err


def test_a_secret_with_a_line_break_is_a_mistake(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_DOCTOR_SECRET", "known\r\nAction: Originate")
    assert main(["doctor", str(PLAN)]) == 2
    assert "Originate" not in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65536", "ami", "-1"])
def test_a_port_is_a_port(port: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["doctor", "--port", port])
    assert caught.value.code == 2


def test_an_asterisk_that_is_not_there_is_a_fault_with_its_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_DOCTOR_SECRET", "known")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    assert main(["doctor", str(PLAN), "--port", port, "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["fit"]
    lines = [finding["line"] for finding in told["findings"] if finding["examination"] == "manager interface"]
    assert lines == [f"enabled = yes\nport = {port}"]
    assert main(["doctor", str(PLAN), "--port", port]) == 1
    text = capsys.readouterr().out
    assert f"    port = {port}\n" in text
    assert "\x1b" not in text
    assert "known" not in text.replace("is not known", "")
