"""The nose tip: in a smile the depressor septi draws it down and closes the nasolabial angle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def nasolabial_angle(at_rest: Array, drop: Array, pull: Array) -> Array:
    """Angle in a full smile = rest - drop x pull in degrees, broadcast; `pull` over never treated (0..1).

    Straight in between (assumption); with no pull left the angle stays as at rest.
    """
    return at_rest - drop * pull
