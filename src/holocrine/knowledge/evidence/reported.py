"""A number as a publication prints it: exact, a range, or a bound."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

ALLOWED = "a number (1.8), a range (3-5, -1.2 to 0.4, 1.1;1.5) or a bound (>42, >=85, <3)"

_NUMBER = r"[+\-−]?[0-9]*\.?[0-9]+(?:[eE][+\-]?[0-9]+)?"
_EXACT = re.compile(_NUMBER)
_RANGE = re.compile(rf"({_NUMBER})\s*(?:-|–|;|to)\s*({_NUMBER})")
_BOUND = re.compile(rf"([<>])=?\s*({_NUMBER})")


@dataclass(frozen=True)
class Reported:
    """A reported quantity in the unit of its row; `text` is the cell.

    Exact numbers have `low == high`. A bound has both at its limit, and `bound` says on which side of it the
    quantity lies; whether the limit itself is included is left to `text`.
    """

    low: float
    high: float
    bound: Literal["", "<", ">"]
    text: str

    @property
    def mid(self) -> float:
        """The middle of the range; the number itself when it is exact, the limit of a bound."""
        return 0.5 * self.low + 0.5 * self.high

    @property
    def is_pair(self) -> bool:
        """Whether two ends were printed, even equal ones."""
        return _RANGE.fullmatch(self.text) is not None


def reported(cell: str) -> Reported:
    """The quantity in `cell`. Raises ValueError when it is none of those in `ALLOWED`, or not finite.

    A range runs from low to high. Below zero it may also run by size, as in "-31 to -51".
    """
    text = cell.strip()
    if _EXACT.fullmatch(text):
        return Reported(_number(text), _number(text), "", text)
    if found := _BOUND.fullmatch(text):
        limit = _number(found[2])
        return Reported(limit, limit, "<" if found[1] == "<" else ">", text)
    if found := _RANGE.fullmatch(text):
        first, last = _number(found[1]), _number(found[2])
        if first > max(last, 0.0):
            raise ValueError(f"the range {text!r} runs from high to low")
        return Reported(min(first, last), max(first, last), "", text)
    raise ValueError(f"{text!r} is not {ALLOWED}")


def _number(text: str) -> float:
    number = float(text.replace("−", "-"))
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is not a finite number")
    return number
