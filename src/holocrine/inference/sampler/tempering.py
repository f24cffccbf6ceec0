"""How far a stage raises the power of the likelihood, and which particles go on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holocrine.errors import SolverError

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def next_beta(log_likelihood: Array, beta: float, share: float) -> float:
    """The power at which the conditional effective sample size falls to `share`, at most 1.

    `log_likelihood` (n,) in nats, of equally weighted particles; the share refers to those that are possible.
    Raises SolverError when there are none, or when even the smallest rise is too much.
    """
    possible = log_likelihood[np.isfinite(log_likelihood)]
    if not possible.size:
        raise SolverError("sampler: the likelihood is impossible or undefined at every particle")

    def even_enough(rise: float) -> bool:
        weights = np.exp(rise * (possible - possible.max()))
        return bool(weights.sum() ** 2 >= share * possible.size * np.sum(weights**2))

    low, high = 0.0, 1.0 - beta
    if even_enough(high):
        return 1.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if even_enough(middle) else (low, middle)
    if beta + low == beta:
        raise SolverError(f"sampler: the likelihood differs too much between particles to go beyond power {beta:.3g}")
    return beta + low


def systematic(weights: Array, uniform: float) -> Integers:
    """Systematic resampling: n indices (n,) in rising order, index i floor or ceil of n `weights`[i] times.

    `weights` (n,) sum to one, `uniform` lies in [0, 1). An index of weight zero never occurs.
    """
    n = weights.size
    edges = np.cumsum(weights)
    places = (np.arange(n) + uniform) / n * edges[-1]
    last = int(np.flatnonzero(weights)[-1])
    return np.asarray(np.minimum(np.searchsorted(edges, places, side="right"), last), dtype=np.int64)
