"""The people of a study arm: a fixed, evenly spread sample of how people differ in what time does to them.

Differences in dose sensitivity are not sampled but summed over by Gauss-Hermite nodes, because a sensitivity
is a shift along the response surface and costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray
from scipy.stats.qmc import Sobol

from holocrine.knowledge.parameters import ParameterSet
from holocrine.knowledge.variability import SPREAD_FACTOR, Variability, shifted
from holocrine.models.junction import Terminal

Array = NDArray[np.float64]

PEOPLE = 8
"""Sampled people of an arm; 64 instead move predicted shares by under a percentage point."""
SENSITIVITIES = 5
"""Nodes over how sensitive people are to a dose."""
_NODES, _WEIGHTS = hermegauss(SENSITIVITIES)
SENSITIVITY_SCORES: Array = _NODES
SENSITIVITY_WEIGHTS: Array = _WEIGHTS / _WEIGHTS.sum()
SPATIAL_SPREAD = 0.3
"""Log SD of the bound dose that differences in spread and needle depth between people add (assumption)."""


@dataclass(frozen=True)
class Sample:
    """Standard-normal scores (people, names) of everything that differs between people."""

    names: tuple[str, ...]
    scores: Array

    def values(
        self, name: str, typical: Mapping[str, float], parameters: ParameterSet, variability: Variability
    ) -> Array:
        """A parameter in every person, (people,), in its unit."""
        if name not in self.names:
            return np.full(self.scores.shape[0], typical[name])
        factor = typical[SPREAD_FACTOR[name]] if name in SPREAD_FACTOR else 1.0
        deviation = factor * variability.spreads[name].between_subject * self.scores[:, self.names.index(name)]
        return shifted(parameters[name], typical[name], deviation)


def sample(variability: Variability, kept: tuple[str, ...], seed: int, people: int = PEOPLE) -> Sample:
    """`people` (a power of two) quasi-random people who differ in `kept` parameters, correlated as the tables say."""
    names = tuple(name for name in variability.spreads if name in kept)
    uniform = Sobol(len(names), scramble=True, rng=np.random.Generator(np.random.Philox(seed))).random(people)
    independent = dict(zip(names, scipy.special.ndtri(np.clip(uniform, 1e-9, 1 - 1e-9)).T, strict=True))
    columns = []
    for name in names:
        parts = [
            (part, weight) for part, weight in variability.weights.get(name, ((name, 1.0),)) if part in independent
        ]
        norm = float(np.sqrt(sum(weight**2 for _, weight in parts)))
        columns.append(sum((weight / norm * independent[part] for part, weight in parts), np.zeros(people)))
    scores = np.stack(columns, axis=1)
    return Sample(names, (scores - scores.mean(axis=0)) / scores.std(axis=0))


def sensitivity_spread(terminal: Terminal, typical: Mapping[str, float], variability: Variability) -> float:
    """Log SD of how much dose people need, between people and sessions, differences in spread included."""
    spread = variability.spreads[f"half_loading_{terminal}"]
    own = typical["response_spread"] * float(np.hypot(spread.between_subject, spread.between_occasion))
    return float(np.hypot(own, SPATIAL_SPREAD))
