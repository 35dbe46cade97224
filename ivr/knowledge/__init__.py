"""The agency's own answers: articles as people write them, and the way from a caller's question to one of them."""

from ivr.knowledge.ageing import aged
from ivr.knowledge.answer_text import Vocabulary
from ivr.knowledge.articles import Article
from ivr.knowledge.matcher import Knowledge
from ivr.knowledge.shelf import check_vocabulary, load_articles, lonely_events

__all__ = ["Article", "Knowledge", "Vocabulary", "aged", "check_vocabulary", "load_articles", "lonely_events"]
