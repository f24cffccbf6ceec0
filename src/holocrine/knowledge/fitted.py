"""What the fit says about one typical value: median, interval, and how much was learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from holocrine.domain.vocabulary import HypothesisId
from holocrine.knowledge.parameters import Parameter
from holocrine.knowledge.posterior import Posterior
from holocrine.knowledge.variability import shifted


@dataclass(frozen=True)
class Fitted:
    """Typical value after the fit, in the parameter's unit; `contraction` is the share of prior variance removed."""

    median: float
    low90: float
    high90: float
    contraction: float


def fitted(
    posterior: Posterior, table: Mapping[str, Parameter], prior: Mapping[HypothesisId, float]
) -> dict[str, Fitted]:
    """Every fitted typical value of `table`, explanations of the sebum effect weighted as the fit weighs them."""
    weights = posterior.weights(prior)
    share = np.concatenate(
        [np.full(len(posterior.scores[h]), w / len(posterior.scores[h])) for h, w in weights.items()]
    )
    found = {}
    for number, name in enumerate(posterior.names):
        if name not in table:
            continue
        scores = np.concatenate([posterior.scores[h][:, number] for h in weights])
        order = np.argsort(scores)
        at = np.interp([0.05, 0.5, 0.95], np.cumsum(share[order]), scores[order])
        low, median, high = shifted(table[name], table[name].value, posterior.spreads[number] * at)
        contraction = 1.0 - float(share @ (scores - float(share @ scores)) ** 2)
        found[name] = Fitted(float(median), float(low), float(high), contraction)
    return found
