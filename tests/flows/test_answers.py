"""An answer and what follows it: heard in pieces, judged, asked again, related services, never out of date."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.call import AnswerHeard, AnswerJudged, AnswerTold, AnswerWithheld, EndReason
from ivr.dialogue import Flow, load_flow, wording
from ivr.knowledge import Knowledge
from ivr.testing.fixed_world import FixedWorld
from ivr.testing.scripted_caller import Act, HangsUp, KeepsSilent, Mumbles, presses, says
from tests.flows.helplines import Called, call, known_to

PLAN = """\
helpline: Hall
start: ask
main_menu: ask
person_queue: office
queues: {office: the office, waste: the waste team}
sources: sources.yaml
figures: figures.yaml
knowledge: articles
steps:
  ask:
    question: What would you like to know?
    goto: end
  told:
    say: {article: bins}
    goto: end
  told_and_asked:
    say: {article: bins, did_that_help: yes}
    goto: end
  account:
    look_up: accounts
    with: {account: "1"}
    facts: [balance]
    found: owes
    not_found: owes
    failed: owes
  owes:
    say: {article: owing}
    goto: end
  end:
    hang_up: Goodbye.
"""
ARTICLES = {
    "bins": (
        'answer: [We come on Monday., Then on Tuesday., "And it costs {fee}."]\nrelated: [bags, sacks]\nqueue: waste',
        "when do you come",
    ),
    "bags": ("answer: Bags are free.", "where are bags"),
    "sacks": ("answer: Sacks are dear.\nlife_event: house", "where are sacks"),
    "moving": ("answer: Tell us.\nlife_event: house", "i am moving"),
    "alone": ("answer: So it is.", "is it alone"),
    "spring": (
        "answer: It is spring.\nqueue: waste\nowner: the waste team\nvalid_from: 2026-03-01\nvalid_until: 2026-05-31",
        "is it spring",
    ),
    "owing": ("answer: Your balance is {balance}. You can pay by card.", "what do i owe"),
}


@pytest.fixture
def hall(tmp_path: Path) -> tuple[Flow, Knowledge]:
    (tmp_path / "articles").mkdir()
    for name, (lines, phrasing) in ARTICLES.items():
        text = f"---\ntitle: {name}\ntopic: {name}\nphrasings: [{phrasing}]\n{lines}\n---\n"
        (tmp_path / f"articles/{name}.md").write_text(text, encoding="utf-8")
    (tmp_path / "figures.yaml").write_text("fee: £4\n", encoding="utf-8")
    (tmp_path / "sources.yaml").write_text("accounts: {csv: a.csv, match: {}, take: {balance: balance}}\n")
    plan = tmp_path / "hall.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    flow = load_flow(plan)
    return flow, known_to(flow)


def at(helpline: tuple[Flow, Knowledge], step: str) -> tuple[Flow, Knowledge]:
    return replace(helpline[0], start=step), helpline[1]


def told(called: Called) -> list[tuple[str, bool]]:
    return [(event.article, event.heard_to_end) for event in called.feed.of(AnswerTold)]


def judged(called: Called) -> list[tuple[str, bool]]:
    return [(event.article, event.helped) for event in called.feed.of(AnswerJudged)]


# -- in pieces -------------------------------------------------------------------------------------------


def test_silence_goes_on_to_the_end(hall: tuple[Flow, Knowledge]) -> None:
    called = call(at(hall, "told"), KeepsSilent(), KeepsSilent(), KeepsSilent())
    said = " ".join(called.said)
    assert said.count(wording.SHALL_I_GO_ON) == 2
    assert said.index("Monday") < said.index("Tuesday") < said.index("£4")
    assert told(called) == [("bins", True)]
    assert called.reason is EndReason.HUNG_UP


@pytest.mark.parametrize("act", [says("yes go on"), presses("1"), says("okay")])
def test_a_yes_goes_on(hall: tuple[Flow, Knowledge], act: Act) -> None:
    called = call(at(hall, "told"), act, act, KeepsSilent())
    assert told(called) == [("bins", True)]


@pytest.mark.parametrize("act", [says("no thanks"), presses("2"), says("stop"), says("that's enough")])
def test_a_no_ends_it_and_it_was_not_heard_to_the_end(hall: tuple[Flow, Knowledge], act: Act) -> None:
    called = call(at(hall, "told"), says("yes"), act)
    assert "£4" not in " ".join(called.said)
    assert told(called) == [("bins", False)]
    assert called.reason is EndReason.HUNG_UP


def test_a_piece_is_said_again_on_request(hall: tuple[Flow, Knowledge]) -> None:
    called = call(at(hall, "told"), says("say that again"), says("no"))
    assert " ".join(called.said).count("We come on Monday.") == 2


def test_who_leaves_for_a_person_in_the_middle_has_heard_a_part(hall: tuple[Flow, Knowledge]) -> None:
    called = call(at(hall, "told"), says("yes"), says("agent"))
    assert called.hand_over.answers_heard == (AnswerHeard(article="bins", title="bins", heard_to_end=False),)


def test_who_hangs_up_in_the_middle_has_heard_a_part(hall: tuple[Flow, Knowledge]) -> None:
    assert told(call(at(hall, "told"), says("yes"), HangsUp())) == [("bins", False)]


def test_who_is_not_understood_between_pieces_comes_to_a_person(hall: tuple[Flow, Knowledge]) -> None:
    called = call(at(hall, "told"), Mumbles(), Mumbles(), Mumbles(), Mumbles())
    assert called.hand_over.reason == "not_understood"


def test_keys_go_on_where_nobody_can_hear(hall: tuple[Flow, Knowledge]) -> None:
    called = call(at(hall, "told"), says("yes"), presses("2"), understands=False)
    assert wording.PRESS_YES_NO in " ".join(called.said)
    assert told(called) == [("bins", False)]


# -- did that help? --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        *("yes", "yes thanks that's great", "yeah it did", "thank you very much", "oh that's lovely thank you"),
        *("i think so", "great thanks", "perfect", "yes please that's what i needed", "mm yes"),
    ],
)
def test_a_yes_in_peoples_own_words(hall: tuple[Flow, Knowledge], words: str) -> None:
    called = call(hall, says("is it alone"), says(words, expect=wording.DID_THAT_HELP))
    assert judged(called) == [("alone", True)]
    assert called.reason is EndReason.HUNG_UP


@pytest.mark.parametrize(
    "words",
    [
        *("no", "not really", "no it didn't", "no not really", "no that's not what i asked", "it didn't help"),
        *("i don't think so", "well not quite", "no that doesn't help me", "i'm not sure", "unfortunately not"),
    ],
)
def test_a_no_in_peoples_own_words(hall: tuple[Flow, Knowledge], words: str) -> None:
    called = call(hall, says("is it alone"), says(words), says("a person", expect=wording.OTHER_WORDS_OR_PERSON))
    assert judged(called) == [("alone", False)]
    assert (called.hand_over.reason, called.hand_over.queue) == ("not_helped", "office")


def test_who_says_nothing_to_it_is_left_in_peace(hall: tuple[Flow, Knowledge]) -> None:
    called = call(hall, says("is it alone"), KeepsSilent())
    assert judged(called) == []
    assert called.reason is EndReason.HUNG_UP


def test_the_person_sees_what_did_not_help_and_what_was_said(hall: tuple[Flow, Knowledge]) -> None:
    called = call(hall, says("when do you come"), says("no"), says("not really"), presses("2"))
    assert (called.hand_over.reason, called.hand_over.queue) == ("not_helped", "waste")
    assert called.hand_over.answers_heard == (
        AnswerHeard(article="bins", title="bins", heard_to_end=False, helped=False),
    )
    assert "not really" in [line.text for line in called.hand_over.transcript]


def test_in_other_words_the_same_article_is_not_told_again_and_then_a_person_is_offered(
    hall: tuple[Flow, Knowledge],
) -> None:
    called = call(
        hall,
        says("is it alone"),
        says("no"),
        says("in other words"),
        says("is it alone", expect=wording.ANOTHER_TRY),
        says("no", expect=wording.OFFER_PERSON),
        says("where are bags"),
        says("no", expect=wording.DID_THAT_HELP),
        says("yes", expect=wording.OFFER_PERSON),
    )
    assert told(called) == [("alone", True), ("bags", True)]
    assert wording.NOT_KNOWN in " ".join(called.said)
    assert " ".join(called.said).count(wording.OTHER_WORDS_OR_PERSON) == 1
    assert called.hand_over.reason == "not_helped"


def test_who_wants_neither_goes_on(hall: tuple[Flow, Knowledge]) -> None:
    called = call(hall, says("is it alone"), says("no"), says("no thank you"))
    assert called.reason is EndReason.HUNG_UP
    assert wording.NOT_SURE in " ".join(called.said)


def test_silence_after_a_no_is_taken_for_a_person(hall: tuple[Flow, Knowledge]) -> None:
    called = call(hall, says("is it alone"), says("no"), KeepsSilent())
    assert called.hand_over.reason == "not_helped"


def test_an_article_chosen_by_its_name_is_asked_about_only_if_the_plan_says_so(hall: tuple[Flow, Knowledge]) -> None:
    quiet = call(at(hall, "told"), presses("2"))
    assert wording.DID_THAT_HELP not in " ".join(quiet.said)
    called = call(
        at(hall, "told_and_asked"),
        presses("2"),
        says("no it didn't", expect=wording.DID_THAT_HELP),
        presses("1"),
        says("where are bags", expect=wording.ANOTHER_TRY),
        says("yes thank you", expect=wording.DID_THAT_HELP),
    )
    assert judged(called) == [("bins", False), ("bags", True)]
    assert called.reason is EndReason.HUNG_UP


# -- what belongs to it ----------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [says("sacks"), presses("2"), says("sacks please"), says("where are sacks")])
def test_a_related_service_is_chosen_by_words_or_keys_and_offered_once(hall: tuple[Flow, Knowledge], act: Act) -> None:
    called = call(at(hall, "told"), KeepsSilent(), KeepsSilent(), act)
    said = " ".join(called.said)
    assert "Related to this: For bags, press 1. For sacks, press 2. Would you like to hear about one of them?" in said
    assert told(called) == [("bins", True), ("sacks", True)]
    assert said.count(wording.RELATED) == 1
    assert called.reason is EndReason.HUNG_UP


def test_a_bare_yes_is_asked_which(hall: tuple[Flow, Knowledge]) -> None:
    called = call(
        at(hall, "told"), KeepsSilent(), KeepsSilent(), says("yes please"), says("bags", expect=wording.WHICH_ONE)
    )
    assert told(called) == [("bins", True), ("bags", True)]


def test_a_service_of_the_same_life_event_is_offered_by_itself(hall: tuple[Flow, Knowledge]) -> None:
    called = call(
        hall, says("where are sacks"), says("yes"), says("yes", expect="Related to this: moving."), says("yes")
    )
    assert told(called) == [("sacks", True), ("moving", True)]


def test_who_refuses_is_never_offered_anything_again(hall: tuple[Flow, Knowledge]) -> None:
    again = replace(hall[0], steps={**hall[0].steps, "end": hall[0].steps["ask"]})
    called = call(
        (again, hall[1]),
        says("where are sacks"),
        says("yes"),
        says("no thanks", expect="Related to this: moving."),
        says("i am moving"),
        says("yes", expect=wording.DID_THAT_HELP),
        HangsUp(),
    )
    assert " ".join(called.said).count(wording.RELATED) == 1


def test_nothing_is_offered_after_an_answer_that_did_not_help(hall: tuple[Flow, Knowledge]) -> None:
    called = call(hall, says("where are sacks"), says("no"), says("no"))
    assert wording.RELATED not in " ".join(called.said)


# -- never out of date -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "is_told"), [("2026-02-28", 0), ("2026-03-01", 1), ("2026-05-31", 1), ("2026-06-01", 0)]
)
def test_an_article_is_told_from_its_first_day_to_its_last(
    hall: tuple[Flow, Knowledge], day: str, is_told: bool
) -> None:
    london = ZoneInfo("Europe/London")
    for at_night in (timedelta(0), timedelta(hours=23, minutes=59)):
        world = FixedWorld(at=datetime.fromisoformat(day).replace(tzinfo=london) + at_night)
        called = call(hall, says("is it spring"), KeepsSilent(), whole=is_told, world=world)
        assert ("It is spring." in " ".join(called.said)) is bool(is_told)
        assert bool(called.feed.of(AnswerWithheld)) is not bool(is_told)


def test_the_callers_of_an_article_that_is_out_of_date_go_to_its_people(hall: tuple[Flow, Knowledge]) -> None:
    called = call(hall, says("is it spring"))
    assert called.said[-1] == f"{wording.BEING_RENEWED} {wording.to_people('the waste team')}"
    assert (called.hand_over.reason, called.hand_over.queue) == ("expired", "waste")
    assert called.hand_over.answers_heard == ()
    assert called.hand_over.failures == ("the answer 'spring' is out of date once",)
    assert called.hand_over.intent is not None
    assert called.hand_over.intent.name == "spring"
    (withheld,) = called.feed.of(AnswerWithheld)
    assert (withheld.article, withheld.title, withheld.owner) == ("spring", "spring", "the waste team")


# -- what was learnt in the call -------------------------------------------------------------------------


def test_a_fact_of_a_look_up_stands_in_an_answer(hall: tuple[Flow, Knowledge]) -> None:
    world = FixedWorld(known={"accounts": {"balance": "£12"}})
    assert "Your balance is £12. You can pay by card." in " ".join(call(at(hall, "account"), world=world).said)


def test_a_sentence_whose_fact_nobody_learnt_is_not_said(hall: tuple[Flow, Knowledge]) -> None:
    said = " ".join(call(at(hall, "account"), world=FixedWorld(known={"accounts": None})).said)
    assert "You can pay by card." in said
    assert "Your balance" not in said
