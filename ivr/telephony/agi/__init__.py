"""Control of one call by FastAGI: a codec without I/O, the session of a call, the server that Asterisk calls."""

from ivr.telephony.agi.codec import AgiReply
from ivr.telephony.agi.server import AgiServer
from ivr.telephony.agi.session import AgiSession

__all__ = ["AgiReply", "AgiServer", "AgiSession"]
