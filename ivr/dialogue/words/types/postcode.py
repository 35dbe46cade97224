"""Postcodes by country: "S G twelve nine A B", or its letters and digits on the keys."""

from __future__ import annotations

from ivr.dialogue.words.types.code import Code, code

_UK_AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK "
    "FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG "
    "NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR "
    "TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
"""Office for National Statistics, National Statistics Postcode Lookup; the Channel Islands and Man included."""
_UK_SHAPES = ("LLDD DLL", "LLD DLL", "LDD DLL", "LD DLL", "LLDL DLL", "LDL DLL")
"""Royal Mail, PAF programmers' guide. The first ones are by far the commonest."""
_NOT_LAST = "CIKMOV"
"""Letters that the last two are never: they look or sound like others (ibid.)."""

POSTCODES = {
    "GB": code(
        *_UK_SHAPES,
        beginnings=frozenset(_UK_AREAS.split()),
        last_letters="".join(chr(one) for one in range(65, 91) if chr(one) not in _NOT_LAST),
    ),
    "AT": code("DDDD"),
    "AU": code("DDDD"),
    "BE": code("DDDD"),
    "CA": code("LDL DLD"),
    "CH": code("DDDD"),
    "DE": code("DDDDD"),
    "DK": code("DDDD"),
    "ES": code("DDDDD"),
    "FR": code("DDDDD"),
    "IT": code("DDDDD"),
    "NL": code("DDDD LL"),
    "NO": code("DDDD"),
    "NZ": code("DDDD"),
    "US": code("DDDDD"),
}
"""Country (ISO 3166) → how its postcodes are made up (Universal Postal Union, addressing guides)."""


def postcode(country: str) -> Code:
    """The postcodes of `country`, one of POSTCODES. Their value is as it is written on a letter: ``SG12 9AB``."""
    return POSTCODES[country]
