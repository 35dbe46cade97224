"""Figures: one value in one file, filled in wherever it is said, checked where it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.call import Prompt
from ivr.dialogue import load_flow
from ivr.errors import FlowError
from ivr.plan_articles import about_articles, articles_of
from ivr.speech.prompts.saying import Saying
from tests.unit.knowledge.test_articles import A_DAY

PLAN = """\
helpline: Hall
start: main
main_menu: main
person_queue: office
queues: {office: the office}
hours:
  office: {monday-friday: 09:00-17:00, saturday: 10:00-13:00}
  night: {monday-sunday: always}
figures: figures.yaml
knowledge: articles
notices:
  fee: {say: "From {starts} the hall costs {fee}."}
steps:
  main:
    ask: The hall costs {fee} a day. We are open {hours.office}. Is that all?
    answer: yes_or_no
    fact: all_said
    on_silence: "Sorry. It costs {fee}."
    yes: end
    no: end
  end:
    hang_up: Goodbye.
"""
FIGURES = "fee: £24.50\nstarts: 2026-04-01\ncall: 020 7946 0018\n"
ARTICLE = "---\ntitle: the fee\ntopic: fee\nphrasings: [what is the fee]\n---\nIt costs {fee}. Call {call}.\n"


def write(folder: Path, plan: str = PLAN, figures: str = FIGURES, article: str = ARTICLE) -> Path:
    (folder / "articles").mkdir(exist_ok=True)
    (folder / "articles/fee.md").write_text(article, encoding="utf-8")
    (folder / "figures.yaml").write_text(figures, encoding="utf-8")
    path = folder / "hall.yaml"
    path.write_text(plan, encoding="utf-8")
    return path


def test_a_figure_stands_in_prompts_reactions_notices_and_articles(tmp_path: Path) -> None:
    flow = load_flow(write(tmp_path))
    said = {prompt.text for prompt in flow.prompts(one.answer(1) for one in articles_of(flow))}
    assert said >= {
        "The hall costs £24.50 a day. We are open Monday to Friday, nine to five, and Saturday, ten to one. "
        "Is that all?",
        "Sorry. It costs £24.50.",
        "From 2026-04-01 the hall costs £24.50.",
        "It costs £24.50. Call 020 7946 0018.",
    }
    assert Saying().spoken("From 2026-04-01 it costs £24.50.") == (
        "From the first of April twenty twenty-six it costs twenty-four pounds fifty."
    )


def test_hours_that_never_close_are_said_so(tmp_path: Path) -> None:
    flow = load_flow(write(tmp_path, PLAN.replace("{hours.office}", "{hours.night}")))
    assert Prompt(text="The hall costs £24.50 a day. We are open day and night. Is that all?") in flow.prompts()


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("costs {fee} a", "costs {fees} a", "hall.yaml:15:25: no step learns the fact 'fees'; did you mean '{fee}'"),
        (
            "{hours.office}",
            "{hours.o}",
            "hall.yaml:15:50: '{hours.o}' is nothing that can be said; did you mean '{hours",
        ),
        ("fact: all_said", "fact: fee", "figures.yaml:1:1: there is a fact called 'fee', too"),
    ],
)
def test_a_fault_in_the_plan_has_its_place(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    assert right in PLAN
    with pytest.raises(FlowError) as raised:
        load_flow(write(tmp_path, PLAN.replace(right, wrong)))
    assert str(raised.value).startswith(f"{tmp_path}/{message}")


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ("Fee: £24\n", "1:1: 'Fee' is no name of a figure"),
        ("fee: £24.5\n", "1:6: '£24.5' holds no sum of money; write it like '£40'"),
        ("fee: £2,50\n", "1:6: '£2,50' holds no sum"),
        ("fee: £\n", "1:6: '£' holds no sum"),
        ("fee: from 2026-02-30\n", "1:6: there is no '2026-02-30'"),
        ("fee: '{call}'\n", "1:6: 'fee' holds a brace"),
        ("fee: {a: b}\n", "1:6: 'fee' must be a text"),
        ("fee: 1\nfee: 2\n", "2:1: 'fee' stands here twice"),
        (f"fee: {'x' * 201}\n", "1:6: 'fee' has 201 characters"),
    ],
)
def test_a_fault_in_the_file_of_figures_has_its_place(tmp_path: Path, figures: str, message: str) -> None:
    with pytest.raises(FlowError) as raised:
        load_flow(write(tmp_path, figures=figures))
    assert str(raised.value).startswith(f"{tmp_path}/figures.yaml:{message}")


@pytest.mark.parametrize("amount", ["£40", "£1,900", "£1,900.00", "£0.50", "about £40, or £30.", "$ 5", "€3"])
def test_sums_of_money_are_taken_as_people_write_them(tmp_path: Path, amount: str) -> None:
    flow = load_flow(write(tmp_path, figures=f"{FIGURES}other: {amount}\n"))
    assert flow.figures.said["other"] == amount


def test_an_article_names_no_figure_that_there_is_not(tmp_path: Path) -> None:
    flow = load_flow(write(tmp_path, article=ARTICLE.replace("{call}", "{cal}")))
    with pytest.raises(FlowError, match=r"fee\.md:6:22: '\{cal\}' is no figure; did you mean '\{call\}'"):
        articles_of(flow)


def test_a_figure_that_nothing_says_is_a_warning(tmp_path: Path) -> None:
    flow = load_flow(write(tmp_path, figures=f"{FIGURES}spare: £3\n"))
    assert list(about_articles(flow, articles_of(flow), A_DAY)) == [
        f"{tmp_path}/figures.yaml:4:1: nothing says '{{spare}}'; write it in a prompt or an article"
    ]
