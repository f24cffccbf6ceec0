"""The typical person of a population: the table's values, the posterior's centre, or a draw of how they might be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np

from holocrine.domain.vocabulary import HypothesisId
from holocrine.knowledge.parameters import Hypothesis, ParameterSet
from holocrine.knowledge.posterior import Posterior
from holocrine.knowledge.variability import Variability, shifted, typical_spread
from holocrine.population.streams import Ids, normals


def table_values(parameters: ParameterSet) -> Mapping[str, float]:
    """The value of every parameter as the table gives it, in its unit."""
    return MappingProxyType({name: parameter.value for name, parameter in parameters.items()})


def fitted_values(
    parameters: ParameterSet,
    variability: Variability,
    posterior: Posterior,
    hypothesis: HypothesisId | Literal["weighted"],
    hypotheses: Sequence[Hypothesis],
) -> Mapping[str, float]:
    """Typical values at the mean of the posterior under one explanation of the sebum effect, or over all of them.

    What the fit did not know keeps the table's value.
    """
    weights = posterior.weights({h.id: h.weight for h in hypotheses}) if hypothesis == "weighted" else {hypothesis: 1.0}
    values = {}
    for name, parameter in parameters.items():
        columns = {h: posterior.column(h, name) for h in weights}
        score = sum(weights[h] * float(column.mean()) for h, column in columns.items() if column is not None)
        spread = typical_spread(parameter, variability.spreads.get(name))
        values[name] = float(shifted(parameter, parameter.value, np.array(spread * score)))
    return MappingProxyType(values)


def drawn_values(
    parameters: ParameterSet, variability: Variability, *, seed: int, numbers: Ids
) -> tuple[Mapping[str, float], ...]:
    """Possible populations `numbers` (from 0): for each, typical values drawn from what is not known about them.

    Only the part of each 90% interval that does not lie between people or sessions is drawn from. A value depends
    on the parameter's name, `seed` and the population's number alone.
    """
    columns = {}
    for name, parameter in parameters.items():
        spread = typical_spread(parameter, variability.spreads.get(name))
        columns[name] = shifted(parameter, parameter.value, spread * normals(seed, f"typical {name}", numbers))
    return tuple(
        MappingProxyType({name: float(column[row]) for name, column in columns.items()}) for row in range(numbers.size)
    )
