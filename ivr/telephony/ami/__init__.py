"""What spans calls: Asterisk's manager interface, for queues, agents and limits, through panoramisk."""

from ivr.telephony.ami.client import AmiClient

__all__ = ["AmiClient"]
