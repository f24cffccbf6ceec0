"""How many vials a plan opens, and what the last of them leaves."""

from __future__ import annotations

import math

SAME = 1e-9
"""Sums of floats, not a tolerance."""


def opened(units: float, vial_units: float) -> int:
    """Vials that hold `units`."""
    return math.ceil(units / vial_units - SAME)


def wasted(units: float, vial_units: float) -> float:
    """Units left over in the last vial where more than one is opened: the first has to be opened for any plan."""
    vials = opened(units, vial_units)
    return vials * vial_units - units if vials > 1 else 0.0
