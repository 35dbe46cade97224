"""What differs between the Englishes, as far as it is heard on a telephone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Accent:
    """How one country says numbers and dates."""

    and_in_numbers: bool
    """"one hundred and five"; "one hundred five"."""
    day_first: bool
    """3/5 is in May, "the third of May"; in March, "March third"."""
    oh: str
    """A zero in a telephone number."""
    doubles: bool
    """"double five" in a telephone number."""
    per_cent: str


BRITISH = Accent(and_in_numbers=True, day_first=True, oh="oh", doubles=True, per_cent="per cent")
AMERICAN = Accent(and_in_numbers=False, day_first=False, oh="zero", doubles=False, per_cent="percent")
