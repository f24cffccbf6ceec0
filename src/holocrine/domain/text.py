"""Short texts and dates as a clinic writes them, with the limits a file must keep."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from holocrine.domain.base import fault

# control, format (e.g. right-to-left override), surrogate, private and unassigned characters; line and
# paragraph separators: none can be read on a page, and some reorder or break what is printed round them
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

EARLIEST, LATEST = dt.date(1970, 1, 1), dt.date(2199, 12, 31)
"""Assumption: a plausibility window, so that a mistyped century is caught; no toxin was given to people before it."""


def _one_line(value: str) -> str:
    allowed = "one line of printable text"
    if not value.strip():
        raise fault("the text is blank", allowed=allowed, remedy="Write the text, or leave the field out.")
    for character in value:
        if unicodedata.category(character) in _UNPRINTABLE:
            name = f"U+{ord(character):04X}"
            raise fault(
                f"the text contains the unprintable character {name}", allowed=allowed, remedy="Remove that character."
            )
    return value


def _plausible(value: dt.date) -> dt.date:
    if not EARLIEST <= value <= LATEST:
        raise fault(
            f"{value} is not a plausible date",
            allowed=f"a date from {EARLIEST} to {LATEST}",
            remedy="Write year-month-day, such as 2026-01-31.",
        )
    return value


Line20 = Annotated[str, Field(min_length=1, max_length=20), AfterValidator(_one_line)]
"""One printable line of 1 to 20 characters."""
Line80 = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_one_line)]
"""One printable line of 1 to 80 characters."""
Line120 = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_one_line)]
"""One printable line of 1 to 120 characters."""
Day = Annotated[
    dt.date,
    AfterValidator(_plausible),
    WithJsonSchema({"type": "string", "format": "date", "description": "a date such as 2026-01-31"}),
]
"""A calendar day, from 1970 to 2199."""

_SERUM = (
    r"^[<>]? ?[0-9]{1,6}(?:\.[0-9]{1,4})? ?"
    r"(?:pg|ng|ug|µg|μg|mcg|mg|pmol|nmol|umol|µmol|μmol|mmol)/(?:mL|ml|dL|dl|L|l)$"
)
SerumText = Annotated[
    str,
    Field(
        max_length=80,
        pattern=_SERUM,
        description='the value as printed, with its unit, such as "45 ng/dL", "1.6 nmol/L" or "<0.2 nmol/L"',
    ),
]
"""A serum value as the laboratory printed it: number and amount per volume."""
