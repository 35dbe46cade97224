"""Each verb in Asterisk's words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ivr.call import Answer
from ivr.dialogue.verbs import VERBS
from ivr.dialogue.wording import BEING_RENEWED
from ivr.plans.native.verbs import NATIVE
from ivr.plans.native.wording import NO_QUESTIONS, NOT_NOW
from tests.unit.plans.native.dialplan_text import assert_whole, compiled, said, step_text

END = {"hang_up": "Goodbye."}
MENU = {
    "menu": "You can say bins or tax.",
    "choices": {
        "bins": {"say": ["bins"], "key": "1", "goto": "end"},
        "tax": {"say": ["council tax"], "key": "2", "goto": "end"},
        "other": {"say": ["other"], "goto": "end"},
    },
}


def test_a_menu_names_its_keys_and_follows_them(tmp_path: Path) -> None:
    plan = compiled(tmp_path, {"main": MENU, "end": END})
    assert_whole(plan)
    text = step_text(plan, "main")
    assert 'GotoIf($["${IVR_KEY}" = "1"]?main-key-1)' in text
    assert "n(main-key-2),Set(IVR_KEY=)\nsame => n,Set(IVR_LAST=)\nsame => n,Set(IVR_INTENT=tax)" in text
    assert "main-key-3" not in text, "a choice without a key"
    assert "You can say bins or tax." not in said(plan)
    assert [one for one in said(plan) if "press" in one][1:3] == ["For bins, press 1.", "For council tax, press 2."]


def test_a_menu_that_names_its_keys_itself_is_said_as_it_is(tmp_path: Path) -> None:
    plan = compiled(tmp_path, {"main": {**MENU, "menu": "For bins say bins or press 1."}, "end": END})
    assert "For bins say bins or press 1." in said(plan)
    assert "For bins, press 1." not in said(plan)


def test_zero_star_and_hash_mean_everywhere_what_they_mean_in_the_service(tmp_path: Path) -> None:
    text = step_text(compiled(tmp_path, {"main": {**MENU, "person_queue": "repairs"}, "end": END}), "main")
    assert 'GotoIf($["${IVR_KEY}" = "0"]?asked--repairs)' in text
    assert 'GotoIf($["${IVR_KEY}" = "*"]?main-again)' in text
    assert 'GotoIf($["${IVR_KEY}" = "#"]?main--menu)' in text


def test_silence_and_wrong_keys_are_answered_as_the_plan_says_until_a_person_comes(tmp_path: Path) -> None:
    events = {"on_silence": ["Hello?", {"say": "Bye.", "goto": "end"}], "offer_person_after": 3}
    plan = compiled(tmp_path, {"main": {**MENU, **events}, "end": END})
    assert_whole(plan)
    text = step_text(plan, "main")
    assert "GotoIf($[${IVR_SILENT} > 1]?main-silence-2)" in text
    second = text.split("n(main-silence-2),")[1].splitlines()
    assert second[0].startswith("Playback(")
    assert second[1].endswith("Goto(end)")
    assert "n(main-failed),GotoIf($[${IVR_FAILED} >= 3]?lost--operator)" in text


def test_an_article_is_told_and_gives_the_call_its_intent(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "hours.md").write_text(
        "---\ntitle: hours\ntopic: opening\nphrasings: [when are you open, opening times]\n---\nWe open at nine.\n"
    )
    answer = Answer(
        article="hours", title="hours", topic="opening", pieces=("We open at nine.",), queue=None, confidence=1.0
    )
    steps = {"main": MENU, "end": {"say": {"article": "hours"}, "goto": "main"}}
    plan = compiled(tmp_path, steps, [answer], knowledge="articles")
    assert_whole(plan)
    text = step_text(plan, "end")
    assert 'Set(IVR_INTENT=${IF($["${IVR_INTENT}" = ""]?opening:${IVR_INTENT})})' in text
    assert "We open at nine." in said(plan)
    assert text.splitlines()[-5].endswith("Goto(main)")


def test_an_article_that_is_out_of_date_is_not_told_and_its_callers_get_a_person(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "hours.md").write_text(
        "---\ntitle: hours\ntopic: opening\nphrasings: [opening times]\n---\nWe open at nine.\n"
    )
    answer = Answer(
        article="hours",
        title="hours",
        topic="opening",
        pieces=("We open at nine.", "We close at five."),
        queue=None,
        confidence=1.0,
        valid_from=date(2026, 3, 1),
        valid_until=date(2026, 5, 31),
    )
    steps = {"main": MENU, "end": {"say": {"article": "hours"}, "goto": "main"}}
    plan = compiled(tmp_path, steps, [answer], knowledge="articles")
    assert_whole(plan)
    text = step_text(plan, "end")
    today = "${STRFTIME(${EPOCH},Europe/London,%Y%m%d)}"
    assert f"(end),GotoIf($[{today} < 20260301 | {today} > 20260531]?end-renewed)" in text
    renewed = text.split("n(end-renewed),")[1].splitlines()
    assert renewed[0] == "Set(IVR_REASON=expired)"
    assert renewed[-1].endswith("Goto(person--operator)")
    assert {"We open at nine.", "We close at five.", BEING_RENEWED} <= set(said(plan))


def test_what_no_key_may_cut_is_played_whole(tmp_path: Path) -> None:
    rules = {"say": [{"text": "Hear this.", "barge_in": "none"}, "Then go on."], "goto": "main"}
    text = step_text(compiled(tmp_path, {"main": MENU, "end": rules}), "end")
    assert "Playback(" in text
    assert "Read(IVR_KEY," in text


def test_yes_or_no_is_one_or_two_and_becomes_a_fact(tmp_path: Path) -> None:
    ask = {"ask": "Is it urgent? Please say yes or no.", "answer": "yes_or_no", "fact": "urgent"}
    plan = compiled(tmp_path, {"main": {**ask, "yes": "end", "no": "main"}, "end": END})
    assert_whole(plan)
    text = step_text(plan, "main")
    assert "n(main-key-1),Set(IVR_KEY=)\nsame => n,Set(IVR_LAST=)\nsame => n,Set(IVR_FACT_urgent=yes)" in text
    assert "Set(IVR_FACT_urgent=no)\nsame => n,Goto(main)" in text
    assert "Is it urgent?" in said(plan)
    assert "&urgent=${IVR_FACT_urgent}" in plan.text


DIGITS = {"ask": "Your number?", "answer": "digits", "digits": "4-6", "fact": "number", "goto": "end"}


def test_digits_are_filtered_counted_and_read_back_before_they_are_a_fact(tmp_path: Path) -> None:
    plan = compiled(tmp_path, {"main": DIGITS, "end": END})
    assert_whole(plan)
    text = step_text(plan, "main")
    assert "Set(IVR_KEYS=${FILTER(0-9*#,${IVR_KEYS})})" in text
    assert "$[${LEN(${IVR_KEYS})} = 4 | ${LEN(${IVR_KEYS})} = 5 | ${LEN(${IVR_KEYS})} = 6]?main-back" in text
    assert text.count("Set(IVR_FACT_number=") == 1
    assert "Set(IVR_FACT_number=${FILTER(0-9,${IVR_KEYS})})" in text.split("n(main-yes)")[1]
    assert "Set(IVR_SAID1=${IVR_SAID1}&${IVR_SOUNDS}/digit-${IVR_LEFT:0:1})" in text
    assert {"I have", "Is that right?", "Press 1 for yes or 2 for no."} <= set(said(plan))


def test_digits_that_were_keyed_can_be_said_later(tmp_path: Path) -> None:
    bye = {"hang_up": "Thank you. We keep {number} for you. Bye {name}."}
    plan = compiled(tmp_path, {"main": DIGITS, "name": _spelled("end"), "end": bye})
    assert "FILTER(0-9,${IVR_FACT_number})" in step_text(plan, "end")
    assert "for you." in said(plan)
    assert not any("Bye" in text for text in said(plan))
    assert any("says 'name'" in warning for warning in plan.warnings)


def _spelled(goto: str) -> dict[str, object]:
    return {"ask": "Your name?", "answer": "spelling", "characters": 4, "fact": "name", "goto": goto}


def test_what_cannot_be_keyed_goes_to_people_with_a_warning_that_names_the_step(tmp_path: Path) -> None:
    plan = compiled(tmp_path, {"main": _spelled("end"), "end": END})
    assert NOT_NOW in said(plan)
    assert "Goto(person--operator)" in step_text(plan, "main")
    place, what = plan.warnings[0].split(": ", 1)
    assert place.startswith(f"{tmp_path}/town.yaml:1:")
    assert what.startswith("step 'main': such an answer cannot be keyed")
    assert what.endswith("its callers go to the office")


def test_a_question_says_that_questions_have_no_answer_now(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.md").write_text("---\ntitle: a\ntopic: a\nphrasings: [what is a]\n---\nA.\n")
    ask = {"question": "What would you like to know?", "goto": "end"}
    plan = compiled(tmp_path, {"main": ask, "end": END}, knowledge="articles")
    assert NO_QUESTIONS in said(plan)
    assert plan.warnings


def test_what_is_sensitive_stands_in_no_variable(tmp_path: Path) -> None:
    pin = {**DIGITS, "fact": "pin", "sensitive": "yes"}
    again = {**DIGITS, "fact": "pin", "goto": "number"}
    plan = compiled(tmp_path, {"main": pin, "end": again, "number": {**DIGITS, "goto": "bye"}, "bye": END})
    assert "IVR_FACT_pin" not in plan.text
    assert "&pin=" not in plan.text
    assert len(plan.warnings) == 2
    assert "IVR_FACT_number" in plan.text


def test_a_transfer_says_its_words_and_goes_with_what_is_known(tmp_path: Path) -> None:
    leave = {"transfer": "repairs", "say": "One moment.", "reason": "burst pipe; ${EVIL}"}
    plan = compiled(tmp_path, {"main": MENU, "end": leave})
    assert_whole(plan)
    text = step_text(plan, "end")
    assert "n(end),Set(IVR_REASON=burst pipe_ __EVIL_)" in text
    assert text.endswith("Goto(queue--repairs)")
    assert "Queue(repairs,i,,,600)" in plan.text


def test_goto_and_hang_up(tmp_path: Path) -> None:
    plan = compiled(tmp_path, {"main": {**MENU}, "end": {"goto": "last"}, "last": END})
    assert step_text(plan, "end") == "same => n(end),Goto(last)"
    assert step_text(plan, "last").splitlines()[-1].endswith("Hangup()")


def test_a_verb_that_nobody_has_translated_goes_to_people(tmp_path: Path) -> None:
    assert "voicemail" in set(VERBS) - set(NATIVE)
    message = {
        "voicemail": "Please speak.",
        "consent": "May I record it?",
        "queue": "repairs",
        "kept": "main",
        "not_kept": "main",
    }
    plan = compiled(tmp_path, {"main": MENU, "end": message})
    assert_whole(plan)
    assert "'voicemail' needs the service" in plan.warnings[0]
    assert NOT_NOW in said(plan)


@pytest.mark.parametrize("word", sorted(NATIVE))
def test_every_translation_is_of_a_verb_that_exists(word: str) -> None:
    assert word in VERBS


def test_nothing_is_offered_in_writing_without_the_service_and_callers_go_on(tmp_path: Path) -> None:
    (tmp_path / "outbox.yaml").write_text("sms: {folder: texts}")
    other = {"hang_up": "Not sent."}
    steps = {"main": {"send": "Details.", "sent": "other", "not_sent": "other", "declined": "end"}, "end": END}
    plan = compiled(tmp_path, {**steps, "other": other}, outbox="outbox.yaml")
    assert_whole(plan)
    assert step_text(plan, "main") == "same => n(main),Goto(end)"
    assert "nothing is offered in writing" in plan.warnings[0]


def test_verbs_that_only_lead_on_are_passed_through_and_what_is_lost_is_told(tmp_path: Path) -> None:
    steps = {
        "main": {"split": {"trial": 20, "usual": 80}},
        "trial": END,
        "usual": {"notice": "all", "goto": "note"},
        "note": {"outcome": "began", "goto": "fact"},
        "fact": {"set": {"kind": "home"}, "goto": "way"},
        "way": {"branch": [{"when": {"fact": "kind", "is": "shop"}, "goto": "trial"}], "else": "sub"},
        "sub": {"call": "shared", "goto": "end"},
        "end": END,
    }
    shared = {"start": "ask", "steps": {"ask": MENU | {"choices": _to("back")}, "back": {"return": ""}}}
    plan = compiled(tmp_path, steps, flows={"shared": shared})
    assert_whole(plan)
    assert step_text(plan, "main") == "same => n(main),Goto(usual)"
    assert step_text(plan, "way") == "same => n(way),Goto(sub)"
    assert step_text(plan, "sub").splitlines()[0].endswith("=end)")
    assert "Goto(${IVR_AFTER_" in step_text(plan, "shared.back")
    told = "\n".join(plan.warnings)
    for lost in ("largest share", "announced is not said", "nothing is set", "'else'"):
        assert lost in told


def _to(step: str) -> dict[str, object]:
    return {"bins": {"say": ["bins"], "key": "1", "goto": step}}


def test_languages_are_offered_in_their_own_and_followed_by_key(tmp_path: Path) -> None:
    offered = {
        "language": "For English, press 1.",
        "languages": {
            "en-GB": {"key": "1", "goto": "end"},
            "cy": {"offer": "Cymraeg, pwyswch 2.", "key": "2", "goto": "people"},
        },
    }
    plan = compiled(tmp_path, {"main": offered, "people": {"transfer": "operator"}, "end": END})
    assert_whole(plan)
    text = step_text(plan, "main")
    assert "n(main-key-2),Set(IVR_KEY=)\nsame => n,Set(IVR_LAST=)\nsame => n,Set(IVR_FACT_language=cy)" in text
    assert [one.language for one in plan.prompts() if "Cymraeg" in one.text] == ["cy"]
