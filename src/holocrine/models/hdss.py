"""The hyperhidrosis disease severity scale (HDSS): what a person says of their sweating, from 1 to 4.

1: never noticeable; 2: tolerable; 3: barely tolerable; 4: intolerable. Equal steps of the scale are equal ratios of
sweat: severity = untreated severity + grades per halving * log2(sweat over untreated).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LOWEST, HIGHEST = 1.0, 4.0
LEAST_SWEAT = 1e-3
"""Share of untreated sweat below which nothing changes any more: ten halvings, far below the lowest grade."""


def severity(untreated: Array, sweat: Array, per_halving: Array) -> Array:
    """Severity on the scale, continuous from 1 to 4, for `sweat` over never treated; all broadcast."""
    return np.clip(_unbounded(untreated, sweat, per_halving), LOWEST, HIGHEST)


def untreated_severity(rated: Array, sweat: Array, per_halving: Array) -> Array:
    """The severity without any treatment behind a rating made at `sweat` over never treated; all broadcast.

    Half a grade is allowed beyond both ends of the scale, because whole grades are rounded.
    """
    return np.clip(_unbounded(rated, sweat, -per_halving), LOWEST - 0.5, HIGHEST + 0.5)


def _unbounded(start: Array, sweat: Array, per_halving: Array) -> Array:
    return start + per_halving * np.log2(np.maximum(sweat, LEAST_SWEAT))
