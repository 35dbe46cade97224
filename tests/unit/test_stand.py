"""Whom a helpline's Asterisk has to know, and which queues nobody answers."""

from __future__ import annotations

from ivr.handoff.agents import Agent
from ivr.stand import people_of, unserved

VERA = Agent(name="vera", display_name="Vera", interface="PJSIP/vera", queues=("reception", "nurses"))
DESK = Agent(name="desk", display_name="Desk", interface="PJSIP/desk-2", queues=("nurses",))


def test_asterisk_has_to_know_the_queues_of_plan_and_agents_and_telephones_named_like_their_agent() -> None:
    people = people_of((VERA, DESK), ("reception", "vets"))
    assert people.queues == ("reception", "vets", "nurses")
    assert people.telephones == ("vera",)


def test_a_queue_that_nobody_answers_is_told_and_so_is_the_safety_net_s() -> None:
    assert list(unserved((VERA,), {"reception": "our reception"})) == [
        "no agent answers 'operator', where callers go if the service fails; add it to somebody's 'queues'"
    ]
    assert list(unserved((VERA,), {"operator": "us", "nurses": "the nurses"})) == [
        "no agent answers the queue 'operator'; add it to somebody's 'queues'"
    ]
