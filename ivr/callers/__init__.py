"""Who is calling: one record over the agency's sources, how sure it is whose it is, what is kept from call to call."""

from ivr.callers.callers import Callers
from ivr.callers.lock import Lock

__all__ = ["Callers", "Lock"]
