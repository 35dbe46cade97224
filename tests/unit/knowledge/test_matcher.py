"""From question to article: exact words always, near words mostly, other things never; several readings weigh in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.call import Hypothesis, Known, NotKnown, Unsure
from ivr.knowledge import Article, Knowledge, likeness, load_articles
from ivr.knowledge.articles import Phrasing

WORDS = ["bin", "tax", "when", "is", "my", "the", "how", "pay", "house", "repair", "open", "what", "a", "do", "i"]
KNOWLEDGE = Knowledge(load_articles(Path(__file__).parents[3] / "tests/flows/plans/council"))


def article(name: str, *phrasings: str) -> Article:
    return Article(
        file=Path(f"{name}.md"),
        name=name,
        title=name,
        topic=name,
        queue=None,
        phrasings=tuple(Phrasing(text=text, line=1, column=1) for text in phrasings),
        pieces=("So it is.",),
    )


def heard(*readings: tuple[str, float]) -> list[Hypothesis]:
    return [Hypothesis(text=text, confidence=confidence) for text, confidence in readings]


@st.composite
def collections(draw: st.DrawFn) -> list[Article]:
    phrasing = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
    texts = draw(st.lists(phrasing, min_size=1, max_size=14, unique=True))
    size = draw(st.integers(1, 4))
    groups = [texts[start : start + size] for start in range(0, len(texts), size)]
    return [article(f"a{number}", *group) for number, group in enumerate(groups)]


@settings(max_examples=60, deadline=None)
@given(collections(), st.floats(0, 1))
def test_the_exact_words_of_a_phrasing_always_find_their_article(articles: list[Article], confidence: float) -> None:
    knowledge = Knowledge(articles)
    for one in articles:
        for phrasing in one.phrasings:
            finding = knowledge.ask(heard((phrasing.text.upper() + "?", confidence)))
            assert isinstance(finding, Known)
            assert (finding.answer.article, finding.answer.confidence) == (one.name, 1.0)


@settings(max_examples=30, deadline=None)
@given(collections(), st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join))
def test_another_article_never_takes_the_exact_words_of_an_older_one(articles: list[Article], new: str) -> None:
    taken = {phrasing.text for one in articles for phrasing in one.phrasings}
    more = Knowledge([*articles, article("new", *({new, f"{new} please"} - taken) or {"something else"})])
    for one in articles:
        for phrasing in one.phrasings:
            finding = more.ask(heard((phrasing.text, 0.7), ("something else", 0.7)))
            assert isinstance(finding, Known) and finding.answer.article == one.name


def test_the_same_articles_give_the_same_findings_however_often_they_are_read() -> None:
    again = Knowledge(KNOWLEDGE.articles)
    for question in ("nobody took my bin", "we moved to another house", "tell me a joke", "what about my permit bill"):
        assert again.ask(heard((question, 0.9))) == KNOWLEDGE.ask(heard((question, 0.9)))


@pytest.mark.parametrize(
    ("readings", "name"),
    [
        ((("the main the council tax bill", 0.6), ("how do i pay the council tax bill", 0.55)), "council-tax-payment"),
        ((("no one took my thin", 0.5), ("no one took my bin", 0.45)), "missed-collection"),
    ],
)
def test_a_later_reading_that_makes_sense_finds_the_article(readings: list[tuple[str, float]], name: str) -> None:
    finding = KNOWLEDGE.ask(heard(*readings))
    assert isinstance(finding, Known | Unsure)
    assert (finding.answer if isinstance(finding, Known) else finding.candidates[0]).article == name


def test_one_article_alone_answers_what_it_is_about_and_nothing_else() -> None:
    alone = Knowledge([article("permit", "how do i get a parking permit", "i need a permit for my car")])
    assert isinstance(alone.ask(heard(("can i have a permit to park my car", 0.9))), Known | Unsure)
    assert alone.ask(heard(("what is the weather in paris", 0.9))) == NotKnown()


def test_more_phrasings_than_are_compared_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "MOST_COMPARED", 20)
    knowledge = Knowledge(KNOWLEDGE.articles)
    finding = knowledge.ask(heard(("nobody took my bin", 0.9)))
    assert isinstance(finding, Known | Unsure)
    assert (finding.answer if isinstance(finding, Known) else finding.candidates[0]).article == "missed-collection"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.floats(0, 1)), max_size=4))
def test_any_readings_have_a_finding(readings: list[tuple[str, float]]) -> None:
    finding = KNOWLEDGE.ask(heard(*readings))
    if isinstance(finding, Unsure):
        assert 1 <= len(finding.candidates) <= 2
    if isinstance(finding, Known):
        assert 0 < finding.answer.confidence <= 1


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("when is my rubbish collected", "collection-day"),
        ("nobody took my bin", "missed-collection"),
        ("how do i pay the council tax", "council-tax-payment"),
        ("we moved to another house", "council-tax-moving"),
        ("permit for parking", "parking-permit"),
        ("when do you open on monday", "opening-hours"),
        ("my window is broken", "housing-repair"),
        ("there is no heating", "urgent-repair"),
    ],
)
def test_near_words_find_the_article_or_have_it_as_first_guess(question: str, name: str) -> None:
    finding = KNOWLEDGE.ask(heard((question, 0.9)))
    assert isinstance(finding, Known | Unsure)
    best = finding.answer if isinstance(finding, Known) else finding.candidates[0]
    assert best.article == name


@pytest.mark.parametrize("question", ["", "?!", "when is the", "book a flight to boston", "tell me a joke", "how do i"])
def test_other_things_are_not_known(question: str) -> None:
    assert KNOWLEDGE.ask(heard((question, 0.9))) == NotKnown()


def test_nothing_is_known_without_articles() -> None:
    nothing = Knowledge(())
    assert nothing.ask(heard(("when are you open", 1.0))) == NotKnown()
    assert nothing.phrasings() == ()
    assert nothing.answers() == ()


def test_a_less_likely_reading_counts_by_its_confidence() -> None:
    likely = heard(("the mayor of the moon", 0.6), ("visitor parking", 0.5))
    finding = KNOWLEDGE.ask(likely)
    assert isinstance(finding, Known)
    assert finding.answer.article == "parking-permit"
    assert finding.answer.confidence == pytest.approx(0.5 / 0.6)
    unlikely = heard(("the mayor of the moon", 0.9), ("visitor parking", 0.1))
    assert KNOWLEDGE.ask(unlikely) == NotKnown()


def test_two_articles_that_are_equally_near_are_both_offered() -> None:
    knowledge = Knowledge([article("cat", "feed the cat", "cat food"), article("dog", "feed the dog", "dog food")])
    finding = knowledge.ask(heard(("feed the animal food", 0.9)))
    assert isinstance(finding, Unsure)
    assert {candidate.article for candidate in finding.candidates} == {"cat", "dog"}


def test_every_answer_can_be_had_beforehand() -> None:
    names = [answer.article for answer in KNOWLEDGE.answers()]
    assert names == sorted(names)
    assert all(answer.confidence == 1.0 for answer in KNOWLEDGE.answers())
    assert "bin day" in KNOWLEDGE.phrasings()
