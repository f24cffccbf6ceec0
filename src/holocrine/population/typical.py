"""The typical person of a population: the parameter table's values, or one draw of how they might really be."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from holocrine.knowledge.parameters import ParameterSet
from holocrine.knowledge.variability import Variability, shifted, typical_spread
from holocrine.population.streams import Ids, normals


def table_values(parameters: ParameterSet) -> Mapping[str, float]:
    """The value of every parameter as the table gives it, in its unit."""
    return MappingProxyType({name: parameter.value for name, parameter in parameters.items()})


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
