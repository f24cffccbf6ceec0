"""From a muscle's force to what is seen: brow, lid, smile.

Thresholds are assumptions: no study gives the smallest change that patients or raters call a drop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Harm = Literal["brow_drop", "lid_ptosis", "smile_change"]


@dataclass(frozen=True)
class Readout:
    """One harm: the muscles (per side) whose weakness causes it, the parameters that turn lost force into mm, and
    the mm from which it counts as seen. Without a `reserve` the first loss of force already shows."""

    muscles: tuple[str, ...]
    full: str
    reserve: str | None
    threshold_mm: float
    definition: str


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


def shift_mm(loss: Array, full_mm: Array, reserve: Array | float) -> Array:
    """How far brow, lid or mouth corner gives way (mm) for a `loss` of force (0..1), broadcast over all three.

    Nothing below the `reserve` (0..1), `full_mm` at total loss, straight in between (assumption).
    """
    return full_mm * np.maximum(loss - reserve, 0.0) / (1.0 - reserve)
