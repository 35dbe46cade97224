"""The JSON Schema of a plan, for editors: made of the lines that head, settings, verbs and answers declare."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any

from ivr.dialogue.flow import Verb
from ivr.dialogue.language.head import FlowHead, Head, StepHead
from ivr.dialogue.language.lines import Line, lines_of, properties, schema_of
from ivr.dialogue.language.settings import SETTINGS, PauseLines
from ivr.dialogue.language.shape import Schema
from ivr.dialogue.language.shapes import TEXT, PromptLines, ReactionLines, listed
from ivr.dialogue.verbs import VERBS

PUBLISHED = "plan.schema.json"
"""The file beside this module that holds it."""


def schema() -> dict[str, Any]:
    """The schema of a whole plan, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A helpline's plan",
        "type": "object",
        **_joined(properties(Head), _of_settings()),
        "additionalProperties": False,
        "$defs": {
            "step": _step(),
            "flow": {
                "type": "object",
                **_joined(properties(FlowHead), _of_settings()),
                "additionalProperties": False,
            },
            "prompt": {"anyOf": [TEXT.schema, schema_of(PromptLines)]},
            "prompts": listed({"$ref": "#/$defs/prompt"}),
            "reactions": listed({"anyOf": [{"$ref": "#/$defs/prompt"}, schema_of(ReactionLines)]}),
            "pauses": schema_of(PauseLines),
            "settings": {name: dict(described) for name, described in _described_settings()},
        },
    }


def published() -> str:
    """The file that is shipped."""
    return resources.files(__package__).joinpath(PUBLISHED).read_text(encoding="utf-8")


def as_json(made: Mapping[str, Any]) -> str:
    """`made` as it stands in the file."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def in_order(verbs: Mapping[str, type[Verb]]) -> Sequence[str]:
    """The words of `verbs`, those last that are lines of other verbs, too: ``goto`` opens a step only by itself."""
    lines = [*(line.name for verb in verbs.values() for line in _all_lines(verb)), *(one.name for one in SETTINGS)]
    settings = {one.name for one in SETTINGS}
    return sorted(verbs, key=lambda word: (word in settings, lines.count(word)))


def _step() -> Schema:
    """A step: which verb it has says which lines it may have."""
    found: Schema = {
        "required": ["say"],
        "description": "The first line of a step is its verb.",
    }
    for word in reversed(in_order(VERBS)):
        found = {"if": {"required": [word]}, "then": _of_verb(VERBS[word]), "else": found}
    words = {word: {"description": about(verb)} for word, verb in VERBS.items()}
    return {"type": "object", "properties": words, "minProperties": 1, **found}


def about(record: type[Any]) -> str:
    """What a verb or an answer is, in one sentence."""
    return (inspect.getdoc(record) or "").partition("\n")[0]


def _of_verb(verb: type[Verb]) -> Schema:
    own = properties(verb)
    settings = {name: one for name, one in _of_settings()["properties"].items() if name not in own["properties"]}
    beside = [*_beside(verb)]
    allowed: dict[str, Any] = dict(own["properties"])
    required = list(own.get("required", ()))
    rules: list[Schema] = []
    for line, records in beside:
        allowed[line.name] = {"enum": list(records), "description": line.about}
        for name, record in records.items():
            of_record = properties(record)
            for one, of_line in of_record["properties"].items():
                allowed.setdefault(one, {"description": of_line["description"]})
            of_record = {**of_record, "properties": {**of_record["properties"]}}
            names = [*own["properties"], line.name, *of_record["properties"], *settings, *_STEP_LINES]
            rules.append(
                {
                    "if": {"properties": {line.name: {"const": name}}},
                    "then": {**of_record, "propertyNames": {"enum": names}},
                }
            )
    whole: dict[str, Any] = {
        "properties": {**allowed, **settings, **properties(StepHead)["properties"]},
        "required": required,
        "additionalProperties": False,
    }
    return {**whole, "allOf": rules} if rules else whole


_STEP_LINES = tuple(line.name for line in lines_of(StepHead))


def _beside(verb: type[Verb]) -> Iterator[tuple[Line, Mapping[str, type[Any]]]]:
    for line in lines_of(verb):
        if line.kinds is not None:
            yield line, line.kinds


def _all_lines(verb: type[Verb]) -> Iterator[Line]:
    """Those of the verb and of what may stand beside them."""
    for line in lines_of(verb):
        if line.name != verb.word:
            yield line
        for record in (line.kinds or {}).values():
            yield from lines_of(record)


def _described_settings() -> Iterator[tuple[str, Schema]]:
    for one in SETTINGS:
        if one.shape is not None:
            yield one.name, {**one.shape.schema, "description": one.about}


def _of_settings() -> dict[str, Any]:
    return {"properties": {one.name: {"$ref": f"#/$defs/settings/{one.name}"} for one in SETTINGS}}


def _joined(own: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    return {**own, "properties": {**more["properties"], **own["properties"]}}
