"""Do the readings fit the person the model has found? A posterior predictive check, as a whole and one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.inference.person.likelihoods import log_likelihood, simulated
from holocrine.inference.person.problem import Problem

Array = NDArray[np.float64]
Index = NDArray[np.int64]

CONTRADICTION = 0.01
"""Share of replicated sets of readings that must be at least as odd as the real ones."""
ODD = 0.01
"""Two-sided probability below which one reading is called odd."""


@dataclass(frozen=True)
class Check:
    """`whole` is the share of replicated sets that are at least as odd as the real one, `each` (readings,) the
    two-sided probability of every reading, `trust` the power of the likelihood at which the real set would be usual."""

    whole: float
    each: tuple[float, ...]
    trust: float

    @property
    def contradicts(self) -> bool:
        """Whether the readings do not fit this model."""
        return self.whole < CONTRADICTION


def check(problem: Problem, anchor: Index, shown: Array, random: np.random.Generator) -> Check:
    """Hold the readings against what people with `anchor` (n,) and signals `shown` (n, readings) would give.

    Oddness is minus the log-likelihood summed over the readings (a censored return stays out: it has no replicate).
    """
    readings = problem.readings
    kept = [number for number, reading in enumerate(readings) if not reading.censored]
    if not kept:
        return Check(1.0, (1.0,) * len(readings), 1.0)
    errors = problem.errors
    again = simulated(readings, shown, errors, random)
    real, replicated = np.zeros(anchor.size), np.zeros(anchor.size)
    each = [1.0] * len(readings)
    for number in kept:
        reading, drawn, signal = readings[number], again[:, number], shown[:, number]
        real -= log_likelihood(reading, reading.value, signal, errors)
        replicated -= log_likelihood(reading, drawn, signal, errors)
        low, high = (float(np.mean(side)) for side in (drawn <= reading.value, drawn >= reading.value))
        each[number] = min(1.0, 2.0 * min(low, high))
    # With normal errors the mean oddness is half the number of readings above its floor: what is more, is too much.
    excess = max(0.0, float(np.mean(real) - np.mean(replicated))) / (0.5 * len(kept))
    return Check(float(np.mean(replicated >= real)), tuple(each), 1.0 / (1.0 + excess))
