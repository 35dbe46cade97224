"""What a plan in Asterisk alone has learnt, from a manager event to the agent's pop."""

from __future__ import annotations

from ivr.handoff.keyed_story import AWAY, keyed_story
from ivr.handoff.queue_events import CallerJoined, read_event, read_lists

JOINED = {
    "Event": "QueueCallerJoin",
    "Uniqueid": "17.1",
    "Queue": "housing",
    "CallerIDNum": "0123",
    "CallerIDName": "Ann Lee",
    "ChanVariable": "IVR_TOLD=reason=plan&intent=parking&resident=yes&place=4271&empty=",
}


def test_an_event_tells_what_was_keyed() -> None:
    joined = read_event(JOINED)
    assert isinstance(joined, CallerJoined)
    story = keyed_story(joined.party)
    assert story is not None
    assert (story.call_id, story.queue, story.reason) == ("17.1", "housing", "plan")
    assert story.caller.name == "Ann Lee"
    assert story.intent is not None
    assert story.intent.name == "parking"
    assert {fact.name: fact.value for fact in story.facts} == {"resident": "yes", "place": "4271"}
    assert story.failures == (AWAY,)


def test_a_caller_whom_the_service_looked_after_has_no_such_story() -> None:
    for variables in ("", "IVR_TOLD=", "OTHER=IVR_TOLD=intent=x"):
        joined = read_event({**JOINED, "ChanVariable": variables})
        assert isinstance(joined, CallerJoined)
        assert keyed_story(joined.party) is None


def test_after_a_log_in_the_channel_list_tells_it() -> None:
    entry = {"Event": "QueueEntry", "Uniqueid": "17.1", "Queue": "housing", "Wait": "9"}
    channel = {"Event": "CoreShowChannel", "Uniqueid": "17.1", "ChanVariable": JOINED["ChanVariable"]}
    (waiting,) = read_lists([entry], [channel], []).waiting
    story = keyed_story(waiting.party)
    assert story is not None
    assert len(story.facts) == 2
    (unknown,) = read_lists([entry], [], []).waiting
    assert keyed_story(unknown.party) is None


def test_what_is_no_plain_text_is_cleaned_and_cut() -> None:
    joined = read_event({**JOINED, "ChanVariable": "IVR_TOLD=reason=a%0Ab&intent=" + "x" * 500})
    assert isinstance(joined, CallerJoined)
    story = keyed_story(joined.party)
    assert story is not None
    assert story.reason == "a b"
    assert story.intent is not None
    assert len(story.intent.name) == 100
