"""Each rule of the accessibility gate, broken and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.plans.proof import RULES, Severity, SpeakingTime, Verdict, gate, judge, prove
from ivr.plans.proof.menu_rules import MOST_OPTIONS
from tests.flows.helplines import council, plan

END = "  end:\n    hang_up: Goodbye.\n"
KEPT = """
  one:
    menu: You have two choices. Say bins or parking.
    choices:
      bins: {say: bins, key: 1, goto: end}
      parking: {say: parking, key: 2, goto: end}
"""


def broken(folder: Path, steps: str, head: str = "", time: SpeakingTime | None = None) -> dict[str, list[str]]:
    """Rule → the sentences of those who break it."""
    flow, knowledge = plan(folder, f"{steps}\n{END}", head)
    found: dict[str, list[str]] = {}
    for finding in gate(flow, prove(flow, knowledge.answers()), time):
        found.setdefault(finding.rule, []).append(finding.message)
    return found


def menu(options: int, prompt: str = "", name: str = "one", goto: str = "end") -> str:
    words = ("bins", "parking", "benefits", "libraries", "elections", "museums")[:options]
    choices = "".join(
        f"      {word}: {{say: {word}, key: {key}, goto: {goto}}}\n" for key, word in enumerate(words, start=1)
    )
    said = prompt or f"You have {options} choices. Say {', '.join(words)}."
    return f"  {name}:\n    menu: {said}\n    choices:\n{choices}"


def test_every_rule_has_a_name_a_sentence_and_a_source() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.asks and rule.source for rule in RULES)


def test_a_plain_menu_breaks_no_rule(tmp_path: Path) -> None:
    assert broken(tmp_path, KEPT) == {}


def test_the_council_line_has_a_menu_of_five() -> None:
    flow, knowledge = council()
    found = gate(flow, prove(flow, knowledge.answers()))
    errors = [(one.rule, one.step) for one in found if one.severity is Severity.ERROR]
    assert set(errors) <= {("options-per-menu", "main")}, "nothing else shuts anybody out"


@pytest.mark.parametrize(("options", "wrong"), [(MOST_OPTIONS, False), (MOST_OPTIONS + 1, True)])
def test_four_options_are_the_most(options: int, wrong: bool, tmp_path: Path) -> None:
    assert ("options-per-menu" in broken(tmp_path, menu(options))) is wrong


def test_three_levels_are_the_most(tmp_path: Path) -> None:
    names = ("one", "two", "three", "four", "end")
    steps = "".join(menu(2, name=name, goto=names[at + 1]) for at, name in enumerate(names[:-1]))
    (message,) = broken(tmp_path, steps)["menu-levels"]
    assert "menu 'four' is on level 4" in message


def test_the_way_for_the_rest_comes_last(tmp_path: Path) -> None:
    steps = KEPT.replace("key: 1, goto: end", "key: 1, goto: person") + "  person:\n    transfer: office\n"
    assert "'bins' before topics of its own" in broken(tmp_path, steps)["commonest-first"][0]
    last = KEPT.replace("key: 2, goto: end", "key: 2, goto: person") + "  person:\n    transfer: office\n"
    assert broken(tmp_path, last) == {}


def test_keys_go_up(tmp_path: Path) -> None:
    crossed = KEPT.replace("key: 1", "key: 3")
    assert "come as 3, 2" in broken(tmp_path, crossed)["keys-in-order"][0]


@pytest.mark.parametrize(
    ("prompt", "complaint"),
    [
        ("You have three choices. Say bins, parking or benefits.", None),
        ("There are 3 different topics. Say bins, parking or benefits.", None),
        ("Say bins, parking or benefits.", "begin with 'You have three choices'"),
        ("You have two choices. Say bins, parking or benefits.", "says 'two choices' and has 3"),
    ],
)
def test_how_many_choices_there_are_is_said(prompt: str, complaint: str | None, tmp_path: Path) -> None:
    told = broken(tmp_path, menu(3, prompt)).get("options-counted", [""])[0]
    assert (complaint or "") in told
    assert bool(told) is (complaint is not None)


def test_other_languages_count_in_words_that_we_do_not_know(tmp_path: Path) -> None:
    assert broken(tmp_path, menu(3, "Bins, parking, benefits."), "language: de-DE") == {}


def test_a_person_comes_after_the_second_failure(tmp_path: Path) -> None:
    (message,) = broken(tmp_path, KEPT, "offer_person_after: 4")["person-after-two"]
    assert "'one'" in message
    assert "offer one after the second failure" in message


RECALLING = f"""
  again:
    recall: We were cut off. Shall I go on?
    topics:
      bins: {{ask: Are you calling about bins again?, goto: one}}
    goto: one
{KEPT}"""


def test_a_question_that_only_saves_time_is_no_failure_before_the_first(tmp_path: Path) -> None:
    assert broken(tmp_path, RECALLING) == {}
    assert "person-after-two" in broken(tmp_path, RECALLING, "offer_person_after: 3")


def test_who_is_hung_up_on_never_comes_to_a_person(tmp_path: Path) -> None:
    steps = KEPT.replace("    choices", "    on_not_understood: [{goto: end}]\n    choices")
    assert "comes to a person never" in broken(tmp_path, steps)["person-after-two"][0]


@pytest.mark.parametrize(("seconds", "wrong"), [(4, True), (5, False)])
def test_there_is_time_to_answer(seconds: int, wrong: bool, tmp_path: Path) -> None:
    assert ("answer-time" in broken(tmp_path, KEPT, f"answer_within_s: {seconds}")) is wrong


@pytest.mark.parametrize(("seconds", "wrong"), [(7, True), (8, False)])
def test_digits_take_longer_to_find(seconds: int, wrong: bool, tmp_path: Path) -> None:
    steps = f"""
  one:
    ask: Please press your six digit reference.
    answer: digits
    digits: 6
    fact: reference
    answer_within_s: {seconds}
    goto: end
