"""The parameter table: every number of the model with unit, distribution, grade and source or assumption."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.errors import KnowledgeError
from holocrine.knowledge.load import read_table

Distribution = Literal["lognormal", "logitnormal", "normal", "fixed"]
Block = Literal["acne", "drugs", "organs", "skin", "sweat", "bladder", "reactions"]
"""Systems whose parameters have tables of their own, `parameters_<block>.csv`: nothing else depends on them."""
WIDTH_90 = 2.0 * 1.6448536269514722
"""Width of a central 90% interval of the normal distribution in standard deviations."""


@dataclass(frozen=True)
class Parameter:
    """One number of the model; `low90` and `high90` bound its central 90% interval."""

    name: str
    symbol: str
    meaning: str
    unit: str
    distribution: Distribution
    value: float
    low90: float
    high90: float
    level: Literal["population", "person"]
    grade: Literal["A", "B", "C", "D"]
    source: str
    doi: str
    assumption: str

    @property
    def basis(self) -> str:
        """Where the number comes from, in one line."""
        parts = [self.source, f"assumption: {self.assumption}" if self.assumption else ""]
        return "; ".join(part for part in parts if part)

    def from_normal(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at standard-normal scores `z` (any shape), in `unit`."""
        if self.distribution == "fixed":
            return np.full_like(z, self.value)
        forward, backward = _SCALES[self.distribution]
        spread = (forward(self.high90) - forward(self.low90)) / WIDTH_90
        return np.asarray(backward(forward(self.value) + spread * z))


def _logit(p: float) -> float:
    return math.log(p / (1.0 - p))


def _expit(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.0 / (1.0 + np.exp(-x))


def _same(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return x


_SCALES: dict[str, tuple[Callable[[float], float], Callable[[Any], Any]]] = {
    "lognormal": (math.log, np.exp),
    "logitnormal": (_logit, _expit),
    "normal": (float, _same),
}


@dataclass(frozen=True)
class ParameterSet(Mapping[str, Parameter]):
    """All parameters by name, in table order. `status` says whether they were fitted."""

    parameters: dict[str, Parameter]
    identifier: str = "prior"
    status: str = "prior, not yet calibrated"

    def __getitem__(self, name: str) -> Parameter:
        return self.parameters[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.parameters)

    def __len__(self) -> int:
        return len(self.parameters)

    @property
    def hash(self) -> str:
        """Fingerprint (16 hex digits) of every value and distribution."""
        text = "\n".join(repr(parameter) for parameter in self.parameters.values())
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Hypothesis:
    """One explanation of the sebum effect and its prior weight."""

    id: Literal["H1", "H2", "H3", "H3b"]
    label: str
    weight: float
    grade: str
    basis: str


def load_parameters() -> ParameterSet:
    """The packaged parameter table. Raises KnowledgeError naming every faulty row."""
    return _load("parameters.csv")


def load_block(block: Block) -> ParameterSet:
    """The packaged parameters of one block of systems. Raises KnowledgeError naming every faulty row."""
    return _load(f"parameters_{block}.csv")


def load_readings() -> ParameterSet:
    """What turns effects into the statistics that studies report: rating errors, thresholds, spread between studies.

    Raises KnowledgeError naming every faulty row.
    """
    return _load("readings.csv")


def load_block_readings(block: str) -> ParameterSet:
    """The same for the studies of a block that is fitted on its own. Raises KnowledgeError naming every faulty row."""
    return _load(f"readings_{block}.csv")


def _load(table: str) -> ParameterSet:
    faults: list[str] = []
    parameters: dict[str, Parameter] = {}
    for row in read_table(table):
        fault = _fault(row, parameters)
        if fault:
            faults.append(f"{row['name']}: {fault}")
            continue
        value = float(row["value"])
        parameters[row["name"]] = Parameter(
            name=row["name"],
            symbol=row["symbol"],
            meaning=row["meaning"],
            unit=row["unit"],
            distribution=row["distribution"],  # type: ignore[arg-type]
            value=value,
            low90=float(row["low90"] or value),
            high90=float(row["high90"] or value),
            level=row["level"],  # type: ignore[arg-type]
            grade=row["grade"],  # type: ignore[arg-type]
            source=row["source"],
            doi=row["doi"],
            assumption=row["assumption"],
        )
    if faults:
        raise KnowledgeError(f"{table}: " + "; ".join(faults))
    return ParameterSet(parameters)


def _fault(row: dict[str, str], known: Mapping[str, Parameter]) -> str:
    if row["name"] in known:
        return "named twice"
    if not row["source"] and not row["assumption"]:
        return "neither source nor assumption"
    if row["distribution"] not in (*_SCALES, "fixed"):
        return f"unknown distribution {row['distribution']!r}"
    if row["level"] not in ("population", "person") or row["grade"] not in ("A", "B", "C", "D") or not row["unit"]:
        return "level, grade or unit missing"
    return _number_fault(row)


def _number_fault(row: dict[str, str]) -> str:
    fixed = row["distribution"] == "fixed"
    try:
        numbers = [float(row[column]) for column in (("value",) if fixed else ("low90", "value", "high90"))]
    except ValueError:
        return "value or interval is not a number"
    if not all(map(math.isfinite, numbers)):
        return "value or interval is not a finite number"
    if fixed:
        return ""
    if not numbers[0] < numbers[1] < numbers[2]:
        return "value outside its own 90% interval"
    if row["distribution"] != "normal" and numbers[0] <= 0.0:
        return f"{row['distribution']} needs an interval that lies above 0"
    if row["distribution"] == "logitnormal" and numbers[2] >= 1.0:
        return "logitnormal needs an interval that lies below 1"
    return ""


def load_hypotheses() -> tuple[Hypothesis, ...]:
    """The explanations of the sebum effect; weights sum to one. Raises KnowledgeError otherwise."""
    rows = read_table("hypotheses.csv")
    hypotheses = tuple(
        Hypothesis(row["id"], row["label"], float(row["weight"]), row["grade"], f"{row['basis']}; {row['assumption']}")  # type: ignore[arg-type]
        for row in rows
    )
    if not math.isclose(sum(h.weight for h in hypotheses), 1.0, abs_tol=1e-9):
        raise KnowledgeError("hypotheses.csv: weights do not sum to one")
    return hypotheses
