"""Hand-overs on disk: complete, bounded, and nothing in the folder can break the start."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call import AnswerHeard, Caller, CallId, Fact, HandOver, Identity, Intent, Level, Said, Speaker, TranscriptLine
from ivr.handoff import spool as spool_module
from ivr.handoff.spool import OLDEST_S, Spool, from_dict, to_dict

TEXT = st.text(max_size=30)
SURE = st.floats(0, 1)


def hand_over(call_id: str) -> HandOver:
    return HandOver(call_id=CallId(call_id), caller=Caller.presented("1", None, None), queue="operator", reason="asked")


@given(
    st.builds(
        HandOver,
        call_id=TEXT.map(CallId),
        caller=st.builds(Caller, number=TEXT, name=TEXT, dialled=TEXT),
        queue=TEXT,
        reason=TEXT,
        intent=st.none() | st.builds(Intent, name=TEXT, confidence=SURE),
        facts=st.tuples(st.builds(Fact, name=TEXT, value=TEXT, confidence=SURE)),
        answers_heard=st.tuples(st.builds(AnswerHeard, article=TEXT, title=TEXT, heard_to_end=st.booleans())),
        failures=st.tuples(TEXT),
        transcript=st.tuples(
            st.builds(
                TranscriptLine,
                at_s=st.floats(0, 9999),
                speaker=st.sampled_from(Speaker),
                text=TEXT,
                confidence=st.none() | SURE,
            )
        ),
        identity=st.builds(Identity, level=st.sampled_from(Level), by=TEXT, failed=st.integers(0, 9)),
        record=st.tuples(st.builds(Said, name=TEXT, value=TEXT, source=TEXT, as_of=TEXT, counts=st.booleans())),
    )
)
def test_a_hand_over_comes_back_as_it_went(original: HandOver) -> None:
    assert from_dict(json.loads(json.dumps(to_dict(original)))) == original


async def test_old_and_foreign_files_are_removed_and_the_rest_is_read(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for call_id in ("old", "fresh", "../../etc/passwd", ".."):
        spool.keep(hand_over(call_id))
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "other.json").write_text("[1]")
    (tmp_path / "half.new").write_text("")
    await spool.load(now=0)  # in order: everything above is written by now
    os.utime(tmp_path / "old.json", (1.0, 1.0))
    now = (tmp_path / "fresh.json").stat().st_mtime
    found = await spool.load(now=now)
    assert {item.call_id for item in found} == {"fresh", "../../etc/passwd", ".."}
    assert not list(tmp_path.parent.glob("*.json")), "no call id leads out of the folder"
    await spool.load(now=now + OLDEST_S + 60)
    assert list(tmp_path.iterdir()) == []
    await spool.close()


async def test_too_many_files_lose_the_oldest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "MOST", 2)
    spool = Spool(tmp_path)
    for number in range(4):
        spool.keep(hand_over(str(number)))
    await spool.load(now=0)
    spool.keep(hand_over("9"))
    found = await spool.load(now=0)
    assert len(found) == 2 and len(list(tmp_path.iterdir())) == 2
    await spool.close()


async def test_a_disk_that_fails_does_not_stop_the_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    spool = Spool(tmp_path / "file" / "below")
    spool.keep(hand_over("1"))
    await spool.close()
    assert "hand-overs cannot be kept on disk" in caplog.text
