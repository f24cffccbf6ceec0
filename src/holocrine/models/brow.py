"""The brow hangs in a balance: the frontalis lifts it, corrugator, procerus and orbicularis oculi pull it down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def brow_lift(lifting: Array, depressors: tuple[tuple[Array, Array], ...]) -> Array:
    """Rise of the brow = F sum_k h_k (1 - D_k) in mm, broadcast.

    `lifting` F is the force of the lower frontalis over never treated: without it nothing lifts what was let go.
    `depressors` holds per group k the rise h_k (mm) when it is paralysed and its force D_k over never treated.
    """
    released = sum((full * (1.0 - force) for full, force in depressors), np.zeros(()))
    return np.asarray(lifting * released)
