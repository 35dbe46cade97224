"""What is sent to callers in writing: gateways for texts and e-mails, and a ledger by which nothing is sent twice."""

from ivr.outbox.gateway import Gateway, Limits, Setup
from ivr.outbox.outbox import Outbox
from ivr.outbox.reading import load_outbox

__all__ = ["Gateway", "Limits", "Outbox", "Setup", "load_outbox"]
