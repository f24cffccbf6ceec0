"""From the number of lesions a face has on average to what a visit counts, what a grade says, and back.

A visit's count is negative binomial round the true number: lesions come and go, and raters differ.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROUNDS = 12
"""Turns of the sampler of a true number; its memory is lost in two or three."""


def visit_count(number: Array, size: Array, random: np.random.Generator) -> NDArray[np.int64]:
    """What a visit counts where `number` lesions are to be expected; variance number + number2/size, any shape."""
    return random.negative_binomial(size, size / (size + number))


def number_behind(
    mean: Array, shape: Array, count: float, exposure: Array | float, size: Array, random: np.random.Generator
) -> Array:
    """Draws (draws,) of the true number, given that `exposure` of it was counted and gave `count`.

    Before the count it is gamma with `mean` and `shape` (draws,); the count is negative binomial of `size`, that is
    Poisson with a gamma factor of the visit. Number and factor are drawn in turn, each given the other (Gibbs).
    """
    if not np.any(exposure):
        return np.asarray(random.standard_gamma(shape) * mean / shape)
    factor = (size + count) / (size + mean * exposure)
    for _ in range(ROUNDS):
        number = random.standard_gamma(shape + count) / (shape / mean + factor * exposure)
        factor = random.standard_gamma(size + count) / (size + number * exposure)
    return np.asarray(number)


def severity(inflamed: Array, nodules: Array, comedones: Array, nodule_weight: Array, comedo_weight: Array) -> Array:
    """What a global assessment weighs up: papules and pustules, with nodules and comedones in their own weight."""
    return np.asarray(inflamed + nodule_weight * nodules + comedo_weight * comedones)


def global_assessment(weighed: Array, thresholds: Sequence[Array]) -> Array:
    """Grade 0 (clear) to 4 (severe) of a severity (any shape); `thresholds` for grades 1 to 4, each broadcasting to it.

    Thresholds drawn out of order count as their running maximum.
    """
    rising = np.maximum.accumulate(np.stack(np.broadcast_arrays(*thresholds)))
    return np.asarray(np.sum([weighed >= threshold for threshold in rising], axis=0, dtype=np.float64))


def vehicle_factor(share: Array, days: Array, time_constant: Array) -> Array:
    """Count in a trial's vehicle arm over the count at its start, (draws, times), for `days` (times,) since then.

    `share` (draws,) is what is gone after 12 weeks. Regression to the mean, care and the vehicle together: a part of
    how trials read, and no part of the course of a person who is not in one.
    """
    gone = -np.expm1(-days / time_constant[:, None]) / -np.expm1(-84.0 / time_constant[:, None])
    return np.asarray(1.0 - share[:, None] * gone)
