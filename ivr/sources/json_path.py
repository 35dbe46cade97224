"""Values out of a JSON answer of whoever wrote it: bounded in depth, and by path."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ivr.sources.source import Named, Unusable
from ivr.sources.values import as_text

DEEPEST_JSON = 32
_STEP = r"[^.()\s]+"
_STEPS = rf"{_STEP}(?:\.{_STEP})*"
PATH = re.compile(rf"{_STEPS}|\({_STEPS}\)")
"""Keys and numbers of list entries with dots between; in brackets: it may be missing."""
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_GONE = object()


class Missing(Exception):
    """What was looked for is an entry of a list that is too short, or part of a null: there is no such thing."""


def parsed(body: bytes) -> Any:
    """The JSON in `body`; numbers are texts as they were written.

    Raises ValueError for what is none, or is nested deeper than `DEEPEST_JSON`.
    """
    text = body.decode("utf-8-sig")
    depth = 0
    for found in _BRACKETS.finditer(text):
        mark = found.group()
        depth += (mark in "[{") - (mark in "]}") if len(mark) == 1 else 0
        if depth > DEEPEST_JSON:
            raise ValueError(f"nested more than {DEEPEST_JSON} deep")
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_number)


def taken(document: Any, paths: Mapping[str, Named]) -> tuple[str, ...] | None:
    """The values at `paths`, in their order; None if there is no such thing (an empty list, a null around it).

    An empty text is a null, or missing where that may be. Raises Unusable for a path that leads nowhere.
    """
    try:
        return tuple(_at(document, path.text) for path in paths.values())
    except Missing:
        return None


def _at(document: Any, path: str) -> str:
    optional = path.startswith("(")
    node = document
    for step in path.strip("()").split("."):
        node = _inside(node, step)
        if node is _GONE and optional:
            return ""
        if node is _GONE:
            raise Unusable(f"there is nothing at '{path}'")
        if node is _TOO_SHORT:
            if optional:
                return ""
            raise Missing
    if isinstance(node, dict | list):
        raise Unusable(f"at '{path}' stands no single value")
    return as_text(node)


_TOO_SHORT = object()


def _inside(node: Any, step: str) -> Any:
    if node is None:
        return _TOO_SHORT
    if isinstance(node, dict):
        return node.get(step, _GONE)
    if isinstance(node, list) and step.isascii() and step.isdecimal():
        return node[int(step)] if len(step) < 6 and int(step) < len(node) else _TOO_SHORT
    return _GONE


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
