"""The line itself: real phones on a real Asterisk, before any service speaks."""

from __future__ import annotations

import asyncio

import pytest

from ivr.errors import LineError
from ivr.pbx import Pbx
from ivr.testing.sip_phone import CallRefused
from ivr.testing.sound import SPOKEN_DBFS, level_dbfs, speak, tone

ECHO = "600"
HELPLINE = "100"
BARE_MENU = "900"
ODD_NAMES = [
    "x,y,z",
    "Smith (home",
    'the "boss"',
    "${SHELL(touch /tmp/x)}",
    "red \x1b[31m alarm \x07",
    "<img src=x onerror=alert(1)>",
    "",
    "Anonymous",
    "n" * 80,
    "Zoë Łukasz 日本",
]


async def test_what_is_said_and_pressed_comes_back(phone):
    caller = await phone("caller")
    call = await caller.dial(ECHO)
    began = asyncio.get_running_loop().time()
    said_at = await call.say(tone(440, 600))
    heard_at = await call.wait_for_sound(since=began)
    assert heard_at - began < 0.3
    await call.wait_for_silence(0.3)
    assert level_dbfs(call.heard(heard_at, said_at)) == pytest.approx(SPOKEN_DBFS, abs=2)
    await call.press("159*0#")
    await asyncio.wait_for(_keys(call, 6), 3)
    assert "".join(key for _, key in call.line.key_events) == "159*0#"
    await call.hang_up()


async def test_speech_survives_the_line(phone, tmp_path):
    caller = await phone("caller")
    call = await caller.dial(ECHO)
    words = await speak("my bins were not collected", cache=tmp_path)
    began = asyncio.get_running_loop().time()
    await call.say(words)
    await call.wait_for_silence(0.5)
    assert level_dbfs(call.heard(began)) == pytest.approx(level_dbfs(words), abs=3)


async def test_a_wrong_password_is_refused(phone):
    caller = await phone("caller", password="wrong")
    with pytest.raises(CallRefused) as refused:
        await caller.dial(HELPLINE)
    assert refused.value.status == 401
    alice = await phone("alice", password="wrong")
    with pytest.raises(CallRefused):
        await alice.register()


async def test_a_caller_without_an_account_is_refused(phone):
    stranger = await phone("stranger", password="guess")
    with pytest.raises(CallRefused) as refused:
        await stranger.dial(HELPLINE)
    assert refused.value.status == 401


@pytest.mark.parametrize("number", ["101", "00441234567890", "alice", "PJSIP", "s", "h", "T", "operator", "i"])
async def test_a_number_that_is_not_ours_does_not_exist(phone, number):
    caller = await phone("caller")
    with pytest.raises(CallRefused) as refused:
        await caller.dial(number)
    assert refused.value.status == 404


async def test_agents_cannot_dial_anything(phone):
    alice = await phone("alice", register=True)
    for number in (HELPLINE, ECHO, "bob"):
        with pytest.raises(CallRefused):
            await alice.dial(number)


@pytest.mark.parametrize("name", ODD_NAMES)
async def test_no_caller_name_harms_the_line(phone, pbx: Pbx, name):
    caller = await phone("caller")
    call = await caller.dial(ECHO, name=name, number_shown='"+44 (1234) ${X},5')
    assert "1 active channel" in await pbx.console("core show channels count")
    await call.hang_up()


@pytest.mark.parametrize("number", ["", "anonymous", "+441234567890", "a" * 80, "'; drop table calls"])
async def test_no_caller_number_harms_the_line(phone, number):
    caller = await phone("caller")
    call = await caller.dial(ECHO, number_shown=number)
    await call.hang_up()


async def test_forty_phones_talk_at_once(phone):
    caller = await phone("caller")
    calls = await asyncio.gather(*(caller.dial(ECHO) for _ in range(40)))
    await asyncio.gather(*(call.say(tone(440, 1000)) for call in calls))
    await asyncio.gather(*(call.wait_for_silence(0.3) for call in calls))
    for call in calls:
        assert len(call.heard()) > 0.95 * len(tone(440, 1000))
        await call.hang_up()


async def test_the_bare_menu_answers_and_takes_keys(phone):
    caller = await phone("caller")
    call = await caller.dial(BARE_MENU)
    await call.wait_for_sound()
    pressed_at = await call.press("1")
    await call.wait_for_sound(since=pressed_at)
    await call.hang_up()


async def test_a_caller_in_the_queue_hears_a_tone_and_an_agent_who_answers_late(phone):
    alice = await phone("alice", register=True, queue="operator")
    caller = await phone("caller")
    call = await caller.dial(HELPLINE, name="Mrs O'Hara", number_shown="01234567890")
    ring = await alice.wait_for_call(5)
    assert (ring.name, ring.number) == ("Mrs O'Hara", "01234567890")
    talk = await ring.answer()
    answered_at = talk.answered_at
    await call.say(tone(400, 400))
    await talk.wait_for_sound(since=answered_at)
    await talk.say(tone(500, 400))
    await call.wait_for_sound(since=answered_at)
    await talk.hang_up()
    await call.wait_for_end()


async def test_an_agents_phone_stops_ringing_when_the_caller_leaves(phone):
    alice = await phone("alice", register=True, queue="operator")
    caller = await phone("caller")
    call = await caller.dial(HELPLINE)
    ring = await alice.wait_for_call(5)
    await call.hang_up()
    await asyncio.wait_for(ring.cancelled.wait(), 2)
    with pytest.raises(LineError):
        await ring.answer()


async def test_a_busy_agent_is_passed_over_for_the_next(phone):
    bob = await phone("bob", register=True, queue="operator")
    caller = await phone("caller")
    call = await caller.dial(HELPLINE)
    (await bob.wait_for_call(5)).reject()
    again = await bob.wait_for_call(10)
    await (await again.answer()).hang_up()
    await call.wait_for_end()


async def test_waiting_is_never_dead_silent_and_ends_with_a_word(phone):
    caller = await phone("caller")
    call = await caller.dial(HELPLINE)
    await call.wait_for_silence(2.0)  # the apology is over
    await call.wait_for_sound(timeout_s=6)  # the tone of waiting
    before_goodbye = await call.wait_for_end(40)
    assert level_dbfs(call.heard(before_goodbye - 3)) > -40, "nobody said that nobody is there"


async def _keys(call, count):
    while len(call.line.key_events) < count:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
