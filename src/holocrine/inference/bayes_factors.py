"""Ratios of evidences from the draws of all posteriors together (Shirts and Chodera 2008, doi:10.1063/1.2978177).

The explanations share everything but the likelihood of the sebum rows, so at any draw the ratio of two posteriors is
the ratio of two such likelihoods, and what all of them share cancels. That is far more exact than the difference of
evidences that each carry the luck of a whole run.
"""

from __future__ import annotations

import numpy as np
import scipy.special
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROUNDS = 10_000
CLOSE = 1e-10


def relative_log_evidence(log_likelihood: Array, drawn: NDArray[np.int64]) -> Array:
    """Log evidences (k,) over the mean of all, nats, of k posteriors with draws from each.

    `log_likelihood` (n, k) of the differing rows under every explanation at all n draws; `drawn` (k,) says how many
    draws came from each, in any order. Rows with a value that is not finite under some explanation count as impossible
    there. Raises ValueError when a posterior has no draw.
    """
    if drawn.size != log_likelihood.shape[1] or drawn.sum() != log_likelihood.shape[0] or np.any(drawn < 1):
        raise ValueError("every posterior needs draws, as many in all as there are rows")
    logs = np.where(np.isfinite(log_likelihood), log_likelihood, -np.inf)
    found = np.zeros(drawn.size)
    for _ in range(ROUNDS):
        mixture = scipy.special.logsumexp(logs - found + np.log(drawn), axis=1)
        new = scipy.special.logsumexp(logs - mixture[:, None], axis=0)
        new -= new.mean()
        change = float(np.abs(new - found).max())
        found = new
        if change < CLOSE:
            break
    return np.asarray(found)
