"""The jaw: thickness of the relaxed masseter from its bulk. Force is lost in days, bulk follows in weeks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def masseter_thickness(never_treated_mm: Array, bulk: Array, exponent: Array) -> Array:
    """T = T_0 M^z in mm, broadcast: thickness never treated (mm), bulk over never treated, exponent."""
    return never_treated_mm * bulk**exponent
