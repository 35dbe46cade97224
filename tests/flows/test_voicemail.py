"""A message for the people of a queue: only with consent, and told if it could not be kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ivr.call import EndReason, MessageLeft
from ivr.dialogue.ports import Message
from ivr.dialogue.verbs.voicemail import Voicemail
from ivr.testing.fixed_world import FixedWorld
from ivr.testing.scripted_caller import hangs_up, keeps_silent, presses, says
from tests.flows.helplines import call, plan

STEPS = """
  one:
    voicemail: Please leave your message after the beep, and press hash.
    consent: We keep a recording for thirty days. Is that all right?
    queue: office
    message_longest_s: 60
    kept: thanks
    not_kept: nothing
  thanks:
    hang_up: Thank you. Goodbye.
  nothing:
    hang_up: There is no message. Goodbye.
"""


class Full(FixedWorld):
    async def keep_message(self, message: Message) -> bool:
        return False


def test_a_message_is_kept_after_a_yes(tmp_path: Path) -> None:
    world = FixedWorld()
    called = call(
        plan(tmp_path, STEPS), presses("1"), says("my roof leaks badly", expect="after the beep"), world=world
    )
    assert called.said[-1] == "Thank you. Goodbye."
    (message,) = world.messages
    assert (message.hand_over.queue, len(message.sound)) == ("office", 16_000 * 4)
    assert [(left.queue, left.seconds, left.kept) for left in called.feed.of(MessageLeft)] == [("office", 4.0, True)]
    (limits,) = [listening.message for _, listening in called.telephone.turns if listening and listening.message]
    assert (limits.longest_s, limits.silence_s) == (60, 4)


def test_without_consent_or_words_nothing_is_kept(tmp_path: Path) -> None:
    for acts in ([says("no")], [says("yes"), keeps_silent()]):
        world = FixedWorld()
        called = call(plan(tmp_path, STEPS), *acts, world=world)
        assert called.said[-1] == "There is no message. Goodbye."
        assert not world.messages


def test_who_cannot_leave_a_message_is_told(tmp_path: Path) -> None:
    called = call(plan(tmp_path, STEPS), says("yes"), says("my roof"), world=Full())
    assert called.said[-1] == "There is no message. Goodbye."
    assert not called.feed.of(MessageLeft)[0].kept


def test_hanging_up_ends_a_message_like_a_key(tmp_path: Path) -> None:
    world = FixedWorld()
    called = call(plan(tmp_path, STEPS), says("yes"), hangs_up(), world=world)
    assert called.reason is EndReason.CALLER_LEFT
    flow, _ = plan(tmp_path, STEPS)
    assert isinstance(flow.steps["one"].verb, Voicemail)
    assert replace(flow.steps["one"].verb).queues()[0].text == "office"
