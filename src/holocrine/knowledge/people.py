"""Who comes for treatment and with what: age, sex and skin type, casual sebum and lesion counts before treatment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from holocrine.domain.vocabulary import Sex
from holocrine.errors import KnowledgeError
from holocrine.knowledge.load import read_table

LesionKind = Literal["inflammatory_lesions", "noninflammatory_lesions"]
BASELINE: tuple[str, ...] = ("casual_sebum", *get_args(LesionKind))
"""Quantities measured before treatment that vary between people."""
SKIN_TYPES = (1, 2, 3, 4, 5, 6)
_AGE_ITEMS = ("median", "cv", "low", "high")
_EFFECTS = {"sex": "male over female", "age": "ten years"}
Row = dict[str, str]


@dataclass(frozen=True)
class Ages:
    """Age in years: log-normal of this median and coefficient of variation, cut at `low` and `high`."""

    median: float
    cv: float
    low: float
    high: float


@dataclass(frozen=True)
class Counts:
    """Lesions of one kind on a face at one visit: negative binomial of this median and coefficient of variation."""

    median: float
    cv: float
    basis: str


@dataclass(frozen=True)
class PeopleTables:
    """Shares of the sexes (female, male) and of skin types I to VI, ages, counts, and what shifts casual sebum.

    `sebum_by_sex` is the ratio male over female, `sebum_by_decade` the ratio over ten years of age;
    `sebum_occasion` the log SD between visits of one person.
    """

    ages: Ages
    sexes: Mapping[Sex, float]
    skin_types: tuple[float, ...]
    counts: Mapping[LesionKind, Counts]
    sebum_occasion: float
    sebum_by_sex: float
    sebum_by_decade: float


def load_people() -> PeopleTables:
    """The packaged tables. Raises KnowledgeError naming every faulty row."""
    covariates, effects, baseline = (read_table(name) for name in _TABLES)
    faults = [
        *_faults("covariates.csv", covariates, ("covariate", "item"), ("value",)),
        *_faults("covariate_effects.csv", effects, ("quantity", "covariate"), ("ratio",)),
        *_faults("baseline.csv", baseline, ("quantity", "unit"), ("median", "cv", "between_occasion")),
    ] or _incomplete(covariates, effects, baseline)
    if faults:
        raise KnowledgeError("; ".join(faults))
    numbers = {(row["covariate"], row["item"]): float(row["value"]) for row in covariates}
    sexes: tuple[Sex, ...] = get_args(Sex)
    kinds: tuple[LesionKind, ...] = get_args(LesionKind)
    of = {row["quantity"]: row for row in baseline}
    ratios = {row["covariate"]: float(row["ratio"]) for row in effects}
    return PeopleTables(
        ages=Ages(*(numbers["age", item] for item in _AGE_ITEMS)),
        sexes=MappingProxyType({sex: numbers["sex", sex] for sex in sexes}),
        skin_types=tuple(numbers["skin_type", str(kind)] for kind in SKIN_TYPES),
        counts=MappingProxyType({kind: _counts(of[kind]) for kind in kinds}),
        sebum_occasion=float(of["casual_sebum"]["between_occasion"]),
        sebum_by_sex=ratios["sex"],
        sebum_by_decade=ratios["age"],
    )


_TABLES = ("covariates.csv", "covariate_effects.csv", "baseline.csv")


def _counts(row: Row) -> Counts:
    basis = "; ".join(part for part in (row["source"], f"assumption: {row['assumption']}") if part)
    return Counts(float(row["median"]), float(row["cv"]), basis)


def _faults(name: str, rows: list[Row], names: tuple[str, ...], numbers: tuple[str, ...]) -> list[str]:
    """Rows without origin, named twice, or with a cell that is not a positive number (empty only in baseline.csv)."""
    found, seen = [], set()
    for line, row in enumerate(rows, 2):
        where, key = f"{name} row {line}", tuple(row[column] for column in names[:2])
        if not row["source"] and not row["assumption"]:
            found.append(f"{where}: neither source nor assumption")
        if key in seen:
            found.append(f"{where}: named twice")
        seen.add(key)
        found += [
            f"{where}: {column} is {row[column]!r}, not a number above 0"
            for column in numbers
            if not _positive(row[column]) and not (row[column] == "" and name == "baseline.csv")
        ]
    return found


def _positive(cell: str) -> bool:
    try:
        number = float(cell)
    except ValueError:
        return False
    return math.isfinite(number) and number > 0.0


def _incomplete(covariates: list[Row], effects: list[Row], baseline: list[Row]) -> list[str]:
    """What is missing, unknown or does not add up, once every cell is sound."""
    wanted = [("age", item) for item in _AGE_ITEMS] + [("sex", sex) for sex in get_args(Sex)]
    wanted += [("skin_type", str(kind)) for kind in SKIN_TYPES]
    given = [(row["covariate"], row["item"]) for row in covariates]
    found = [f"covariates.csv: {' '.join(pair)} is missing or unknown" for pair in sorted(set(wanted) ^ set(given))]
    named = {row["quantity"]: row for row in baseline}
    found += [f"baseline.csv: {name} is missing or unknown" for name in sorted(set(named) ^ set(BASELINE))]
    needs = {"casual_sebum": ("between_occasion",)} | dict.fromkeys(get_args(LesionKind), ("median", "cv"))
    for name in (name for name in BASELINE if name in named):
        found += [f"baseline.csv: {name} has no {column}" for column in needs[name] if not named[name][column]]
    effect = {(row["quantity"], row["covariate"], row["per"]) for row in effects}
    expected = {("casual_sebum", covariate, per) for covariate, per in _EFFECTS.items()}
    found += [f"covariate_effects.csv: {' '.join(row)} is missing or unknown" for row in sorted(effect ^ expected)]
    if not found:
        found = _inconsistent({pair: float(row["value"]) for pair, row in zip(given, covariates, strict=True)})
    return found


def _inconsistent(numbers: Mapping[tuple[str, str], float]) -> list[str]:
    found = []
    for covariate in ("sex", "skin_type"):
        total = math.fsum(value for (name, _), value in numbers.items() if name == covariate)
        if not math.isclose(total, 1.0, abs_tol=1e-9):
            found.append(f"covariates.csv: shares of {covariate} add up to {total:g}, not 1")
    if not numbers["age", "low"] < numbers["age", "median"] < numbers["age", "high"]:
        found.append("covariates.csv: median age outside its bounds")
    return found
