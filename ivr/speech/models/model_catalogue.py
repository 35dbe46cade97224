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
from urllib.parse import urljoin, urlsplit

from ivr.errors import ModelError
from ivr.speech.models.languages import same_language

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""A model's name becomes that of a folder."""
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

    An entry that makes no sense is left out. Raises ModelError if nothing is left.
    """
    try:
        entries = json.loads(data)
    except ValueError:
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


def _offer(entry: Any, source: str) -> Offer | None:
    if not isinstance(entry, Mapping):
        return None
    text = {key: str(entry.get(key, "")) for key in ("name", "lang", "lang_text", "type", "md5", "url", "obsolete")}
    size = entry.get("size")
    url = urljoin(source, text["url"])
    secure_enough = urlsplit(url).scheme in ("https", urlsplit(source).scheme)
    if (
        not NAME.fullmatch(text["name"])
        or not text["lang"]
        or text["type"] == _NO_SPEECH
        or not _MD5.fullmatch(text["md5"].lower())
        or not isinstance(size, int)
        or size <= 0
        or not text["url"]
        or not secure_enough
    ):
        return None
    return Offer(
        name=text["name"],
        language=text["lang"],
        language_name=text["lang_text"] or text["lang"],
        kind=text["type"],
        size_bytes=size,
        md5=text["md5"].lower(),
        url=url,
        obsolete=text["obsolete"].lower() == "true",
    )
