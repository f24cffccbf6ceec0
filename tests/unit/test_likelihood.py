"""Likelihoods of reported results against dense covariances, quadrature and laws of probability."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from holocrine.inference.likelihood import CRITICAL, log_density, log_direction, log_tail

WORDS = ("decrease", "increase", "no significant change")
GROUP = np.array([3, 7, 3, 3, 0, 7])
CLASS = np.array([0, 1, 0, 1, 1, 1])
SAMPLING = np.array([0.04, 0.01, 0.09, 0.16, 0.0, 0.25])
EXTRA_SEED, PARTICLES = 8, 4


def dense(residual: np.ndarray, variance: np.ndarray, shared: np.ndarray) -> float:
    """The same density with the covariance written out."""
    together = GROUP[:, None] == GROUP[None, :]
    covariance = np.outer(shared, shared) * together + np.diag(variance)
    return float(scipy.stats.multivariate_normal(cov=covariance).logpdf(residual))


@pytest.mark.parametrize("with_extra", [False, True])
@pytest.mark.parametrize("with_weight", [False, True])
def test_density_with_study_effects(with_extra: bool, with_weight: bool) -> None:
    random = np.random.default_rng(EXTRA_SEED)
    residual = random.standard_normal((PARTICLES, 6))
    between, within = random.uniform(0.1, 1.5, (2, PARTICLES, 2))
    extra = random.uniform(0.0, 0.5, (PARTICLES, 6)) if with_extra else None
    weight = np.array([1.0, 0.5, 0.25, 1.0, 1.0, 2.0]) if with_weight else None
    found = log_density(residual, SAMPLING, GROUP, CLASS, between, within, extra_variance=extra, weight=weight)
    variance = within[:, CLASS] ** 2 + SAMPLING + (0.0 if extra is None else extra)
    variance = variance / (1.0 if weight is None else weight)
    expected = [dense(residual[i], variance[i], between[i, CLASS]) for i in range(PARTICLES)]
    assert found == pytest.approx(expected, rel=1e-10)


def test_without_study_effects_rows_are_independent() -> None:
    residual = np.random.default_rng(9).standard_normal((2, 6))
    within = np.full((2, 2), 0.3)
    found = log_density(residual, SAMPLING, GROUP, CLASS, np.zeros((2, 2)), within)
    assert found == pytest.approx(scipy.stats.norm.logpdf(residual, scale=np.sqrt(0.09 + SAMPLING)).sum(axis=1))


def test_an_undefined_prediction_stays_with_its_particle() -> None:
    residual = np.zeros((2, 6))
    residual[1, 2] = np.nan
    found = log_density(residual, SAMPLING, GROUP, CLASS, np.ones((2, 2)), np.ones((2, 2)))
    assert np.isfinite(found).tolist() == [True, False]


def test_tail() -> None:
    distance = np.array([-3.0, 0.0, 1.0])
    assert log_tail(distance, 2.0) == pytest.approx(scipy.stats.norm.logsf(-distance, scale=2.0))
    assert float(log_tail(-400.0, 1.0)) == pytest.approx(-80000.0, rel=1e-3), "no underflow far from the bound"


@given(st.floats(-50.0, 50.0), st.floats(1e-3, 10.0), st.floats(1.0, 10.0))
def test_directions_sum_to_one(effect: float, se: float, ratio: float) -> None:
    total = sum(np.exp(log_direction(word, effect, se, ratio * se)) for word in WORDS)
    assert total == pytest.approx(1.0, abs=1e-12)


@given(st.floats(-50.0, 50.0), st.floats(1e-3, 10.0), st.floats(1.0, 10.0))
def test_directions_mirror(effect: float, se: float, ratio: float) -> None:
    down, up, none = (log_direction(word, effect, se, ratio * se) for word in WORDS)
    mirrored = [log_direction(word, -effect, se, ratio * se) for word in ("increase", "decrease", WORDS[2])]
    assert [float(down), float(up), float(none)] == pytest.approx([float(value) for value in mirrored])
    assert np.all(np.isfinite([down, up, none]))
    assert max(down, up, none) <= 0.0


def test_directions_against_simulated_studies() -> None:
    effect, se, sd, n = 0.5, 0.4, 0.7, 200_000
    z = (effect + sd * np.random.default_rng(1).standard_normal(n)) / se
    seen = {"decrease": np.mean(z < -CRITICAL), "increase": np.mean(z > CRITICAL)}
    seen["no significant change"] = 1.0 - sum(seen.values())
    for word in WORDS:
        share = float(np.exp(log_direction(word, effect, se, sd)))
        assert abs(seen[word] - share) < 4.0 * np.sqrt(share * (1.0 - share) / n)


def test_no_effect_is_called_significant_in_one_study_of_twenty() -> None:
    assert float(np.exp(log_direction("no significant change", 0.0, 0.2, 0.2))) == pytest.approx(0.95)


def test_far_tails_keep_their_digits() -> None:
    """An effect of 40 standard errors reported as no change: the log of the gap between two tails."""
    bound = 40.0 - CRITICAL
    expected = scipy.stats.norm.logsf(bound)
    assert float(log_direction("no significant change", 40.0, 1.0, 1.0)) == pytest.approx(expected, rel=1e-9)


def test_a_word_outside_the_list() -> None:
    with pytest.raises(ValueError, match="Allowed: decrease"):
        log_direction("worse", 0.0, 1.0, 1.0)  # type: ignore[arg-type]
