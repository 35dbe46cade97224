"""Language tags as plans write them (BCP 47) and as the catalogue of Vosk models does."""

from __future__ import annotations

import re

_CATALOGUE = {"cn": "zh", "gr": "el", "kz": "kk", "ua": "uk", "vn": "vi"}
"""Where the catalogue names a country instead of its language."""


_TAG = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,3}")


def is_tag(text: str) -> bool:
    """Whether `text` has the form of a tag (BCP 47, without its rare parts), in letters and digits only."""
    return _TAG.fullmatch(text) is not None


def primary(tag: str) -> str:
    """The language of `tag` without region (BCP 47): ``en`` for ``en-GB``, ``uk`` for the old ``ua``."""
    first = tag.replace("_", "-").partition("-")[0].casefold()
    return _CATALOGUE.get(first, first)


def same_language(one: str, other: str) -> bool:
    """Whether both are one language, perhaps of different regions."""
    return primary(one) == primary(other)
