"""Questions that nobody answered: kept without who asked, in one file that does not grow for ever, until seen to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ivr.call import CallId, Ended, EndReason, FactLearnt, QuestionMissed, Rang, RecordSaid
from ivr.records import misses as module
from ivr.records.misses import Misses

TODAY = date(2026, 11, 29)
AT = datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()


def rings(misses: Misses, *questions: str, call: str = "1.1", name: str = "Ada Hill", at: float = AT) -> None:
    call_id = CallId(call)
    misses.note(Rang(call_id=call_id, at=at, number="07700900123", name=name, dialled="100", helpline="town"))
    for text in questions:
        misses.note(QuestionMissed(call_id=call_id, at=at, step="ask", text=text, reason="not_known"))
    misses.note(Ended(call_id=call_id, at=at, reason=EndReason.HUNG_UP))


def test_a_question_is_kept_without_who_asked(tmp_path: Path) -> None:
    misses = Misses(tmp_path / "misses")
    rings(misses, "can hill get a badge for oh seven seven hundred")
    (miss,) = misses.of("town", today=TODAY)
    assert (miss.text, miss.day, miss.reason) == ("can [name] get a badge for [number]", TODAY, "not_known")
    (file,) = (tmp_path / "misses").iterdir()
    text = file.read_text().lower()
    assert file.stat().st_mode & 0o777 == 0o600
    assert not any(own in text for own in ("ada", "hill", "07700", "1.1", "seven"))


def test_a_name_that_is_a_word_like_any_other_goes_where_it_is_a_name(tmp_path: Path) -> None:
    misses = Misses(tmp_path)
    rings(misses, "this is will when will okafor's bin be emptied", name="Will Okafor")
    (miss,) = misses.of("town", today=TODAY)
    assert miss.text == "this is [name] when will [name] bin be emptied"


def test_callers_are_told_apart_but_not_told(tmp_path: Path) -> None:
    misses = Misses(tmp_path)
    rings(misses, "a badge", "a blue badge", call="1.1")
    rings(misses, "a badge", call="1.2")
    assert len({miss.caller for miss in misses.of("town", today=TODAY)}) == 2


def test_what_a_call_learnt_is_personal_unless_the_articles_speak_of_it(tmp_path: Path) -> None:
    misses = Misses(tmp_path, common=lambda: frozenset({"garden"}))
    call = CallId("1.1")
    misses.note(Rang(call_id=call, at=AT, number="", name="", dialled="100", helpline="town"))
    misses.note(FactLearnt(call_id=call, at=AT, name="where", value="Garden Elmwood", confidence=1.0))
    misses.note(QuestionMissed(call_id=call, at=AT, step="ask", text="a garden sticker in elmwood", reason="refused"))
    assert [miss.text for miss in misses.of("town", today=TODAY)] == ["a garden sticker in [name]"]


def test_what_is_on_record_about_the_caller_is_personal(tmp_path: Path) -> None:
    misses = Misses(tmp_path)
    call = CallId("1.1")
    misses.note(Rang(call_id=call, at=AT, number="", name="", dialled="100", helpline="town"))
    misses.note(
        RecordSaid(
            call_id=call,
            at=AT,
            name="carer",
            value="Zelda Quimby",
            source="residents",
            as_of="",
            old=False,
            counts=True,
            differs=False,
            stranger=False,
        )
    )
    misses.note(QuestionMissed(call_id=call, at=AT, step="ask", text="can zelda ring for me", reason="not_known"))
    assert [miss.text for miss in misses.of("town", today=TODAY)] == ["can [name] ring for me"]


def test_what_is_seen_to_goes_and_after_tidying_is_on_no_disk(tmp_path: Path) -> None:
    misses = Misses(tmp_path)
    rings(misses, "a badge", "a sticker")
    badge, sticker = misses.of("town", today=TODAY)
    misses.done("town", [badge.id])
    assert misses.of("town", today=TODAY) == (sticker,)
    misses.tidy(AT)
    assert "badge" not in (tmp_path / "town.jsonl").read_text()


def test_old_questions_are_not_told(tmp_path: Path) -> None:
    misses = Misses(tmp_path)
    rings(misses, "a badge", at=AT - 100 * 86_400)
    assert misses.of("town", today=TODAY) == ()


def test_what_is_too_old_is_after_tidying_on_no_disk_whichever_helpline_it_was(tmp_path: Path) -> None:
    misses = Misses(tmp_path, days=30)
    rings(misses, "a badge", at=AT - 31 * 86_400)
    rings(misses, "a sticker", at=AT - 29 * 86_400)
    (tmp_path / "former.jsonl").write_bytes((tmp_path / "town.jsonl").read_bytes())
    misses.tidy(AT)
    for helpline in ("town", "former"):
        assert "badge" not in (tmp_path / f"{helpline}.jsonl").read_text()
        assert [miss.text for miss in misses.of(helpline, today=TODAY)] == ["a sticker"]


def test_the_file_never_grows_beyond_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_FILE_BYTES", 2000)
    misses = Misses(tmp_path)
    for number in range(100):
        rings(misses, f"question {'abcdefghij'[number % 10] * 5}", call=f"1.{number}")
        assert (tmp_path / "town.jsonl").stat().st_size < 2300
    assert misses.of("town", today=TODAY)[-1].text == "question jjjjj"


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    misses = Misses(tmp_path)
    rings(misses, "a badge")
    with (tmp_path / "town.jsonl").open("a") as file:
        file.write('{"id": "to')
    rings(misses, "a sticker")
    assert [miss.text for miss in misses.of("town", today=TODAY)] == ["a badge", "a sticker"]


def test_a_disk_that_cannot_be_written_costs_no_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "misses").write_text("a file where the folder should be")
    rings(Misses(tmp_path / "misses"), "a badge")
    assert "could not be kept" in caplog.text
