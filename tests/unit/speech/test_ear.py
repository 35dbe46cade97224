"""When a caller begins and is done, timed by sound alone: a test is a list of frames."""

from __future__ import annotations

from ivr.call import EndOfTurn, Listening, Match, Pauses
from ivr.speech.ear import FRAME_MS, KEPT_BEFORE_MS, NEWS_MS, Ear, EarSignal

HALF_A_SECOND = Pauses(free_s=0.5, incomplete_s=0.5)


class Marked:
    """A detector that reads the probability from the sound itself: its first sample, in hundredths."""

    def voiced(self, pcm: bytes) -> list[float]:
        return [int.from_bytes(pcm[i : i + 2], "little") / 100 for i in range(0, len(pcm), 512)]

    def reset(self) -> None:
        return


class Kept:
    """A listener that keeps what it is given; `partial` is what it has understood, `late_ms` ago if not at once."""

    partial = ""

    def __init__(self) -> None:
        self.pcm = b""
        self.looks = 0
        self.partial_ms = 0

    def understand(self, partial: str, late_ms: int = 0) -> None:
        self.partial, self.partial_ms = partial, len(self.pcm) // 16 - late_ms

    def feed(self, pcm: bytes) -> None:
        self.pcm += pcm

    def look(self) -> None:
        self.looks += 1


def frame(probability: float, amplitude: int = 1000) -> bytes:
    """32 ms of a square wave that the detector holds for a voice with `probability`."""
    return int(probability * 100).to_bytes(2, "little") + amplitude.to_bytes(2, "little") * 255


VOICE, QUIET = frame(0.9), frame(0.05, amplitude=10)


def heard(frames: list[bytes], listening: Listening | None = None) -> tuple[list[tuple[int, EarSignal]], Ear, Kept]:
    """What was noticed at which frame."""
    ear, kept = Ear(Marked(), listening or Listening(pauses=HALF_A_SECOND)), Kept()
    noticed = []
    for at, one in enumerate(frames):
        signal = ear.hear(one)
        if signal is EarSignal.VOICE:
            ear.hear(VOICE)  # the recogniser takes a moment to open
            ear.pass_on_to(kept)
        if signal is not None:
            noticed.append((at, signal))
    return noticed, ear, kept


def test_three_voiced_frames_begin_a_turn_and_the_silence_ends_it() -> None:
    noticed, ear, _ = heard([QUIET] * 10 + [VOICE] * 10 + [QUIET] * 20)
    assert noticed[0] == (12, EarSignal.VOICE)
    assert noticed[1] == (10 + 10 + 15, EarSignal.QUIET)  # 16 frames are the first to reach 500 ms
    assert ear.spoken_ms == 11 * FRAME_MS


def test_a_click_is_no_voice() -> None:
    noticed, _, kept = heard([QUIET, VOICE, VOICE, QUIET, VOICE, QUIET] * 10)
    assert noticed == []
    assert kept.pcm == b""


def test_a_pause_shorter_than_the_silence_does_not_end_the_turn() -> None:
    noticed, _, _ = heard([VOICE] * 5 + [QUIET] * 15 + [VOICE] * 5 + [QUIET] * 16)
    assert [signal for _, signal in noticed] == [EarSignal.VOICE, EarSignal.QUIET]
    assert noticed[1][0] == 5 + 15 + 5 + 15


def test_what_the_detector_still_takes_for_a_voice_far_below_it_is_silence() -> None:
    echo = frame(0.95, amplitude=16)  # 36 dB below, and the detector is sure
    noticed, ear, _ = heard([VOICE] * 10 + [echo] * 16)
    assert noticed[1] == (10 + 15, EarSignal.QUIET)
    assert ear.spoken_ms == 11 * FRAME_MS


def test_soft_endings_are_still_speech() -> None:
    soft = frame(0.6, amplitude=60)  # 24 dB below the loudest, 16 above the line
    hiss = frame(0.2, amplitude=110)  # 19 dB below the loudest, 21 above the line
    for sound in (soft, hiss):
        noticed, _, _ = heard([QUIET] * 10 + [VOICE] * 10 + [sound] * 30)
        assert [signal for _, signal in noticed] == [EarSignal.VOICE]


def test_a_machine_that_the_detector_never_takes_for_a_voice_is_silence() -> None:
    motor = frame(0.05, amplitude=900)
    assert heard([QUIET] * 10 + [VOICE] * 10 + [motor] * 16)[0][1] == (10 + 10 + 15, EarSignal.QUIET)


def test_a_noisy_room_is_speech_only_if_the_detector_is_sure() -> None:
    room = frame(0.1, amplitude=300)
    perhaps, surely = frame(0.6, amplitude=300), frame(0.95, amplitude=300)
    assert heard([room] * 10 + [VOICE] * 5 + [perhaps] * 20)[0][1] == (10 + 5 + 15, EarSignal.QUIET)
    assert len(heard([room] * 10 + [VOICE] * 5 + [surely] * 20)[0]) == 1


