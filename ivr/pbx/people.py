"""Queues and agents' telephones that Asterisk's files do not have yet: what is added to these files for a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

EACH = "each"
"""Below the templates: for a file of the same name, what one queue or agent needs in it."""
_HAS = {"queues.conf": r"\[{}\]", "extensions.conf": r"exten\s*=>\s*to_{}\s*,", "pjsip.conf": r"\[{}\]"}


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """`queues` that plan and agents name, `telephones` of agents (``PJSIP/<name>``), both without what Asterisk could
    misread (`QUEUE_NAME`, and as the list of agents is read)."""

    queues: tuple[str, ...] = ()
    telephones: tuple[str, ...] = ()

    def of(self, file: str) -> tuple[str, ...]:
        """Those that `file` is to have."""
        return self.telephones if file == "pjsip.conf" else self.queues


NOBODY = People()


def additions(file: str, text: str, people: People, templates: Path) -> Iterator[tuple[str, str]]:
    """What `file`, whose `text` is given, lacks: for each a name, and what is added once its words are filled."""
    if file not in _HAS or not (templates / EACH / file).exists():
        return
    one = (templates / EACH / file).read_text(encoding="utf-8")
    for name in dict.fromkeys(people.of(file)):
        if not re.search(f"^{_HAS[file].format(re.escape(name))}", text, re.MULTILINE):
            yield name, one