"""
    assert ("answer-time" in broken(tmp_path, steps)) is wrong


def test_the_first_option_is_heard_soon_even_after_a_welcome(tmp_path: Path) -> None:
    welcome = "Welcome to the council. " + "This call is about many things. " * 5
    steps = f"  one:\n    say: {welcome}\n    goto: two\n" + menu(2, name="two")
    (message,) = broken(tmp_path, steps)["first-option"]
    assert "menu 'two' is heard after 1" in message
    assert "estimated at 150 words a minute" in message
    recorded = SpeakingTime(real=lambda prompt: 1.0)
    assert "first-option" not in broken(tmp_path, steps, time=recorded), "measured: both last a second"


def test_a_question_is_short(tmp_path: Path) -> None:
    long = "You have two choices. Say bins, or parking. " + "For more, please stay on the line with us today. " * 8
    assert "question-length" in broken(tmp_path, menu(2, long))


@pytest.mark.parametrize(("rate", "wrong"), [(90, True), (150, False), (220, True)])
def test_the_voice_is_neither_slow_nor_fast(rate: int, wrong: bool, tmp_path: Path) -> None:
    assert ("speaking-rate" in broken(tmp_path, KEPT, time=SpeakingTime(rate_wpm=rate))) is wrong


def test_a_recording_that_hurries_is_told_by_its_name(tmp_path: Path) -> None:
    prompt = "{text: You have two choices. Say bins or parking., recording: fast}"
    steps = KEPT.replace("You have two choices. Say bins or parking.", prompt)
    hurried = SpeakingTime(real=lambda prompt: 1.5 if prompt.recording else None)
    (message,) = broken(tmp_path, steps, time=hurried)["speaking-rate"]
    assert "'fast' is spoken at 320 words a minute" in message


def test_who_only_presses_keys_gets_as_far_as_who_speaks(tmp_path: Path) -> None:
    steps = """
  one:
    ask: Please spell your family name.
    answer: spelling
    characters: 2-12
    fact: name
    answer_within_s: 8
    goto: two
  two:
    ask: Do you live here?
    answer: yes_or_no
    yes: end
    no: end
"""
    assert "callers who only press keys come no further than step 'one'" in broken(tmp_path, steps)["keys-only"][0]


def judged(folder: Path, waive: str, head: str = "") -> Verdict:
    steps = menu(5).replace("    choices", f"    waive: {{{waive}}}\n    choices") if waive else menu(5)
    flow, _ = plan(folder, f"{steps}\n{END}", head)
    return judge(flow)


def test_a_rule_is_waived_with_a_reason_in_the_step_or_for_the_whole_plan(tmp_path: Path) -> None:
    assert judged(tmp_path, "").blocks
    for verdict in (
        judged(tmp_path, "options-per-menu: The fifth is the way out"),
        judged(tmp_path, "", "waive: {options-per-menu: The fifth is the way out}"),
    ):
        assert not verdict.blocks
        (waived,) = [line for line in verdict.lines(colour=False) if line.startswith("waived: ")]
        assert waived.endswith("options-per-menu: The fifth is the way out")


def test_a_waiver_that_waives_nothing_is_told(tmp_path: Path) -> None:
    told = [one.message for one in judged(tmp_path, "option-per-menu: x").findings if one.rule == "unknown-waiver"]
    assert told == ["'waive' names 'option-per-menu', which is no rule; did you mean 'options-per-menu'?"]


def test_what_leaves_callers_without_an_end_cannot_be_waived(tmp_path: Path) -> None:
    steps = KEPT.replace("    choices", "    on_silence: [{goto: one}]\n    choices")
    flow, _ = plan(tmp_path, f"{steps}\n{END}", "waive: {no-end: Let them wait}")
    assert judge(flow).blocks


def test_the_verdict_is_told_in_lines_and_as_json(tmp_path: Path) -> None:
    verdict = judged(tmp_path, "")
    lines = list(verdict.lines(colour=False))
    assert lines[0].startswith(f"error: {tmp_path}/plan.yaml:")
    assert lines[0].endswith("[options-per-menu]")
    assert lines[-1].startswith("proven in ")
    assert "\x1b[31merror\x1b[0m" in next(iter(verdict.lines(colour=True)))
    facts = verdict.as_dict()
    assert isinstance(facts["findings"], list)
    assert facts["findings"][0]["rule"] == "options-per-menu"


def test_who_only_speaks_says_a_value_of_a_list(tmp_path: Path) -> None:
    steps = """
  one:
    ask: Is it a dog or a cat?
    answer: one_of
    values: {dog: {say: dog, key: 1}, cat: {say: cat, key: 2}}
    answer_within_s: 8
    fact: animal
    goto: two
  two:
    ask: Is it ill?
    answer: yes_or_no
    yes: end
    no: end
"""
    assert "speech-only" not in broken(tmp_path, steps)
