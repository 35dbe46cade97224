"""The script that gets an Asterisk, with programs that only pretend: what it prints, what it leaves, how it fails."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "asterisk" / "get-asterisk"
DEBOOTSTRAP = """
for word; do case $word in */asterisk-root.new) root=$word ;; esac; done
echo "$@" > called
echo "I: Retrieving InRelease"
mkdir -p "$root/usr/sbin"
[ -e broken ] && { echo "E: Couldn't download packages"; exit 1; }
printf 'x' > "$root/usr/sbin/asterisk"; chmod +x "$root/usr/sbin/asterisk"
echo "I: Extracting base-files..."
echo "I: Unpacking the base system..."
"""


class Machine:
    """A folder with pretended programs in front of the real ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.program("id", "echo 0")
        self.program("wget", "exit 0")
        self.program("apt-get", "exit 0")
        self.program("apt-config", "exit 0")
        self.program("chroot", "echo 'Asterisk 22.10.1+dfsg'")
        self.program("debootstrap", DEBOOTSTRAP)
        self.program("asterisk", "echo 'Asterisk 20.6.0'")

    def program(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("IVR_")}
        path = f"{self.bin}:/usr/bin:/bin"
        return subprocess.run(
            [str(SCRIPT)],
            cwd=self.folder,
            env=clean | {"PATH": path, "IVR_DEBIAN_MIRROR": "http://mirror.invalid/debian"} | environment,
            capture_output=True,
            text=True,
            timeout=20,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_one_on_path_is_printed_if_new_enough(machine):
    machine.program("asterisk", "echo 'Asterisk 22.8.0'")
    done = machine.run()
    assert (done.returncode, done.stdout) == (0, f"{machine.bin}/asterisk\n")


def test_a_named_one_is_taken_at_its_word(machine):
    assert machine.run(IVR_ASTERISK_ROOT="/some/root").stdout == "/some/root\n"
    assert machine.run(IVR_ASTERISK="/some/asterisk").stdout == "/some/asterisk\n"


def test_a_root_is_made_once_with_the_cache_kept(machine):
    done = machine.run()
    assert (done.returncode, done.stdout) == (0, "build/asterisk-root\n"), done.stderr
    assert (machine.folder / "build/asterisk-root/usr/sbin/asterisk").exists()
    called = (machine.folder / "called").read_text()
    assert f"--cache-dir={machine.folder}/build/apt-cache forky" in called
    assert called.endswith("http://mirror.invalid/debian sid\n")
    machine.program("debootstrap", "exit 1")
    again = machine.run()
    assert (again.returncode, again.stdout, again.stderr) == (0, "build/asterisk-root\n", "")


def test_progress_is_a_line_a_phase(machine):
    lines = machine.run().stderr.splitlines()
    assert all(line.startswith("asterisk: ") for line in lines)
    assert 2 < len(lines) < 20


def test_what_an_interrupted_run_left_is_made_anew(machine):
    (machine.folder / "broken").touch()
    failed = machine.run()
    assert failed.returncode == 2
    assert failed.stdout == ""
    assert "compose.yaml" in failed.stderr.splitlines()[-1]
    assert not (machine.folder / "build/asterisk-root").exists()
    (machine.folder / "broken").unlink()
    assert machine.run().returncode == 0
    assert not (machine.folder / "build/asterisk-root.new").exists()


@pytest.mark.parametrize(
    ("program", "script", "told"),
    [("id", "echo 1000", "run as root"), ("wget", "exit 4", "mend the network")],
)
def test_what_stands_in_the_way_is_one_line(machine, program, script, told):
    machine.program(program, script)
    done = machine.run()
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert told in line
    assert "compose.yaml" in line
