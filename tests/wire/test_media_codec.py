"""The control messages of chan_websocket, against what Asterisk 22.10.1 sent and took."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.media import codec
from ivr.media.audio import Key
from ivr.testing.fake_asterisk_media import FakeMediaChannel

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("media_*.json"))
TICK_MS = 20


def messages(path: Path, side: str) -> list[str]:
    return [entry["text"] for entry in json.loads(path.read_text()) if entry["from"] == side and "text" in entry]


EVENTS = [text for path in RECORDINGS for text in messages(path, "asterisk")]
COMMANDS = {text for path in RECORDINGS for text in messages(path, "service")}


def test_there_are_recordings_of_every_kind_of_event() -> None:
    kinds = {type(codec.decode(text)).__name__ for text in EVENTS}
    assert kinds == {
        "MediaStart",
        "Key",
        "MarkPassed",
        "BufferingCompleted",
        "QueueFull",
        "QueueFree",
        "Status",
        "Complaint",
        "OtherEvent",
    }


def test_recorded_events_are_understood() -> None:
    prompt = [codec.decode(text) for text in messages(RECORDINGS[0].with_name("media_prompt.json"), "asterisk")]
    assert prompt == [
        codec.MediaStart(
            channel="WebSocket/ivr/0x7f05340048b0", channel_id="1795373221.2", format="slin", frame_bytes=320
        ),
        codec.Status(queued_frames=0, queue_full=False, buffering=False, paused=False),
        codec.Status(queued_frames=0, queue_full=False, buffering=True, paused=False),
        codec.Status(queued_frames=76, queue_full=False, buffering=False, paused=False),
        codec.MarkPassed("m1"),
        codec.BufferingCompleted("p1"),
    ]
    keys = [codec.decode(text) for text in messages(RECORDINGS[0].with_name("media_keys.json"), "asterisk")]
    assert keys[1:] == [Key("5"), Key("*"), Key("#")]
    assert codec.Complaint("'sideways' is not a valid direction for SET_MEDIA_DIRECTION.") in [
        codec.decode(text) for text in EVENTS
    ]


def test_our_commands_are_byte_for_byte_those_that_asterisk_took() -> None:
    ours = {
        codec.START_BUFFERING,
        codec.FLUSH,
        codec.PAUSE,
        codec.CONTINUE,
        codec.GET_STATUS,
        codec.SOUND_BOTH_WAYS,
        codec.SOUND_TO_CALLER_ONLY,
        codec.HANG_UP,
        codec.mark("m1"),
        codec.stop_buffering("p1"),
    }
    assert ours <= COMMANDS


def test_a_command_that_asterisk_would_drop_is_refused() -> None:
    name = "x" * (codec.LONGEST_COMMAND - len(codec.mark("")))
    assert len(codec.mark(name)) == codec.LONGEST_COMMAND
    with pytest.raises(ValueError, match="drops"):
        codec.mark(name + "x")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MEDIA_START connection_id:ivr channel:WebSocket/ivr format:slin optimal_frame_size:320",
        "DTMF_END digit:5",
        "[]",
        "5",
        "null",
        "{}",
        '{"event":5}',
        '{"event":"DTMF_END"}',
        '{"event":"DTMF_END","digit":"55"}',
        '{"event":"DTMF_END","digit":"x"}',
        '{"event":"MEDIA_MARK_PROCESSED","correlation_id":7}',
        '{"event":"STATUS","queue_length":true,"queue_full":false,"bulk_media":false,"media_paused":false}',
        '{"event":"STATUS","queue_length":-1,"queue_full":false,"bulk_media":false,"media_paused":false}',
        '{"event":"STATUS","queue_length":1,"queue_full":"no","bulk_media":false,"media_paused":false}',
        "[" * 60_000,
        "9" * 60_000,
    ],
)
def test_what_is_no_event_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        codec.decode(text)


def test_an_event_of_a_newer_asterisk_is_no_fault() -> None:
    assert codec.decode('{"event":"MEDIA_SPARKLES","channel_id":"1"}') == codec.OtherEvent("MEDIA_SPARKLES")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.text() | JSON_VALUES.map(json.dumps))
def test_no_text_does_more_than_raise_a_value_error(text: str) -> None:
    with suppress(ValueError):
        codec.decode(text)


@given(st.sampled_from(EVENTS), st.data())
def test_a_recorded_event_with_a_changed_field_does_no_more_either(text: str, data: st.DataObject) -> None:
    fields = json.loads(text)
    name = data.draw(st.sampled_from(sorted(fields)))
    fields[name] = data.draw(JSON_VALUES)
    cut = data.draw(st.integers(0, len(text)))
    for changed in (json.dumps(fields), text[:cut]):
        with suppress(ValueError):
            codec.decode(changed)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_the_fake_asterisk_says_what_the_real_one_said(path: Path) -> None:
    """The recorded commands at their recorded times, and a tick every 20 ms: same events, same counts."""
    said: list[str] = []
    fake = FakeMediaChannel(said.append)
    entries = json.loads(path.read_text())
    tick_ms = entries[0]["at_ms"]
    for entry in entries:
        while tick_ms < entry["at_ms"]:
            fake.tick()
            tick_ms += TICK_MS
        if entry["from"] == "asterisk" and '"MEDIA_START"' in entry.get("text", ""):
            fake.start()
        elif entry["from"] == "asterisk" and '"DTMF_END"' in entry.get("text", ""):
            fake.press(json.loads(entry["text"])["digit"])
        elif entry["from"] == "service" and "text" in entry:
            fake.receive_text(entry["text"])
        elif entry["from"] == "service":
            fake.receive_sound(bytes(entry["sound_bytes"]))
    for _ in range(5):
        fake.tick()
    real = [json.loads(text) for text in messages(path, "asterisk")]
    fakes = [json.loads(text) for text in said]
    assert sorted(map(_gist, fakes)) == sorted(map(_gist, real))
    assert [list(event) for event in fakes[:1]] == [list(event) for event in real[:1]]
    for told, recorded in zip(_queues(fakes), _queues(real), strict=True):
        assert told == pytest.approx(recorded, abs=3)


def _gist(event: dict[str, Any]) -> str:
    """All of an event but what differs from call to call."""
    left_out = {"channel_id", "channel", "channel_variables", "queue_length"}
    return json.dumps({name: value for name, value in event.items() if name not in left_out}, sort_keys=True)


def _queues(events: list[dict[str, Any]]) -> list[int]:
    return [event["queue_length"] for event in events if event["event"] == "STATUS"]
