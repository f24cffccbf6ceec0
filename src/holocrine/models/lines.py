"""Lines of expression: severity at full effort (0 none to 3 severe) follows a power of the muscles' force."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_SEVERE = 3.0


def severity(never_treated: Array, force: Array, exponent: Array) -> Array:
    """S = S_0 F^g, broadcast: severity never treated (grade), force over never treated (0..1), exponent."""
    return never_treated * force**exponent


def never_treated(seen: Array, force: Array, exponent: Array) -> Array:
    """S_0 = min(S / F^g, 3): what a severity seen today would be without the sessions that still act, broadcast.

    A grade of 0 stays 0: nothing shows that there were lines before.
    """
    left = np.maximum(force**exponent, np.finfo(np.float64).tiny)
    return np.minimum(np.minimum(seen, MOST_SEVERE * left) / left, MOST_SEVERE)
