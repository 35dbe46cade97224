"""The file of callers: what it may say, and one line with a place and a mending for everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.callers_file import Kind, Use, read_callers
from ivr.dialogue import load_flow
from ivr.errors import FlowError
from tests.flows.known_callers import FILE, HEAD, beside

SOURCES = "sources: {a: {match: {look_up: x, with: {p: '{number}'}}, take: {name: n}}}"
FIELDS = "fields: {name: knowledge}"
ONE = "%s: {match: {look_up: x, with: {p: '{number}'}}, take: {%s}}"
TWO = f"{{{ONE}, {ONE}}}"
WRONG = {
    "": "is empty",
    FIELDS: "1:1: 'sources' is missing",
    f"fields: {{name: everybody}}\n{SOURCES}": "1:16: 'name' cannot be 'everybody'; use one of: number, knowledge",
    f"fields: {{name: knowlege}}\n{SOURCES}": "1:16: 'name' cannot be 'knowlege'; did you mean 'knowledge'?",
    f"fields: {{Name: knowledge}}\n{SOURCES}": "1:10: 'Name' is no name of a field",
    f"fields: {{number: knowledge}}\n{SOURCES}": "1:10: 'number' is what the network shows",
    f"fields: {{name: {{level: pin, kind: colour}}}}\n{SOURCES}": "'kind' cannot be 'colour'; use one of: text",
    f"fields: {{name: {{kind: date}}}}\n{SOURCES}": "'level' is missing",
    f"fields: {{}}\n{SOURCES}": "'fields' is empty",
    f"{FIELDS}\nsources: {{}}": "'sources' is empty",
    f"{FIELDS}\n{SOURCES}\ncountry: XX": "'country' cannot be 'XX'",
    f"{FIELDS}\n{SOURCES}\nwait_s: 60": "3:9: 'wait_s' must be a number from 0.1 to 5, not '60'",
    f"{FIELDS}\n{SOURCES}\nkey: nobody": "3:6: there is no field 'nobody'; add it below 'fields'",
    f"{FIELDS}\n{SOURCES}\nlock: {{failures: 0}}": "'failures' must be a whole number from 1 to 10",
    f"{FIELDS}\n{SOURCES}\nlock: {{most_an_hour: 5000}}": "'most_an_hour' must be a whole number from 10 to 200",
    f"{FIELDS}\n{SOURCES}\nlock: {{minuets: 5}}": "'minuets' is not known here; did you mean 'minutes'?",
    f"{FIELDS}\n{SOURCES}\nfeilds: 1": "'feilds' is not known here; did you mean 'fields'?",
    f"{FIELDS}\n{SOURCES.replace('{number}', '{nubmer}')}": "there is no field 'nubmer'; did you mean 'number'?",
    f"{FIELDS}\n{SOURCES.replace('{number}', '{ name }')}": "a brace must hold 'number'",
    f"{FIELDS}\n{SOURCES.replace('{number}', 'all')}": "it asks the same for every caller",
    f"{FIELDS}\n{SOURCES.replace('name: n', 'nme: n')}": "there is no field 'nme'; did you mean 'name'?",
    f"{FIELDS}\n{SOURCES.replace('take: {name: n}', 'take: {}')}": "'take' is empty",
    f"{FIELDS}\n{SOURCES.replace('take:', 'max_age_days: 3, take:')}": "'max_age_days' needs 'as_of'",
    f"{FIELDS}\nsources: {TWO % ('a', 'name: n', 'b', 'name: n')}": "'key' is missing: with several sources",
    f"fields: {{name: knowledge, ref: pin}}\nkey: ref\nsources: {TWO % ('a', 'ref: r', 'b', 'name: n')}": (
        "source 'b' neither gives 'ref', which is the key, nor is it asked by it"
    ),
}


def test_it_says_what_there_is(tmp_path: Path) -> None:
    file = read_callers(beside(tmp_path))
    assert (file.country, file.wait_s, file.lock.failures, file.key) == ("GB", 1.0, 3, ())
    assert file.fields["date_of_birth"].use is Use.AGENT and file.fields["date_of_birth"].kind is Kind.DATE
    (source,) = file.sources
    assert [way.look_up for way in source.ways] == ["by_phone", "by_reference"]
    assert source.ways[0].filled({"number": "+44770"}) == {"phone": "+44770"}
    assert source.ways[1].filled({"number": "+44770"}) is None


def test_it_says_when_the_check_is_locked(tmp_path: Path) -> None:
    lock = "lock: {failures: 4, within_hours: 2, minutes: 5, most_an_hour: 60}"
    rule = read_callers(beside(tmp_path, f"{FIELDS}\n{SOURCES}\n{lock}")).lock
    assert (rule.failures, rule.within_s, rule.locked_s, rule.most_an_hour) == (4, 7200, 300, 60)
    assert read_callers(beside(tmp_path)).lock.most_an_hour == 30


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str) -> None:
    with pytest.raises(FlowError) as told:
        read_callers(beside(tmp_path, text))
    assert WRONG[text] in str(told.value)
    assert str(told.value).startswith(f"{tmp_path / 'callers.yaml'}:")


PLAN = """\
helpline: Test
start: one
main_menu: one
person_queue: office
queues: {office: the office}
%s
steps:
  one: {say: "%s", goto: two}
  two: {hang_up: Goodbye.}
"""
MISUSED = {
    (HEAD, "{caller.nmae}"): "9:16: a caller's record has no 'nmae'; did you mean 'caller.name'?",
    (HEAD, "{caller.pin}"): "'pin' has the level 'secret' in callers.yaml, so no step may use it",
    (HEAD, "{caller.date_of_birth}"): "'date_of_birth' has the level 'agent'",
    (
        HEAD,
        "{caller.vulnerable}",
    ): "'vulnerable' is known by the number alone, which can be forged, so it is never said",
    ("sources: sources.yaml", "{caller.name}"): "'caller.name' asks who calls, which needs a file of callers",
    ("callers: callers.yaml", "Hello"): "6:10: 'callers' needs sources to ask",
}


@pytest.mark.parametrize(("head", "said"), MISUSED)
def test_a_plan_that_misuses_a_record_is_refused(tmp_path: Path, head: str, said: str) -> None:
    beside(tmp_path)
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN % (head, said))
    with pytest.raises(FlowError) as told:
        load_flow(plan)
    assert MISUSED[head, said] in str(told.value)


def test_what_is_said_before_it_is_known_who_calls_is_warned_of(tmp_path: Path) -> None:
    beside(tmp_path, FILE)
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN % (HEAD, "{caller.name}"))
    assert [one for one in load_flow(plan).warnings if "caller.name" in one] == [
        f"{plan}:9:9: step 'one' uses 'caller.name', and a way leads there on which it is not known who calls; lead "
        "through 'identify: knowledge', or ask for {identity: knowledge} in a branch before"
    ]
