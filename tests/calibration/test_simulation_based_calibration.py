"""Simulation-based calibration: posteriors of data whose truth was drawn from the prior are as wide as they should be.

Over many replicates the rank of the true value among posterior draws must be uniform, for every parameter (Talts and
co-workers 2018, arXiv:1804.06788) and for the log-likelihood, which notices what single parameters hide (Modrak and
co-workers 2023, doi:10.1214/23-BA1404). The problem is the calibration in small: halos of single points whose radius
follows r = a + l ln(dose / b50), two products, effects of studies, and one study that reports only a word.

    python tests/calibration/test_simulation_based_calibration.py 1000

runs as many replicates as asked for and prints a p-value for each quantity.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pytest
import scipy.special

from holocrine.inference.likelihood import CRITICAL, Direction, log_density, log_direction
from holocrine.inference.sampler.smc import Settings, complete, start

Array = np.ndarray

NAMES = ("bleb radius", "length", "half-maximal dose", "potency", "between studies", "within studies")
QUANTITIES = (*NAMES, "log-likelihood")
PRIOR_MEDIAN = np.array([4.0, 2.0, 0.2, 0.4, 0.2, 0.1])
"""mm, mm, units, ratio of the second product's units to the first's, and two SDs of a log area."""
PRIOR_LOG_SD = np.array([0.3, 0.4, 0.6, 0.3, 0.5, 0.5])

DOSE = np.array([2.0, 4.0, 8.0, 4.0, 10.0, 2.5, 5.0, 12.0, 24.0, 4.0])
SECOND_PRODUCT = np.array([0, 0, 0, 0, 1, 0, 0, 1, 1, 0], dtype=bool)
STUDY = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3, 4])
SAMPLING_SD = np.array([0.10, 0.10, 0.15, 0.20, 0.20, 0.08, 0.08, 0.12, 0.12, 0.25])
COMPARED_DOSES = np.array([2.5, 5.0])
"""Units of the first product whose areas one more study compared by a test."""
COMPARED_SE = 0.15

POSTERIOR_DRAWS = 19
BINS = 10
SETTINGS = Settings(share=0.6, max_moves=15, final_moves=8)
PARTICLES, MORE_PARTICLES = 160, 400
"""In the test, and where thousands of replicates would notice what is left of the error of few particles."""


def natural(z: Array) -> Array:
    """Parameters (n, 6) from their normal scores."""
    return PRIOR_MEDIAN * np.exp(PRIOR_LOG_SD * z)


def log_area(theta: Array, dose: Array, second: Array) -> Array:
    """Log area of a halo (mm2), (n, arms); nan where the dose is too small for one."""
    radius, length, half, potency = (theta[:, [i]] for i in range(4))
    r = radius + length * np.log(dose * np.where(second, potency, 1.0) / half)
    return np.log(np.pi) + 2.0 * np.log(np.where(r > 0.0, r, np.nan))


def compared_effect(theta: Array) -> Array:
    """Log ratio of the areas of the two compared doses, (n,)."""
    areas = log_area(theta, COMPARED_DOSES, np.zeros(2, dtype=bool))
    return areas[:, 1] - areas[:, 0]


def simulate(theta: Array, random: np.random.Generator) -> tuple[Array, Direction]:
    """What five studies report as areas and a sixth as a word, for one truth (1, 6)."""
    between, within = theta[0, 4:]
    effects = between * random.standard_normal(STUDY.max() + 1)
    noise = np.sqrt(within**2 + SAMPLING_SD**2) * random.standard_normal(STUDY.size)
    areas = log_area(theta, DOSE, SECOND_PRODUCT)[0] + effects[STUDY] + noise
    # The study's own effect cancels between its two arms; what differs from arm to arm does not.
    estimate = compared_effect(theta)[0] + np.hypot(COMPARED_SE, np.sqrt(2.0) * within) * random.standard_normal()
    if abs(estimate) < CRITICAL * COMPARED_SE:
        return areas, "no significant change"
    return areas, "increase" if estimate > 0.0 else "decrease"


def likelihood(areas: Array, word: Direction, noise: float) -> Callable[[Array], tuple[Array, Array]]:
    """The likelihood of the reports, its noise multiplied by `noise` (1: right)."""

    def evaluate(z: Array) -> tuple[Array, Array]:
        theta = natural(z)
        between, within = noise * theta[:, [4]], noise * theta[:, [5]]
        residual = areas - log_area(theta, DOSE, SECOND_PRODUCT)
        rows = np.zeros(STUDY.size, dtype=np.int64)
        numbers = log_density(residual, (noise * SAMPLING_SD) ** 2, STUDY, rows, between, within)
        sd = np.hypot(noise * COMPARED_SE, np.sqrt(2.0) * within[:, 0])
        return np.zeros(len(z)), numbers + log_direction(word, compared_effect(theta), COMPARED_SE, sd)

    return evaluate


def ranks(replicates: int, seed: int, noise: float = 1.0, particles: int = PARTICLES) -> Array:
    """Rank of the truth among POSTERIOR_DRAWS posterior draws, (replicates, quantities), 0 to POSTERIOR_DRAWS."""
    found = np.empty((replicates, len(QUANTITIES)), dtype=np.int64)
    for replicate in range(replicates):
        random = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(replicate,))))
        truth = random.standard_normal((1, len(NAMES)))
        log_likelihood = likelihood(*simulate(natural(truth), random), noise)
        run = complete(start(particles, len(NAMES), int(random.integers(2**62))), log_likelihood, SETTINGS)
        # Relatives stand side by side after resampling, so draws far apart in the row are the least related.
        apart = np.linspace(0, particles - 1, POSTERIOR_DRAWS).astype(int)
        drawn = np.column_stack([run.z, run.log_likelihood])[apart]
        found[replicate] = (drawn < np.append(truth[0], log_likelihood(truth)[1])).sum(axis=0)
    return found


def uniformity(found: Array) -> Array:
    """p-value of Pearson's chi-square test of uniform ranks in BINS bins, for each quantity."""
    bins = found * BINS // (POSTERIOR_DRAWS + 1)
    counts = np.array([np.bincount(column, minlength=BINS) for column in bins.T])
    expected = len(found) / BINS
    return np.asarray(scipy.special.chdtrc(BINS - 1, np.sum((counts - expected) ** 2, axis=1) / expected))


LEVEL = 0.01 / len(QUANTITIES)
"""One per cent for all quantities together (Bonferroni)."""


@pytest.mark.slow
def test_ranks_of_the_truth_are_uniform() -> None:
    found = uniformity(ranks(replicates=200, seed=20))
    assert found.min() > LEVEL, dict(zip(QUANTITIES, found.round(4), strict=True))


@pytest.mark.slow
def test_a_likelihood_with_half_the_noise_is_rejected() -> None:
    """The check has the power to see a posterior that is too narrow."""
    found = uniformity(ranks(replicates=100, seed=20, noise=0.5))
    assert found.min() < 1e-3 * LEVEL, dict(zip(QUANTITIES, found.round(4), strict=True))


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    p_values = uniformity(ranks(asked, seed=21, particles=MORE_PARTICLES))
    for name, p in zip(QUANTITIES, p_values, strict=True):
        print(f"{name:20s} p = {p:.4f}")
    sys.exit(0 if p_values.min() > LEVEL else 1)
