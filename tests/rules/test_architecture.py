"""The house rules that a machine can hold: imports, sizes, words, tasks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "ivr").rglob("*.py"))
ADAPTERS = {
    "vosk": {"ivr/speech/recognition/vosk_worker.py", "ivr/speech/models/model.py"},
    "pyttsx3": {"ivr/speech/prompts/synthesis_worker.py"},
    "panoramisk": {"ivr/telephony/ami/protocol.py", "ivr/telephony/ami/client.py"},
    "onnxruntime": {"ivr/media/voice_activity.py", "ivr/knowledge/embedding.py"},
    "tokenizers": {"ivr/knowledge/embedding.py"},
    "threadpoolctl": {"ivr/knowledge/likeness.py"},
    "uvloop": {"ivr/cli/serve.py"},
    "phonenumbers": {"ivr/dialogue/words/types/numbering_plan.py", "ivr/phone_numbers.py"},
    "holidays": {"ivr/dialogue/calendar/bank_holidays.py"},
    "sklearn": {"ivr/knowledge/likeness.py", "ivr/knowledge/letters.py", "ivr/knowledge/grouping.py"},
    "sqlalchemy": {"ivr/sources/sql_database.py", "ivr/sources/sql_source.py", "ivr/sources/sql_change.py"},
    "aiosmtplib": {"ivr/outbox/smtp_gateway.py"},
    "asterisk": {"ivr/pbx/doctor/manager_line.py"},
    "aiosipua": {"ivr/testing/sip_phone.py", "ivr/testing/sip_messages.py"},
}
"""Library → the only modules that may import it."""


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_import_contract_holds() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--cache-dir", "build/import-linter"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=ids)
def test_a_module_is_small_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 450, "a module that wants more is two rooms"
    tree = ast.parse(text)
    said = ast.get_docstring(tree)
    assert said, "a module opens with one sentence that says what it is for"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"


def test_the_switchboard_stays_small() -> None:
    assert (ROOT / "ivr/switchboard.py").read_text().count("\n") <= 300


@pytest.mark.parametrize("path", SOURCES, ids=ids)
def test_a_library_is_imported_by_its_adapter_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        for name in names:
            allowed = ADAPTERS.get(name.split(".")[0])
            assert allowed is None or ids(path) in allowed, f"{name} is imported here"


@pytest.mark.parametrize("path", SOURCES, ids=ids)
def test_names_are_words_of_the_trade(path: Path) -> None:
    assert path.stem not in {"utils", "common", "misc", "helpers"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            assert not re.search(r"(Manager|Helper|Util)s?$|^Base", node.name), node.name


CODECS = [path for path in SOURCES if path.stem in {"codec", "wire"}]


@pytest.mark.parametrize("path", CODECS, ids=ids)
def test_a_codec_does_no_input_or_output(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names} & {"asyncio", "socket", "os", "aiohttp"}
        if isinstance(node, ast.ImportFrom):
            assert node.module not in {"asyncio", "socket", "os", "aiohttp"}


def test_there_are_codecs() -> None:
    assert len(CODECS) >= 2


@pytest.mark.parametrize("path", SOURCES, ids=ids)
def test_what_is_logged_is_a_static_sentence(path: Path) -> None:
    """A log message never holds a value: personal data could ride on it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in {"log", "logger", "logging"}
            and node.func.attr in {"debug", "info", "warning", "error", "exception", "critical"}
        ):
            assert isinstance(node.args[0], ast.Constant), f"line {node.lineno}: not a static sentence"
            assert len(node.args) == 1, f"line {node.lineno}: values go into extra="
