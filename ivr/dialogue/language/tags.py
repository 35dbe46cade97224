"""Names of languages in a plan, as BCP 47 writes them: ``en-GB``, ``cy``."""

from __future__ import annotations

import re

from ivr.dialogue.language.shape import Scope, Shape
from ivr.yaml_file import Value

_TAG = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def language_tag(value: Value) -> str:
    """The language that `value` names. Raises FlowError with what may be meant."""
    tag = value.text()
    if not _TAG.fullmatch(tag):
        language, _, country = tag.replace("_", "-").partition("-")
        meant = f"{language.lower()}-{country.upper()}" if country else language.lower()
        mending = (
            f"did you mean '{meant}'?"
            if _TAG.fullmatch(meant)
            else "write its short name, and its country if it matters, like 'en-GB' or 'de'"
        )
        raise value.wrong(f"'{tag}' is no language; {mending} ('ivr models list' shows which can be heard)")
    return tag


def _read(value: Value, scope: Scope) -> str:
    return language_tag(value)


TAG: Shape[str] = Shape(
    read=_read, schema={"type": "string", "pattern": f"^{_TAG.pattern}$"}, about="a language, like `en-GB`"
)
