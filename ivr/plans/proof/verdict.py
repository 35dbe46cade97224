"""Everything that is found in a plan beside the plain faults, in one go, and as lines or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.call import Answer
from ivr.dialogue import Flow
from ivr.plans.proof.accessibility import RULES, gate
from ivr.plans.proof.confusable import NOT_CHECKED, confusable
from ivr.plans.proof.confusable import RULE as CONFUSABLE
from ivr.plans.proof.findings import Finding, Severity, unknown_waivers, with_waivers
from ivr.plans.proof.journeys import Told, untold
from ivr.plans.proof.prover import NO_AGENT, WITHIN_TURNS, Proof, prove
from ivr.plans.proof.speaking_time import SpeakingTime

OTHER_RULES = {
    NO_AGENT: ("where nobody serves a queue, no caller is put there to wait", Severity.WARNING.value),
    CONFUSABLE: ("words that mean different things at one step do not sound alike", "error if they are the same"),
    NOT_CHECKED: ("espeak-ng is there to compare how words sound", Severity.WARNING.value),
}
"""Rules that are not the accessibility gate's: what each asks, and what it is if it is broken."""
WAIVABLE = frozenset({*OTHER_RULES, *(rule.name for rule in RULES)})
"""What a plan may waive; that a caller is left without an end, or a step breaks, is no matter of taste."""
_RED, _YELLOW, _DIM, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found in a plan, errors first."""

    findings: tuple[Finding, ...]
    proof: Proof

    @property
    def blocks(self) -> bool:
        """Whether the plan may not go live."""
        return any(finding.blocks for finding in self.findings)

    def as_dict(self) -> dict[str, object]:
        """As JSON."""
        return {
            "findings": [finding.as_dict() for finding in self.findings],
            "proof": {
                "holds": self.proof.holds,
                "within_turns": self.proof.within_turns,
                "questions": self.proof.states,
                "calls": self.proof.calls,
                "not_reached": list(self.proof.assumed),
            },
        }

    def lines(self, *, colour: bool) -> Iterator[str]:
        """A line for each finding that is not waived, with the path to it; then what is waived, and what was proven."""
        for finding in self.findings:
            if finding.waived:
                continue
            shade = _RED if finding.blocks else _YELLOW
            severity = f"{shade}{finding.severity.value}{_PLAIN}" if colour else finding.severity.value
            yield f"{severity}: {finding} [{finding.rule}]"
            for line in finding.trail:
                yield f"{_DIM}    {line}{_PLAIN}" if colour else f"    {line}"
        for finding in self.findings:
            if finding.waived:
                yield f"waived: {finding.file}:{finding.line}: {finding.rule}: {finding.waived}"
        if any(finding.blocks and finding.rule in WAIVABLE for finding in self.findings):
            yield "to let it be as it is, write 'waive: {RULE: why}' below its step, with the rule from the brackets"
        proof = self.proof
        if proof.holds:
            yield (
                f"proven in {proof.calls} calls to {proof.states} questions: whatever callers do, they come to a "
                f"person or a proper end within {proof.within_turns} turns"
            )


def judge(
    flow: Flow,
    answers: Sequence[Answer] = (),
    *,
    time: SpeakingTime | None = None,
    within_turns: int = WITHIN_TURNS,
    at: datetime | None = None,
    tell: Told = untold,
) -> Verdict:
    """Prove `flow`, which tells `answers`, hold it against the accessibility rules, and listen for words alike.

    Runs a loop of its own (see `prove`), and espeak-ng.
    """
    proof = prove(flow, answers, within_turns=within_turns, at=at, tell=tell)
    found = (*proof.findings, *gate(flow, proof, time), *confusable(flow))
    judged = (*with_waivers(flow, found, WAIVABLE), *unknown_waivers(flow, WAIVABLE))
    return Verdict(findings=tuple(sorted(judged, key=lambda one: (not one.blocks, one.line))), proof=proof)
