"""What is spelled rather than counted: telephone numbers, postcodes, references, roads, addresses of the web."""

from __future__ import annotations

import re

from ivr.speech.prompts.saying.accent import Accent
from ivr.speech.prompts.saying.number_words import cardinal, digit_by_digit, joined, letters, spelled
from ivr.speech.prompts.saying.rule import END, LONE, rule

_PLANS = (
    (re.compile(r"02\d{9}"), (3, 4, 4)),
    (re.compile(r"(?:0800|0845|0345)\d{6}|0500\d{6}"), (4, 3, 3)),
    (re.compile(r"(?:03|08|09)\d{9}"), (4, 3, 4)),
    (re.compile(r"01(?:1\d|\d1)\d{7}"), (4, 3, 4)),
    (re.compile(r"07\d{9}"), (5, 3, 3)),
    (re.compile(r"01\d{8,9}"), (5, 3, 3)),
)
"""How British numbers are grouped if nobody grouped them (Ofcom, National Telephone Numbering Plan)."""
_COUNTED = r"pounds|pence|dollars|days|hours|minutes|weeks|months|years|people|homes|houses|miles|metres|per\ ?cent"


def _groups(digits: str) -> list[str]:
    """`digits` cut as the numbering plan says; what it does not know, in threes with a four at the end."""
    for pattern, lengths in _PLANS:
        if pattern.fullmatch(digits):
            return _cut(digits, lengths)
    return in_groups(digits)


def _cut(digits: str, lengths: tuple[int, ...]) -> list[str]:
    cut, start = [], 0
    for length in lengths:
        cut.append(digits[start : start + length])
        start += length
    return [part for part in [*cut, digits[start:]] if part]


def in_groups(digits: str) -> list[str]:
    """Threes, and twos at the end where threes do not come out: 1042 is 10 42, 10423 is 104 23."""
    threes, rest = divmod(len(digits), 3)
    if rest == 1 and threes:
        return _cut(digits, (3,) * (threes - 1) + (2, 2))
    return _cut(digits, (3,) * threes)


def _group(digits: str, accent: Accent) -> str:
    """One group; 800 and 0300 are "eight hundred" and "oh three hundred"."""
    hundred = re.fullmatch(r"(0?)([1-9])00", digits)
    if hundred:
        return f"{accent.oh + ' ' if hundred[1] else ''}{digit_by_digit(hundred[2])} hundred"
    return digit_by_digit(digits, zero=accent.oh, doubles=accent.doubles)


def _telephone(found: re.Match[str], accent: Accent) -> str | None:
    written = found.group()
    digits = re.sub(r"\D", "", written)
    if not 9 <= len(digits) <= 15:
        return None
    groups = re.findall(r"\d+", written.replace("(0)", ""))
    international = written.startswith("+")
    if len(groups) == 1 or (international and len(groups) == 2):
        if international and digits.startswith("44"):
            groups = ["44", *_groups("0" + digits[2:])]
            groups[1] = groups[1].removeprefix("0")
        elif not international:
            groups = _groups(digits)
    short = [part for group in groups for part in (in_groups(group) if len(group) > 5 else [group])]
    said = [digit_by_digit(short[0]) if international else _group(short[0], accent)]
    said += [_group(group, accent) for group in short[1:]]
    return ("plus " if international else "") + ", ".join(said)


def _short(found: re.Match[str], accent: Accent) -> str:
    return digit_by_digit(found["number"], zero=accent.oh)


def _american(found: re.Match[str], accent: Accent) -> str:
    return _spaced(found.group(), accent)


def _spaced(written: str, accent: Accent) -> str:
    return ", ".join(_group(group, accent) for group in re.findall(r"\d+", written))


def _dialled(found: re.Match[str], accent: Accent) -> str:
    return f"{found['verb']} {_spaced(found['number'], accent)}"


def _postcode(found: re.Match[str], accent: Accent) -> str:
    district = re.sub(r"(?<=\d)(?=[A-Z])|(?<=[A-Z])(?=\d)", " ", found["out"]).split()
    area = ", ".join(_part(part, accent) for part in district)
    return f"{area}, {_part(found['in'][0], accent)} {spelled(found['in'][1:])}"


