"""Tables as they are written: what is said of their conditions, and every fault with its place and its mending."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ivr.dialogue.eligibility.in_file import TABLE
from ivr.dialogue.eligibility.scales import Age
from ivr.dialogue.eligibility.table import Table
from ivr.dialogue.language.shape import Scope
from ivr.dialogue.manner import Manner
from ivr.errors import FlowError
from ivr.yaml_file import parse

HEAD = "results: {good: you may, bad: you may not}\nquestions:\n"
SAVINGS = "  savings: {ask: How much?, answer: money, because: 'your savings are {savings}'}\n"
ALONE = "  alone: {ask: Alone?, answer: yes_or_no, because: {yes: you live alone, no: you do not live alone}}\n"
CHILDREN = "  children: {ask: How many?, answer: number, most: 20, because: 'you have {children} children'}\n"
BORN = "  born: {ask: When were you born?, answer: date, direction: past, because: 'you are {born}'}\n"
MOVED = "  moved: {ask: When did you move?, answer: date, because: 'you moved {moved}'}\n"
HOME = """\
  home:
    ask: Whose home?
    answer: one_of
    values: {rent: {say: rent, key: 1}, own: {say: own, key: 2}, guest: {say: guest, key: 3}}
    because: {rent: you rent it, own: you own it, guest: you are a guest}
