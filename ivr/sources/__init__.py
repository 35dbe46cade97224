"""The agency's tables and services, asked by name: CSV, SQL, HTTP."""

from ivr.sources.reading import load_sources
from ivr.sources.sources import Sources

__all__ = ["Sources", "load_sources"]
