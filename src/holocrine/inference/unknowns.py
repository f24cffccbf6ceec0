"""What the population fit estimates: typical values of the parameters and of the readings, as standard scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holocrine.knowledge.parameters import Parameter, ParameterSet
from holocrine.knowledge.variability import Variability, shifted, typical_spread

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Unknowns:
    """Every parameter of the model and of its readings; the uncertain ones have one score each.

    The prior of every score is standard normal: score z of a parameter means its typical value lies z times
    `spreads` away from the table's, on the scale on which the parameter is normal. `only` leaves out the others, which
    then stay at the table's value.
    """

    parameters: ParameterSet
    readings: ParameterSet
    variability: Variability
    only: tuple[str, ...] | None = None

    @cached_property
    def table(self) -> Mapping[str, Parameter]:
        """Parameters and readings by name."""
        return {**self.parameters, **self.readings}

    @cached_property
    def spreads(self) -> Mapping[str, float]:
        """Prior SD of every typical value on its normal scale; 0 where nothing is uncertain."""
        return {name: typical_spread(p, self.variability.spreads.get(name)) for name, p in self.table.items()}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The uncertain ones, in the order of the scores."""
        uncertain = (name for name, spread in self.spreads.items() if spread > 0.0)
        return tuple(name for name in uncertain if self.only is None or name in self.only)

    def values(self, scores: Array) -> dict[str, float]:
        """Every typical value at `scores` (len(names),), in its unit."""
        values = {name: parameter.value for name, parameter in self.table.items()}
        for name, score in zip(self.names, scores, strict=True):
            values[name] = float(self.at(name, score))
        return values

    def at(self, name: str, score: Array | float) -> Array:
        """Typical values of one parameter at scores (any shape), in its unit."""
        parameter = self.table[name]
        return shifted(parameter, parameter.value, self.spreads[name] * np.asarray(score, dtype=np.float64))
