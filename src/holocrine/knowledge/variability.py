"""How people differ from one another and one session from the next: spreads and correlations on the normal scale.

The 90% interval of a parameter marked `person` in the parameter table lumps two things: how unsure its typical
value is, and how much people differ. `variability.csv` says which part of that spread lies between people and
which between the sessions of one person; what is left over is the uncertainty of the typical value. A
parameter without a row is the same in everyone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from holocrine.errors import KnowledgeError
from holocrine.knowledge.load import read_table
from holocrine.knowledge.parameters import WIDTH_90, Parameter, ParameterSet
from holocrine.knowledge.people import BASELINE

Array = NDArray[np.float64]
Weights = Mapping[str, tuple[tuple[str, float], ...]]

SCALE = {"lognormal": "log", "logitnormal": "logit", "normal": "identity"}
"""Scale on which a distribution is normal, and on which the SDs of variability.csv are given."""
SPREAD_FACTOR = {
    **{f"half_loading_{terminal}": "response_spread" for terminal in ("motor", "sudomotor", "sebaceous")},
    **{f"light_chain_half_life_{terminal}": "duration_spread" for terminal in ("motor", "sudomotor", "sebaceous")},
}
"""Parameters whose spread between people is itself uncertain, and the parameter that multiplies it."""
SMALLEST_PIVOT = 1e-9
"""A correlation matrix whose Cholesky pivot falls below this is not positive definite."""
Row = dict[str, str]


@dataclass(frozen=True)
class Spread:
    """SDs of one parameter on its own normal scale: between people, and between sessions of one person."""

    parameter: str
    between_subject: float
    between_occasion: float
    basis: str


@dataclass(frozen=True)
class Variability:
    """Spreads by parameter, and how the scores of a person hang together.

    The correlated score of a name in `weights` is the weighted sum of the independent scores it lists (a row of
    the Cholesky factor); a name that is not listed is independent. `between_sites` is the correlation of what
    age and sex leave unexplained in casual sebum, between two sites of a face.
    """

    spreads: Mapping[str, Spread]
    weights: Weights
    between_sites: float


def lumped_spread(parameter: Parameter) -> float:
    """SD on the normal scale of the 90% interval in the parameter table; 0 for a fixed one."""
    if parameter.distribution == "fixed":
        return 0.0
    return (_forward(parameter, parameter.high90) - _forward(parameter, parameter.low90)) / WIDTH_90


def typical_spread(parameter: Parameter, spread: Spread | None) -> float:
    """SD on the normal scale of the uncertainty of the typical value: what `spread` leaves of the interval."""
    rest = lumped_spread(parameter) ** 2
    if spread is not None:
        rest -= spread.between_subject**2 + spread.between_occasion**2
    return math.sqrt(max(rest, 0.0))


def shifted(parameter: Parameter, typical: float, deviation: Array) -> Array:
    """Values `deviation` (any shape, on the normal scale) away from the typical value `typical`, in the unit."""
    if parameter.distribution == "fixed":
        return np.full_like(deviation, typical)
    at = _forward(parameter, typical) + deviation
    if parameter.distribution == "lognormal":
        return np.asarray(np.exp(at))
    return np.asarray(1.0 / (1.0 + np.exp(-at))) if parameter.distribution == "logitnormal" else np.asarray(at)


def _forward(parameter: Parameter, value: float) -> float:
    if parameter.distribution == "lognormal":
        return math.log(value)
    return math.log(value / (1.0 - value)) if parameter.distribution == "logitnormal" else value


def load_variability(parameters: ParameterSet) -> Variability:
    """The packaged tables against `parameters`. Raises KnowledgeError naming every faulty row."""
    rows, pairs = read_table("variability.csv"), read_table("correlations.csv")
    faults = [
        f"variability.csv: {row['parameter']}: {fault}"
        for number, row in enumerate(rows)
        if (fault := _spread_fault(row, rows[:number], parameters))
    ]
    names = (*(row["parameter"] for row in rows), *BASELINE)
    faults += [
        f"correlations.csv: {row['first']}, {row['second']}: {fault}"
        for number, row in enumerate(pairs)
        if (fault := _pair_fault(row, pairs[:number], names))
    ]
    if faults:
        raise KnowledgeError("; ".join(faults))
    spreads = {row["parameter"]: _spread(row) for row in rows}
    sites = [float(row["correlation"]) for row in pairs if row["first"] == row["second"]]
    correlations = {
        frozenset((row["first"], row["second"])): float(row["correlation"])
        for row in pairs
        if row["first"] != row["second"]
    }
    weights = cholesky_weights(
        tuple(name for name in names if any(name in pair for pair in correlations)), correlations
    )
    return Variability(MappingProxyType(spreads), weights, sites[0] if sites else 0.0)


def cholesky_weights(names: tuple[str, ...], correlations: Mapping[frozenset[str], float]) -> Weights:
    """Rows of the Cholesky factor of the correlation matrix as (name, weight) lists, zeros left out.

    Worked row by row in the order of `names`: a name appended, or correlated with no other, moves no other row.
    Raises KnowledgeError naming the score at which the matrix stops being positive definite.
    """
    factor: dict[str, dict[str, float]] = {}
    for name in names:
        row: dict[str, float] = {}
        for other in factor:
            shared = math.fsum(row[k] * factor[other][k] for k in row if k in factor[other])
            weight = (correlations.get(frozenset((name, other)), 0.0) - shared) / factor[other][other]
            if weight:
                row[other] = weight
        pivot = 1.0 - math.fsum(weight**2 for weight in row.values())
        if pivot < SMALLEST_PIVOT:
            raise KnowledgeError(f"correlations.csv: the correlations of {name} contradict the others (not definite)")
        factor[name] = row | {name: math.sqrt(pivot)}
    return MappingProxyType({name: tuple(row.items()) for name, row in factor.items()})


def _spread(row: Row) -> Spread:
    basis = "; ".join(part for part in (row["source"], f"assumption: {row['assumption']}") if part)
    return Spread(row["parameter"], float(row["between_subject"]), float(row["between_occasion"]), basis)


def _spread_fault(row: Row, before: list[Row], parameters: ParameterSet) -> str:
    name = row["parameter"]
    if any(other["parameter"] == name for other in before):
        return "named twice"
    if name not in parameters:
        return "not in the parameter table"
    if not row["source"] and not row["assumption"]:
        return "neither source nor assumption"
    parameter = parameters[name]
    if parameter.level != "person" or parameter.distribution == "fixed":
        return "is the same in everyone by the parameter table"
    if row["scale"] != SCALE[parameter.distribution]:
        return f"SDs are on the {SCALE[parameter.distribution]} scale, not {row['scale']!r}"
    subject, occasion = (_number(row[column]) for column in ("between_subject", "between_occasion"))
    if not (subject >= 0.0 and occasion >= 0.0):
        return "SDs must be numbers of at least 0"
    if math.hypot(subject, occasion) > lumped_spread(parameter):
        return f"SDs exceed the {lumped_spread(parameter):.3g} of the parameter table's interval"
    return ""


def _pair_fault(row: Row, before: list[Row], names: tuple[str, ...]) -> str:
    pair = {row["first"], row["second"]}
    if any(pair == {other["first"], other["second"]} for other in before):
        return "named twice"
    if unknown := sorted(pair - set(names)):
        return f"{', '.join(unknown)} does not vary between people"
    if not row["source"] and not row["assumption"]:
        return "neither source nor assumption"
    if len(pair) == 1 and pair != {"casual_sebum"}:
        return "a score's correlation with itself is 1"
    if not abs(_number(row["correlation"])) < 1.0 or (len(pair) == 1 and _number(row["correlation"]) < 0.0):
        return f"{row['correlation']!r} is not a correlation"
    return ""


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan
