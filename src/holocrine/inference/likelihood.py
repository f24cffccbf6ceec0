"""What a set of reported results says about many parameter vectors at once: log densities on working scales.

A result is reported on its own scale and compared on a working scale (log, logit or identity) on which errors are
taken as normal. Rows of one study share an effect of that study, because a laboratory that reads high once reads
high again; rows that give only a bound or a word are censored. Everything is vectorised over n particles.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import scipy.special
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Direction = Literal["decrease", "increase", "no significant change"]

CRITICAL = float(scipy.special.ndtri(0.975))
"""Quantile beyond which a two-sided test at the 5% level is significant."""
_LOG_TWO_PI = float(np.log(2.0 * np.pi))


def log_density(
    residual: Array,
    sampling_variance: Array,
    group: Integers,
    class_of: Integers,
    between: Array,
    within: Array,
    *,
    extra_variance: Array | None = None,
    weight: Array | None = None,
) -> Array:
    """Marginal normal log density of m rows given each of n particles, (n,), in nats.

    `residual` (n, m) is observed minus predicted on the working scale, `sampling_variance` (m,) the square of the
    reported standard error there. Rows with equal `group` (m,) (study x outcome class) share one study effect.
    `class_of` (m,) picks each row's column of `between` and `within` (n, c), the standard deviations of the study
    effect and of what else differs from row to row. `extra_variance` (n, m) adds to a row's independent variance,
    such as that of an average over persons; `weight` (m,), positive, divides it: a row of weight 1/2 counts half.

    Within a group the covariance is b b' + diag(v), whose determinant and inverse have rank-one closed forms
    (matrix determinant lemma; Sherman and Morrison 1950).
    """
    shared = between[:, class_of]
    variance = within[:, class_of] ** 2 + sampling_variance
    if extra_variance is not None:
        variance = variance + extra_variance
    if weight is not None:
        variance = variance / weight
    order = np.argsort(group, kind="stable")
    first = np.flatnonzero(np.diff(group[order], prepend=group[order][0] - 1))

    def in_each_group(terms: Array) -> Array:
        return np.asarray(np.add.reduceat(terms[:, order], first, axis=1))

    precision_of_effect = 1.0 + in_each_group(shared**2 / variance)
    pull = in_each_group(shared * residual / variance)
    log_determinant = np.log(variance).sum(axis=1) + np.log(precision_of_effect).sum(axis=1)
    squares = np.sum(residual**2 / variance, axis=1) - np.sum(pull**2 / precision_of_effect, axis=1)
    return np.asarray(-0.5 * (log_determinant + squares + residual.shape[1] * _LOG_TWO_PI))


def log_tail(distance: ArrayLike, sd: ArrayLike) -> Array:
    """Log probability that a reading falls beyond a bound, nats; arguments broadcast.

    `distance` is how far the prediction lies on the reported side of the bound (negative: on the other side), `sd`
    the positive total standard deviation of the reading, both on the working scale.
    """
    return np.asarray(scipy.special.log_ndtr(np.asarray(distance) / np.asarray(sd)))


def log_direction(word: Direction, effect: ArrayLike, se: ArrayLike, sd: ArrayLike) -> Array:
    """Log probability that a study reports `word` about an `effect`, nats; arguments broadcast.

    The study's estimate is normal about `effect` with total standard deviation `sd` (sampling and study effect);
    its two-sided 5% test knows only the standard error `se` > 0. The three words' probabilities sum to one. Raises
    ValueError on another word.
    """
    effect, sd = np.asarray(effect), np.asarray(sd)
    bound = CRITICAL * np.asarray(se)
    if word == "decrease":
        return log_tail(-bound - effect, sd)
    if word == "increase":
        return log_tail(effect - bound, sd)
    if word != "no significant change":
        raise ValueError(f"unknown direction {word!r}. Allowed: decrease, increase, no significant change")
    # By symmetry the effect may be taken as positive; then the lower of the two tails never rounds to one.
    upper = log_tail(bound - np.abs(effect), sd)
    lower = log_tail(-bound - np.abs(effect), sd)
    return np.asarray(upper + np.log(-np.expm1(lower - upper)))
