"""How long release stays blocked: simulated terminal against the duration algebra."""

from __future__ import annotations

import numpy as np
import pytest

from holocrine.models.junction import block_days

from . import terminal

STEP = 0.05
"""day between outputs."""


def simulated_block(half_life: float, loading: float = 1.0) -> tuple[float, float]:
    """Days from injection until release falls below half, and until it is back at half."""
    times = np.arange(0.0, 500.0, STEP)
    _, release = terminal.run(times, loading, lambda_m=np.log(2.0) / half_life)
    blocked = np.flatnonzero(release < 0.5)
    return float(times[blocked[0]]), float(times[blocked[-1]])


@pytest.mark.parametrize(("half_life", "expected"), [(31.0, 96.0), (69.0, 214.0)])
def test_block_time_follows_the_algebra(half_life: float, expected: float) -> None:
    algebra = block_days(half_life, terminal.USUAL["x0_m"], terminal.USUAL["theta_m"])
    assert algebra == pytest.approx(expected, abs=1.0)  # the design rounds to the day
    onset, end = simulated_block(half_life)
    turnover = 1.0 / terminal.USUAL["k_d"]
    delivery = 1.0 / terminal.USUAL["k_S"]
    # The algebra starts with a full loading and lets SNAP-25 follow at once. In the simulation light chain arrives
    # over 1.8 days and SNAP-25 trails by up to its turnover time of 5.8 days; recovery is late by at most their sum.
    assert algebra < end < algebra + turnover + delivery
    # Block begins when a tenth or so of SNAP-25 per day has been cut to the threshold: within the first week.
    assert 0.5 < onset < 7.0
    # From onset to recovery both delays partly cancel: measured 4.3 days longer than the algebra for both half-lives.
    assert 0.0 < end - onset - algebra < turnover


def test_each_halving_of_loading_costs_one_half_life() -> None:
    """The logarithm in the algebra, seen in the simulation."""
    _, full = simulated_block(31.0)
    _, half = simulated_block(31.0, loading=0.5)
    # SNAP-25's lag is nearly the same at both doses; a day covers the rest.
    assert full - half == pytest.approx(31.0, abs=1.0)


def test_too_small_a_loading_never_blocks() -> None:
    times = np.arange(0.0, 200.0, STEP)
    threshold = terminal.USUAL["theta_m"] / (1.0 - terminal.USUAL["theta_m"]) / terminal.USUAL["x0_m"]
    _, release = terminal.run(times, 0.99 * threshold)
    assert release.min() > 0.5
    with pytest.raises(ValueError, match="does not reach the threshold"):
        block_days(31.0, 0.99 * threshold * terminal.USUAL["x0_m"], terminal.USUAL["theta_m"])
