"""Fits the calibration of the bundled model: ``python -m tests.bench.fit_confidence``, with people's recordings there.

``digits``, ``grammar`` or ``open`` behind it fits the rules of these kinds only: of those whose grammars have changed.
Prints how reliable they are for speakers and sentences that were left out of the fit.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

from ivr.speech.models.model import BUNDLED_FOLDER
from ivr.speech.recognition.calibration import OPEN, Example, calibration_from, part_right, printed, write
from ivr.speech.recognition.calibration import Grammar as Listened
from ivr.speech.recognition.confidence import Calibration
from ivr.speech.recognition.readings import weigh, words_in
from ivr.speech.recognition.vosk_worker import Decoder
from tests.bench.spoken import DIGITS, FIT_VOICES, Case, cases, places
from tests.speech_sets import SPEECH

MARKS = {"digits": frozenset(DIGITS)}
FITTED_ON = (
    "people: 200 digits (Free Spoken Digit Dataset, CC BY-SA 4.0), 100 strings of six of them, 150 words (Speech "
    "Commands, CC BY 4.0), 100 AN4 sentences; seven espeak-ng voices saying menus, alone and in a sentence, digits, "
    "off-topic sentences and hesitations; noises without speech; through µ-law, two in five again with kitchen noise "
    "at 20 or 10 dB"
)
"""Kept in the file."""
_OPEN_SETS = ("sentences, people", "off-topic, synthetic", "menus, synthetic", "no speech")


def main(*kinds: str) -> int:
    """Fit the rules of `kinds`, of all if none is named, and write them."""
    if not (SPEECH / "index.tsv").is_file():
        sys.stderr.write(f"no recordings of people in {SPEECH}: set IVR_TEST_SPEECH to a folder with index.tsv\n")
        return 2
    said = asyncio.run(cases(FIT_VOICES))
    decoder = Decoder(BUNDLED_FOLDER)
    here = places()
    wanted = kinds or ("digits", "grammar", OPEN)
    judge_open = part_right([Listened(of=OPEN, phrases=None)])

    def listened(case: Case) -> tuple[str, Example] | None:
        place = here[case.place]
        phrases = place.phrases or ()
        kind = "digits" if MARKS["digits"] <= words_in(phrases) else "grammar"
        if kind not in wanted:
            return None
        weighed = weigh(decoder.result(case.pcm, phrases), phrases)
        meant = place.means(weighed.texts[0][0]) if weighed else None
        if weighed is None or meant is None:
            return None  # nobody acts on what means nothing
        right = float(case.means is not None and meant == case.means)
        # Several answers in one sentence ("the recycling, on Friday") are judged by the digits' rule as well, and are
        # no whole phrase: it must not know of strays, which are rare beside digits alone.
        known = {**weighed.features, "strays": 0.0} if kind == "digits" else weighed.features
        return kind, Example(features=known, right=right, fold=case.speaker)

    def open_ended(case: Case) -> tuple[str, Example] | None:
        weighed = weigh(decoder.result(case.pcm, None), None)
        if weighed is None:
            return None
        right = judge_open(OPEN, case.text, weighed.texts[0][0])
        return OPEN, Example(features=weighed.features, right=right, fold=case.speaker)

    once = [case for case in said if case.of in _OPEN_SETS and case.place == "main" and OPEN in wanted]
    with ThreadPoolExecutor(2) as threads:
        found = [*threads.map(listened, said), *threads.map(open_ended, once)]
    examples: dict[str, list[Example]] = {}
    for one in found:
        if one is not None:
            examples.setdefault(one[0], []).append(one[1])
    fitted, tables = calibration_from(examples, fitted_on=FITTED_ON, marks=MARKS)
    before = {rule.kind: rule for rule in decoder.calibration.rules}
    fresh = {rule.kind: rule for rule in fitted.rules if rule.kind in examples}
    rules = tuple(sorted({**before, **fresh}.values(), key=lambda rule: not rule.marks))
    write(BUNDLED_FOLDER, Calibration(rules=rules, fitted_on=FITTED_ON))
    for kind, bins in tables.items():
        sys.stdout.write(f"{kind}: {len(examples[kind])} readings\n{printed(bins)}\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
