"""The middle and the shape of a posterior, found first so that the sampler starts next to it instead of at the prior.

Predictions are smooth in the unknowns, so they are linearised (one world per unknown), the posterior of the linear
problem is maximised at almost no cost, and the step is taken if the true posterior rises. The curvature of the last
linear problem gives the shape. Nothing rests on this approximation: the sampler corrects it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.optimize
from numpy.typing import NDArray

Array = NDArray[np.float64]

DIFFERENCE = 0.05
"""Step of the differences, prior SDs."""
FIRST_REACH = 0.6
"""Longest first step in any unknown, prior SDs; doubled after a success, halved after a failure."""
LARGEST_REACH = 1.5
ROUNDS = 40
SETTLED = 0.02
"""The search ends when a round raises the log posterior by less than this, nats."""
BROADER = 1.15
"""The start is this much wider than the approximation, so that its tails cover the posterior's."""


@dataclass(frozen=True, eq=False)
class Centre:
    """Mode (d,) and a lower-triangular root (d, d) of the covariance: z = mode + root @ x with x standard normal."""

    mode: Array
    root: Array

    def scores(self, x: Array) -> Array:
        """Unknowns (n, d) of standardised points (n, d)."""
        return np.asarray(self.mode + x @ self.root.T)

    def log_correction(self, x: Array) -> Array:
        """Log density of the prior at the unknowns, times the volume of the map, over N(x; 0, I), (n,), nats."""
        volume = float(np.log(np.diag(self.root)).sum())
        return np.asarray(volume - 0.5 * np.sum(self.scores(x) ** 2, axis=1) + 0.5 * np.sum(x**2, axis=1))

    def arrays(self) -> dict[str, Array]:
        """What `from_arrays` needs."""
        return {"mode": self.mode, "root": self.root}

    @staticmethod
    def from_arrays(arrays: Mapping[str, Array]) -> Centre:
        """The centre that `arrays` came from."""
        return Centre(np.asarray(arrays["mode"]), np.asarray(arrays["root"]))


Predict = Callable[[Array], Array]
"""Unknowns (n, d) to predictions (n, ...)."""
Score = Callable[[Array, Array], Array]
"""Predictions (n, ...) and unknowns (n, d) to log likelihoods (n,), nats."""


def find_centre(predict: Predict, score: Score, d: int) -> Centre:
    """Mode and shape of prior N(0, I) times likelihood, searched from the prior's mean."""
    mode, reach = np.zeros(d), FIRST_REACH
    here = predict(mode[None])
    best = _log_posterior(score(here, mode[None]), mode[None])[0]
    slopes = _slopes(predict, mode, here)
    for _ in range(ROUNDS):
        step = _best_step(score, here, slopes, mode, reach)
        there = predict((mode + step)[None])
        value = _log_posterior(score(there, (mode + step)[None]), (mode + step)[None])[0]
        if not value > best:
            if reach < FIRST_REACH / 8.0:
                break
            reach /= 2.0
            continue
        gain, best = value - best, value
        mode, here, reach = mode + step, there, min(2.0 * reach, LARGEST_REACH)
        slopes = _slopes(predict, mode, here)
        if gain < SETTLED:
            break
    return Centre(mode, BROADER * _root(score, here, slopes, mode))


def _log_posterior(log_likelihood: Array, scores: Array) -> Array:
    found = np.where(np.isfinite(log_likelihood), log_likelihood, -np.inf)
    return np.asarray(found - 0.5 * np.sum(scores**2, axis=1))


def _slopes(predict: Predict, mode: Array, here: Array) -> Array:
    """Derivatives of the predictions by every unknown, (d, ...)."""
    moved = predict(mode + DIFFERENCE * np.eye(mode.size))
    return np.asarray(np.nan_to_num((moved - here) / DIFFERENCE))


def _linear(score: Score, here: Array, slopes: Array, mode: Array, steps: Array) -> Array:
    """Log posterior (n,) of the linear problem after steps (n, d)."""
    predicted = here + np.tensordot(steps, slopes, axes=1)
    return _log_posterior(score(predicted, mode + steps), mode + steps)


def _best_step(score: Score, here: Array, slopes: Array, mode: Array, reach: float) -> Array:
    """The step within `reach` of every unknown that is best for the linear problem, (d,)."""
    small = 1e-4 * np.eye(mode.size)

    def fall(step: Array) -> tuple[float, Array]:
        values = -_linear(score, here, slopes, mode, np.vstack([step[None], step + small]))
        return float(values[0]), (values[1:] - values[0]) / 1e-4

    bounds = [(-reach, reach)] * mode.size
    found = scipy.optimize.minimize(fall, np.zeros(mode.size), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


def _root(score: Score, here: Array, slopes: Array, mode: Array) -> Array:
    """Root (d, d) of the inverse curvature of the linear problem; directions without curvature keep the prior's."""
    d, h = mode.size, 0.02
    pairs = [(i, j) for i in range(d) for j in range(i, d)]
    plus = np.array([h * (np.eye(d)[i] + np.eye(d)[j]) for i, j in pairs])
    both = _linear(score, here, slopes, mode, np.vstack([plus, -plus]))
    single = _linear(score, here, slopes, mode, np.vstack([h * np.eye(d), -h * np.eye(d)]))
    middle = _linear(score, here, slopes, mode, np.zeros((1, d)))[0]
    curvature = np.empty((d, d))
    for number, (i, j) in enumerate(pairs):
        ends = both[number] + both[len(pairs) + number]
        sides = single[i] + single[d + i] + single[j] + single[d + j]
        curvature[i, j] = curvature[j, i] = -(ends - sides + 2.0 * middle) / (2.0 * h * h)
    for i in range(d):
        curvature[i, i] = -(single[i] + single[d + i] - 2.0 * middle) / (h * h)
    values, vectors = np.linalg.eigh(curvature)
    covariance = (vectors / np.maximum(values, 0.7)) @ vectors.T
    return np.asarray(scipy.linalg.cholesky(covariance, lower=True))
