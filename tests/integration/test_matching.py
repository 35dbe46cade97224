"""Real people's questions find the articles of a small helpline, and those about other things do not."""

from __future__ import annotations

import random

from ivr.call import Known, NotKnown
from tests.bench.matching import heard, knowledge_of, offered
from tests.question_sets import drawn, needs_questions, questions

ARTICLES, PHRASINGS, SEED = 12, 7, 20


@needs_questions
def test_a_small_helpline_answers_its_questions_and_refuses_others() -> None:
    intents = random.Random(SEED).sample(sorted({intent for intent, _ in questions("clinc150", "train")}), ARTICLES)
    knowledge = knowledge_of(drawn(questions("clinc150", "train"), PHRASINGS, SEED, set(intents)))
    asked = [one for one in questions("clinc150", "val") if one[0] in intents][::2]
    found = [(knowledge.ask(heard(text)), intent) for intent, text in asked]
    right = sum(intent in offered(finding) for finding, intent in found)
    wrong = sum(isinstance(finding, Known) and finding.answer.article != intent for finding, intent in found)
    assert right >= 0.85 * len(found)
    assert wrong <= 0.02 * len(found)
    others = [knowledge.ask(heard(text)) for _, text in questions("clinc150", "oos_val")]
    assert sum(finding == NotKnown() for finding in others) >= 0.9 * len(others)
    assert sum(isinstance(finding, Known) for finding in others) <= 0.02 * len(others)


@needs_questions
def test_every_phrasing_of_three_hundred_articles_finds_its_own() -> None:
    phrasings = [
        *drawn(questions("clinc150", "train"), 1, SEED),
        *((f"bank {intent}", text) for intent, text in drawn(questions("banking77", "train"), 2, SEED)),
    ]
    knowledge = knowledge_of(phrasings)
    for intent, text in phrasings:
        finding = knowledge.ask(heard(text))
        assert isinstance(finding, Known) and finding.answer.article == intent
