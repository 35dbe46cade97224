"""The accessibility gate: what a plan must be like so that everybody can use it, a rule with a source each.

An error blocks, a warning does not, and a plan may waive either with its reason. Errors are what shuts people out, and
what a plan can always mend; where a text is judged, or a guess is needed, it is a warning. That four options are the
most is disputed (Commarford and Lewis, Human Factors 2008, found one broad menu of a mail box faster than a deep one):
what helps people with little short-term memory decides here, and the waiver is for the rest.
"""

from __future__ import annotations

from ivr.dialogue import Flow
from ivr.plans.proof.caller_rules import CALLER_RULES
from ivr.plans.proof.findings import Finding
from ivr.plans.proof.menu_rules import MENU_RULES
from ivr.plans.proof.prover import Proof
from ivr.plans.proof.rule import Plan
from ivr.plans.proof.speaking_time import SpeakingTime

RULES = (*MENU_RULES, *CALLER_RULES)
"""Every rule; a plan waives one by its name."""


def gate(flow: Flow, proof: Proof, time: SpeakingTime | None = None) -> tuple[Finding, ...]:
    """What is hard to use in `flow`, whose journeys are proven in `proof`; `time` knows how long texts take to say."""
    plan = Plan(flow=flow, proof=proof, time=time or SpeakingTime())
    return tuple(
        Finding(
            rule=rule.name,
            severity=rule.severity,
            message=message,
            file=flow.file,
            line=step.line,
            column=step.column,
            step=step.name,
            source=rule.source,
        )
        for rule in RULES
        for step, message in rule.find(plan)
    )
