"""Starting an Asterisk that will not: one line, and no process left."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from ivr.errors import PbxError, SettingsError
from ivr.pbx import Installation, Pbx, Ports
from ivr.secrets_file import Secrets
from ivr.settings import Settings

SECRETS = Secrets(ami="m", agi="g", sip={"caller": "c", "alice": "a", "bob": "b"}, agents={})


def pbx(folder: Path, script: str, ports: Ports | None = None) -> Pbx:
    binary = folder / "asterisk"
    binary.write_text(f"#!/bin/sh\n{script}\n")
    binary.chmod(0o755)
    os.chdir(folder)  # the run folder lies under build/ of the working directory
    return Pbx(Settings.read(), SECRETS, installation=Installation(binary=binary), ports=ports or Ports.free())


@pytest.fixture(autouse=True)
def stay_where_we_were():
    here = Path.cwd()
    yield
    os.chdir(here)


async def test_one_that_ends_at_once_is_told_with_its_last_words(tmp_path):
    broken = pbx(tmp_path, "echo 'Unable to read config' >&2; exit 1")
    with pytest.raises(PbxError, match=r"ended while starting .Unable to read config.*messages\.log"):
        await broken.start()
    assert broken.pid is None


async def test_one_that_never_gets_ready_is_ended(tmp_path):
    slow = pbx(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60")
    with pytest.raises(PbxError, match=r"not ready within 0\.3 s"):
        await slow.start(deadline_s=0.3)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.parametrize(("kind", "name"), [(socket.SOCK_DGRAM, "sip"), (socket.SOCK_STREAM, "ami")])
async def test_a_port_that_is_taken_is_told_with_its_setting(tmp_path, kind, name):
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            other.listen()
        port = other.getsockname()[1]
        free = Ports.free()
        ports = Ports(**{field: getattr(free, field) for field in ("sip", "ami", "agi", "media")} | {name: port})
        with pytest.raises(SettingsError, match=rf"port {port} .setting '{name}_port', IVR_{name.upper()}_PORT"):
            await pbx(tmp_path, "exit 0", ports).start()


async def test_stop_without_start_is_no_fault(tmp_path):
    await pbx(tmp_path, "exit 0").stop()


def test_free_ports_differ():
    first, second = Ports.free(), Ports.free()
    used = {first.sip, first.ami, first.agi, first.media, second.sip, second.ami, second.agi, second.media}
    assert len(used) >= 7  # a UDP and a TCP port may share a number
    assert 10000 <= first.rtp_from < first.rtp_to < 32768
