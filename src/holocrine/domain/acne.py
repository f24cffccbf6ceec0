"""Acne under the toxin and under drugs planned alongside it."""

from __future__ import annotations

from holocrine.domain.base import Record
from holocrine.domain.interval import Interval


class AcneArm(Record):
    """One way of treating the same person: `fall` of all counted lesions from today to `week`, percent, `mean` too."""

    name: str
    week: float
    mean: float
    fall: Interval
