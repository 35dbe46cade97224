"""The script for the voice artist, and how its recordings turned out."""

from ivr.plans.script.lines import Piece, Place, ScriptLine, Sort, script
from ivr.plans.script.noted import NOTES, note, noted
from ivr.plans.script.render import rendered
from ivr.plans.script.review import Finding, Reviewed, State, reviewed
from ivr.plans.script.sheets import as_csv, as_json, as_markdown, as_text
from ivr.plans.script.takes import FASTEST_WPM, Take, measured

__all__ = [
    "FASTEST_WPM",
    "NOTES",
    "Finding",
    "Piece",
    "Place",
    "Reviewed",
    "ScriptLine",
    "Sort",
    "State",
    "Take",
    "as_csv",
    "as_json",
    "as_markdown",
    "as_text",
    "measured",
    "note",
    "noted",
    "rendered",
    "reviewed",
    "script",
]
