"""Text is said as people say it: every shape that prompts use, in both countries, and nothing else is touched."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.prompts.saying import Saying, spoken
from ivr.speech.prompts.saying.pronunciations import Pronunciations

BRITISH = [
    ("1,250 residents", "one thousand two hundred and fifty residents"),
    ("1,250,001", "one million two hundred and fifty thousand and one"),
    ("4.5 or 0.25", "four point five or zero point two five"),
    ("£24.50", "twenty-four pounds fifty"),
    ("£1", "one pound"),
    ("50p", "fifty pence"),
    ("£0.50, £1.05.", "fifty pence, one pound and five pence."),
    ("£1.5 million", "one point five million pounds"),
    ("£10–£20", "ten to twenty pounds"),
    ("22/11/2026", "the twenty-second of November twenty twenty-six"),
    ("2026-11-22", "the twenty-second of November twenty twenty-six"),
    ("3 May", "the third of May"),
    ("on the 3rd of May 2005", "on the third of May two thousand and five"),
    ("Sat 3 May", "Saturday the third of May"),
    ("from 3-5 May", "from the third to the fifth of May"),
    ("since 1905", "since nineteen oh five"),
    ("07:30", "seven thirty"),
    ("5pm", "five P M"),
    ("at 17:00.", "at five P M."),
    ("5 p.m. today. Next", "five P M today. Next"),
    ("9:05am to 10.30pm", "nine oh five A-M to ten thirty P M"),
    ("Mon-Fri 9-5pm", "Monday to Friday nine to five P M"),
    ("00:00", "midnight"),
    ("020 7946 0018", "oh two oh, seven nine four six, double oh one eight"),
    ("02079460018", "oh two oh, seven nine four six, double oh one eight"),
    ("+44 20 7946 0018", "plus four four, two oh, seven nine four six, double oh one eight"),
    ("01632 960001", "oh one six three two, nine six oh, double oh one"),
    ("0800 123 4567", "oh eight hundred, one two three, four five six seven"),
    ("dial 999, or 101.", "dial nine nine nine, or one oh one."),
    ("call 116 123", "call double one six, one two three"),
    ("RC-104233", "R, C, one zero four, two three three"),
    ("reference 104233", "reference one zero four, two three three"),
    ("1042 and 0042", "one thousand and forty-two and zero zero, four two"),
    ("SG12 9AB", "S, G, twelve, nine A, B"),
    ("EC1A 1BB", "E, C, one, A, one B, B"),
    ("the A414 and the M25", "the A-four one four and the M twenty-five"),
    ("5%, 2.5%", "five per cent, two point five per cent"),
    ("5-10%", "five to ten per cent"),
    ("3-5 days, 24/7", "three to five days, twenty-four seven"),
    ("1st, 22nd, 103rd", "first, twenty-second, one hundred and third"),
    ("2½ hours, ½ a day", "two and a half hours, a half a day"),
    ("-5°C", "minus five degrees"),
    ("e.g. paper & card, i.e. dry, etc.", "for example paper and card, that is dry, et cetera."),
    ("12 Mill St, St Mary's Rd. Dr. Jones", "twelve Mill Street, Saint Mary's Road. Doctor Jones"),
    ("Mr Smith, Mrs Jones", "Mister Smith, Missis Jones"),
    ("Bands go from A to H.", "Bands go from A- to H."),
    ("www.riverton.gov.uk/bins", "double-you double-you double-you dot riverton dot gov dot U K slash bins"),
    ("help@riverton.example", "help at riverton dot example"),
    ("a 2-bedroom flat", "a two-bedroom flat"),
    ("3/4 of a cup", "three quarters of a cup"),
    ("Flat 3/4, unit 1/2", "Flat three slash four, unit one slash two"),
    ("On 3/4, Mon 14/12", "On the third of April, Monday the fourteenth of December"),
    ("on 3/4 of all days", "on three quarters of all days"),
    ("council tax 2026/27.", "council tax twenty twenty-six to twenty-seven."),
    ("2026-27 and 2026/2027", "twenty twenty-six to twenty-seven and twenty twenty-six to twenty-seven"),
    ("1999/00", "nineteen ninety-nine to two thousand"),
    ("2009/10", "two thousand and nine to twenty ten"),
    ("2026/28", "two thousand and twenty-six slash twenty-eight"),
    ("01/04/26", "the first of April twenty twenty-six"),
    ("5/11/98.", "the fifth of November nineteen ninety-eight."),
]
AMERICAN = [
    ("1,250", "one thousand two hundred fifty"),
    ("11/22/2026", "November twenty-second, twenty twenty-six"),
    ("3 May", "May third"),
    ("May 3, 2026", "May third, twenty twenty-six"),
    ("$24.50", "twenty-four dollars and fifty cents"),
    ("(555) 010-0199", "five five five, zero one zero, zero one nine nine"),
    ("5%", "five percent"),
    ("04/01/26 and 13/04/26", "April first, twenty twenty-six and April thirteenth, twenty twenty-six"),
]
AS_WRITTEN = [
    "If anybody is in danger, please hang up and dial 9 9 9.",
    "Your reference is 1 2 3, 4 5 6. Is that right?",
    "You said 4 2. Is that right?",
    "Welcome to Riverton Council. How can we help?",
    "Yes.",
    "31/02/2026",
    "31/02/26",
    "1,111,111,111,111,111",
    "£1,111,111,111,111,111",
    "A review is asked for on the council's website.",
    "I may come. March on! He was second to none.",
    "version 1.2.3",
]


@pytest.mark.parametrize(("written", "said"), BRITISH)
def test_britons_say(written: str, said: str) -> None:
    assert spoken(written, "en-GB") == said


@pytest.mark.parametrize(("written", "said"), AMERICAN)
def test_americans_say(written: str, said: str) -> None:
    assert spoken(written, "en-US") == said


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_what_is_spelled_already_or_has_no_short_form_stays_as_it_is(text: str) -> None:
    assert spoken(text, "en-GB") == text


@pytest.mark.parametrize(("written", "said"), [*BRITISH, *AMERICAN])
def test_what_is_said_has_no_digits_and_is_said_the_same_again(written: str, said: str) -> None:
    assert not re.search(r"\d", said)
    assert spoken(said, "en-GB") == said


def test_a_region_without_rules_speaks_as_its_language_and_a_language_without_rules_is_left_to_the_engine() -> None:
    assert spoken("5%", "en-IE") == "five per cent"
    assert spoken("5%", "EN_gb") == "five per cent"
    assert spoken("5 %  am 22.11.2026", "de-DE") == "5 %  am 22.11.2026"


WRITTEN = st.text(st.sampled_from("0123456789£$€%&.,:/-–+#@()°½ \nABMSTabdhmnprstwk'"), max_size=60) | st.text(
    max_size=60
)


@given(WRITTEN, st.sampled_from(["en-GB", "en-US", "de", ""]))
def test_any_text_is_said_somehow(text: str, language: str) -> None:
    said = spoken(text, language)
    assert bool(said.strip()) == bool(text.strip())


PRINTABLE = st.text(st.characters(exclude_categories=["C"]), max_size=40)
SIGNS = tuple("10/-–:.,£€$%½°&@+=#()' \n\t\N{NO-BREAK SPACE}")
SHORT = (
    *("12", "2026", "am", "pm", "p", "k", "bn", "st", "th", "km", "hrs", "May", "Jan.", "Mon", "Sat", "St", "Rd", "Dr"),
    *("e.g.", "No.", "www.", ".gov.uk", "http://", "call", "dial", "on", "flat", "A", "M", "SG12", "EC1A", "24/7"),
    *("1,111", ",111", "999", "0300", "+44", "to", "noon"),
)
PIECES = (
    st.sampled_from((*SIGNS, *SHORT))
    | st.integers(1, 1200).map(lambda times: "1" * times)
    | st.integers(1, 300).map(lambda times: "1" + ",111" * times)
    | PRINTABLE
)
LONG = st.lists(PIECES, max_size=200).map(lambda pieces: "".join(pieces)[:1200])


@given(LONG, st.dictionaries(PRINTABLE, PRINTABLE, max_size=4), st.sampled_from(["en-GB", "en-US"]))
def test_no_text_that_a_plan_may_hold_raises(text: str, words: dict[str, str], language: str) -> None:
    said = Saying(language=language, pronunciations=Pronunciations(words)).spoken(text)
    assert isinstance(said, str)
    assert bool(spoken(text, language).strip()) == bool(text.strip())


@pytest.mark.parametrize(
    "form", ["{}", "£{}", "£{} million", "{}th", "{}%", "{}-{}", "-{}°C", "No. {}", "call {}", "{}p"]
)
@pytest.mark.parametrize("number", ["1" * 5000, "1" + ",111" * 1500, "1" + ",111" * 1500 + ".5"])
def test_a_number_longer_than_python_reads_is_left_to_the_engine(form: str, number: str) -> None:
    assert number in spoken(form.replace("{}", number), "en-GB")


@given(st.lists(st.sampled_from([written for written, _ in BRITISH]), min_size=1, max_size=6))
def test_shapes_do_not_disturb_each_other(parts: list[str]) -> None:
    said = dict(BRITISH)
    together = " and also ".join(parts)
    if not any(part.endswith((".", "Next", "Jones")) for part in parts):
        assert spoken(together, "en-GB") == " and also ".join(said[part] for part in parts)


@given(st.integers(0, 10**15 - 1))
def test_every_number_with_commas_is_words(number: int) -> None:
    assert re.fullmatch(r"[a-z -]+", spoken(f"{number:,} things", "en-GB"))


@given(st.dates())
def test_every_day_is_words_and_the_same_in_both_notations(day: object) -> None:
    iso = spoken(str(day), "en-GB") if str(day) >= "1000" else ""
    year, month, number = str(day).split("-")
    if iso and year < "3000":
        assert iso == spoken(f"{number}/{month}/{year}", "en-GB")
        assert not re.search(r"\d", iso)


@pytest.mark.parametrize("piece", ["1", "1,", "A1-", "a.", "£1", "0 ", "St ", "1-", "9am ", "a@", "01 ", "1.1.", "A"])
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (4000 // len(piece))
    started = time.process_time()
    spoken(text, "en-GB")
    assert time.process_time() - started < 0.5


def test_a_name_is_respelled_before_the_rest_is_said() -> None:
    saying = Saying(pronunciations=Pronunciations({"Wrotheham": "Rootum", "St Osyth": "Saint Oasith"}))
    assert saying.spoken("St Osyth to WROTHEHAM, 5%") == "Saint Oasith to Rootum, five per cent"
