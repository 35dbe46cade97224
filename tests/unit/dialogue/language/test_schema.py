"""The schema that editors get: up to date, true of every plan that loads, and refusing what it can know."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ivr.cli import main
from ivr.dialogue.language.schema import PUBLISHED, as_json, published, schema
from ivr.dialogue.verbs import VERBS
from tests.flows import test_ways_on
from tests.flows.helplines import ROOT
from tests.plan_of_size import plan_of_size
from tests.unit.dialogue import test_loader

VALIDATOR = Draft202012Validator(schema())


class Editor(yaml.SafeLoader):
    """YAML 1.2, core schema, as editors read it: ``no`` is a text, ``0.5`` a number."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012


for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?[0-9]+", "-0123456789"),
    ("float", r"-?[0-9]*\.[0-9]+", "-.0123456789"),
    ("null", r"~|null|", ["~", "n", ""]),
):
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), first)


def faults(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(yaml.load(text, Editor))]


def test_it_is_up_to_date() -> None:
    assert published() == as_json(schema()), f"run: ivr schema > ivr/dialogue/language/{PUBLISHED}"


def test_it_is_a_schema_and_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    Draft202012Validator.check_schema(schema())
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == published()


PLANS = [path for path in sorted((ROOT / "dialplans").glob("*.yaml")) if "\nsteps:" in path.read_text()]


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.name)
def test_it_is_true_of_the_plans_that_are_shipped(path: Path) -> None:
    text = path.read_text()
    assert faults(text) == []
    named = re.search(r"^# yaml-language-server: \$schema=(\S+)$", text, re.MULTILINE)
    assert named is not None
    assert (path.parent / named[1]).resolve() == ROOT / "ivr/dialogue/language" / PUBLISHED


def test_it_is_true_of_other_plans() -> None:
    assert faults(test_loader.example()) == []
    assert faults(test_loader.HEAD + test_loader.GOOD) == []
    assert faults(plan_of_size(10)) == []


def test_it_describes_every_verb_and_line() -> None:
    made = schema()
    assert made["$defs"]["step"]["properties"].keys() == VERBS.keys()
    described = [
        *made["properties"].values(),
        *made["$defs"]["settings"].values(),
        *made["$defs"]["step"]["properties"].values(),
    ]
    assert all(one.get("description") or "$ref" in one for one in described)


UNKNOWABLE = re.compile(
    r"there is no |no step learns|a brace must|already means|numbers as words|brackets|blank between|go round"
    r"|stands here twice|must not be above|must not be below|needs articles|no name of a recording|did you mean '\{"
    r"|must be one text that holds|sounds like|no language; did|beside this file|as a 'say' must be a text"
    r"|nothing that a caller|no word of a phrase|cannot be keyed|keyed here|has gone|sensitive step|holds a '\.'"
    r"|of its own|must be a range|above 'accept'|write \(cycling|did you mean 'office'"
    r"|come to 99|sub-flows only|did you mean 'second'|has no value"
    r"|say how it stands"
)
"""What no schema can know: other places of the plan, and the words within a text."""
KNOWN = [
    (test_loader.GOOD.replace(right, wrong), test_loader.HEAD, mending)
    for right, wrong, _, mending in test_loader.FAULTS
    if not UNKNOWABLE.search(mending)
]
KNOWN += [
    (test_loader.ASK.replace(right, wrong), test_loader.HEAD, mending)
    for right, wrong, mending in test_loader.ASK_FAULTS
    if not UNKNOWABLE.search(mending)
]
KNOWN += [
    (test_loader.GOOD, test_loader.HEAD.replace(right, wrong), mending)
    for right, wrong, mending in test_loader.HEAD_FAULTS
    if not UNKNOWABLE.search(mending)
]
KNOWN += [
    (f"  one:\n    {lines}{test_ways_on.ENDS}", test_loader.HEAD, mending)
    for lines, mending in test_ways_on.FAULTS
    if not UNKNOWABLE.search(mending)
]


@pytest.mark.parametrize(("steps", "head", "mending"), KNOWN)
def test_it_refuses_what_the_loader_refuses(steps: str, head: str, mending: str) -> None:
    assert faults(head + steps) != []


def test_many_faults_are_known_to_it() -> None:
    assert len(KNOWN) > 30
