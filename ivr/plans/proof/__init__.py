"""What a plan does to its callers, found out before they call: journeys, accessibility, words that sound alike."""

from ivr.plans.proof.accessibility import RULES, gate
from ivr.plans.proof.confusable import confusable
from ivr.plans.proof.findings import Finding, Severity
from ivr.plans.proof.prover import WITHIN_TURNS, Proof, prove
from ivr.plans.proof.speaking_time import SpeakingTime
from ivr.plans.proof.verdict import Verdict, judge

__all__ = [
    "RULES",
    "WITHIN_TURNS",
    "Finding",
    "Proof",
    "Severity",
    "SpeakingTime",
    "Verdict",
    "confusable",
    "gate",
    "judge",
    "prove",
]
