"""What every system answers with: one read-out over the weeks, with the plan and without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.forecast import EvidenceGrade, Quantity
from holocrine.domain.vocabulary import Region

Array = NDArray[np.float64]


PERCENT = "% of untreated"
"""Unit of read-outs that are relative to a person never treated."""


@dataclass(frozen=True)
class Outcome:
    """One read-out of one system in `unit`; `region` is None when it belongs to no single one.

    `treated` and `untreated` are (draws, weeks): the second without the planned session, everything else the same.
    `reading` is what an instrument would show where that differs from `treated`.
    """

    quantity: Quantity
    label: str
    region: Region | None
    unit: str
    treated: Array
    untreated: Array
    grade: EvidenceGrade
    basis: str
    reading: Array | None = None

    @property
    def improvement(self) -> Array:
        """Percent by which the plan lowers the read-out, (draws, weeks); 0 where there is nothing to lower.

        Of the untreated person for read-outs in that unit, otherwise of the course without the session.
        """
        return fall(self.treated, self.untreated, relative=self.unit != PERCENT)


def fall(treated: Array, untreated: Array, *, relative: bool) -> Array:
    """Difference of two courses, in their own unit or (`relative`) in percent of the second; same shape."""
    if not relative:
        return untreated - treated
    there = untreated > 0.0
    return 100.0 * np.where(there, 1.0 - treated / np.where(there, untreated, 1.0), 0.0)
