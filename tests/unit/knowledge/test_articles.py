"""Articles as people write them: what is read, what is spoken, and where each fault stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ivr.errors import FlowError
from ivr.knowledge import Article, Vocabulary, aged, check_vocabulary, load_articles, lonely_events
from ivr.knowledge.words import spoken_form

GOOD = """\
---
title: opening hours
topic: hours
queue: office
phrasings:
  - When are you open?
  - "Open on the 24th: really"
---
# Hours

We are **open** on [Monday](https://example.org), and
_not_ on Sunday.

More for readers.
"""


def write(folder: Path, text: str, name: str = "hours") -> Path:
    path = folder / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_article_is_read_with_its_phrasings_as_a_recogniser_prints_them(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("# Hours\n\n", ""))
    (article,) = load_articles(tmp_path, {"office"})
    assert (article.name, article.title, article.topic, article.queue) == ("hours", "opening hours", "hours", "office")
    assert [phrasing.text for phrasing in article.phrasings] == ["when are you open", "open on the two four th really"]
    assert article.spoken == "We are open on Monday, and not on Sunday."
    assert article.answer(0.5).confidence == 0.5


def test_an_answer_line_wins_over_the_body(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("topic: hours", "topic: hours\nanswer: Nine to five."))
    assert load_articles(tmp_path)[0].spoken == "Nine to five."


@pytest.mark.parametrize(
    ("right", "wrong", "place", "mending"),
    [
        ("title: opening hours", "titel: opening hours", "2:1:", "did you mean 'title'?"),
        ("topic: hours\n", "", "2:1:", "'topic' is missing in this article"),
        ("queue: office", "queue: ofice", "4:8:", "there is no queue 'ofice'; did you mean 'office'?"),
        ("queue: office", "queue: !x office", "4:8:", "the tag"),
        ("  - When are you open?", "  - '?!'", "6:5:", "holds no word"),
        ("  - When are you open?", "  - When: x: y", "6:12:", "quotes"),
        ("title: opening hours", "title: {a: b}", "2:8:", "'title' must be a text"),
        ("title: opening hours", "title: x\ncolour: red", "3:1:", "'colour' is not known here"),
        ("---\ntitle", "title", "1:1:", "begins with '---'"),
        (
            "We are",
            "{fact} We are",
            "9:1:",
            "'{fact}' is no figure, opening hours or fact of the plan; the plan names no file",
        ),
        ("We are", "We are " + "very " * 200, "9:1:", "make it shorter"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, right: str, wrong: str, place: str, mending: str) -> None:
    text = GOOD.replace("# Hours\n\n", "")
    assert right in text
    path = write(tmp_path, text.replace(right, wrong, 1))
    with pytest.raises(FlowError) as raised:
        load_articles(tmp_path, {"office"}, Vocabulary())
    assert str(raised.value).startswith(f"{path}:{place}")
    assert mending in str(raised.value)


def test_an_article_without_anything_to_say_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, GOOD.partition("# Hours")[0])
    with pytest.raises(FlowError, match="9:1: nothing to say"):
        load_articles(tmp_path)


def test_two_articles_cannot_claim_the_same_words(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    other = write(tmp_path, GOOD.replace("When are you open?", "when are you OPEN"), "times")
    with pytest.raises(FlowError, match=r"already belongs to hours\.md") as raised:
        load_articles(tmp_path)
    assert str(raised.value).startswith(f"{other}:6:5:")


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="there is no article"):
        load_articles(tmp_path)


def test_a_word_that_is_never_heard_is_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    (warning,) = check_vocabulary(load_articles(tmp_path), lambda words: {"when"} & set(words), "write {} anew".format)
    assert warning == f"{path}:6:5: the recogniser does not know 'when'; write when anew"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("What's my Band?", "what's my band"),
        ("Café – 'quoted' words", "cafe quoted words"),
        ("it’s 2 o'clock", "it's two o'clock"),
        ("a_b", "ab"),
        ("...", ""),
    ],
)
def test_text_takes_the_form_that_a_recogniser_prints(written: str, spoken: str) -> None:
    assert spoken_form(written) == spoken


FULL = """\
---
title: garden waste
topic: bins
phrasings: [garden bin]
answer:
  - It costs {fee} a year. You owe {balance}.
  - You can join on our website.
link: https://riverton.example/garden
related: [bags]
life_event: moving_house
owner: the waste team
source: Cabinet paper 12
valid_from: 2026-03-01
valid_until: 2026-11-30
review: 2026-09-01
---
# Garden waste

The bin costs **{fee}** a year.
"""
WORDS = Vocabulary(figures={"fee": "£40"}, facts={"balance"})
A_DAY = date(2026, 6, 1)


def other(name: str, *lines: str) -> str:
    return "\n".join(("---", f"title: {name}", f"topic: {name}", f"phrasings: [{name}]", *lines, "---", f"{name}.", ""))


def shelf(folder: Path, text: str = FULL) -> tuple[Article, ...]:
    write(folder, text, "garden")
    write(folder, other("bags"), "bags")
    write(folder, other("moving", "life_event: moving_house"), "moving")
    return load_articles(folder, None, WORDS)


def test_an_article_says_everything_of_itself(tmp_path: Path) -> None:
    answer = next(one for one in shelf(tmp_path) if one.name == "garden").answer(1.0)
    assert answer.pieces == ("It costs £40 a year. You owe {balance}.", "You can join on our website.")
    assert answer.longer == "# Garden waste\n\nThe bin costs **£40** a year."
    assert (answer.link, answer.owner) == ("https://riverton.example/garden", "the waste team")
    assert answer.related == ("bags", "moving")
    assert (answer.valid_from, answer.valid_until) == (date(2026, 3, 1), date(2026, 11, 30))
    assert [answer.valid_on(date(2026, *day)) for day in ((2, 28), (3, 1), (11, 30), (12, 1))] == [0, 1, 1, 0]


def test_what_belongs_to_a_life_event_is_related_both_ways(tmp_path: Path) -> None:
    articles = {one.name: one.answer(1.0).related for one in shelf(tmp_path)}
    assert articles == {"garden": ("bags", "moving"), "moving": ("garden",), "bags": ()}


def test_a_life_event_of_one_article_alone_is_a_warning(tmp_path: Path) -> None:
    warning, _ = lonely_events(shelf(tmp_path, FULL.replace("moving_house", "moving_hose")))
    assert warning.startswith(f"{tmp_path}/garden.md:10:13: no other article has the life event 'moving_hose'; did you")


@pytest.mark.parametrize(
    ("right", "wrong", "place", "mending"),
    [
        ("[bags]", "[bag]", "9:11:", "there is no article 'bag'; did you mean 'bags'?"),
        ("[bags]", "[garden]", "9:11:", "not related to itself"),
        ("[bags]", "[]", "9:10:", "empty list"),
        ("moving_house", "Moving House", "10:13:", "lower-case letters"),
        ("2026-11-30", "2026-02-28", "14:14:", "'valid_until' (2026-02-28) is before 'valid_from' (2026-03-01)"),
        ("2026-11-30", "30/11/2026", "14:14:", "like '2026-11-30'"),
        ("2026-09-01", "2026-09-31", "15:9:", "there is no '2026-09-31'"),
        ("https://riverton.example/garden", "riverton/garden", "8:7:", "write it whole"),
        ("costs {fee} a year. You", "costs {fe} a year. You", "6:14:", "did you mean '{fee}'?"),
        ("**{fee}**", "**{feee}**", "19:17:", "did you mean '{fee}'?"),
        ("{balance}", "{balance", "6:36:", "a brace stands alone"),
        ("review:", "reveiw:", "15:1:", "did you mean 'review'?"),
    ],
)
def test_a_fault_in_a_line_of_its_own_has_its_place(
    tmp_path: Path, right: str, wrong: str, place: str, mending: str
) -> None:
    assert right in FULL
    with pytest.raises(FlowError) as raised:
        shelf(tmp_path, FULL.replace(right, wrong, 1))
    assert str(raised.value).startswith(f"{tmp_path}/garden.md:{place}")
    assert mending in str(raised.value)


def test_an_answer_of_facts_alone_says_nothing_to_who_has_none(tmp_path: Path) -> None:
    alone = FULL.replace("It costs {fee} a year. ", "").replace("  - You can join on our website.\n", "")
    with pytest.raises(FlowError, match=r"garden\.md:6:3: every sentence holds a fact"):
        shelf(tmp_path, alone)


def test_a_long_answer_is_cut_at_sentences_into_pieces_of_about_one_length(tmp_path: Path) -> None:
    sentence = "This is a sentence of some forty letters {}."
    text = " ".join(sentence.format(number) for number in range(8))
    write(tmp_path, GOOD.replace("topic: hours", f"topic: hours\nanswer: {text}"))
    (article,) = load_articles(tmp_path)
    assert article.spoken == text
    assert [piece.count("This") for piece in article.pieces] == [4, 4]


def test_empty_lines_and_list_items_begin_pieces(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("topic: hours", "topic: hours\nanswer: |\n  One.\n  Two.\n\n  Three."))
    assert load_articles(tmp_path)[0].pieces == ("One. Two.", "Three.")


@pytest.mark.parametrize(
    ("day", "warnings"),
    [
        (date(2026, 2, 1), ["13:13: 'garden waste' is not told before 2026-03-01; until then"]),
        (date(2026, 8, 1), []),
        (date(2026, 8, 2), ["15:9: 'garden waste' is to be reviewed in 30 days (2026-09-01); ask the waste team"]),
        (date(2026, 9, 1), ["15:9: 'garden waste' was to be reviewed on 2026-09-01; ask"]),
        (
            date(2026, 11, 29),
            ["14:14: 'garden waste' expires in 1 day (2026-11-30); its callers go", "15:9: 'garden waste' was"],
        ),
        (date(2026, 11, 30), ["14:14: 'garden waste' expires today (2026-11-30)", "15:9:"]),
        (date(2026, 12, 1), ["14:14: 'garden waste' expired on 2026-11-30, so its callers go", "15:9:"]),
    ],
)
def test_owners_are_warned_a_month_before(tmp_path: Path, day: date, warnings: list[str]) -> None:
    told = aged(shelf(tmp_path), day)
    assert len(told) == len(warnings)
    for one, begins in zip(told, warnings, strict=True):
        assert one.startswith(f"{tmp_path}/garden.md:{begins}")


def test_an_article_that_nobody_owns_is_told_as_that(tmp_path: Path) -> None:
    (warning, _) = aged(shelf(tmp_path, FULL.replace("owner: the waste team\n", "")), date(2026, 12, 1))
    assert "nobody owns it: add 'owner: …'" in warning
