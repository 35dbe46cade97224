"""The agency's own answers: articles as people write them, and the way from a caller's question to one of them."""

from ivr.knowledge.articles import Article, check_vocabulary, load_articles
from ivr.knowledge.matcher import Knowledge

__all__ = ["Article", "Knowledge", "check_vocabulary", "load_articles"]
