"""Moves leave the posterior where it is: exact draws stay exact draws, and a wrong acceptance ratio is noticed."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from holocrine.inference.sampler.gaussian import Gaussian, folds, likeness, likenesses_of_others, standard
from holocrine.inference.sampler.moves import KINDS, Particles, evaluate, sweep

D = 3
SD = np.array([0.5, 0.7, 2.0])
SHIFT = np.array([0.4, -0.3, 0.8])
OFF_TARGET = Gaussian(np.array([0.6, 0.0, 0.1]), np.linalg.cholesky(0.4 * np.eye(D) + 0.1))
"""Mean and covariance of the proposals, wrong on purpose: the acceptance ratio has to make up for it."""


def factor(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Readings SHIFT of each coordinate with SD; split into a base (first coordinate) and a factor."""
    terms = -0.5 * ((z - SHIFT) / SD) ** 2
    return terms[:, 0], terms[:, 1:].sum(axis=1)


def posterior(beta: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and SD (3,) of N(0, I) x base x factor^beta: the coordinates are independent."""
    precision = np.array([1.0, beta, beta]) / SD**2
    return precision * SHIFT / (1.0 + precision), 1.0 / np.sqrt(1.0 + precision)


def p_values(kind: str, beta: float, sweeps: int = 15, n: int = 20000) -> np.ndarray:
    """Start from exact draws, move, and test each coordinate against its exact law (Kolmogorov and Smirnov)."""
    mean, sd = posterior(beta)
    random = np.random.Generator(np.random.Philox(11))
    particles = evaluate(factor, mean + sd * random.standard_normal((n, D)))
    mixture = np.array([float(kind == name) for name in KINDS])
    moved = 0.0
    for _ in range(sweeps):
        particles, acceptance = sweep(particles, factor, beta, [OFF_TARGET], np.array([0.8, 0.8, 1.5]), mixture, random)
        moved += float(acceptance[KINDS.index(kind)])
    assert moved > 0.2 * sweeps, "a set that stands still passes any test"
    return np.array([scipy.stats.kstest((particles.z[:, i] - mean[i]) / sd[i], "norm").pvalue for i in range(D)])


@pytest.mark.parametrize("beta", [0.3, 1.0])
@pytest.mark.parametrize("kind", KINDS)
def test_exact_draws_stay_exact(kind: str, beta: float) -> None:
    assert p_values(kind, beta).min() > 0.005


@pytest.mark.parametrize("kind", ["ensemble", "prior"])
def test_a_ratio_without_its_correction_is_noticed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gaussian, "log_density", lambda self, z: np.zeros(len(z)))
    assert p_values(kind, 1.0).min() < 1e-10


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_temperature_is_noticed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Particles.log_target
    monkeypatch.setattr(Particles, "log_target", lambda self, beta: right(self, 0.7 * beta))
    assert p_values(kind, 1.0).min() < 1e-10


def test_folds_cover_everyone_once() -> None:
    parts = folds(21, 8)
    assert np.concatenate(parts).tolist() == list(range(21))
    assert {len(part) for part in parts} == {2, 3}


def flat(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A base that cancels the prior: every place is as likely as any other."""
    return 0.5 * np.sum(z**2, axis=1), np.zeros(len(z))


def test_each_fold_moves_by_its_own_gaussian() -> None:
    """Independent proposals (step 1) about two places, on a flat target: each fold stays about its own."""
    places = np.array([-0.5, 0.5])
    gaussians = [Gaussian(np.full(2, place), 0.01 * np.eye(2)) for place in places]
    before = evaluate(flat, np.repeat(places, 50)[:, None] * np.ones(2))
    random = np.random.Generator(np.random.Philox(1))
    after, acceptance = sweep(before, flat, 1.0, gaussians, np.ones(3), np.array([1.0, 0.0, 0.0]), random)
    assert acceptance[0] == 1.0, "from the top of the proposal density every step down is taken"
    assert np.isnan(acceptance[1:]).all()
    assert np.all(np.abs(after.z - before.z) < 0.06)


def test_likeness_of_weighted_particles() -> None:
    random = np.random.default_rng(2)
    z = random.standard_normal((4000, 3)) @ np.array([[1.0, 0.99, 0.0], [0.0, 0.05, 0.0], [0.0, 0.0, 2.0]])
    weights = random.random(4000)
    fitted = likeness(z, weights / weights.sum())
    assert fitted.mean == pytest.approx(np.average(z, axis=0, weights=weights))
    covariance = np.cov(z.T, aweights=weights, ddof=0)
    assert fitted.root @ fitted.root.T == pytest.approx(covariance, rel=1e-6, abs=1e-6)
    assert fitted.sd == pytest.approx(np.sqrt(np.diag(covariance)))


def test_a_fold_learns_nothing_from_its_own_parents() -> None:
    z = np.random.default_rng(6).standard_normal((40, 2))
    weights = np.full(40, 1.0 / 40)
    index = np.sort(np.random.default_rng(7).integers(0, 40, 40))
    before = likenesses_of_others(z, weights, index, 4)
    for number, fold in enumerate(folds(40, 4)):
        moved = z.copy()
        moved[index[fold]] += 5.0
        after = likenesses_of_others(moved, weights, index, 4)
        same = [
            np.array_equal(a.mean, b.mean) and np.array_equal(a.root, b.root)
            for a, b in zip(before, after, strict=True)
        ]
        assert same == [other == number for other in range(4)]


def test_folds_of_one_parent_still_have_a_likeness() -> None:
    z = np.random.default_rng(8).standard_normal((8, 2))
    weights = np.eye(8)[3]
    assert all(g.mean == pytest.approx(z[3]) for g in likenesses_of_others(z, weights, np.full(8, 3), 2))


def test_likeness_of_fewer_particles_than_dimensions_is_regular() -> None:
    z = np.random.default_rng(3).standard_normal((4, 10))
    z[:, 0] = 1.0
    fitted = likeness(z, np.full(4, 0.25))
    assert np.linalg.cond(fitted.root[1:, 1:]) < 100.0
    assert np.all(np.isfinite(fitted.log_density(z)))


def test_density_of_a_gaussian() -> None:
    z = np.random.default_rng(4).standard_normal((5, D))
    exact = scipy.stats.multivariate_normal(OFF_TARGET.mean, OFF_TARGET.root @ OFF_TARGET.root.T).logpdf(z)
    assert np.ptp(OFF_TARGET.log_density(z) - exact) < 1e-12
    assert standard(D).log_density(z) == pytest.approx(-0.5 * np.sum(z**2, axis=1))
