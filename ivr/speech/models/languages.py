"""Language tags as plans write them (BCP 47) and as the catalogue of Vosk models does."""

from __future__ import annotations

_CATALOGUE = {"cn": "zh", "gr": "el", "kz": "kk", "ua": "uk", "vn": "vi"}
"""Where the catalogue names a country instead of its language."""


def primary(tag: str) -> str:
    """The language of `tag` without region (BCP 47): ``en`` for ``en-GB``, ``uk`` for the old ``ua``."""
    first = tag.replace("_", "-").partition("-")[0].casefold()
    return _CATALOGUE.get(first, first)


def same_language(one: str, other: str) -> bool:
    """Whether both are one language, perhaps of different regions."""
    return primary(one) == primary(other)
