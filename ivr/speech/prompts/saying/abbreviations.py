"""Short forms and signs: "Mr", "e.g.", "Mill Rd", "&"."""

from __future__ import annotations

import re

from ivr.speech.prompts.saying.accent import Accent
from ivr.speech.prompts.saying.rule import rule

_TITLES = {"Mr": "Mister", "Mrs": "Missis", "Ms": "Miz", "Dr": "Doctor", "Prof": "Professor", "Cllr": "Councillor"}
_EITHER = {"St": "Street", "Dr": "Drive"}
"""A saint and a doctor, too, where a name follows."""
_STREETS = {
    "Rd": "Road",
    "Ave": "Avenue",
    "Av": "Avenue",
    "Ln": "Lane",
    "Sq": "Square",
    "Cres": "Crescent",
    "Gdns": "Gardens",
    "Pl": "Place",
    "Ct": "Court",
    "Blvd": "Boulevard",
}
_PHRASES = {
    "e.g": "for example",
    "eg": "for example",
    "i.e": "that is",
    "ie": "that is",
    "etc": "et cetera",
    "approx": "approximately",
    "tel": "telephone",
    "vs": "versus",
    "asap": "as soon as possible",
    "incl": "including",
    "dept": "department",
}
_SIGNS = {"&": "and", "+": "plus", "@": "at", "=": "equals", "%": "per cent", "#": "hash", "°": "degrees"}


def _title(found: re.Match[str], accent: Accent) -> str:
    return _TITLES[found["title"]]


def _street(found: re.Match[str], accent: Accent) -> str:
    """The full stop of a short form goes; the one of a sentence stays."""
    ends = found["stop"] and re.match(r"\s+[A-Z]|\s*\Z", found.string[found.end() :])
    street = _STREETS[found["street"]] if found["street"] else _EITHER[found["either"]]
    return f"{found['name']}{street}{'.' if ends else ''}"


def _saint(found: re.Match[str], accent: Accent) -> str:
    return "Saint"


def _phrase(found: re.Match[str], accent: Accent) -> str:
    said = _PHRASES[found["short"].lower()]
    ends = found["stop"] and re.match(r"\s+[A-Z]|\s*\Z", found.string[found.end() :])
    return said + ("." if ends else "")


def _sign(found: re.Match[str], accent: Accent) -> str:
    return f" {_SIGNS[found['sign']]} "


def _letter(found: re.Match[str], accent: Accent) -> str:
    """ "from A to H": the dash keeps espeak-ng from taking it for the article."""
    return f"{found['before']} A-"


RULES = (
    rule(
        rf"(?P<name>[A-Z][\w']*\ )(?:(?P<street>{'|'.join(_STREETS)})\b"
        rf" | (?P<either>{'|'.join(_EITHER)})\b(?!\.?\ [A-Z]))(?P<stop>\.?)",
        _street,
    ),
    rule(r"\bSt\b\.?(?=\ [A-Z])", _saint),
    rule(rf"\b(?P<title>{'|'.join(_TITLES)})\b\.?(?=\ [A-Z])", _title),
    rule(
        rf"(?<![\w.-])(?P<short>(?-i:eg|ie)|{'|'.join(re.escape(short) for short in _PHRASES if len(short) > 2)})\b"
        r"(?P<stop>\.?)(?![\w-])",
        _phrase,
        ignore_case=True,
    ),
    rule(r"\b(?P<before>[a-z]+)\ A(?=\ [a-z])", _letter),
    rule(rf"\ ?(?P<sign>[{''.join(_SIGNS)}])\ ?", _sign),
)
