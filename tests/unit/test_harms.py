"""From lost force to millimetres to a probability with its interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from holocrine.models.readout import HARMS, Harm
from holocrine.simulation.draws import Draws
from holocrine.simulation.harms import harm_probability, probability_interval, shift

LOSSES = np.linspace(0.0, 1.0, 21)


@pytest.mark.parametrize("harm", HARMS)
def test_shift_from_none_to_full(harm: Harm, small_draws: Draws) -> None:
    readout, local = HARMS[harm], small_draws.local
    course = np.broadcast_to(LOSSES, (32, 21))
    millimetres = shift(readout, course, local)
    assert not millimetres[:, 0].any()
    assert millimetres[:, -1] == pytest.approx(local[readout.full], rel=1e-12)  # one division and product
    assert np.all(np.diff(millimetres, axis=1) >= 0.0)
    reserve = local[readout.reserve] if readout.reserve else np.zeros(32)
    assert np.array_equal(millimetres > 0.0, course > reserve[:, None])
    assert np.array_equal(shift(readout, course[:, 7], local), millimetres[:, 7]), "a course and a single loss agree"


@pytest.mark.parametrize("harm", HARMS)
def test_probability_is_a_half_at_the_threshold_and_rises(harm: Harm, small_draws: Draws) -> None:
    readout, local = HARMS[harm], small_draws.local
    found = np.stack([harm_probability(readout, np.full(32, loss), local) for loss in LOSSES], axis=1)
    assert np.all(np.diff(found, axis=1) >= 0.0)
    assert found[:, 0].max() < 1e-12
    reserve = local[readout.reserve] if readout.reserve else 0.0
    at_threshold = reserve + (1.0 - reserve) * readout.threshold_mm / local[readout.full]
    reachable = at_threshold <= 1.0
    assert reachable.any()
    half = harm_probability(readout, np.minimum(at_threshold, 1.0), local)[reachable]
    assert half == pytest.approx(np.full(half.size, 0.5), abs=1e-9)  # log and back
    # Total loss: the log-normal threshold, from another implementation of the normal distribution.
    full = norm.cdf(np.log(local[readout.full] / readout.threshold_mm) / local["harm_threshold_sd"])
    assert found[:, -1] == pytest.approx(full, rel=1e-9)


def test_interval_is_over_spatial_draws_alone() -> None:
    spatial_of = np.tile(np.arange(100), 8)
    level = np.linspace(0.0, 0.1, 100)
    noise = np.repeat(np.linspace(-1.0, 1.0, 8), 100) * level[spatial_of]  # averages out within a spatial draw
    mean, low, high = probability_interval(level[spatial_of] + noise, spatial_of)
    assert mean == pytest.approx(0.05, rel=1e-9)
    assert (low, high) == pytest.approx((0.005, 0.095), rel=1e-9)  # quantiles of an even ladder


def test_the_upper_end_never_looks_safer_than_the_mean() -> None:
    rare = np.where(np.arange(1000) < 10, 1.0, 0.0)
    mean, low, high = probability_interval(rare, np.arange(1000))
    assert (mean, low, high) == pytest.approx((0.01, 0.0, 0.01), rel=1e-12)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.integers(0, 20)), min_size=1, max_size=60))
def test_interval_is_in_order_whatever_the_draws(pairs: list[tuple[float, int]]) -> None:
    probability, spatial_of = np.array([p for p, _ in pairs]), np.array([s for _, s in pairs])
    mean, low, high = probability_interval(probability, spatial_of)
    assert 0.0 <= low <= high <= 1.0
    assert mean <= high + 1e-12
