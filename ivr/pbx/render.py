"""Asterisk's configuration for one run: the files of `asterisk/` with ports, folders and secrets filled in."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from ivr.errors import PbxError
from ivr.pbx.hold_tone import write_hold_tone
from ivr.pbx.installation import Installation
from ivr.pbx.people import EACH, NOBODY, People, additions
from ivr.pbx.ports import Ports
from ivr.secrets_file import Secrets
from ivr.settings import Settings

TEMPLATES = Path(__file__).parents[2] / "asterisk"
MARK = ".ivr-pbx"
"""In every folder that `render` has made."""
TEST_ONLY = {"extensions-test.conf"}
QUEUE_WAIT_S = 600
"""So long a caller waits for an agent before they are told that nobody is there."""
NOT_USED = ("acl", "ccss", "pjproject", "queuerules", "udptl")
"""Files that Asterisk's core complains about when they are absent, though nothing in them is needed."""
NATIVE = "native"
"""Below the run's folder: the plan in Asterisk alone; it stays from run to run, so that there is one at once."""
FOLDERS = ("etc", "run", "log", "spool", "lib", "moh", "sounds")

_WORD = re.compile(r"@([^@\s]+)@")
"""Wide on purpose: what nothing fills must be an error, never a password that everybody knows."""


def render(
    settings: Settings,
    secrets: Secrets,
    run_dir: Path,
    ports: Ports,
    *,
    installation: Installation,
    people: People = NOBODY,
    for_tests: bool = False,
    queue_wait_s: int = QUEUE_WAIT_S,
    templates: Path = TEMPLATES,
) -> Path:
    """Write the configuration for a run into `run_dir` (absolute) and return the path of its asterisk.conf.

    The folder is 0700 and each file 0600, because passwords stand in some. What an earlier run left there goes,
    except what Asterisk itself remembers (`lib`) and its log. What `people` need and the files lack is added.
    `for_tests` adds the numbers of extensions-test.conf.
    Raises PbxError for a folder that holds something else, or a word that nothing fills.
    """
    if not (templates / "asterisk.conf").exists():
        raise PbxError(f"no Asterisk configuration in {templates}: run from the project's checkout")
    words = {
        "RUN_DIR": installation.seen(run_dir),
        "SIP_ADDRESS": ports.address,
        "SIP_PORT": str(ports.sip),
        "AMI_PORT": str(ports.ami),
        "AGI_PORT": str(ports.agi),
        "MEDIA_PORT": str(ports.media),
        "RTP_FROM": str(ports.rtp_from),
        "RTP_TO": str(ports.rtp_to),
        "AMI_USER": settings.ami_user,
        "AMI_SECRET": secrets.ami,
        "AGI_SECRET": secrets.agi,
        "ABSOLUTE_TIMEOUT_S": str(settings.absolute_timeout_s),
        "QUEUE_WAIT_S": str(queue_wait_s),
        **{f"SIP_SECRET_{name.upper()}": secret for name, secret in secrets.sip.items()},
    }

    def whole(template: Path) -> str:
        text = template.read_text(encoding="utf-8")
        parts = [filled(text, words, template.name)]
        for name, more in additions(template.name, text, people, templates):
            own = {"NAME": name, **({"SIP_SECRET": secrets.sip[name]} if name in secrets.sip else {})}
            parts.append(filled(more, {**words, **own}, f"{EACH}/{template.name}"))
        return "\n".join(parts)

    _take(run_dir)
    for stale in ("etc", "run", "moh"):
        shutil.rmtree(run_dir / stale, ignore_errors=True)
    for folder in FOLDERS:
        (run_dir / folder).mkdir(exist_ok=True)
    for template in sorted(templates.glob("*.conf")):
        if for_tests or template.name not in TEST_ONLY:
            _write(run_dir / "etc" / template.name, whole(template))
    for name in NOT_USED:
        _write(run_dir / "etc" / f"{name}.conf", "; empty on purpose\n")
    write_hold_tone(run_dir / "moh" / "hold.wav")
    return run_dir / "etc" / "asterisk.conf"


def _take(run_dir: Path) -> None:
    """Make `run_dir` ours, or see that it is: parts of it are deleted at each run."""
    mark = run_dir / MARK
    if run_dir.exists() and any(run_dir.iterdir()) and not mark.exists():
        raise PbxError(f"{run_dir} is not empty and no folder of a former run: name a new or an empty one")
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    run_dir.chmod(0o700)
    mark.touch()


def filled(text: str, words: Mapping[str, str], name: str) -> str:
    """`text` with each ``@WORD@`` replaced; a value must be one line without ``;`` (a comment in these files).

    Raises PbxError naming the file (`name`) and the word.
    """

    def value(match: re.Match[str]) -> str:
        word = match[1]
        if word not in words:
            raise PbxError(f"{name}: nothing fills @{word}@; is a password missing in the secrets file?")
        if re.search(r"[;\r\n\0]", words[word]):
            raise PbxError(f"{name}: the value of @{word}@ holds a character that Asterisk's files cannot carry")
        return words[word]

    return _WORD.sub(value, text)


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
