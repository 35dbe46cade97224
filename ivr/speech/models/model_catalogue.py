"""The catalogue of official Vosk models: JSON → what can be downloaded; no I/O.

Its form is that of https://alphacephei.com/vosk/models/model-list.json, which the vosk package reads, too
(vosk/__init__.py, MODEL_LIST_URL): a list of objects with lang, lang_text, name, md5, size, type, url, obsolete.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.errors import ModelError
from ivr.speech.models.foreign_text import in_one_line
from ivr.speech.models.languages import is_tag, same_language
from ivr.speech.models.model import BUNDLED
from ivr.speech.models.web_address import web_address

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""A model's name becomes that of a folder."""
LARGEST_MODEL = 20_000_000_000
"""Bytes of a zip file; the largest official one has 2.3 GB."""
_KIND = re.compile(r"[a-z][a-z0-9-]{0,29}")
_MD5 = re.compile(r"[0-9a-f]{32}")
_NO_SPEECH = "spk"
"""Models that tell speakers apart, and hear no words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A model that can be downloaded; `size_bytes` is that of its zip file."""

    name: str
    language: str
    language_name: str
    kind: str
    """``small``, ``big-lgraph`` or ``big``."""
    size_bytes: int
    md5: str
    url: str
    obsolete: bool

    @property
    def fits(self) -> bool:
        """Whether it takes a grammar at run time, as menus need: a big model has one fixed graph."""
        return self.kind != "big"


def parse_catalogue(data: bytes, source: str) -> tuple[Offer, ...]:
    """The offers in `data`, which came from the address `source`; by language, small ones first.

    An entry that makes no sense, is unsafe or calls itself as the bundled model is left out; every text in an offer
    can be printed on a terminal. Raises ModelError if nothing is left, or if `data` is no JSON or nested too deeply.
    """
    try:
        entries = json.loads(data, parse_int=_size)
    except (ValueError, RecursionError):
        entries = None
    offers = [offer for entry in entries if (offer := _offer(entry, source))] if isinstance(entries, list) else []
    if not offers:
        raise ModelError(f"{source} holds no catalogue of Vosk models: see the setting 'model_catalogue'")
    return tuple(sorted(offers, key=lambda offer: (offer.language, not offer.fits, offer.size_bytes, offer.name)))


def offers_for(offers: tuple[Offer, ...], language: str | None, *, obsolete: bool = False) -> tuple[Offer, ...]:
    """Those for `language` (any region of it; None: all), without the obsolete ones unless they are wanted."""
    return tuple(
        offer
        for offer in offers
        if (language is None or same_language(offer.language, language)) and (obsolete or not offer.obsolete)
    )


def _size(digits: str) -> int | None:
    """A number of bytes, of which the sizes are the only ones here; a larger one must not break the whole list."""
    return int(digits) if len(digits) <= len(str(LARGEST_MODEL)) else None


def _offer(entry: Any, source: str) -> Offer | None:
    if not isinstance(entry, Mapping):
        return None
    text = {key: value for key, value in entry.items() if isinstance(value, str)}
    name, language, kind = text.get("name", ""), text.get("lang", ""), text.get("type", "")
    size, md5 = entry.get("size"), text.get("md5", "").lower()
    url = web_address(text.get("url", ""), source)
    if (
        not NAME.fullmatch(name)
        or name.casefold() == BUNDLED
        or not is_tag(language)
        or kind == _NO_SPEECH
        or not _KIND.fullmatch(kind)
        or not _MD5.fullmatch(md5)
        or not isinstance(size, int)
        or isinstance(size, bool)
        or not 0 < size <= LARGEST_MODEL
        or url is None
    ):
        return None
    return Offer(
        name=name,
        language=language,
        language_name=in_one_line(text.get("lang_text", "")) or language,
        kind=kind,
        size_bytes=size,
        md5=md5,
        url=url,
        obsolete=entry.get("obsolete") is True or text.get("obsolete", "").lower() == "true",
    )
