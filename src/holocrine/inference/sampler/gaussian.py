"""Gaussians by mean and root of the covariance: the prior, and the likeness of weighted particles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Gaussian:
    """N(mean, root root'): `mean` (d,), `root` (d, d) lower triangular with positive diagonal. No units."""

    mean: Array
    root: Array

    @property
    def sd(self) -> Array:
        """Standard deviation of each coordinate, (d,)."""
        return np.asarray(np.sqrt(np.sum(self.root**2, axis=1)))

    def spread(self, noise: Array) -> Array:
        """Independent normal scores (n, d) as deviations from the mean with this covariance, (n, d)."""
        return _times(noise, self.root)

    def whiten(self, deviation: Array) -> Array:
        """The inverse of `spread`: deviations (n, d) as scores whose covariance is the identity, (n, d)."""
        return _times(deviation, self._inverse_root)

    @cached_property
    def _inverse_root(self) -> Array:
        return np.asarray(np.linalg.inv(self.root))

    def log_density(self, z: Array) -> Array:
        """Log density of points (n, d) without the constant that all points share, (n,)."""
        return np.asarray(-0.5 * np.sum(self.whiten(z - self.mean) ** 2, axis=1))


def standard(dimensions: int) -> Gaussian:
    """N(0, I)."""
    return Gaussian(np.zeros(dimensions), np.eye(dimensions))


def likeness(z: Array, weights: Array) -> Gaussian:
    """Mean and shrunk covariance of particles `z` (n, d) with `weights` (n,) that sum to one.

    The covariance is drawn towards its own diagonal by the share 1 / (1 + q^3), q = effective particles per
    dimension, the effective number being 1 / sum(weights^2). So it is regular even with q < 1, while at q = 10 its
    smallest eigenvalues, those of what the data know best, are still its own.
    """
    dimensions = z.shape[1]
    mean = np.einsum("n,ni->i", weights, z)
    centred = z - mean
    covariance = np.einsum("ni,nj->ij", weights[:, None] * centred, centred)
    # A coordinate in which all particles agree would leave no room to move; the prior's SD is 1.
    variance = np.maximum(np.diag(covariance), 1e-12)
    effective = 1.0 / np.sum(weights**2)
    shrinkage = 1.0 / (1.0 + (effective / dimensions) ** 3)
    shrunk = (1.0 - shrinkage) * covariance
    np.fill_diagonal(shrunk, variance)
    return Gaussian(mean, np.linalg.cholesky(shrunk))


def _times(points: Array, matrix: Array) -> Array:
    """`matrix` (d, d) times each point of (n, d). Not by BLAS, whose last digits change with its number of threads."""
    return np.asarray(np.einsum("ij,nj->ni", matrix, points))


def folds(n: int, count: int) -> list[Integers]:
    """The numbers of `n` particles in `count` consecutive folds of nearly equal size."""
    return np.array_split(np.arange(n, dtype=np.int64), count)


def likenesses_of_others(z: Array, weights: Array, index: Integers, count: int) -> list[Gaussian]:
    """For each of `count` folds of the resampled particles z[index], the likeness of those it does not descend from.

    `z` (n, d) with `weights` (n,) are the particles before resampling, `index` (n,) rises. A Gaussian fitted to the
    very particles that it moves bends the target towards itself: spreads come out too small, evidences too large.
    """
    gaussians = []
    for fold in folds(index.size, count):
        others = weights.copy()
        others[index[fold]] = 0.0
        # A single parent of all particles leaves nobody else to learn from.
        others = others if others.any() else weights
        gaussians.append(likeness(z, others / others.sum()))
    return gaussians
