"""The search for the posterior's middle, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from holocrine.inference.centre import BROADER, Centre, find_centre

RANDOM = np.random.Generator(np.random.Philox(7))
SLOPES = RANDOM.standard_normal((5, 8))
SEEN = RANDOM.standard_normal(8)
SD = 0.5


def score(predicted: np.ndarray, scores: np.ndarray) -> np.ndarray:
    return -0.5 * np.sum((predicted - SEEN) ** 2, axis=1) / SD**2 + 0.0 * scores[:, 0]


def test_a_linear_problem_is_solved_exactly() -> None:
    found = find_centre(lambda z: z @ SLOPES, score, 5)
    precision = np.eye(5) + SLOPES @ SLOPES.T / SD**2
    np.testing.assert_allclose(found.mode, np.linalg.solve(precision, SLOPES @ SEEN / SD**2), atol=2e-3)
    covariance = found.root @ found.root.T / BROADER**2
    curved = np.diag(precision) > 2.0
    np.testing.assert_allclose(np.diag(covariance)[curved], np.diag(np.linalg.inv(precision))[curved], rtol=0.02)


def test_a_bent_problem_ends_on_top() -> None:
    def bent(z: np.ndarray) -> np.ndarray:
        return np.stack([z[:, 0], z[:, 1] + 0.5 * z[:, 0] ** 2], axis=1)

    def to_target(predicted: np.ndarray, scores: np.ndarray) -> np.ndarray:
        return -0.5 * np.sum((predicted - np.array([1.5, -0.5])) ** 2, axis=1) / 0.01 + 0.0 * scores[:, 0]

    mode = find_centre(bent, to_target, 2).mode
    here = to_target(bent(mode[None]), mode[None])[0] - 0.5 * mode @ mode
    for step in 0.02 * np.vstack([np.eye(2), -np.eye(2)]):
        beside = mode + step
        assert to_target(bent(beside[None]), beside[None])[0] - 0.5 * beside @ beside < here


def test_the_correction_is_the_ratio_of_densities() -> None:
    centre = Centre(np.array([0.3, -1.0]), np.array([[0.5, 0.0], [0.2, 1.5]]))
    x = np.array([[0.1, 0.4], [-2.0, 1.0]])
    z = centre.scores(x)
    prior = -0.5 * np.sum(z**2, axis=1)
    offered = -0.5 * np.sum(x**2, axis=1) - np.log(0.5 * 1.5)
    assert centre.log_correction(x) == pytest.approx(prior - offered)


def test_a_hill_that_cannot_be_climbed_leaves_the_start() -> None:
    found = find_centre(lambda z: np.where(np.abs(z).max() > 0, np.nan, z), lambda p, z: -np.sum(p, axis=1) * 0, 3)
    assert np.all(np.isfinite(found.mode))
