"""Plans as people write them: the documented example loads and runs, and every fault has its place and its mending."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.call import BargeIn, EndReason
from ivr.dialogue import Flow, check_articles, check_sounds, check_vocabulary, hears, load_flow, wording
from ivr.dialogue.words.options import UNIVERSALS, YES_NO
from ivr.errors import FlowError
from ivr.knowledge import Knowledge
from ivr.testing.scripted_caller import presses, says
from tests.flows.helplines import ROOT, call, known_to, riverton

HEAD = """\
helpline: Test
start: one
main_menu: one
person_queue: office
queues:
  office: the office
steps:
"""
GOOD = """\
  one:
    menu: Choose.
    choices:
      tax:
        say: council tax
        key: 1
        goto: end
  end:
    hang_up: Goodbye.
"""
VOCABULARY = ROOT / "ivr/speech/models/vosk-en-telephone/graph/words.txt"


def load(folder: Path, steps: str, head: str = HEAD) -> Flow:
    path = folder / "plan.yaml"
    path.write_text(head + steps, encoding="utf-8")
    return load_flow(path)


def example() -> str:
    return (ROOT / "ivr/dialogue/language/example.yaml").read_text()


def documented(folder: Path) -> tuple[Flow, Knowledge]:
    (folder / "village/knowledge").mkdir(parents=True)
    article = "---\ntitle: opening hours\ntopic: hours\nphrasings: [when are you open]\n---\nWe are open on Monday.\n"
    (folder / "village/knowledge/opening-hours.md").write_text(article)
    (folder / "village/figures.yaml").write_text("fee: £40\n", encoding="utf-8")
    (folder / "village.yaml").write_text(example())
    flow = load_flow(folder / "village.yaml")
    knowledge = known_to(flow)
    check_articles(flow, knowledge)
    return flow, knowledge


def test_the_documented_example_loads_and_takes_calls(tmp_path: Path) -> None:
    helpline = documented(tmp_path)
    assert [warning.partition("no way")[2] for warning in helpline[0].warnings] == [
        " leads to step 'again'; remove it or lead to it"
    ]
    hire = call(
        helpline,
        says("book the big hall"),
        presses("25"),
        says("yes", expect="2 5 people. Is that right?"),
        says("l double e for echo", expect="spell your family name"),
        says("yes", expect="L E E. Is that right?"),
    )
    assert [fact.value for fact in hire.hand_over.facts] == ["25", "LEE"]
    assert (helpline[0].language, helpline[0].model) == ("en-GB", "bundled")
    assert (hire.hand_over.queue, hire.hand_over.reason) == ("office", "hall hire")
    assert hire.said[-1] == "For 2 5 people, one moment please."
    asked = call(helpline, presses("3"), says("when are you open"))
    assert asked.reason is EndReason.HUNG_UP
    farewell = [prompt for prompt in helpline[0].prompts() if prompt.text == "Goodbye."]
    assert (farewell[0].recording, farewell[0].barge_in) == ("village/goodbye", BargeIn.NONE)


def test_a_flow_is_frozen(tmp_path: Path) -> None:
    flow = load(tmp_path, GOOD)
    with pytest.raises(dataclasses.FrozenInstanceError):
        flow.start = "end"  # type: ignore[misc]
    with pytest.raises(TypeError):
        flow.steps["x"] = flow.steps["one"]  # type: ignore[index]


FAULTS = [
    ("hang_up:", "hangup:", "16:5:", "unknown verb 'hangup' in step 'end'; did you mean 'hang_up'?"),
    ("hang_up: Goodbye.", "dance: now", "16:5:", "the first line of a step is one of: say, menu,"),
    ("goto: end", "goto: edn", "14:15:", "there is no step 'edn'; did you mean 'end'?"),
    ("goto: end", "gotoo: end", "14:9:", "'gotoo' is not known here; did you mean 'goto'?"),
    ("        goto: end\n", "", "12:9:", "'goto' is missing in tax; add 'goto: …'"),
    ("choices:", "choises:", "10:5:", "did you mean 'choices'?"),
    ("key: 1", "key: 12", "13:14:", "'key' cannot be '12'"),
    ("key: 1", "key: 0", "13:14:", "the key '0' already means 'a person' everywhere"),
    ("key: 1", "key: '#'", "13:14:", "the key '#' already means 'main menu' everywhere"),
    ("key: 1", "key: #", "13:13:", "in quotes if it holds '#'"),
    ("key: 1", "key: 1\n        colour: red", "14:9:", "'colour' is not known here"),
    ("say: council tax", "say: [council tax, agent]", "12:28:", "the phrase 'agent' already means"),
    ("say: council tax", "say: band 7", "12:14:", "numbers as words"),
    ("say: council tax", "say: bin(s)", "12:14:", "in 'bin(s)' the brackets hold a part of a word; write (bin|bins)"),
    ("say: council tax", "say: (re)cycling", "12:14:", "write (cycling|recycling)"),
    ("say: council tax", "say: my repair(s|ed) now", "12:14:", "in 'repair(s|ed)' the brackets"),
    ("say: council tax", "say: ((the) big)hall", "12:14:", "put a blank between"),
    ("say: council tax", "say: {a: b}", "12:14:", "'say' must be a text"),
    ("  end:\n", "  one:\n", "15:3:", "'one' stands here twice (first in line 8)"),
    ("menu: Choose.", "menu: Choose {money}.", "9:18:", "no step learns the fact 'money'"),
    ("menu: Choose.", "menu: Choose {0.__class__}.", "9:18:", "a brace must hold the name of a fact"),
    ("menu: Choose.", "menu: Choose.\n    accept: 2", "10:13:", "must be a number from 0 to 1, not '2'"),
    ("menu: Choose.", "menu: Choose.\n    confirm: 0.9", "10:14:", "must not be above 'accept' (0.75, the default)"),
    ("menu: Choose.", "menu: Choose.\n    accept: 0.4", "10:13:", "must not be below 'confirm' (0.5, the default)"),
    ("menu: Choose.", "menu: Choose.\n    confirm: 0.8\n    accept: 0.6", "10:14:", "above 'accept' (0.6, line 11)"),
    ("menu: Choose.", "menu: Choose.\n    close: 1.5", "10:12:", "must be a number from 0 to 1, not '1.5'"),
    ("menu: Choose.", "menu: Choose.\n    longest_s: 1", "10:16:", "must be a number from 2 to 60, not '1'"),
    ("menu: Choose.", "menu: Choose.\n    pauses: 0.5", "10:13:", "'pauses' must be 'key: value' lines"),
    ("menu: Choose.", "menu: Choose.\n    pauses: {free: 1}", "10:14:", "did you mean 'free_s'?"),
    ("menu: Choose.", "menu: Choose.\n    pauses: {digits_s: 9}", "10:24:", "a number from 0.3 to 5, not '9'"),
    ("menu: Choose.", "menu: Choose.\n    pause_s: 0.5", "10:5:", "did you mean 'pauses'?"),
    ("menu: Choose.", "menu: Choose.\n    barge_in: key", "10:15:", "did you mean 'keys'?"),
    ("menu: Choose.", "menu: Choose.\n    person_queue: ofice", "10:19:", "did you mean 'office'?"),
    ("hang_up: Goodbye.", "transfer: ofice", "16:15:", "there is no queue 'ofice'; did you mean 'office'?"),
    ("hang_up: Goodbye.", "hang_up: {text: Bye., recording: ../x}", "16:38:", "is no name of a recording"),
    ("hang_up: Goodbye.", "question: What?\n    goto: one", "16:5:", "'question' needs articles"),
    ("hang_up: Goodbye.", "say: Round.\n    goto: end", "17:11:", "end → end go round without ever waiting"),
]


@pytest.mark.parametrize(("right", "wrong", "place", "mending"), FAULTS)
def test_a_fault_is_told_with_its_place_and_its_mending(
    tmp_path: Path, right: str, wrong: str, place: str, mending: str
) -> None:
    assert right in GOOD
    with pytest.raises(FlowError) as raised:
        load(tmp_path, GOOD.replace(right, wrong))
    message = str(raised.value)
    assert mending in message
    assert "\n" not in message
    assert message.startswith(f"{tmp_path / 'plan.yaml'}:")
    assert f"{raised.value.line}:{raised.value.column}:" == place


HEAD_FAULTS = [
    ("start: one", "start: on", "2:8: there is no step 'on'; did you mean 'one'?"),
    ("main_menu: one", "", "'main_menu' is missing"),
    ("person_queue: office", "person_queue: nobody", "there is no queue 'nobody'; use one of: office"),
    ("  office: the office", "  general: x", "6:3: Asterisk keeps 'general' for what all queues have in common; give"),
    ("  office: the office", "  of$ice: x", "6:3: 'of$ice' is no name of a queue; write lower-case letters"),
    ("  office: the office", "  Office: x", "6:3: 'Office' is no name of a queue; write lower-case letters"),
    ("  office: the office", "  back-office: x", "6:3: 'back-office' is no name of a queue; write lower-case"),
    ("helpline: Test", "helpline: Test\nknowledge: ../up", "must be a folder beside this file"),
    ("helpline: Test", "helpline: Test\nknowledge: nowhere", "there is no folder"),
    ("helpline: Test", "helpline: Test\nsteps: {}", "stands here twice"),
    ("helpline: Test", "helpline: Test\nlanguage: English", "2:11: 'English' is no language; write its short"),
    ("helpline: Test", "helpline: Test\nlanguage: en_GB", "is no language; did you mean 'en-GB'?"),
    ("helpline: Test", "helpline: Test\nlanguage: EN-gb", "'EN-gb' is no language; did you mean 'en-GB'?"),
    ("helpline: Test", "helpline: Test\nmodel:", "'model' is empty"),
    ("helpline: Test", "helpline: Test\nsounds_like: beans", "'sounds_like' must be 'key: value' lines"),
    ("helpline: Test", "helpline: Test\nsounds_like: {My Bins: beans}", "2:15: 'My Bins' is no word of a phrase"),
    ("helpline: Test", "helpline: Test\nsounds_like: {bins: b3ans}", "2:21: 'b3ans' is nothing that a caller"),
    ("helpline: Test", "helpline: Test\nsounds_like: {a: bee, b: bee}", "2:26: 'a' sounds like 'bee', too"),
]


@pytest.mark.parametrize(("right", "wrong", "mending"), HEAD_FAULTS)
def test_a_fault_at_the_top_is_told(tmp_path: Path, right: str, wrong: str, mending: str) -> None:
    with pytest.raises(FlowError, match=r"plan.yaml:\d+:\d+: ") as raised:
        load(tmp_path, GOOD, HEAD.replace(right, wrong))
    assert mending in str(raised.value)


ASK = """\
  one:
    ask: Which?
    answer: digits
    digits: 4-6
    fact: ref
    read_back: "{ref}, right?"
    goto: end
  end:
    hang_up: Goodbye.
