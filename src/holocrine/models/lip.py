"""The upper lip: its edge, held in by the orbicularis oris, rolls out when that relaxes ("lip flip")."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def red_gained(full_mm: Array, pull: Array) -> Array:
    """Red of the lip gained = full x (1 - pull) in mm, broadcast; `pull` over never treated (0..1).

    Straight in between (assumption).
    """
    return full_mm * (1.0 - pull)
