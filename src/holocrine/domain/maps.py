"""Rasters on the face map, for drawing and for areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Region


@dataclass(frozen=True)
class FaceMaps:
    """Expected effects on a regular grid of the face map.

    `x` (nx,) and `y` (ny,) are cell centres in mm (origin mid-glabella, x to the patient's left, y up);
    `weeks` (nw,) are weeks after the session. The rasters are (nw, ny, nx): posterior-mean fall in percent
    of sebum and sweat, and loss in percent of frontalis force; NaN outside the regions (`frontalis_loss`:
    outside the muscle). `region_of` (ny, nx) indexes `regions`, -1 outside all of them.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    weeks: tuple[float, ...]
    regions: tuple[Region, ...]
    region_of: NDArray[np.int16]
    sebum_fall: NDArray[np.float64]
    sweat_fall: NDArray[np.float64]
    frontalis_loss: NDArray[np.float64]
