"""A proportion counted over observations that come in studies: its interval when rows of a study agree too well."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

Array = NDArray[np.float64]


def clustered_interval(inside: Sequence[bool], studies: Sequence[str]) -> tuple[float, float]:
    """Two-sided 95% interval of the share of `inside` (rows,), rows of one study not being independent.

    Clopper-Pearson limits at the effective sample size (Korn and Graubard, Surv Methodol 1998;24:193-201). Raises
    ValueError without rows or when the lengths differ.
    """
    if not inside or len(inside) != len(studies):
        raise ValueError("one study for each of at least one row is needed")
    values = np.asarray(inside, dtype=np.float64)
    _, group = np.unique(np.asarray(studies), return_inverse=True)
    size = effective_size(values, group)
    hits = float(values.mean()) * size
    misses = size - hits
    low = 0.0 if hits == 0.0 else float(betaincinv(hits, misses + 1.0, 0.025))
    high = 1.0 if misses == 0.0 else float(betaincinv(hits + 1.0, misses, 0.975))
    return low, high


def effective_size(values: Array, group: NDArray[np.intp]) -> float:
    """How many independent rows `values` (rows,; 0 or 1) in `group` (rows,; 0 ... studies - 1) are worth.

    n / deff with deff = 1 + (m - 1) ICC, m the size of the study an average row belongs to. Where all values are alike
    their correlation cannot be seen: each study then counts once.
    """
    sizes = np.bincount(group).astype(np.float64)
    if values.min() == values.max():
        return float(sizes.size)
    rows_per_study = float(np.sum(sizes**2) / values.size)
    return values.size / (1.0 + (rows_per_study - 1.0) * intraclass_correlation(values, group))


def intraclass_correlation(values: Array, group: NDArray[np.intp]) -> float:
    """The ANOVA estimator, kept between 0 and 1; 1 for a single study, whose rows nothing can be held against."""
    sizes = np.bincount(group).astype(np.float64)
    n, k = values.size, sizes.size
    if k == 1:
        return 1.0
    if k == n:
        return 0.0
    means = np.bincount(group, values) / sizes
    between = float(np.sum(sizes * (means - values.mean()) ** 2)) / (k - 1)
    within = float(np.sum((values - means[group]) ** 2)) / (n - k)
    typical = (n - float(np.sum(sizes**2)) / n) / (k - 1)
    return float(np.clip((between - within) / (between + (typical - 1.0) * within), 0.0, 1.0))
