"""Who is calling: one record over the agency's sources, and how sure it is whose it is."""

from ivr.callers.callers import Callers
from ivr.callers.lock import Lock

__all__ = ["Callers", "Lock"]
