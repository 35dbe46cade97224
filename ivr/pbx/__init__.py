"""An Asterisk of our own: find one, render its configuration, start it, wait until it is ready, stop it."""

from ivr.pbx.installation import Installation, find_asterisk
from ivr.pbx.pbx import Pbx
from ivr.pbx.people import People
from ivr.pbx.ports import Ports
from ivr.pbx.render import render

__all__ = ["Installation", "Pbx", "People", "Ports", "find_asterisk", "render"]
