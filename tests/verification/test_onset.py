"""Onset: Lebeda's published model against its closed form, and our three-step delivery against Lebeda's model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from holocrine.models.junction import DELIVERY_LAG_RATE, K_B, K_L, K_T, MINUTES_PER_DAY
from holocrine.models.onset import LEBEDA, PUBLISHED_K_S
from holocrine.solvers import stiff

from . import terminal

Array = NDArray[np.float64]


def hypoexponential(times: Array, rates: Sequence[float]) -> Array:
    """Share that has passed a chain of first-order steps with distinct `rates` (1/day)."""
    share = np.ones_like(times)
    for i, rate in enumerate(rates):
        others = [other for j, other in enumerate(rates) if j != i]
        share -= np.prod([other / (other - rate) for other in others]) * np.exp(-rate * times)
    return share


def times_for(slow: float) -> Array:
    """Twelve time constants of the slowest step: all but 6e-6 has arrived at the end."""
    return np.linspace(0.0, 12.0 / min(slow, K_L), 2001)


@pytest.mark.parametrize("setting", PUBLISHED_K_S)
@pytest.mark.parametrize(("rtol", "bound"), [(1e-5, 1e-5), (1e-9, 1e-9)])
def test_published_model_follows_its_closed_form(setting: str, rtol: float, bound: float) -> None:
    slow = PUBLISHED_K_S[setting] * MINUTES_PER_DAY
    times = times_for(slow)
    values = {"k_S": slow, "k_B": K_B, "k_T": K_T, "k_L": K_L}
    constants = np.array([[values[name] for name in LEBEDA.constant_names]])
    start = np.array([[state.initial for state in LEBEDA.states]])
    runs = stiff.simulate(LEBEDA, start, constants, times, rtol=rtol).checked()
    # Local error control: over the few dozen steps of a decay the error stays near the tolerance itself.
    assert np.abs(runs.outputs[0, :, 0] - hypoexponential(times, (slow, K_B, K_T, K_L))).max() < bound


def test_delivery_lag_is_the_mean_of_the_three_steps() -> None:
    mean_minutes = MINUTES_PER_DAY / DELIVERY_LAG_RATE
    assert mean_minutes == pytest.approx(1 / 0.058 + 1 / 0.141 + 1 / 0.013, rel=1e-12)  # the same sum, round-off
    assert mean_minutes == pytest.approx(101.0, abs=0.5)  # as stated in models.junction, to the minute


@pytest.mark.parametrize(
    ("setting", "bound"),
    [("slow therapeutic onset", 0.0015), ("mouse, intramuscular", 0.009), ("isolated junction", 0.06)],
)
def test_lumped_delivery_against_the_published_model(setting: str, bound: float) -> None:
    """Three fast steps lumped into one of the same mean (101 minutes), compared at every time.

    Largest difference of the share inside: 0.12% for the slow onset of treatment, 0.75% for the mouse, 5.0% for
    the isolated junction, whose slow step (100 minutes) is no slower than what was lumped. The lump has the right
    mean and too long a tail, so the difference falls with the square of lag over slow step. The bounds are the
    measured values with a fifth on top.
    """
    slow = PUBLISHED_K_S[setting] * MINUTES_PER_DAY
    times = times_for(slow)
    light_chain, _ = terminal.run(times, k_S=slow, lambda_m=0.0)
    published = hypoexponential(times, (slow, K_B, K_T, K_L))
    difference = np.abs(light_chain - published).max()
    assert difference < bound
    assert difference > 0.5 * bound, "if the lump became exact, this comparison compares nothing"
    # What a clinician would see, the time to half, is off by under five minutes in every setting.
    halves = [float(np.interp(0.5, share, times)) * MINUTES_PER_DAY for share in (light_chain, published)]
    assert abs(halves[0] - halves[1]) < 5.0
