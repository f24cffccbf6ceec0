"""What patients start from: casual sebum at each site and lesion counts, as a screening visit would find them.

Tables report what was read once in many people. Such a spread holds the differences between people, those
between the days of one person and the error of the reading. Here they are kept apart: a person has a usual
level, a visit and a reading add to it, and the first reading of all patients together spreads as the table
says. Patients selected for a high first reading therefore fall back towards their usual level, as in a trial.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.special
from numpy.typing import NDArray
from scipy.optimize import brentq

from holocrine.anatomy.sites import typical_sebum
from holocrine.domain.vocabulary import Region
from holocrine.errors import KnowledgeError
from holocrine.knowledge.people import Counts, LesionKind, PeopleTables
from holocrine.population.covariates import Covariates, age_moments
from holocrine.population.scores import Scores
from holocrine.population.streams import uniforms

Array = NDArray[np.float64]
Index = NDArray[np.int64]

SCREENING = 0
"""Occasion number of the first visit."""


@dataclass(frozen=True)
class SebumSpread:
    """Median of casual sebum at a site (ug/cm2) and log SDs; `usual` is between people of one age and sex."""

    median: float
    usual: float
    occasion: float
    reading: float


def site_of(region: Region) -> str:
    """The site a region belongs to: left and right share their level, as they share the table's rows."""
    return region.removesuffix("_left").removesuffix("_right")


def sebum_spread(region: Region, people: PeopleTables, reading_cv: float) -> SebumSpread:
    """How the level of a region spreads. Raises KnowledgeError when its parts exceed the table's whole."""
    median, cv, _ = typical_sebum(region)
    reading = math.log1p(reading_cv**2)
    rest = math.log1p(cv**2) - people.sebum_occasion**2 - reading - _covariate_variance(people)
    if rest <= 0.0:
        raise KnowledgeError(f"glands.csv: casual sebum of {region} spreads less than age, sex, visit and reading do")
    return SebumSpread(median, math.sqrt(rest), people.sebum_occasion, math.sqrt(reading))


def covariate_shift(people: PeopleTables, covariates: Covariates) -> Array:
    """Log ratio (n,) of casual sebum to that of the population's middle, by age and sex."""
    mean_age, _ = age_moments(people.ages)
    male = (covariates.sex == "male") - people.sexes["male"]
    decades = (covariates.age - mean_age) / 10.0
    return np.asarray(math.log(people.sebum_by_sex) * male + math.log(people.sebum_by_decade) * decades)


def _covariate_variance(people: PeopleTables) -> float:
    share, (_, years) = people.sexes["male"], age_moments(people.ages)
    by_sex = math.log(people.sebum_by_sex) ** 2 * share * (1.0 - share)
    return by_sex + (math.log(people.sebum_by_decade) / 10.0) ** 2 * years


def draw_sebum(region: Region, spread: SebumSpread, between_sites: float, scores: Scores, shift: Array) -> Array:
    """Usual casual sebum of a region (n,), ug/cm2; `shift` (n,) comes from `covariate_shift`."""
    whole, own = scores.subject("casual_sebum"), scores.alone(f"subject casual_sebum of {site_of(region)}")
    score = math.sqrt(between_sites) * whole + math.sqrt(1.0 - between_sites) * own
    return np.asarray(spread.median * np.exp(shift + spread.usual * score))


def read_sebum(usual: Array, region: Region, spread: SebumSpread, scores: Scores, visit: int) -> Array:
    """One Sebumeter reading (n,), ug/cm2, at `visit`: the day shifts the whole face, the error each region alone."""
    day = scores.occasion("casual_sebum", visit)
    error = scores.alone(f"reading casual_sebum of {region}", visit)
    return np.asarray(usual * np.exp(spread.occasion * day + spread.reading * error))


@lru_cache(maxsize=32)
def lesion_gamma(counts: Counts) -> tuple[float, float]:
    """Shape and mean of the gamma of usual counts, so that Poisson counts about it have the table's median and CV.

    The mean is that at which half of the people lie below the median, those on it counted half. Raises
    KnowledgeError when the CV is smaller than Poisson counting alone gives.
    """

    def shape(mean: float) -> float:
        return 1.0 / (counts.cv**2 - 1.0 / mean)

    def excess(mean: float) -> float:
        k = shape(mean)
        below, at = (float(scipy.special.betainc(k, counts.median + step, k / (k + mean))) for step in (0, 1))
        return 0.5 * (below + at) - 0.5

    least = max(0.5 * counts.median, 1.01 / counts.cv**2)
    if counts.median < 1.0 or excess(least) * excess(20.0 * counts.median) >= 0.0:
        raise KnowledgeError(f"baseline.csv: no negative binomial has median {counts.median:g} and CV {counts.cv:g}")
    mean = float(brentq(excess, least, 20.0 * counts.median, xtol=1e-10))
    return shape(mean), mean


def draw_lesions(kind: LesionKind, people: PeopleTables, scores: Scores) -> Array:
    """Usual number of lesions of a kind (n,), a gamma variable."""
    shape, mean = lesion_gamma(people.counts[kind])
    rank = scipy.special.ndtr(scores.subject(kind))
    return np.asarray(scipy.special.gammaincinv(shape, rank) * (mean / shape))


def count_lesions(kind: LesionKind, usual: Array, scores: Scores, visit: int) -> Index:
    """Lesions counted (n,) at `visit`: Poisson about the usual number `usual` (n,)."""
    rank = uniforms(scores.seed, f"count {kind}", scores.ids, attempt=scores.attempts, occasion=visit)
    return poisson_quantile(rank, usual)


def poisson_quantile(rank: Array, mean: Array) -> Index:
    """Smallest whole number with at least a share `rank` (n,) of a Poisson variable of `mean` (n,) up to it."""
    guess = np.ceil(scipy.special.pdtrik(rank, mean))
    lower = np.maximum(guess - 1.0, 0.0)
    return np.asarray(np.where(scipy.special.pdtr(lower, mean) >= rank, lower, guess), dtype=np.int64)
