"""Articles as people write them: what is read, what is spoken, and where each fault stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.errors import FlowError
from ivr.knowledge import check_vocabulary, load_articles
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
        ("We are", "{fact} We are", "9:1:", "cannot hold braces"),
        ("We are", "We are " + "very " * 200, "9:1:", "make it shorter"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, right: str, wrong: str, place: str, mending: str) -> None:
    text = GOOD.replace("# Hours\n\n", "")
    assert right in text
    path = write(tmp_path, text.replace(right, wrong, 1))
    with pytest.raises(FlowError) as raised:
        load_articles(tmp_path, {"office"})
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
