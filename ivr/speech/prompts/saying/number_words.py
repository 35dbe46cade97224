"""English number words: how many, which one, which year, and figures one by one."""

from __future__ import annotations

from itertools import groupby

from ivr.speech.prompts.saying.accent import Accent

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_TIMES = {2: "double", 3: "triple"}
LARGEST = 10**15 - 1


def cardinal(number: int, accent: Accent) -> str:
    """How many: 1250 is "one thousand two hundred and fifty". `number` from 0 to LARGEST."""
    for scale, name in _SCALES:
        if number >= scale:
            whole, rest = divmod(number, scale)
            said = f"{cardinal(whole, accent)} {name}"
            joint = " and " if accent.and_in_numbers and 0 < rest < 100 else " "
            return f"{said}{joint}{cardinal(rest, accent)}" if rest else said
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        joint = " and " if accent.and_in_numbers else " "
        return f"{_ONES[hundreds]} hundred" + (f"{joint}{cardinal(rest, accent)}" if rest else "")
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")


def ordinal(number: int, accent: Accent) -> str:
    """Which one: 22 is "twenty-second"."""
    said = cardinal(number, accent)
    cut = max(said.rfind(" "), said.rfind("-")) + 1
    last = said[cut:]
    if last in _ORDINALS:
        return said[:cut] + _ORDINALS[last]
    return said[:cut] + (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")


def year(number: int, accent: Accent) -> str:
    """Which year: 1905 is "nineteen oh five", 2026 "twenty twenty-six", 2005 "two thousand and five"."""
    century, rest = divmod(number, 100)
    if number % 1000 < 10 or not 1000 < number < 3000:
        return cardinal(number, accent)
    if not rest:
        return f"{cardinal(century, accent)} hundred"
    return f"{cardinal(century, accent)} {'oh ' if rest < 10 else ''}{cardinal(rest, accent)}"


def digit_by_digit(digits: str, *, zero: str = "zero", doubles: bool = False) -> str:
    """Each of `digits` alone: "1018" is "one zero one eight"; with `doubles` "0018" is "double oh one eight"."""
    said = []
    for digit, run in groupby(digits):
        word = zero if digit == "0" else _ONES[int(digit)]
        length = len(list(run))
        said.append(f"{_TIMES[length]} {word}" if doubles and length in _TIMES else " ".join([word] * length))
    return " ".join(said)


def with_decimals(number: str, accent: Accent) -> str:
    """A number up to LARGEST as it is written, with commas and perhaps a point: "1,250.5" is "… fifty point five"."""
    whole, _, decimals = number.replace(",", "").partition(".")
    said = cardinal(int(whole), accent)
    return f"{said} point {digit_by_digit(decimals)}" if decimals else said


def letters(text: str) -> str:
    """Letters one by one: "S G", "A-B". An A is tied to what follows: alone, espeak-ng 1.51 takes it for an article."""
    return " ".join(text.upper()).replace("A ", "A-")


def spelled(text: str) -> str:
    """Letters for somebody who writes them down: "S, G". With the small pauses the bundled recogniser has more of them
    right than without, from espeak-ng and RHVoice alike."""
    return ", ".join(text.upper())


def joined(*parts: str) -> str:
    """`parts` one after the other; what follows a lone A is tied to it, see `letters`."""
    said = ""
    for part in parts:
        tie = "-" if said == "A" or said.endswith((" A", "-A")) else " "
        said = f"{said}{tie}{part}" if said else part
    return said
