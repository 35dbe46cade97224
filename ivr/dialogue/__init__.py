"""The conversation: call flows as people write them, what callers mean, and one run of a flow with one caller."""

from ivr.dialogue.checks import check_articles, check_sounds, check_vocabulary, hears, way_to_hear
from ivr.dialogue.flow import Conclusion, Flow
from ivr.dialogue.loader import load_flow
from ivr.dialogue.ports import Feed, Knowledge, Telephone
from ivr.dialogue.runner import run_flow
from ivr.dialogue.written import Written

__all__ = [
    "Conclusion",
    "Feed",
    "Flow",
    "Knowledge",
    "Telephone",
    "Written",
    "check_articles",
    "check_sounds",
    "check_vocabulary",
    "hears",
    "load_flow",
    "run_flow",
    "way_to_hear",
]
