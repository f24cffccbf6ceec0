"""From a muscle's force to what is seen or felt: brow, lid, smile, closing the lips, biting.

Thresholds are assumptions: no study gives the smallest change that patients or raters call a drop or a weakness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Harm

__all__ = ["HARMS", "ORGAN_HARMS", "Harm", "Readout", "shift_mm"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Readout:
    """One harm: which weakness causes it, how lost force becomes a measure in `unit`, and when it counts.

    `muscles` are the areas per side (`..._left`, `..._right`). Where `together` is set both sides share the work and
    the mean of their losses counts, otherwise the worse side shows. `full` names the parameter that says what total
    loss brings (mm, or a share of the force for "%"), `reserve` the one for the share of force that can go
    unnoticed; without one the first loss already shows. `threshold` is in `unit`.
    """

    muscles: tuple[str, ...]
    full: str
    reserve: str | None
    threshold: float
    definition: str
    unit: Literal["mm", "%"] = "mm"
    together: bool = False

    @property
    def threshold_mm(self) -> float:
        """The threshold of a read-out in mm."""
        return self.threshold

    @property
    def scale(self) -> float:
        """What turns the parameter `full` into `unit`."""
        return 100.0 if self.unit == "%" else 1.0


HARMS: Mapping[Harm, Readout] = {
    "lid_ptosis": Readout(
        ("levator_palpebrae",),
        "levator_full_droop",
        None,
        2.0,
        "upper lid at least 2 mm lower on one side (assumption; apraclonidine, the usual remedy, lifts 1-3 mm)",
    ),
    "brow_drop": Readout(
        ("frontalis_lower",), "brow_full_drop", "brow_reserve", 2.0, "brow at least 2 mm lower on one side (assumption)"
    ),
    "smile_change": Readout(
        ("zygomaticus_major", "risorius"),
        "smile_full_change",
        None,
        3.0,
        "corner of the mouth moves at least 3 mm less on one side (assumption)",
    ),
}
"""Harms whose parameters stand in the main table."""

ORGAN_HARMS: Mapping[Harm, Readout] = {
    "lip_weakness": Readout(
        ("orbicularis_oris_upper",),
        "lip_closure_share",
        None,
        33.0,
        "lips close with at least a third less force: straws, whistling and the letter p are hard (assumption)",
        unit="%",
        together=True,
    ),
    "bite_weakness": Readout(
        ("masseter",),
        "bite_masseter_share",
        None,
        25.0,
        "largest bite force at least a quarter lower (assumption)",
        unit="%",
        together=True,
    ),
}
"""Harms whose parameters stand in the table of the organs."""


def shift_mm(loss: Array, full_mm: Array, reserve: Array | float) -> Array:
    """How far brow, lid or mouth corner gives way (mm) for a `loss` of force (0..1), broadcast over all three.

    Nothing below the `reserve` (0..1), `full_mm` at total loss, straight in between (assumption).
    """
    return full_mm * np.maximum(loss - reserve, 0.0) / (1.0 - reserve)
