"""What the tools find in a plan: a rule, a sentence, a place, and the way there if there is one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from ivr.dialogue import Flow
from ivr.yaml_file import suggestion


class Severity(Enum):
    """What a finding does: an error blocks publishing, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


UNKNOWN_WAIVER = "unknown-waiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding; `trail` is the way to it, a line a turn."""

    rule: str
    """Stable, in small letters with dashes: what a plan's ``waive`` names."""
    severity: Severity
    message: str
    """What is wrong; how to mend it."""
    file: Path
    line: int
    column: int
    step: str = ""
    source: str = ""
    """Where the rule comes from, in a few words."""
    trail: tuple[str, ...] = ()
    waived: str = ""
    """The reason for which the plan waives it; empty if it does not."""

    @property
    def blocks(self) -> bool:
        """Whether it keeps the plan from going live."""
        return self.severity is Severity.ERROR and not self.waived

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"

    def as_dict(self) -> dict[str, object]:
        """As JSON."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "message": self.message,
            "file": str(self.file),
            "line": self.line,
            "column": self.column,
            "step": self.step,
            "source": self.source,
            "trail": list(self.trail),
            "waived": self.waived,
        }


def with_waivers(flow: Flow, findings: Iterable[Finding], rules: Collection[str]) -> tuple[Finding, ...]:
    """`findings`, those of `rules` that the plan waives marked with its reason; a step's own line wins."""

    def reason(finding: Finding) -> str:
        if finding.rule not in rules:
            return ""
        step = flow.steps.get(finding.step)
        own = step.waivers if step is not None else {}
        return own.get(finding.rule) or flow.waivers.get(finding.rule, "")

    return tuple(replace(finding, waived=reason(finding)) for finding in findings)


def unknown_waivers(flow: Flow, rules: Collection[str]) -> Iterator[Finding]:
    """A warning for each waiver of a rule that nobody has."""
    top = [("", 1, 1, flow.waivers)]
    for name, line, column, waivers in (*top, *((s.name, s.line, s.column, s.waivers) for s in flow.steps.values())):
        for rule in waivers:
            if rule not in rules:
                yield Finding(
                    rule=UNKNOWN_WAIVER,
                    severity=Severity.WARNING,
                    message=f"'waive' names '{rule}', which is no rule; {suggestion(rule, sorted(rules))}",
                    file=flow.file,
                    line=line,
                    column=column,
                    step=name,
                )
