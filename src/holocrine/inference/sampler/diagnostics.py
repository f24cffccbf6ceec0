"""Whether independent runs of the sampler agree, how exact their means are, and what the data taught.

Particles of one run are not independent in a way that the run itself could measure: they share ancestors and the
luck of resampling. Errors are therefore taken from the spread between independent runs. `draws` is (runs, n, d)
throughout: at least 2 runs of n equally weighted particles with d coordinates. With r runs an error has a relative
standard deviation of about 1 / sqrt(2 (r - 1)).
"""

from __future__ import annotations

import numpy as np
import scipy.special
from numpy.typing import NDArray

Array = NDArray[np.float64]


def r_hat(draws: Array) -> Array:
    """Rank-normalised split R-hat of each coordinate, (d,): the larger of those for location and for spread.

    Every run is cut into halves; resampling keeps descendants of one ancestor side by side, so halves of a run
    descend from different ancestors. A coordinate that never varies has 1. Raises ValueError with fewer than 2 runs
    or 4 draws a run. Source: Vehtari and co-workers (2021), doi:10.1214/20-BA1221.
    """
    _check(draws)
    half = draws.shape[1] // 2
    chains = np.concatenate([draws[:, :half], draws[:, -half:]])
    folded = np.abs(chains - np.median(chains, axis=(0, 1)))
    return np.maximum(_potential_scale(_normal_scores(chains)), _potential_scale(_normal_scores(folded)))


def effective_size(draws: Array) -> Array:
    """Bulk effective sample size of all runs together, (d,): the number of independent draws as good for the mean.

    On rank-normalised draws: runs x (variance of all draws) / (variance of the run means), at most the number of
    draws; 0 for a coordinate that never varies. Raises ValueError as `r_hat`.
    """
    _check(draws)
    runs, n, _ = draws.shape
    scores = _normal_scores(draws)
    pooled = scores.var(axis=(0, 1), ddof=1)
    of_means = scores.mean(axis=1).var(axis=0, ddof=1)
    # Capped before dividing: run means that agree to the last digit would otherwise overflow.
    return np.asarray(runs * pooled / np.maximum(of_means, np.maximum(pooled, 1e-300) / n))


def mean_error(draws: Array) -> Array:
    """Monte-Carlo standard error of the mean over all runs, (d,): SD of the run means / sqrt(runs).

    Raises ValueError as `r_hat`.
    """
    _check(draws)
    return np.asarray(draws.mean(axis=1).std(axis=0, ddof=1) / np.sqrt(draws.shape[0]))


def agree(a: Array, b: Array) -> Array:
    """Difference of two posteriors' means in units of its Monte-Carlo standard error, (d,), signed.

    `a` and `b` are draws of one set of coordinates; numbers of runs and of particles may differ. For r runs each
    compare with Student's t with 2 (r - 1) degrees of freedom. Two equal coordinates without any error give 0, two
    different ones +-inf. Raises ValueError as `r_hat`.
    """
    difference = np.asarray(a.mean(axis=(0, 1)) - b.mean(axis=(0, 1)))
    error = np.sqrt(mean_error(a) ** 2 + mean_error(b) ** 2)
    certain = np.where(difference == 0.0, 0.0, np.copysign(np.inf, difference))
    return np.asarray(np.divide(difference, error, out=certain, where=error > 0.0))


def contraction(draws: Array, prior_variance: float = 1.0) -> Array:
    """Share of the prior variance that the data removed, (d,): 1 - posterior variance / prior variance.

    `draws` (..., d), all axes but the last pooled. Near 0: the data say nothing; near 1: they say almost all;
    negative: the data conflict with the prior or widen it.
    """
    return np.asarray(1.0 - draws.reshape(-1, draws.shape[-1]).var(axis=0, ddof=1) / prior_variance)


def sampled_profile(coordinate: Array, log_posterior: Array, edges: Array) -> Array:
    """Highest log posterior among the draws in each bin of one coordinate, (bins,); nan where no draw fell.

    `coordinate` (n,), `log_posterior` (n,) in nats up to a constant, `edges` (bins + 1,) rising; a bin holds its
    lower edge. A lower bound of the true profile, and the flatter it is, the less the coordinate is identified.
    """
    bins = edges.size - 1
    highest = np.full(bins, -np.inf)
    place = np.searchsorted(edges, coordinate, side="right") - 1
    inside = (place >= 0) & (place < bins)
    np.maximum.at(highest, place[inside], log_posterior[inside])
    seen = np.bincount(place[inside], minlength=bins) > 0
    return np.where(seen, highest, np.nan)


def _check(draws: Array) -> None:
    if draws.ndim != 3 or draws.shape[0] < 2 or draws.shape[1] < 4:
        raise ValueError(f"draws must be (runs >= 2, n >= 4, d), not {draws.shape}")


def _normal_scores(draws: Array) -> Array:
    """Normal scores of the ranks over the first two axes; equal values share their mean rank (Blom's positions)."""
    chains, n, d = draws.shape
    scores = np.empty((chains * n, d))
    for column in range(d):
        _, number, count = np.unique(draws[:, :, column], return_inverse=True, return_counts=True)
        rank = np.cumsum(count) - 0.5 * (count - 1.0)
        scores[:, column] = scipy.special.ndtri((rank - 0.375) / (chains * n + 0.25))[number.ravel()]
    return scores.reshape(draws.shape)


def _potential_scale(chains: Array) -> Array:
    """Gelman and Rubin's ratio of pooled to within-chain standard deviation, (d,)."""
    n = chains.shape[1]
    within = chains.var(axis=1, ddof=1).mean(axis=0)
    between = chains.mean(axis=1).var(axis=0, ddof=1)
    stuck = np.where(between > 0.0, np.inf, 1.0)
    ratio = np.divide((n - 1.0) / n * within + between, within, out=stuck, where=within > 0.0)
    return np.asarray(np.sqrt(ratio))