"""


ASK_FAULTS = [
    ("answer: digits", "answer: digit", "did you mean 'digits'?"),
    ("digits: 4-6", "digits: 6-4", "must be a range"),
    ("digits: 4-6", "digits: 21", "whole number from 1 to 20"),
    ("fact: ref", "fact: Ref", "lower-case letters"),
    ("    fact: ref\n", "", "'fact' is missing"),
    ("{ref}, right?", "Right?", "must be one text that holds '{ref}'"),
    ("{ref}, right?", "{ref} {reff}", "did you mean '{ref}'?"),
    ("answer: digits", "answer: yes_or_no", "'yes' is missing"),
]


@pytest.mark.parametrize(("right", "wrong", "mending"), ASK_FAULTS)
def test_a_fault_in_an_ask_is_told(tmp_path: Path, right: str, wrong: str, mending: str) -> None:
    assert load(tmp_path, ASK).steps["one"].verb.facts() == ("ref",)
    with pytest.raises(FlowError) as raised:
        load(tmp_path, ASK.replace(right, wrong))
    assert mending in str(raised.value)


def test_a_circle_over_several_steps_is_found_wherever_it_begins(tmp_path: Path) -> None:
    steps = "  one: {goto: two}\n  two: {say: x, goto: three}\n  three: {goto: two}\n"
    with pytest.raises(FlowError, match=r"10:17: the steps two → three → two go round"):
        load(tmp_path, steps)


def test_a_step_that_no_way_leads_to_is_a_warning(tmp_path: Path) -> None:
    flow = load(tmp_path, GOOD + "  lost:\n    goto: end\n")
    assert flow.warnings == (f"{tmp_path / 'plan.yaml'}:18:5: no way leads to step 'lost'; remove it or lead to it",)


def test_an_article_that_is_not_there_is_told(tmp_path: Path) -> None:
    _, knowledge = documented(tmp_path)
    broken = example().replace("article: opening-hours", "article: opening-hour")
    (tmp_path / "village.yaml").write_text(broken)
    with pytest.raises(FlowError, match="no article 'opening-hour'; did you mean 'opening-hours'"):
        check_articles(load_flow(tmp_path / "village.yaml"), knowledge)


def test_a_word_that_the_recogniser_cannot_hear_is_a_warning_with_its_place(tmp_path: Path) -> None:
    flow = load(tmp_path, GOOD)
    (warning,) = check_vocabulary(flow, lambda words: {"council"} & set(words))
    assert warning.startswith(f"{tmp_path / 'plan.yaml'}:12:14: the recogniser does not know 'council'")


def test_a_word_that_cannot_be_heard_is_told_once_for_a_phrase_that_stands_for_many(tmp_path: Path) -> None:
    steps = GOOD.replace("council tax", "(my) (big|small) qxz")
    warnings = check_vocabulary(load(tmp_path, steps), lambda words: {"qxz"} & set(words))
    assert [warning for warning in warnings if "'qxz'" in warning] == list(warnings)
    assert len(warnings) == 1


def test_the_warning_names_words_that_sound_alike_and_the_line_to_write(tmp_path: Path) -> None:
    known = {line.split()[0] for line in VOCABULARY.read_text().splitlines()}
    steps = GOOD.replace("council tax", "(my) bins")
    (first,) = check_vocabulary(load(tmp_path, steps), lambda words: set(words) - known)
    assert first.startswith(f"{tmp_path / 'plan.yaml'}:12:14: the recogniser does not know 'bins' of 'bins'; ")
    assert first.endswith("use another word, or write 'bins: bin' (or beans or bind) below 'sounds_like:' at the top")


def test_a_word_whose_sound_is_given_is_heard(tmp_path: Path) -> None:
    everywhere = {word for option in (*UNIVERSALS, *YES_NO) for phrase in option.phrases for word in phrase.split()}
    known = {"beans", "river", "my", *everywhere}
    head = HEAD.replace("steps:", "sounds_like: {bins: beans, my: me, town: tonne}\nsteps:")
    flow = load(tmp_path, GOOD.replace("council tax", "(my) bins"), head)
    place = tmp_path / "plan.yaml"
    assert check_vocabulary(flow, lambda words: set(words) - known) == (
        f"{place}:7:32: the recogniser does not know 'me' either; write words that it knows, such as 'my'",
        f"{place}:7:42: the recogniser does not know 'tonne' either; write words that it knows",
    )
    assert check_vocabulary(flow, lambda words: set()) == (), "a server elsewhere cannot tell what it knows"
    needless = check_vocabulary(flow, lambda words: set(words) - known - {"bins", "me", "tonne"})
    assert needless[0] == f"{place}:7:21: the recogniser knows 'bins' itself; remove this line"
    assert hears(flow, lambda words: set(words))(["bins", "bin"]) == {"bin"}


def test_a_confirm_above_the_helplines_accept_says_in_which_line_that_stands(tmp_path: Path) -> None:
    head = HEAD.replace("start: one", "start: one\naccept: 0.6")
    with pytest.raises(FlowError, match=r"11:14: 'confirm' \(0.7\) .* 'accept' \(0.6, the helpline's, line 3\)"):
        load(tmp_path, GOOD.replace("menu: Choose.", "menu: Choose.\n    confirm: 0.7"), head)
    with pytest.raises(FlowError, match=r"3:9: 'accept' \(0.4\) must not be below 'confirm' \(0.5, the default\)"):
        load(tmp_path, GOOD, HEAD.replace("start: one", "start: one\naccept: 0.4"))


def test_a_word_that_no_phrase_holds_needs_no_sound(tmp_path: Path) -> None:
    head = HEAD.replace("steps:", "sounds_like: {bnis: bin, yep: yap, skips: skip}\nsteps:")
    flow = load(tmp_path, GOOD.replace("council tax", "my bins"), head)
    place = tmp_path / "plan.yaml"
    (typed, unused) = check_sounds(flow)
    assert typed == f"{place}:7:21: no phrase of the plan holds 'bnis'; did you mean 'bins'?"
    assert unused.startswith(f"{place}:7:43: no phrase of the plan holds 'skips'; ")
    assert check_sounds(flow, ["where are the skips"]) == (typed,), "articles listen for words, too"


TWO = GOOD.replace("  end:\n", "      other:\n        say: my bin\n        goto: end\n  end:\n")


def test_a_sound_that_makes_two_answers_one_is_told(tmp_path: Path) -> None:
    head = HEAD.replace("steps:", "sounds_like: {bins: bin}\nsteps:")
    assert check_sounds(load(tmp_path, TWO.replace("council tax", "my bins"), head)) == (
        f"{tmp_path / 'plan.yaml'}:7:21: it makes 'my bins' and 'my bin' sound the same in step 'one', where both are "
        "then taken for 'tax'; give 'bins' another sound, or use other words",
    )
    assert check_sounds(load(tmp_path, TWO.replace("council tax", "the bins"), head)) == ()


def test_a_sound_that_is_understood_everywhere_is_told(tmp_path: Path) -> None:
    head = HEAD.replace("steps:", "sounds_like: {agint: agent}\nsteps:")
    (warning,) = check_sounds(load(tmp_path, GOOD.replace("council tax", "agint"), head))
    assert ":7:22: it makes 'agint' and 'agent' sound the same in step 'one'" in warning


def test_a_choice_without_key_or_words_leaves_some_callers_without_a_way(tmp_path: Path) -> None:
    place = tmp_path / "plan.yaml"
    assert load(tmp_path, GOOD.replace("        key: 1\n", "")).warnings == (
        f"{place}:11:7: the choice 'tax' has no key, so callers who cannot be understood have no way to it; "
        "add 'key: …'",
    )
    assert load(tmp_path, GOOD.replace("        say: council tax\n", "")).warnings == (
        f"{place}:11:7: the choice 'tax' cannot be said, so callers who cannot press keys have no way to it; "
        "add 'say: …'",
    )


@pytest.mark.parametrize("phrase", ["(der) Müll", "(der) Mu\u0308ll", "вывоз мусора", "l'école", "ごみ 収集"])
def test_phrases_may_be_written_in_any_letters(tmp_path: Path, phrase: str) -> None:
    flow = load(tmp_path, GOOD.replace("council tax", f"{phrase}"), HEAD.replace("steps:", "language: de\nsteps:"))
    texts = [written.text for written in flow.steps["one"].verb.phrases()]
    assert all(text == text.lower() for text in texts)
    if "ll" in phrase:
        assert texts == ["müll", "der müll"]
        called = call((flow, Knowledge(())), says("der müll"))
        assert called.reason is EndReason.HUNG_UP
        (warning,) = check_vocabulary(flow, lambda words: {"müll"} & set(words))[:1]
        assert "does not know 'müll' of 'müll'" in warning


def test_a_sound_may_be_written_in_any_letters(tmp_path: Path) -> None:
    steps = GOOD.replace("council tax", "(der) Müll")
    head = HEAD.replace("steps:", "sounds_like: {müll: mühl}\nsteps:")
    flow = load(tmp_path, steps, head)
    assert flow.sounds_like.pairs == (("müll", "mühl"),)
    with pytest.raises(FlowError, match=r"7:15: 'Müll' is no word of a phrase; write one word in lower-case letters"):
        load(tmp_path, steps, head.replace("müll:", "Müll:"))


def test_the_bundled_model_knows_every_word_that_riverton_listens_for() -> None:
    known = {line.split()[0] for line in VOCABULARY.read_text().splitlines()}
    flow, knowledge = riverton()
    assert check_vocabulary(flow, lambda words: set(words) - known) == ()
    heard = {
        word
        for step in flow.steps.values()
        if (expectation := step.verb.expectation(knowledge.phrasings())) is not None
        for phrase in replace(expectation, sounds_like=flow.sounds_like).listening(step.manner).phrases or ()
        for word in phrase.split()
    }
    assert heard <= known


def test_riverton_is_brief_and_without_warnings() -> None:
    flow, knowledge = riverton()
    check_articles(flow, knowledge)
    assert flow.warnings == ()
    assert len(flow.queues) == 7
    assert len(knowledge.answers()) == 71
    for prompt in flow.prompts(knowledge.answers()):
        if prompt.text in (wording.TIGHTER_CODE, wording.PRESS_CODE):
            continue  # the line's own words, for who could not say a postcode
        assert len(prompt.text.split()) <= 31, f"longer than 12 s at 160 words a minute: {prompt.text}"


def test_the_prompts_of_a_flow_are_all_that_is_said_but_for_facts() -> None:
    flow, knowledge = riverton()
    prepared = {prompt.text for prompt in flow.prompts(knowledge.answers())}
    acts = [presses("3"), presses("1"), presses("123456"), presses("1")]
    for said in call(riverton(), *acts).telephone.prompts:
        assert said.text in prepared or "1 2 3, 4 5 6" in said.text
