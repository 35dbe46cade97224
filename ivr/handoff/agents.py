"""The admin's list of agents, read from YAML; whatever is wrong in it is named with file, line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from ivr.call import clean_text
from ivr.errors import FlowError

LARGEST_FILE = 1_000_000
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_INTERFACE = re.compile(r"[A-Za-z]{2,16}/[A-Za-z0-9_.@+-]{1,80}(/n)?")
_QUEUE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KEYS = ("name", "display_name", "interface", "queues")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A person who takes calls: `name` logs in, `interface` is the phone in Asterisk's words (``PJSIP/alice``)."""

    name: str
    display_name: str
    interface: str
    queues: tuple[str, ...]


def load_agents(path: Path) -> tuple[Agent, ...]:
    """The agents in `path`.

    Raises FlowError with file:line:column for the first fault in it.
    """
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST_FILE:
            raise FlowError(f"larger than {LARGEST_FILE} bytes", file=str(path))
        root = yaml.compose(raw.decode("utf-8"), Loader=yaml.SafeLoader)
    except OSError as fault:
        raise FlowError(f"cannot be read ({fault.strerror}): this is the list of agents", file=str(path)) from None
    except UnicodeDecodeError:
        raise FlowError("is not UTF-8 text", file=str(path)) from None
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise FlowError(f"not YAML: {fault.problem}", file=str(path), line=line, column=column) from None
    except yaml.YAMLError as fault:
        raise FlowError(f"not YAML: {str(fault).splitlines()[0]}", file=str(path)) from None
    return tuple(_Reader(str(path)).agents(root))


class _Reader:
    """Walks the nodes of one file, so that every complaint knows its place."""

    def __init__(self, file: str) -> None:
        self._file = file

    def agents(self, root: yaml.Node | None) -> Iterator[Agent]:
        if root is None:
            raise FlowError("is empty; it starts with 'agents:'", file=self._file)
        listed = self._mapping(root, ("agents",), "the list of agents")["agents"]
        seen: dict[str, str] = {}
        items = self._items(listed, "agents")
        if not items:
            raise self._fault(listed, "nobody is in the list: a helpline needs at least one agent")
        for item in items:
            parts = self._mapping(item, _KEYS, "an agent")
            agent = Agent(
                name=self._matching(parts["name"], _NAME, "a log-in name such as 'alice'"),
                display_name=self._display_name(parts["display_name"]),
                interface=self._matching(parts["interface"], _INTERFACE, "a phone such as 'PJSIP/alice'"),
                queues=tuple(
                    self._matching(queue, _QUEUE, "a queue's name") for queue in self._items(parts["queues"], "queues")
                ),
            )
            if not agent.queues:
                raise self._fault(parts["queues"], f"agent '{agent.name}' is in no queue")
            for key in ("name", "interface"):
                value: str = getattr(agent, key)
                if value in seen:
                    raise self._fault(parts[key], f"{key} '{value}' is used twice")
                seen[value] = key
            yield agent

    def _mapping(self, node: yaml.Node, keys: tuple[str, ...], what: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._fault(node, f"{what} has the keys {', '.join(keys)}")
        parts: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value not in keys:
                raise self._fault(key, f"unknown key '{key.value}'; {what} has the keys {', '.join(keys)}")
            if key.value in parts:
                raise self._fault(key, f"'{key.value}' stands here twice")
            parts[key.value] = value
        for wanted in keys:
            if wanted not in parts:
                raise self._fault(node, f"'{wanted}' is missing; {what} has the keys {', '.join(keys)}")
        return parts

    def _items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise self._fault(node, f"'{what}' is a list")
        return list(node.value)

    def _text(self, node: yaml.Node, what: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str":
            raise self._fault(node, f"expected {what}")
        return str(node.value)

    def _matching(self, node: yaml.Node, pattern: re.Pattern[str], what: str) -> str:
        text = self._text(node, what)
        if not pattern.fullmatch(text):
            raise self._fault(node, f"'{clean_text(text)}' is not {what}")
        return text

    def _display_name(self, node: yaml.Node) -> str:
        name = clean_text(self._text(node, "a name to show, such as 'Alice Carter'"))
        if not name:
            raise self._fault(node, "the name to show is empty")
        return name

    def _fault(self, node: yaml.Node, message: str) -> FlowError:
        mark = node.start_mark
        return FlowError(message, file=self._file, line=mark.line + 1, column=mark.column + 1)