def _part(part: str, accent: Accent) -> str:
    return cardinal(int(part), accent) if part.isdigit() else spelled(part)


def _reference(found: re.Match[str], accent: Accent) -> str:
    """Letters one by one, digits in groups; a zero is "zero", because an O may stand beside it."""
    runs = re.findall(r"[A-Za-z]+|\d+", found.group())
    said: list[str] = []
    for run in runs:
        said += [digit_by_digit(group) for group in in_groups(run)] if run.isdigit() else [spelled(run)]
    return ", ".join(said)


def _figures(found: re.Match[str], accent: Accent) -> str:
    return ", ".join(digit_by_digit(group) for group in in_groups(found.group()))


def _road(found: re.Match[str], accent: Accent) -> str:
    digits = found["digits"]
    round_number = len(digits) < 3 or (len(digits) == 3 and digits.endswith("00"))
    said = cardinal(int(digits), accent) if round_number and not digits.startswith("0") else digit_by_digit(digits)
    return joined(letters(found["letters"]), said)


def _web(found: re.Match[str], accent: Accent) -> str:
    """ "riverton.gov.uk/bins" is "riverton dot gov dot U K slash bins"."""
    said = []
    address = re.sub(r"^https?://", "", found.group()).rstrip("/")
    for part in re.findall(r"[A-Za-z]+|\d+|.", address):
        if part.isdigit():
            said.append(digit_by_digit(part))
        elif part in ("uk", "UK") or part == "www":
            said.append("double-you double-you double-you" if part == "www" else letters(part))
        else:
            said.append({".": "dot", "/": "slash", "-": "dash", "_": "underscore", "@": "at"}.get(part, part))
    return joined(*said)


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP = r"(?:uk|com|org|net|gov|eu|ie|scot|wales|london|example|info|edu|us)"

RULES = (
    rule(
        rf"(?<![\w.@/-])(?:https?://)?(?:[A-Za-z0-9._-]{{1,64}}@)?(?:{_LABEL}\.){{1,5}}{_TOP}(?:/[A-Za-z0-9_-]{{1,64}}){{0,6}}(?![\w@-])",
        _web,
    ),
    rule(rf"{LONE}(?P<out>[A-Z]{{1,2}}\d[A-Z\d]?)\ (?P<in>\d[A-Z]{{2}})(?!\w)", _postcode),
    rule(
        r"(?<![\w.,:/£$€@-])(?:\+\d{1,3}[ -]?(?:\(0\))?|\(0\d{2,4}\)|\(\d{3}\)|[01](?=\d))"
        r"[ -]?\d{2,11}(?:[ -]\d{2,6}){0,4}"
        r"(?![\w@£$€/:+]|[.,-]\d)",
        _telephone,
    ),
    rule(rf"{LONE}(?P<number>999|112|111|101)(?!\ (?:{_COUNTED})){END}", _short),
    rule(
        rf"\b(?P<verb>call|dial|ring|phone|us\ on|number|extension)\ (?P<number>\d{{3,6}}(?:\ \d{{3,4}}){{0,2}})"
        rf"(?!\ (?:{_COUNTED}|\d)){END}",
        _dialled,
        ignore_case=True,
    ),
    rule(rf"{LONE}(?:\d{{3}}[-.\ ])?\d{{3}}-\d{{4}}{END}", _american),
    rule(r"(?<![\w.,:/£$€@-])[A-Z]{1,5}[-/]?\d{4,12}(?:[-/][A-Z\d]{1,6})?(?![\w@£$€:+]|[.,-]\d)", _reference),
    rule(
        r"(?<![\w.,:/£$€@-])(?=[A-Z\d]{0,12}\d[A-Z]|[A-Z]{1,12}-\d)"
        r"[A-Z\d]{2,12}(?:-[A-Z\d]{1,12}){0,3}(?![\w-])",
        _reference,
    ),
    rule(r"(?<![\w.,:/£$€@-])(?P<letters>[A-Z]{1,3})(?P<digits>\d{1,3})(?![\w@-])", _road),
    rule(rf"{LONE}(?:0\d{{1,14}}|\d{{6,15}})(?!\ (?:{_COUNTED})){END}", _figures),
)
