"""Letters in whole conversations: asked first, sent to nobody else, and told what became of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ivr.call import By, Caller, ConsentGiven, EndReason, FactLearnt, Fate, Letter, LetterSent
from ivr.dialogue import wording
from ivr.errors import FlowError
from ivr.testing import clock
from ivr.testing.fixed_world import FixedOutbox, FixedWorld
from ivr.testing.scripted_caller import Act, hangs_up, keeps_silent, presses, says
from tests.flows import helplines
from tests.flows.helplines import Called, call, plan
from tests.flows.known_callers import ADA, FILE, Residents, beside, world_of
from tests.flows.known_callers import HEAD as CALLERS

HERE, WHICH = wording.SHALL_I_TEXT_HERE, "Which mobile number is it?"
STEPS = """\
  one:
    send: Your reference is {reference}. The report of {day} costs {fee}.
    sent: done
    not_sent: failed
    declined: none
  done: {hang_up: Done.}
  failed: {hang_up: Failed.}
  none: {hang_up: None.}
"""
KNOW = "  one:\n    set: {reference: '123456', day: '2026-05-03', fee: twelve pounds}\n    goto: send\n"
KNOWN = KNOW + STEPS.replace("  one:", "  send:")
LANDLINE, WITHHELD = "02079460018", ""
ARTICLE = """\
---
title: Opening hours
topic: hours
phrasings: [when are you open]
---
We are open on Monday.
"""


def talk(
    folder: Path,
    *acts: Act,
    steps: str = KNOWN,
    head: str = "outbox: outbox.yaml",
    outbox: FixedOutbox | None = None,
    known: dict[str, dict[str, str] | None] | None = None,
    whole: bool = True,
) -> tuple[Called, list[Letter]]:
    (folder / "outbox.yaml").write_text("sms: {folder: texts}\n")
    used = outbox or FixedOutbox()
    world = FixedWorld(outbox=used, known=known or {})
    return call(plan(folder, steps, head), *acts, world=world, whole=whole), used.letters


@pytest.fixture
def rings_from(monkeypatch: pytest.MonkeyPatch) -> object:
    def number(text: str) -> None:
        monkeypatch.setattr(helplines, "CALLER", Caller(number=text, name="", dialled="100"))

    return number


def test_a_text_goes_to_the_number_that_rings_after_a_yes(tmp_path: Path) -> None:
    called, (letter,) = talk(tmp_path, says("yes", expect=HERE))
    assert (letter.by, letter.to) == (By.SMS, "+447700900123")
    assert letter.text == "Your reference is 123456. The report of 2026-05-03 costs twelve pounds."
    assert called.said[-1] == "I have sent it. Done."
    assert [(one.by, one.agreed) for one in called.feed.of(ConsentGiven)] == [("sms", True)]
    (sent,) = called.feed.of(LetterSent)
    assert (sent.by, sent.about, sent.fate, sent.text) == ("sms", "send", "sent", letter.text)


def test_a_number_that_is_said_digit_by_digit_is_written_in_a_row(tmp_path: Path) -> None:
    spelt = KNOWN.replace("'123456'", "'6 0 0, 0 0 1'").replace("twelve pounds", "'2 bins, 3 lids'")
    _, (letter,) = talk(tmp_path, says("yes"), steps=spelt)
    assert letter.text == "Your reference is 600001. The report of 2026-05-03 costs 2 bins, 3 lids."


def test_after_a_no_nothing_is_sent(tmp_path: Path) -> None:
    called, letters = talk(tmp_path, presses("2", expect=HERE))
    assert letters == []
    assert called.said[-1] == "None."
    assert [(one.by, one.agreed) for one in called.feed.of(ConsentGiven)] == [("sms", False)]


@pytest.mark.parametrize("number", [LANDLINE, WITHHELD, "+33612345678", "100"])
@pytest.mark.parametrize(
    "told", [presses("07700900456#"), says("oh seven seven double oh nine double oh four five six")]
)
def test_who_rings_from_no_mobile_is_asked_for_one(tmp_path: Path, number: str, told: Act, rings_from: object) -> None:
    rings_from(number)  # type: ignore[operator]
    called, (letter,) = talk(
        tmp_path, says("yes", expect=wording.SHALL_I_TEXT), told, says("yes", expect="07700 900456")
    )
    assert letter.to == "+447700900456"
    assert {fact.name for fact in called.feed.of(FactLearnt)} >= {"mobile_number"}


@pytest.mark.parametrize("skip", [says("skip"), presses("#"), says("never mind")])
def test_who_would_rather_not_give_a_number_goes_on_without(tmp_path: Path, skip: Act, rings_from: object) -> None:
    rings_from(WITHHELD)  # type: ignore[operator]
    called, letters = talk(tmp_path, says("yes"), skip)
    assert letters == []
    assert called.said[-1] == "None."


@pytest.mark.parametrize("number", ["02079460018", "0033612345678"])
def test_a_number_that_takes_no_texts_or_is_abroad_is_told_so(tmp_path: Path, number: str, rings_from: object) -> None:
    rings_from(WITHHELD)  # type: ignore[operator]
    called, letters = talk(
        tmp_path, says("yes"), presses(f"{number}#"), presses("#", expect="I cannot send a text to that number.")
    )
    assert letters == []
    assert called.said[-1] == "None."


def test_a_number_that_was_told_before_is_offered_by_its_end(tmp_path: Path) -> None:
    steps = KNOWN.replace("fee: twelve pounds", "fee: x, mobile_number: '07700900456'")
    _, (letter,) = talk(tmp_path, says("yes", expect="the mobile number that ends in 4 5 6?"), steps=steps)
    assert letter.to == "+447700900456"


@pytest.mark.parametrize(
    ("fate", "said", "step"),
    [
        (Fate.LATER, wording.SENT_LATER, "Failed."),
        (Fate.FAILED, wording.NOT_SENT, "Failed."),
        (Fate.UNKNOWN, wording.PERHAPS_SENT, "Failed."),
        (Fate.TOO_MANY, wording.SENT_TOO_MANY, "Failed."),
    ],
)
def test_the_caller_hears_what_became_of_it(tmp_path: Path, fate: Fate, said: str, step: str) -> None:
    called, _ = talk(tmp_path, says("yes"), outbox=FixedOutbox(fate=fate))
    assert called.said[-1] == f"{said} {step}"
    assert [one.fate for one in called.feed.of(LetterSent)] == [fate.value]


MAIL = """\
  one:
    look_up: people
    with: {number: x}
    facts: [email]
    found: send
    not_found: send
    failed: send
  send:
    send: The details.
    subject: About {email}
    email: "{email}"
    sent: done
    not_sent: failed
    declined: none
  done: {hang_up: Done.}
  failed: {hang_up: Failed.}
  none: {hang_up: None.}
