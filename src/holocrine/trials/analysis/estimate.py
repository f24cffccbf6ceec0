"""The result of one analysis: an effect on its own scale, its standard error and a two-sided p-value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import scipy.special

from holocrine.domain.trial_endpoint import Analysis, Endpoint

SCALES: Mapping[Analysis, str] = {
    "ancova": "log ratio",
    "mixed_model": "log ratio",
    "paired": "log ratio",
    "negative_binomial": "log rate ratio",
    "logistic": "log odds ratio",
    "risk_difference": "difference of shares",
    "cox": "log hazard ratio",
    "log_rank": "log hazard ratio",
}


@dataclass(frozen=True)
class Estimate:
    """Effect of an arm over the reference, its standard error, and p; `value` and `se` are nan where none was found."""

    value: float
    se: float
    p: float

    def interval(self, alpha: float) -> tuple[float, float]:
        """The two-sided interval of level 1 - `alpha`."""
        reach = float(scipy.special.ndtri(1.0 - alpha / 2.0)) * self.se
        return self.value - reach, self.value + reach


NONE = Estimate(math.nan, math.nan, 1.0)
"""No effect can be estimated, such as with no event at all; it counts as not significant."""


def scale_of(endpoint: Endpoint) -> str:
    """The scale on which an endpoint's effect is estimated."""
    if endpoint.analysis == "paired" and endpoint.reading != "change":
        return "difference of shares"
    return SCALES[endpoint.analysis]
