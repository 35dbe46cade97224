"""Ports for a second helpline on a machine: free, different, and none that the kernel gives to a connection."""

from __future__ import annotations

from ivr.pbx import Ports
from ivr.pbx.ports import FREE


def test_free_ports_are_different_and_below_those_that_the_kernel_gives_out() -> None:
    ports = Ports.free()
    chosen = (ports.sip, ports.ami, ports.agi, ports.media, ports.console)
    assert len(set(chosen)) == len(chosen)
    assert all(port in FREE for port in (*chosen, ports.rtp_from, ports.rtp_to))
    ports.check_free()
