"""Times, medians and working scales."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holocrine.inference.arms.averages import days_below, expected, first_day_below, weighted_median
from holocrine.inference.arms.scales import SCALES
from holocrine.inference.arms.world import DAYS


def dip(start: float, end: float) -> np.ndarray:
    """A course of 1 that falls to 0 between two days and comes back straight."""
    return np.interp(DAYS, [0.0, start, start + 7.0, end - 7.0, end, 500.0], [1.0, 1.0, 0.0, 0.0, 1.0, 1.0])


def test_how_long_and_how_soon_a_course_is_below_a_level() -> None:
    course = dip(7.0, 182.0)
    assert days_below(course, 0.5) == pytest.approx(178.5)
    assert first_day_below(course, 0.5) == pytest.approx(10.5, abs=0.5)


def test_a_course_that_never_falls_or_never_returns() -> None:
    assert days_below(np.ones(DAYS.size), 0.5) == 0.0
    assert first_day_below(np.ones(DAYS.size), 0.5) == DAYS[-1]
    assert days_below(np.zeros(DAYS.size), 0.5) == DAYS[-1]


def test_median_and_mean_over_people_and_weights() -> None:
    values = np.array([[1.0, 2.0, 9.0], [1.0, 2.0, 9.0]])
    weights = np.array([0.25, 0.5, 0.25])
    assert weighted_median(values, weights) == pytest.approx(2.0)
    assert expected(values, weights) == pytest.approx(3.5)


RANGES = {
    "share": (0.5, 99.5),
    "rare": (0.02, 50.0),
    "remaining": (-99.0, 100.0),
    "positive": (0.01, 1e4),
    "log change": (-95.0, 300.0),
    "identity": (-5.0, 5.0),
}


@pytest.mark.parametrize("name", sorted(SCALES))
@given(share=st.floats(0.0, 1.0), other=st.floats(0.0, 1.0))
def test_scales_return_what_they_were_given_and_keep_the_order(name: str, share: float, other: float) -> None:
    low, high = RANGES[name]
    scale, values = SCALES[name], [low + part * (high - low) for part in (share, other)]  # type: ignore[index]
    there = [float(scale.forward(value)) for value in values]
    assert [float(scale.back(value)) for value in there] == pytest.approx(values, abs=1e-6)
    assert (values[0] < values[1]) == (there[0] < there[1]) or values[0] == pytest.approx(values[1])
