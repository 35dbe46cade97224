"""The script names every prompt, once, by a name that stays, and says which part of it a caller brings."""

from __future__ import annotations

import re
from pathlib import Path

from ivr.dialogue import load_flow, wording
from ivr.knowledge import Knowledge
from ivr.plan_articles import articles_of
from ivr.plans.script import Piece, ScriptLine, Sort, script
from ivr.plans.script.lines import seconds_of
from ivr.plans.script.own_words import own_words
from ivr.speech.prompts.saying import Saying

COUNCIL = Path(__file__).parents[3] / "flows/plans/council.yaml"
RIVERTON = Path(__file__).parents[4] / "dialplans/riverton.yaml"
HALL = """\
helpline: Village Hall
start: welcome
main_menu: welcome
person_queue: office
queues: {office: the office}
on_silence: [{text: I did not hear you., recording: hall/silence}]
steps:
  welcome:
    say:
      - {text: Welcome to the village hall., recording: hall/welcome}
      - It opens at 9:30.
    goto: people
  people:
    ask: How many people will come?
    answer: digits
    digits: 2
    fact: people
    read_back: "{people} people. Is that right?"
    on_not_understood: I need two digits.
    goto: bye
  bye:
    hang_up: {text: Welcome to the village hall., recording: hall/welcome}
"""


def lines_of(plan: Path) -> tuple[ScriptLine, ...]:
    flow = load_flow(plan)
    return script(flow, articles_of(flow), Saying())


def hall(folder: Path, text: str = HALL) -> dict[str, ScriptLine]:
    (folder / "hall.yaml").write_text(text)
    return {line.name: line for line in lines_of(folder / "hall.yaml")}


def test_nothing_that_riverton_says_is_missing_and_nothing_stands_twice() -> None:
    flow = load_flow(RIVERTON)
    articles = articles_of(flow)
    lines = script(flow, articles, Saying())
    texts = [line.text for line in lines]
    assert {prompt.text for prompt in flow.prompts(Knowledge(articles).answers())} <= set(texts)
    assert "Your reference is {tenancy_reference}. Is that right?" in texts
    assert len(texts) == len(set(texts))


def test_a_name_is_one_that_a_plan_may_write_and_belongs_to_one_prompt() -> None:
    names = [line.name for line in lines_of(RIVERTON)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9-]+(/[a-z0-9-]+)+", name) for name in names)
    assert {"riverton/welcome", "riverton/tenancy-reference-read-back", "riverton/on-silence-1"} <= set(names)
    assert {"riverton/articles/opening-hours", "riverton/line/offer-person"} <= set(names)


def test_names_stay_when_texts_change(tmp_path: Path) -> None:
    before = [line for line in hall(tmp_path).values() if line.sort is Sort.STEP]
    changed = HALL.replace("How many people will come?", "For how many?").replace("It opens at 9:30.", "Open at 10.")
    after = [line for line in hall(tmp_path, changed).values() if line.sort is Sort.STEP]
    assert [line.name for line in before] == [line.name for line in after]


def test_a_recording_keeps_the_name_of_the_plan_and_stands_once_with_all_its_places(tmp_path: Path) -> None:
    lines = hall(tmp_path)
    assert [place.step for place in lines["hall/welcome"].places] == ["welcome", "bye"]
    assert lines["hall/welcome-2"].spoken == "It opens at nine thirty."
    assert lines["hall/welcome"].places[1].when == "at the end of the call"
    assert lines["hall/silence"].places[0].step == ""
    assert lines["hall/people-on-not-understood-1"].places[0].step == "people"


def test_a_prompt_with_facts_comes_in_pieces_and_is_not_to_be_recorded(tmp_path: Path) -> None:
    line = hall(tmp_path)["hall/people-read-back"]
    assert line.pieces == (Piece(text="{people}", fact=True), Piece(text="people. Is that right?", fact=False))
    assert not line.recordable


def test_what_only_the_voice_can_say_is_not_to_be_recorded() -> None:
    lines = lines_of(RIVERTON)
    assert {line.sort for line in lines if line.recordable} == {Sort.STEP, Sort.EVENT}
    assert {Sort.BETWEEN, Sort.ARTICLE} == {line.sort for line in lines} - {Sort.STEP, Sort.EVENT}


def test_the_lines_own_words_say_when_they_are_said() -> None:
    for line in lines_of(COUNCIL):
        if line.sort is Sort.BETWEEN:
            assert own_words(line.text)[0], line.text
    assert own_words(wording.did_you_say("my bins")) == ("did-you-say my bins", "when it was half understood")
    assert own_words(wording.OFFER_PERSON) == ("OFFER_PERSON", "after some failures, to offer a person")


def test_a_longer_text_takes_longer() -> None:
    short, long = seconds_of("Goodbye."), seconds_of("Thank you for calling Riverton Council. Goodbye.")
    assert 0.5 < short < 1.5 < long < 5
    assert seconds_of("") == 0


def test_every_piece_of_an_article_and_what_is_said_around_it_is_in_the_script(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    for name, lines in {
        "bins": "answer: [We come on Monday., It costs £4.]\nrelated: [bags, sacks]",
        "bags": "answer: Bags.",
        "sacks": "answer: Sacks.",
    }.items():
        text = f"---\ntitle: {name}\ntopic: {name}\nphrasings: [{name}]\n{lines}\n---\n"
        (tmp_path / f"articles/{name}.md").write_text(text)
    lines = hall(tmp_path, HALL.replace("start:", "knowledge: articles\nstart:", 1))
    assert lines["hall/articles/bins-1"].text == "We come on Monday."
    assert lines["hall/articles/bins-2"].spoken == "It costs four pounds."
    told = {line.text: (line.name, line.places[0].when) for line in lines.values()}
    for text in (
        "Shall I go on?",
        "For sacks, press 1.",
        "For sacks, press 2.",
        "Related to this: bags. Would you like to hear about it?",
    ):
        assert text in told
    assert told["Shall I go on?"] == ("hall/line/shall-i-go-on", "between two pieces of an answer")
