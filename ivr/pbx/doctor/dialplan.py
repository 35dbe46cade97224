"""A dialplan as Asterisk has it in memory, from the list that ``ShowDialPlan`` answers with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DialplanStep:
    """One priority: an application and its argument."""

    application: str
    data: str

    def is_set(self, beginning: str) -> bool:
        """Whether it is a ``Set`` of something that begins so."""
        return self.application.lower() in {"set", "mset"} and self.data.startswith(beginning)


Extension = tuple[DialplanStep, ...]
"""The steps of one extension in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialplan:
    """`contexts`: name → extension → its steps; `included`: context → contexts that it includes."""

    contexts: Mapping[str, Mapping[str, Extension]]
    included: Mapping[str, tuple[str, ...]]

    def extension(self, context: str, name: str) -> Extension:
        """The steps of an extension; none if it does not exist."""
        return self.contexts.get(context, {}).get(name, ())

    def everywhere(self) -> Iterator[tuple[str, str, Extension]]:
        """Context, extension and steps of all extensions."""
        for context, extensions in self.contexts.items():
            for name, steps in extensions.items():
                yield context, name, steps


def dialplan_from(items: Iterable[Mapping[str, str]]) -> Dialplan:
    """From ``ListDialplan`` events (main/manager.c and pbx.c, manager_show_dialplan_helper)."""
    found: dict[str, dict[str, list[tuple[int, DialplanStep]]]] = {}
    included: dict[str, list[str]] = {}
    for item in items:
        context = item.get("Context", "")
        extensions = found.setdefault(context, {})
        if "IncludeContext" in item:
            included.setdefault(context, []).append(item["IncludeContext"])
        priority = item.get("Priority", "")
        if "Extension" in item and priority.isdecimal():
            step = DialplanStep(application=item.get("Application", ""), data=item.get("AppData", ""))
            extensions.setdefault(item["Extension"], []).append((int(priority), step))
    return Dialplan(
        contexts={
            context: {
                name: tuple(step for _, step in sorted(steps, key=lambda pair: pair[0]))
                for name, steps in extensions.items()
            }
            for context, extensions in found.items()
        },
        included={context: tuple(names) for context, names in included.items()},
    )