def test_sound_from_before_the_voice_is_passed_on() -> None:
    frames = [QUIET] * 30 + [VOICE] * 5
    _, _, kept = heard(frames)
    before_ms = (len(kept.pcm) // 512 - 6) * FRAME_MS + 3 * FRAME_MS
    assert KEPT_BEFORE_MS <= before_ms <= KEPT_BEFORE_MS + FRAME_MS
    assert kept.pcm.endswith(VOICE * 5)


def test_sound_of_any_size_is_heard_alike() -> None:
    sound = b"".join([QUIET] * 10 + [VOICE] * 10 + [QUIET] * 20)
    for size in (2, 320, 510, 3200):
        ear = Ear(Marked(), Listening(pauses=HALF_A_SECOND))
        noticed = [ear.hear(sound[at : at + size]) for at in range(0, len(sound), size)]
        assert [one for one in noticed if one is not None] == [EarSignal.VOICE, EarSignal.QUIET], size


class Yes:
    """Words of which "yes" means something and "yes please" nothing more."""

    def judge(self, text: str) -> Match:
        return {"yes": Match.MATCH, "yes please": Match.MAX_MATCH}.get(text, Match.NO_MATCH)


def test_the_words_so_far_say_how_long_the_silence_must_be() -> None:
    pauses = Pauses(unambiguous_s=0.2, complete_s=0.3, incomplete_s=0.9)
    listening = Listening(phrases=("yes", "yes please"), words=Yes(), end=EndOfTurn.MATCH, pauses=pauses)
    silence_ms = {}
    for partial in ("", "mm", "yes", "yes please"):
        ear, kept = Ear(Marked(), listening), Kept()
        kept.partial = partial
        for _ in range(5):
            if ear.hear(VOICE) is EarSignal.VOICE:
                ear.pass_on_to(kept)
        frames = 1
        while ear.hear(QUIET) is None:
            frames += 1
        silence_ms[partial] = frames * FRAME_MS
    assert silence_ms == {"": 896, "mm": 896, "yes": 288, "yes please": 192}  # to the nearest frame


def test_words_that_come_during_the_silence_count_at_once() -> None:
    listening = Listening(phrases=("yes",), words=Yes(), end=EndOfTurn.MATCH)
    ear, kept = Ear(Marked(), listening), Kept()
    for _ in range(5):
        if ear.hear(VOICE) is EarSignal.VOICE:
            ear.pass_on_to(kept)
    assert [ear.hear(QUIET) for _ in range(14)] == [None] * 14
    kept.understand("yes")
    assert ear.hear(QUIET) is EarSignal.QUIET


def test_a_pause_asks_for_its_words_unless_they_are_known_or_mean_nothing_to_the_end() -> None:
    def looks(partial: str, quiet: int, listening: Listening) -> int:
        ear, kept = Ear(Marked(), listening), Kept()
        kept.partial = partial
        for at in range(20):
            if ear.hear(QUIET if 10 <= at < 10 + quiet else VOICE) is EarSignal.VOICE:
                ear.pass_on_to(kept)
        return kept.looks

    menu = Listening(phrases=("yes", "yes please"), words=Yes(), end=EndOfTurn.MATCH, pauses=Pauses(unambiguous_s=0.2))
    assert [looks("", quiet, menu) for quiet in (3, 4, 6)] == [0, 1, 1]
    assert (looks("yes", 6, menu), looks("yes please", 5, menu)) == (1, 0)
    assert looks("", 6, Listening(phrases=None, words=Yes())) == 0

    long, kept = Ear(Marked(), menu), Kept()
    for _ in range(60):
        if long.hear(VOICE) is EarSignal.VOICE:
            long.pass_on_to(kept)
    for _ in range(6):
        long.hear(QUIET)
    assert kept.looks == 0


def silence_ms_until_the_end(words_at_ms: int, late_ms: int = 0) -> int:
    """Of a turn whose only word is understood after so much silence, from sound that came `late_ms` before."""
    listening = Listening(phrases=("yes",), words=Yes(), end=EndOfTurn.MATCH, pauses=Pauses(incomplete_s=0.9))
    ear, kept = Ear(Marked(), listening), Kept()
    for _ in range(5):
        if ear.hear(VOICE) is EarSignal.VOICE:
            ear.pass_on_to(kept)
    silence_ms = FRAME_MS
    while ear.hear(QUIET) is None:
        if silence_ms == words_at_ms:
            kept.understand("yes", late_ms)
        silence_ms += FRAME_MS
    return silence_ms


def test_words_that_come_late_in_the_silence_are_not_the_callers() -> None:
    assert silence_ms_until_the_end(NEWS_MS + FRAME_MS) == 896


def test_words_of_a_recogniser_that_is_late_count_by_the_sound_that_they_come_from() -> None:
    assert silence_ms_until_the_end(640, late_ms=400) == 672


def test_endless_talking_ends_at_its_limit() -> None:
    noticed, _, _ = heard([VOICE] * 200, Listening(longest_s=3.2, pauses=HALF_A_SECOND))
    assert noticed[1] == (98, EarSignal.QUIET)


def kept_bytes(ear: Ear) -> int:
    return len(ear._frame) + sum(map(len, ear._kept)) + sum(map(len, ear._unheard))


def test_twenty_minutes_of_silence_keep_a_quarter_of_a_second() -> None:
    ear = Ear(Marked(), Listening())
    for _ in range(20 * 60 * 1000 // FRAME_MS):
        ear.hear(QUIET)
    assert kept_bytes(ear) <= (KEPT_BEFORE_MS + FRAME_MS) * 16


def test_twenty_minutes_of_talk_that_nobody_takes_keep_one_turn_of_it() -> None:
    ear = Ear(Marked(), Listening(longest_s=12))
    most = 0
    for _ in range(20 * 60 * 1000 // FRAME_MS):
        ear.hear(VOICE)
        most = max(most, kept_bytes(ear))
    assert most <= (12_000 + KEPT_BEFORE_MS + FRAME_MS) * 16
