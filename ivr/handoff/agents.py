"""The admin's list of agents, read from YAML; whatever is wrong in it is named with file, line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ivr.call import NO_QUEUE, QUEUE_NAME
from ivr.yaml_file import Value, parse, read_text

_NAME = re.compile(r"[a-z0-9_]{1,32}")
"""Nothing else, for a section of pjsip.conf is called so."""
_TAKEN = frozenset({"global", "phone", "caller"})
"""Sections that pjsip.conf has already: for all telephones, and the telephone of who tries the helpline."""
_INTERFACE = re.compile(r"[A-Za-z]{2,16}/[A-Za-z0-9_.@+-]{1,80}(/n)?")
_PLAIN = "write lower-case letters, digits and '_'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A person who takes calls: `name` logs in, `interface` is the phone in Asterisk's words (``PJSIP/alice``)."""

    name: str
    display_name: str
    interface: str
    queues: tuple[str, ...]


def load_agents(path: Path) -> tuple[Agent, ...]:
    """The agents in `path`, at least one.

    Raises FlowError with file:line:column for the first fault in it.
    """
    fields = parse(read_text(path), file=str(path), name="the list of agents")
    listed = fields.take("agents").items()
    fields.done()
    taken: set[str] = set()
    return tuple(_agent(item, taken) for item in listed)


def _agent(value: Value, taken: set[str]) -> Agent:
    fields = value.fields()
    name, interface = fields.take("name"), fields.take("interface")
    agent = Agent(
        name=_matching(name, _NAME, f"log-in name; {_PLAIN} (at most 32)"),
        display_name=fields.take("display_name").text(),
        interface=_matching(interface, _INTERFACE, "phone; write it as Asterisk does, such as 'PJSIP/alice'"),
        queues=tuple(_queue(queue) for queue in fields.take("queues").items()),
    )
    fields.done()
    if agent.name in _TAKEN:
        raise name.wrong(f"Asterisk's configuration uses '{agent.name}' for something else; choose another log-in name")
    for part in (name, interface):
        if part.text() in taken:
            raise part.wrong(f"the {part.name} '{part.text()}' is used twice; each agent needs their own")
        taken.add(part.text())
    return agent


def _queue(value: Value) -> str:
    name = _matching(value, QUEUE_NAME, f"name of a queue; {_PLAIN} (at most 64)")
    if name == NO_QUEUE:
        raise value.wrong(f"Asterisk keeps '{name}' for what all queues have in common; give the queue another name")
    return name


def _matching(value: Value, pattern: re.Pattern[str], what: str) -> str:
    text = value.text()
    if not pattern.fullmatch(text):
        raise value.wrong(f"'{text}' is no {what}")
    return text