"""


def read(folder: Path, questions: str, *rules: str, head: str = HEAD) -> Table:
    text = f"{head}{questions}rules:\n" + "".join(f"  - {one}\n" for one in rules)
    (folder / "t.yaml").write_text(text, encoding="utf-8")
    scope = Scope(file=folder / "plan.yaml", manner=Manner())
    return TABLE.read(parse("it: t.yaml", file="plan.yaml", name="plan").take("it"), scope)


@pytest.mark.parametrize(
    ("questions", "when", "said"),
    [
        (SAVINGS, "savings: {under: 6000}", "your savings are under £6,000"),
        (SAVINGS, "savings: {at_most: 6000}", "your savings are £6,000 or less"),
        (SAVINGS, "savings: {at_least: 6000}", "your savings are £6,000 or more"),
        (SAVINGS, "savings: {over: 6000}", "your savings are more than £6,000"),
        (SAVINGS, "savings: {at_least: 6000, under: 16000}", "your savings are £6,000 or more, but under £16,000"),
        (
            SAVINGS,
            "savings: {over: 6000, at_most: 16000.50}",
            "your savings are more than £6,000, but at most £16,000.50",
        ),
        (CHILDREN, "children: {at_least: 2}", "you have 2 or more children"),
        (CHILDREN, "children: {under: 3}", "you have 2 or fewer children"),
        (CHILDREN, "children: {at_least: 2, at_most: 2}", "you have 2 children"),
        (BORN, "born: {age_at_least: 66}", "you are 66 or over"),
        (BORN, "born: {age_under: 18}", "you are under 18"),
        (BORN, "born: {age_at_least: 16, age_under: 18}", "you are 16 or over, but under 18"),
        (MOVED, "moved: {before: 2024-04-01}", "you moved before 1 April 2024"),
        (MOVED, "moved: {from: 2024-04-01}", "you moved on 1 April 2024 or later"),
        (ALONE, "alone: no", "you do not live alone"),
        (HOME, "home: [own, rent]", "you rent it or you own it"),
        (ALONE + SAVINGS, "alone: yes, savings: {under: 1}", "you live alone and your savings are under £1"),
    ],
)
def test_why_is_made_of_the_conditions(tmp_path: Path, questions: str, when: str, said: str) -> None:
    table = read(tmp_path, questions, f"{{when: {{{when}}}, result: good}}", "{result: bad, because: else}")
    assert table.rules[0].because == said


def test_an_age_is_in_full_years_as_the_law_counts_them() -> None:
    def age(born: str) -> int | None:
        return Age().place(born, date(2026, 2, 28))

    assert (age("1960-02-28"), age("1960-02-29"), age("1960-03-01")) == (66, 65, 65)
    assert age("2026-03-01") is None
    assert age("yesterday") is None


ELSE = "{result: bad, because: it is so}"


@pytest.mark.parametrize(
    ("questions", "rules", "fault"),
    [
        (ALONE, ["{when: {alone: yes}, result: good}"], "t.yaml:5:3: no rule covers alone: no; add one"),
        (
            ALONE + SAVINGS,
            ["{when: {alone: yes, savings: {under: 5}}, result: good}"],
            "t.yaml:6:3: no rule covers alone: yes, savings: £5 or more (and 2 more combinations)",
        ),
        (
            SAVINGS,
            ["{when: {savings: {under: 9}}, result: good}", "{when: {savings: {under: 5}}, result: bad}", ELSE],
            "t.yaml:6:5: this rule never decides: those before it (lines 5) cover all that fits it",
        ),
        (
            ALONE,
            ["{when: {alone: yes}, result: good}", "{when: {alone: no}, result: bad}", ELSE],
            "t.yaml:7:5: this rule never decides",
        ),
        (ALONE + SAVINGS, ["{when: {alone: yes}, result: good}", ELSE], "t.yaml:4:3: no answer to 'savings' changes"),
        (
            ALONE,
            ["{when: {alone: yes}, result: good}", "{result: good, because: x}"],
            "t.yaml:1:26: no rule comes to 'bad'",
        ),
        (ALONE, ["{when: {alone: maybe}, result: good}", ELSE], "t.yaml:5:20: 'alone' cannot be 'maybe'"),
        (ALONE, ["{when: {lone: yes}, result: good}", ELSE], "there is no question 'lone'; did you mean 'alone'?"),
        (ALONE, ["{when: {alone: yes}, result: god}", ELSE], "'result' cannot be 'god'; did you mean 'good'?"),
        (ALONE, ["{when: {alone: yes}, result: good}", "{result: bad}"], "a rule without 'when' says why by itself"),
        (
            SAVINGS,
            ["{when: {savings: 5}, result: good}", ELSE],
            "say between what it lies, as in 'savings: {at_least: …}'",
        ),
        (SAVINGS, ["{when: {savings: {below: 5}}, result: good}", ELSE], "'below' is not known here"),
        (SAVINGS, ["{when: {savings: {under: 5.005}}, result: good}", ELSE], "'under' must be whole pence"),
        (SAVINGS, ["{when: {savings: {at_least: 9, under: 9}}, result: good}", ELSE], "no answer lies between these"),
        (CHILDREN, ["{when: {children: {over: 20}}, result: good}", ELSE], "no answer lies between these"),
        (
            BORN,
            ["{when: {born: {age_under: 18, before: 2024-01-01}}, result: good}", ELSE],
            "'before' is not known here",
        ),
        (
            MOVED,
            ["{when: {moved: {age_under: 18}}, result: good}", ELSE],
            "'moved' is a date of birth; add 'direction: past'",
        ),
        (MOVED, ["{when: {moved: {from: tomorrow}}, result: good}", ELSE], "'tomorrow' is no date"),
        (
            SAVINGS.replace("{savings}", "high"),
            ["{when: {savings: {under: 5}}, result: good}", ELSE],
            "must hold '{savings}'",
        ),
        (
            ALONE.replace(", no: you do not live alone", ""),
            ["{when: {alone: yes}, result: good}", ELSE],
            "'no' is missing",
        ),
        (
            ALONE.replace(", because: {yes: you live alone, no: you do not live alone}", ""),
            ["{when: {alone: yes}, result: good}", ELSE],
            "add 'because' to the question 'alone', or to this rule",
        ),
        (ALONE.replace("yes_or_no", "postcode"), [ELSE], "'answer' cannot be 'postcode'"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, questions: str, rules: list[str], fault: str) -> None:
    with pytest.raises(FlowError, match=r"t\.yaml:\d+:\d+: ") as found:
        read(tmp_path, questions, *rules)
    assert fault in str(found.value)


def test_unclear_is_no_result_of_the_table(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="'unclear' needs no text of its own"):
        read(tmp_path, ALONE, ELSE, head=HEAD.replace("good:", "unclear:"))


def test_more_than_can_be_counted_through_is_refused(tmp_path: Path) -> None:
    questions = "".join(ALONE.replace("alone:", f"alone{at}:") for at in range(13))
    rules = [f"{{when: {{alone{at}: yes}}, result: good}}" for at in range(13)]
    with pytest.raises(FlowError, match=r"t\.yaml:3:3: rules tell more than 5000 combinations"):
        read(tmp_path, questions, *rules, ELSE)
