"""Frames survive any way of cutting the stream, and nonsense is told at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.recognition.wire import LONGEST_PAYLOAD, Frame, FrameFault, FrameKind, FrameReader, encode, encode_value

frames = st.builds(Frame, st.sampled_from(FrameKind), st.integers(0, 2**32 - 1), st.binary(max_size=300))


@given(st.lists(frames, max_size=8), st.lists(st.integers(1, 40), min_size=1))
def test_frames_come_back_however_the_stream_is_cut(sent: list[Frame], sizes: list[int]) -> None:
    stream = b"".join(encode(frame.kind, frame.utterance, frame.payload) for frame in sent)
    reader = FrameReader()
    got: list[Frame] = []
    turn = 0
    while stream:
        size = sizes[turn % len(sizes)]
        got += reader.feed(stream[:size])
        stream = stream[size:]
        turn += 1
    assert got == sent


@given(st.binary(max_size=200))
def test_nonsense_is_either_unfinished_or_a_fault(data: bytes) -> None:
    reader = FrameReader()
    try:
        for frame in reader.feed(data):
            assert isinstance(frame.kind, FrameKind)
    except FrameFault:
        pass


def test_a_value_comes_back_as_it_was() -> None:
    (frame,) = FrameReader().feed(encode_value(FrameKind.RESULT, 7, [["council tax", 0.93]]))
    assert (frame.kind, frame.utterance, frame.value) == (FrameKind.RESULT, 7, [["council tax", 0.93]])


def test_a_payload_without_json_is_a_fault_and_no_crash() -> None:
    with pytest.raises(FrameFault):
        _ = Frame(FrameKind.RESULT, 1, b"\xff{").value


def test_a_length_beyond_the_limit_is_refused_on_both_sides() -> None:
    with pytest.raises(ValueError, match="bytes"):
        encode(FrameKind.AUDIO, 1, bytes(LONGEST_PAYLOAD + 1))
    with pytest.raises(FrameFault, match="bytes"):
        FrameReader().feed(b"\xff\xff\xff\xff\x01\x00\x00\x00\x00")
