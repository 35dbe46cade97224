"""Verifies a PBX that an admin brings, and says which line mends a finding. Blocking: for the command line only."""

from ivr.pbx.doctor.doctor import EXAMINATIONS, LogIn, examine
from ivr.pbx.doctor.findings import Examined, Finding, Level
from ivr.pbx.doctor.wanted import Place, Wanted, WantedAgent

__all__ = ["EXAMINATIONS", "Examined", "Finding", "Level", "LogIn", "Place", "Wanted", "WantedAgent", "examine"]
