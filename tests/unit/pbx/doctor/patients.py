"""A PBX as the doctor sees it, without one: the dialplan that we ship, and answers that Asterisk 22 gave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ivr.pbx.doctor import Place, Wanted, WantedAgent
from ivr.pbx.doctor.manager_line import Refused
from ivr.pbx.render import TEMPLATES

SECRET = "a-path"
FILLED = {"@AGI_PORT@": "4573", "@AGI_SECRET@": SECRET, "@ABSOLUTE_TIMEOUT_S@": "20", "@QUEUE_WAIT_S@": "600"}
WANTED = Wanted(
    ami=Place(host="127.0.0.1", port=5038, setting="ami_port"),
    ami_user="ivr",
    agi=Place(host="127.0.0.1", port=4573, setting="agi_port"),
    media=Place(host="127.0.0.1", port=8089, setting="media_port"),
    console=Place(host="127.0.0.1", port=8080, setting="console_port"),
    agi_secret=SECRET,
    absolute_timeout_s=20,
    queues=MappingProxyType({"operator": "the safety net's", "housing": "plan.yaml"}),
    agents=(WantedAgent(name="alice", interface="PJSIP/alice"),),
    event_names=frozenset({"Hangup", "AgentCalled"}),
)
NEEDED_ACTIONS = {
    "AbsoluteTimeout": "Set absolute timeout.  (Priv: system,call,all)",
    "QueueAdd": "Add interface to queue.  (Priv: agent,all)",
    "QueueRemove": "Remove interface from queue.  (Priv: agent,all)",
    "QueuePause": "Makes a queue member temporarily unavailable.  (Priv: agent,all)",
    "QueueStatus": "Show queue status.  (Priv: <none>)",
    "CoreShowChannels": "List currently active channels.  (Priv: system,reporting,all)",
    "Ping": "Keepalive command.  (Priv: <none>)",
}

Answer = list[dict[str, str]]


class RecordedLine:
    """Answers as told: by action, or by action and its only field; anything else is not permitted."""

    def __init__(self, answers: Mapping[str, Answer | str], *, strangers: frozenset[str] = frozenset()) -> None:
        self.answers = dict(answers)
        self.strangers = set(strangers)
        self.asked: list[str] = []

    def ask(self, name: str, fields: Mapping[str, str] | None = None, *, collect: bool = False) -> Answer:
        """A text is a refusal in these words."""
        value = next(iter((fields or {}).values()), "")
        self.asked.append(f"{name} {value}".strip())
        answer = self.answers.get(f"{name} {value}".strip(), self.answers.get(name, "Permission denied"))
        if isinstance(answer, str):
            raise Refused(name, answer)
        return answer


def shipped_dialplan() -> str:
    """asterisk/extensions.conf, filled in."""
    text = (TEMPLATES / "extensions.conf").read_text(encoding="utf-8")
    for word, value in FILLED.items():
        text = text.replace(word, value)
    return text


def listed(text: str) -> Answer:
    """What ``ShowDialPlan`` answers for a dialplan that is written so."""
    return [{"Response": "Success", "EventList": "start"}, *_items(text)]


def _items(text: str) -> Iterator[dict[str, str]]:
    context, name, priority = "", "", 0
    for line in text.splitlines():
        if head := re.match(r"\[([\w-]+)\]", line):
            context = head[1]
        elif include := re.match(r"include => (\S+)", line):
            yield {"Event": "ListDialplan", "Context": context, "IncludeContext": include[1]}
        elif step := re.match(r"(?:exten => ([^,]+),(\d+)| same => n)(?:\(\w+\))?,(\w+)\((.*)\)$", line):
            name, priority = (step[1], int(step[2])) if step[1] else (name, priority + 1)
            yield {
                "Event": "ListDialplan",
                "Context": context,
                "Extension": name,
                "Priority": str(priority),
                "Application": step[3],
                "AppData": step[4],
            }