"""


def test_an_email_goes_only_to_an_address_that_is_known_and_after_a_yes(tmp_path: Path) -> None:
    known: dict[str, dict[str, str] | None] = {"people": {"email": "ada@riverton.example"}}
    acts = (says("no", expect=HERE), says("yes", expect=wording.SHALL_I_EMAIL))
    called, (letter,) = talk(tmp_path, *acts, steps=MAIL, known=known)
    assert (letter.by, letter.to, letter.subject) == (By.EMAIL, "ada@riverton.example", "About ada@riverton.example")
    assert [(one.by, one.agreed) for one in called.feed.of(ConsentGiven)] == [("sms", False), ("email", True)]
    only = FixedOutbox(ways=frozenset({By.EMAIL}))
    _, (letter,) = talk(tmp_path, says("yes", expect=wording.SHALL_I_EMAIL), steps=MAIL, known=known, outbox=only)
    assert letter.by is By.EMAIL


@pytest.mark.parametrize("email", ["", "ada", "ada@x.example\nBcc: b@x.example", "a@b"])
def test_what_is_no_address_is_not_offered(tmp_path: Path, email: str) -> None:
    known: dict[str, dict[str, str] | None] = {"people": {"email": email}}
    called, letters = talk(tmp_path, steps=MAIL, known=known, outbox=FixedOutbox(ways=frozenset({By.EMAIL})))
    assert letters == []
    assert called.said[-1] == "None."


def test_of_an_article_its_words_are_sent_under_its_title(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/hours.md").write_text(ARTICLE)
    steps = STEPS.replace(
        "send: Your reference is {reference}. The report of {day} costs {fee}.", "send: {article: hours}"
    )
    head = "outbox: outbox.yaml\nknowledge: articles"
    _, (letter,) = talk(tmp_path, says("yes"), steps=steps, head=head)
    assert (letter.text, letter.subject) == ("We are open on Monday.", "Opening hours")


def test_a_secret_is_refused_when_the_plan_is_read(tmp_path: Path) -> None:
    secret = "  one: {ask: Your PIN?, answer: digits, digits: 4, fact: pin, sensitive: yes, goto: send}\n"
    steps = secret + STEPS.replace("  one:", "  send:").replace("{reference}. The report of {day} costs {fee}", "{pin}")
    with pytest.raises(FlowError, match="'pin' is learnt in a sensitive step, so it is never said"):
        talk(tmp_path, steps=steps)


def test_without_gateways_a_plan_that_sends_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=r"plan.yaml:\d+:\d+: 'send' needs gateways; add 'outbox: …'"):
        talk(tmp_path, head="")


@dataclass(slots=True, kw_only=True)
class SlowOutbox(FixedOutbox):
    """Takes six seconds."""

    async def send(self, letter: Letter) -> Fate:
        await asyncio.sleep(6)
        self.letters.append(letter)
        return self.fate


def test_meanwhile_the_caller_hears_that_something_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "run", clock.run)
    called, letters = talk(tmp_path, says("yes"), outbox=SlowOutbox())
    assert called.said[-3:] == ["One moment, please.", "I am still sending it.", "I have sent it. Done."]
    assert len(letters) == 1


def test_who_hangs_up_meanwhile_is_sent_it_all_the_same_and_it_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio, "run", clock.run)
    called, letters = talk(tmp_path, says("yes"), hangs_up(expect="One moment"), outbox=SlowOutbox())
    assert called.reason is EndReason.CALLER_LEFT
    assert len(letters) == 1
    assert [one.fate for one in called.feed.of(LetterSent)] == ["sent"]


def test_whoever_says_nothing_is_offered_a_person(tmp_path: Path) -> None:
    called, letters = talk(tmp_path, keeps_silent(), keeps_silent(), says("yes", expect="a person"))
    assert called.hand_over.queue == "office"
    assert letters == []


def test_who_takes_over_sees_what_was_sent(tmp_path: Path) -> None:
    steps = KNOWN.replace("done: {hang_up: Done.}", "done: {transfer: office}")
    called, _ = talk(tmp_path, says("yes"), steps=steps)
    assert [(one.by, one.about, one.fate) for one in called.hand_over.letters] == [("sms", "send", "sent")]


def test_an_address_on_record_is_used_only_once_it_is_known_who_calls(tmp_path: Path) -> None:
    file = FILE.replace("balance: knowledge", "email: knowledge").replace("balance: balance", "email: email")
    ada = {**ADA, "email": "ada@riverton.example"}
    steps = (
        "  one:\n    identify: knowledge\n"
        "    prove: {date_of_birth: {ask: When were you born?, answer: date, direction: past}}\n"
        "    passed: send\n    failed: send\n    locked: send\n    unknown: send\n"
        + STEPS.replace("  one:", "  send:")
        .replace("{reference}. The report of {day} costs {fee}", "on its way")
        .replace("    sent:", '    email: "{caller.email}"\n    sent:')
    )
    proven = "  one: {goto: who}\n" + steps.replace("  one:", "  who:")
    acts = (presses("03051970#"), says("yes"), says("yes", expect=wording.SHALL_I_EMAIL))
    called, letters = known_caller(tmp_path, file, ada, proven, *acts)
    assert called.said[-1].endswith("Done.")
    assert [letter.to for letter in letters] == ["ada@riverton.example"]
    called, letters = known_caller(tmp_path, file, ada, proven.replace("goto: who", "goto: send"))
    assert called.said[-1].endswith("None.")
    assert letters == []


def known_caller(
    folder: Path, file: str, record: dict[str, str], steps: str, *acts: Act
) -> tuple[Called, list[Letter]]:
    outbox = FixedOutbox(ways=frozenset({By.EMAIL}))
    (folder / "outbox.yaml").write_text("sms: {folder: texts}\n")
    world = replace(world_of(beside(folder, file), Residents(record)), outbox=outbox)
    return call(plan(folder, steps, f"{CALLERS}\noutbox: outbox.yaml"), *acts, world=world), outbox.letters


WRITTEN = """\
---
title: Garden waste
topic: bins
phrasings: [garden waste]
answer: It costs money.
link: https://riverton.example/garden
valid_until: {until}
queue: porter
---
# Garden waste

It costs **£40** a year. Your next day is {{day}}.
"""


@pytest.mark.parametrize("until", ["2026-11-23", "2026-11-22"])
def test_of_an_article_the_longer_text_and_the_link_are_sent_but_never_out_of_date(tmp_path: Path, until: str) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/garden.md").write_text(WRITTEN.format(until=until))
    steps = "  one:\n    send: {article: garden}\n" + STEPS.partition("{fee}.\n")[2]
    steps += "  never:\n    ask: Which day?\n    answer: date\n    fact: day\n    goto: done\n"
    acts = (says("yes"),) if until == "2026-11-23" else ()
    called, letters = talk(tmp_path, *acts, steps=steps, head="outbox: outbox.yaml\nknowledge: articles")
    if acts:
        (letter,) = letters
        assert (letter.text, letter.link) == (
            "Garden waste\n\nIt costs £40 a year.",
            "https://riverton.example/garden",
        )
    else:
        assert letters == []
        assert (called.hand_over.queue, called.hand_over.reason) == ("porter", "expired")
