"""The machine under a bench: what it is, how busy it is, and how much CPU a process has used."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
LIBRARIES = ("aiohttp", "numpy", "onnxruntime", "panoramisk", "vosk")


def described(asterisk: str) -> dict[str, str]:
    """Machine, date and versions."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": _cpu_model(),
        "cores": str(len(os.sched_getaffinity(0))),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "asterisk": asterisk,
        "ivr": f"{version('ivr')} ({_commit()})",
        **{name: version(name) for name in LIBRARIES},
    }


def load() -> str:
    """Load averages of 1, 5 and 15 minutes."""
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def cpu_s(pid: int) -> float:
    """CPU seconds that process `pid` has used with all its threads, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND  # utime, stime: proc(5), counted from the state


def busy_s() -> float:
    """CPU seconds that the whole machine has used."""
    user, nice, system, _idle, _wait, irq, soft, *_ = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    )
    return (user + nice + system + irq + soft) / TICKS_A_SECOND


def children(pid: int) -> dict[int, str]:
    """Every child of any thread of `pid`: process id → command line."""
    found: dict[int, str] = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found[int(child)] = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    return found


class Meter:
    """CPU of named processes from its making to `read`."""

    def __init__(self, pids: dict[str, list[int]]) -> None:
        self._pids = pids
        self._before = {name: sum(map(cpu_s, group)) for name, group in pids.items()}
        self._machine = busy_s()
        self._began = time.monotonic()

    def read(self) -> tuple[float, dict[str, float], float]:
        """Seconds that passed, CPU seconds of each group, and of everything else on the machine."""
        used = {name: sum(map(cpu_s, group)) - self._before[name] for name, group in self._pids.items()}
        others = busy_s() - self._machine - sum(used.values())
        return time.monotonic() - self._began, used, max(0.0, others)


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _commit() -> str:
    asked = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True)
    return asked.stdout.strip() or "no git"
