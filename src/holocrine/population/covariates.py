"""Age, sex and skin type of each patient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.knowledge.people import Ages, PeopleTables
from holocrine.population.streams import Ids, uniforms

Array = NDArray[np.float64]
Index = NDArray[np.int64]

_MIDPOINTS = np.linspace(0.5, 4095.5, 4096) / 4096.0
"""Where the age distribution is read for its mean and variance; off by under 0.01 years."""


NAMES = ("age", "sex", "skin type")


@dataclass(frozen=True)
class Covariates:
    """Of n patients: `age` in completed years, `sex` ("female", "male"), `skin_type` (Fitzpatrick 1 to 6); all (n,)."""

    age: Index
    sex: NDArray[np.str_]
    skin_type: Index


def draw_covariates(people: PeopleTables, seed: int, ids: Ids, attempts: Ids) -> Covariates:
    """The covariates of candidates `attempts` (n,) for the places `ids` (n,)."""
    age, sex, skin = (uniforms(seed, f"covariate {name}", ids, attempt=attempts) for name in NAMES)
    names = np.array(list(people.sexes))
    return Covariates(
        np.floor(age_at(people.ages, age)).astype(np.int64),
        names[_category(tuple(people.sexes.values()), sex)],
        1 + _category(people.skin_types, skin),
    )


def age_at(ages: Ages, uniform: Array) -> Array:
    """Age in years below which a share `uniform` (any shape) of people lies."""
    spread = float(np.sqrt(np.log1p(ages.cv**2)))
    low, high = (float(scipy.special.ndtr(np.log(bound / ages.median) / spread)) for bound in (ages.low, ages.high))
    score = scipy.special.ndtri(low + (high - low) * uniform)
    return np.asarray(np.clip(ages.median * np.exp(spread * score), ages.low, ages.high))


@cache
def age_moments(ages: Ages) -> tuple[float, float]:
    """Mean and variance of the completed years of age."""
    years = np.floor(age_at(ages, _MIDPOINTS))
    return float(years.mean()), float(years.var())


def _category(shares: tuple[float, ...], uniform: Array) -> Index:
    return np.searchsorted(np.cumsum(shares)[:-1], uniform, side="right").astype(np.int64)
