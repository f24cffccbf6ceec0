"""What an earlier treatment and its response say about a person: weights for the draws, and drawing by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.domain.case import AcneTreatment
from holocrine.domain.vocabulary import Response
from holocrine.simulation.draws import stream

Array = NDArray[np.float64]
INFORMATIVE: tuple[Response, ...] = ("none", "partial", "good")
"""A drug that was not tolerated was hardly taken, so its response says nothing about its effect."""


def response_likelihood(fall: Array, response: Response, drugs: Mapping[str, Array]) -> Array:
    """Probability (draws,) that a person reports `response` when the draw predicts a relative fall of lesions `fall`.

    `fall` (draws,): 1 = clear, 0 = no change, negative = worse. What is remembered scatters normally around the
    prediction; where the categories begin is declared in the draws of block `drugs`. Uninformative responses give 1.
    """
    if response not in INFORMATIVE:
        return np.ones_like(fall)
    partial = drugs["response_partial_from"]
    good = partial + (1.0 - partial) * drugs["response_good_step"]
    above = [scipy.special.ndtr((fall - limit) / drugs["response_noise"]) for limit in (partial, good)]
    share = {"none": 1.0 - above[0], "partial": above[0] - above[1], "good": above[1]}[response]
    lapse = drugs["response_lapse"]
    return np.asarray((1.0 - lapse) * share + lapse / len(INFORMATIVE))


def prior_response_weights(
    treatments: Sequence[AcneTreatment], falls: Sequence[Array], drugs: Mapping[str, Array]
) -> Array:
    """Weights (draws,) that sum to 1: how well each draw explains the responses to all earlier treatments.

    `falls[i]` (draws,): relative fall of lesions the draw predicts at the end of `treatments[i]`. Raises ValueError
    when their numbers differ.
    """
    weights = np.ones_like(drugs["response_lapse"])
    for treatment, fall in zip(treatments, falls, strict=True):
        weights = weights * response_likelihood(fall, treatment.response, drugs)
    return np.asarray(weights / weights.sum())


def reweighted(n: int, weights: Array, seed: int) -> NDArray[np.int64]:
    """`n` draw numbers in increasing order, each draw as often as its weight says to within one (systematic
    resampling).

    Raises ValueError for weights that are negative or all zero.
    """
    total = float(weights.sum())
    if not (np.all(weights >= 0.0) and 0.0 < total < np.inf):
        raise ValueError("weights must be finite, none negative and not all zero")
    start = stream(seed, "block", 0).random()
    ladder = np.cumsum(weights) / total
    ladder[-1] = 1.0
    return np.searchsorted(ladder, (start + np.arange(n)) / n, side="right").astype(np.int64)
