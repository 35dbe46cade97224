"""From a question to an article: sure, unsure, or not known; the exact words of a phrasing always find theirs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from ivr.call import Answer, Finding, Hypothesis, Known, NotKnown, Unsure
from ivr.knowledge.articles import Article
from ivr.knowledge.embedding import bundled
from ivr.knowledge.kept_vectors import vectors_of
from ivr.knowledge.likeness import Likeness
from ivr.knowledge.words import says_something, spoken_form

MOST_READINGS = 3
"""Of a question that are compared; each costs 3 to 7 ms, most of it the embedding."""
SURE = 0.65
"""Told at once from here on: the probability that the question is about any article, times the best one's share of the
votes for the best two. On CLINC150's validation questions: with 10 articles of 5 to 10 phrasings 76 to 96 % are told
rightly, 0.5 % wrongly at most; of questions about anything else 1 % at most, of those about something near (another
intent) 5 % at most. With 150 articles of 10 it is 75 % rightly, 1.5 % wrongly, 1.5 % about anything else.
"""
CLEAR = 0.75
"""And the best one's share, without which the line asks which of the two was meant."""
ANY = 0.3
"""Probability of being about any article from which on the line asks back: below it lie 1 to 10 % of what articles
answer, and 89 to 99 % of what none does."""
OFFERED = 0.12
"""Of the second candidate; below, only the best is offered."""


class Knowledge:
    """All articles, ready to be asked. The first question, or `prepare`, loads and fits what compares them."""

    def __init__(self, articles: Iterable[Article], kept: Path | None = None) -> None:
        """`kept` is a folder for vectors of phrasings, so that nothing is computed twice."""
        self.articles = tuple(articles)
        self._by_name = {article.name: article for article in self.articles}
        pairs = [(phrasing.text, article.name) for article in self.articles for phrasing in article.phrasings]
        self._phrasings = tuple(text for text, _ in pairs)
        self._exact = dict(pairs)
        self._kept = kept
        self._likeness: Likeness | None = None
        self._preparing = threading.Lock()

    def prepare(self) -> Knowledge:
        """Load and fit everything now: a question never waits for it. Blocks for a second or more; threads may."""
        with self._preparing:
            if self._likeness is None and self.articles:
                vectors = vectors_of(self._phrasings, bundled(), self._kept)
                self._likeness = Likeness([[one.text for one in each.phrasings] for each in self.articles], vectors)
        return self

    def phrasings(self) -> tuple[str, ...]:
        """Every phrasing of every article, as a recogniser prints it."""
        return self._phrasings

    def vocabulary(self) -> frozenset[str]:
        """Every word of every phrasing."""
        return frozenset(word for phrasing in self._phrasings for word in phrasing.split())

    def answers(self) -> tuple[Answer, ...]:
        """Every article as it is spoken, with confidence 1."""
        return tuple(article.answer(1.0) for article in self.articles)

    def ask(self, readings: Sequence[Hypothesis]) -> Finding:
        """What the articles say to a question, given as its readings."""
        (best, score), (rival, of_rival) = self._best_two(readings)
        if not best or score + of_rival < ANY:
            return NotKnown()
        if score >= SURE and score >= CLEAR * (score + of_rival):
            return Known(answer=self._answer(best, score))
        offered = [(best, score), (rival, of_rival)] if of_rival >= OFFERED else [(best, score)]
        return Unsure(candidates=tuple(self._answer(*one) for one in offered))

    def nearest(self, text: str) -> Answer | None:
        """The article that is likest to `text`, however little: its confidence says how much. None if there is none."""
        (best, score), _ = self._best_two([Hypothesis(text=text, confidence=1.0)])
        return self._answer(best, score) if best else None

    def _answer(self, name: str, score: float) -> Answer:
        return self._by_name[name].answer(min(1.0, score))

    def _best_two(self, readings: Sequence[Hypothesis]) -> tuple[tuple[str, float], tuple[str, float]]:
        """The two likeliest articles by name, each with its best reading's score; an empty name and 0 for none."""
        scores: dict[str, float] = {}
        for name, score in self._scores(readings):
            scores[name] = max(scores.get(name, 0.0), score)
        best, rival, *_ = [*sorted(scores.items(), key=lambda one: -one[1]), ("", 0.0), ("", 0.0)]
        return best, rival

    def _scores(self, readings: Sequence[Hypothesis]) -> list[tuple[str, float]]:
        """Scores of articles by each reading; a less likely reading counts less, exact words of the likeliest alone."""
        surest = max((reading.confidence for reading in readings), default=0.0)
        weights: dict[str, float] = {}
        for reading in readings:
            text = spoken_form(reading.text)
            weights[text] = max(weights.get(text, 0.0), reading.confidence / surest if surest > 0 else 1.0)
        exact = [(self._exact[text], weight) for text, weight in weights.items() if text in self._exact]
        if any(weight >= 1.0 for _, weight in exact):
            return [one for one in exact if one[1] >= 1.0][:1]
        asked = [text for text in weights if text not in self._exact and says_something(text)]
        asked = sorted(asked, key=lambda text: -weights[text])[:MOST_READINGS]
        near = self._near(asked) if asked and self.articles else []
        return [*exact, *((name, weights[asked[at]] * score) for at, name, score in near)]

    def _near(self, texts: list[str]) -> list[tuple[int, str, float]]:
        """For each of `texts`, by its place: one or two nearest articles, and how surely it means each (below 1)."""
        if self._likeness is None:
            self.prepare()
        assert self._likeness is not None
        votes, any_at_all = self._likeness.to(texts, bundled().embed(texts))
        found = []
        for place, of_text in enumerate(votes):
            nearest = of_text.argsort()[::-1][:2]
            surety = float(any_at_all[place]) / float(of_text[nearest].sum())
            found += [(place, self.articles[at].name, min(0.99, surety * float(of_text[at]))) for at in nearest]
        return found
