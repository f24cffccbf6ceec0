"""Diagnostics on draws whose errors are known."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from holocrine.inference.sampler.diagnostics import (
    agree,
    contraction,
    effective_size,
    mean_error,
    r_hat,
    sampled_profile,
)


def independent(runs: int, n: int, d: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((runs, n, d))


def test_r_hat_of_independent_draws() -> None:
    assert np.all(np.abs(r_hat(independent(4, 500, 20, 1)) - 1.0) < 0.02)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda x: x + np.array([0.0, 0.0, 0.0, 1.0])[:, None, None],
        lambda x: x * np.array([1.0, 1.0, 1.0, 4.0])[:, None, None],
        lambda x: x + np.linspace(-1.0, 1.0, x.shape[1])[None, :, None],
    ],
    ids=["one run elsewhere", "one run wider", "halves of a run apart"],
)
def test_r_hat_notices(spoil) -> None:
    assert np.all(r_hat(spoil(independent(4, 500, 5, 2))) > 1.05)


def test_r_hat_by_its_definition() -> None:
    """Written out for one coordinate without ties."""
    draws = independent(3, 10, 1, 3)
    chains = np.concatenate([draws[:, :5], draws[:, 5:]])[:, :, 0]

    def ratio(values: np.ndarray) -> float:
        scores = scipy.special.ndtri(
            (scipy.stats.rankdata(values).reshape(values.shape) - 0.375) / (values.size + 0.25)
        )
        within = scores.var(axis=1, ddof=1).mean()
        between = 5 * scores.mean(axis=1).var(ddof=1)
        return float(np.sqrt((0.8 * within + between / 5) / within))

    assert r_hat(draws)[0] == pytest.approx(max(ratio(chains), ratio(np.abs(chains - np.median(chains)))))


def test_a_coordinate_that_never_varies() -> None:
    same = np.zeros((2, 8, 1))
    assert r_hat(same).tolist() == [1.0]
    assert np.isinf(r_hat(same + np.array([0.0, 1.0])[:, None, None]))[0]


def test_effective_size_of_copies() -> None:
    """50 independent draws a run, each eight times: 1600 in all, 200 of them worth counting."""
    copies = np.repeat(independent(40, 50, 50, 4), 8, axis=1)
    sizes = effective_size(copies)
    # 39 degrees of freedom: relative standard deviation 23% a coordinate, 3% for the mean over 50, plus 2/37 of bias.
    assert np.median(sizes) == pytest.approx(40 * 50, rel=0.15)
    assert np.all(effective_size(independent(4, 100, 50, 5)) <= 400.0)


@given(st.integers(2, 5), st.integers(4, 12), st.integers(0, 2**32 - 1))
def test_effective_size_is_never_above_the_draws(runs: int, n: int, seed: int) -> None:
    draws = np.round(independent(runs, n, 3, seed))
    sizes = effective_size(draws)
    assert np.all((sizes >= 0.0) & (sizes <= runs * n * (1.0 + 1e-12)))
    assert effective_size(-draws) == pytest.approx(sizes), "ties share their mean rank, whichever way the ranks run"


def test_mean_error_and_agreement() -> None:
    a, b = independent(10, 100, 2000, 6), independent(6, 50, 2000, 7)
    assert mean_error(a).mean() == pytest.approx(1.0 / np.sqrt(1000.0), rel=0.04)
    # The ratio of two means of normals to their estimated error: heavier than normal, lighter than t with 5.
    t = agree(a, b)
    assert np.mean(np.abs(t) > scipy.stats.t.ppf(0.975, 13)) == pytest.approx(0.05, abs=0.02)
    assert np.median(agree(a + 0.5, b)) > 5.0
    assert np.median(agree(a, b + 0.5)) < -5.0


def test_agreement_without_any_error() -> None:
    exact = np.ones((2, 4, 1))
    assert agree(exact, exact).tolist() == [0.0]
    assert agree(exact, exact + 1.0).tolist() == [-np.inf]


def test_contraction() -> None:
    draws = independent(4, 5000, 2, 8) * np.array([1.0, 0.1])
    assert contraction(draws) == pytest.approx([0.0, 0.99], abs=0.03)
    assert contraction(draws, prior_variance=4.0)[0] == pytest.approx(0.75, abs=0.01)


def test_sampled_profile() -> None:
    coordinate = np.array([0.0, 0.5, 0.9, 1.0, 2.5, -1.0, 4.0])
    height = np.array([1.0, 3.0, -np.inf, 7.0, -2.0, 99.0, 99.0])
    profile = sampled_profile(coordinate, height, np.array([0.0, 1.0, 2.0, 3.0, 4.0]))
    assert profile.tolist()[:3] == [3.0, 7.0, -2.0]
    assert np.isnan(profile[3])


@pytest.mark.parametrize("function", [r_hat, effective_size, mean_error])
@pytest.mark.parametrize("shape", [(1, 10, 2), (2, 3, 2), (10, 2)])
def test_too_little_to_compare(function, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="runs >= 2"):
        function(np.zeros(shape))
