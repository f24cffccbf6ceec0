"""Summaries against courses written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from holocrine.simulation.summary import (
    BENEFIT_WEEKS,
    benefit_weeks,
    effect_duration,
    interval,
    mean_fall,
    onset_and_duration,
)
from holocrine.simulation.systems.benefit import fall_course
from holocrine.simulation.systems.outcome import PERCENT, Outcome

WEEKS = np.arange(27.0)
ROUNDING = 1e-12


def sebum(untreated: float = 1.0, **courses: np.ndarray) -> tuple[Outcome, ...]:
    """Sebum per region, as shares of a person never treated."""
    return tuple(
        Outcome("sebum", "sebum", region, PERCENT, 100.0 * course, 100.0 * untreated * np.ones_like(course), "D", "")  # type: ignore[arg-type]
        for region, course in courses.items()
    )


def falls(untreated: float = 1.0, **courses: np.ndarray) -> np.ndarray:
    """Fall of the sebum over regions of equal area."""
    return fall_course(sebum(untreated, **courses), "sebum", dict.fromkeys(courses, 5.0))  # type: ignore[arg-type]


def box(start: int, end: int, depth: float) -> np.ndarray:
    """A course of 1 that is 1 - depth in weeks start..end."""
    return np.where((start <= WEEKS) & (end >= WEEKS), 1.0 - depth, 1.0)


def test_fall_is_weighted_by_area_and_counts_against_no_new_session() -> None:
    ones = np.ones((3, WEEKS.size))
    outcomes = sebum(0.8, forehead=0.4 * ones, nose=0.6 * ones)
    course = fall_course(outcomes, "sebum", {"forehead": 30.0, "nose": 10.0})
    assert course == pytest.approx(np.full((3, WEEKS.size), 0.75 * 40.0 + 0.25 * 20.0), rel=ROUNDING)
    assert mean_fall(course, WEEKS) == pytest.approx(np.full(3, 35.0))


def test_numbers_are_summed_over_regions_and_compared_with_no_new_session() -> None:
    ones = np.ones((2, WEEKS.size))
    counts = [
        Outcome("lesions", "lesions", "forehead", "lesions", 6.0 * ones, 8.0 * ones, "D", ""),
        Outcome("lesions", "lesions", "nose", "lesions", 0.0 * ones, 2.0 * ones, "D", ""),
    ]
    course = fall_course(counts, "acne", {"forehead": 30.0, "nose": 10.0})
    assert course == pytest.approx(np.full((2, WEEKS.size), 40.0), rel=ROUNDING)  # 6 instead of 10, whatever the areas
    nothing = [Outcome("lesions", "lesions", "nose", "lesions", 0.0 * ones, 0.0 * ones, "D", "")]
    assert not fall_course(nothing, "acne", {"nose": 10.0}).any()


def test_benefit_counts_weeks_two_to_sixteen_alone() -> None:
    assert WEEKS[benefit_weeks(WEEKS)].tolist() == list(range(2, 17))
    assert BENEFIT_WEEKS == (2.0, 16.0)
    outside = np.stack([np.minimum(box(0, 1, 0.5), box(17, 26, 0.5)), box(2, 16, 0.5), box(2, 4, 0.5)])
    assert mean_fall(falls(forehead=outside), WEEKS) == pytest.approx([0.0, 50.0, 10.0], abs=1e-9)  # 3 of 15 weeks


def test_the_integrator_s_noise_is_no_effect() -> None:
    assert not falls(forehead=1.0 - 5e-5 * np.sin(WEEKS)[None, :]).any()


def test_duration_ends_at_half_of_the_peak_among_those_with_an_effect() -> None:
    peaked = np.minimum(box(1, 12, 0.3), box(2, 4, 0.5))  # half of 50% is 25%: above it until week 12
    small = np.minimum(box(1, 12, 0.2), box(2, 4, 0.5))  # half of 50% is 25%: above it until week 4
    none = box(1, 12, 0.005)
    found = effect_duration(falls(forehead=np.stack([peaked, none])), WEEKS)
    assert found is not None
    assert (found.median, found.lo90, found.hi90) == (12.0, 12.0, 12.0)
    found = effect_duration(falls(forehead=np.stack([small, box(1, 26, 0.5)])), WEEKS)
    assert found is not None
    assert found.median == 15.0  # half way between 4 and the end of the forecast, 26
    assert effect_duration(falls(forehead=none[None]), WEEKS) is None


def test_interval_is_made_of_quantiles() -> None:
    found = interval(np.arange(101.0))
    assert (found.lo90, found.lo50, found.median, found.hi50, found.hi90) == pytest.approx((5, 25, 50, 75, 95))


def test_onset_and_duration_of_those_in_whom_it_would_be_seen() -> None:
    course = np.zeros((20, WEEKS.size))
    course[:2, 2:9] = 3.0  # the two highest of twenty: from week 2 for 7 weeks
    course[2:, 5:7] = 0.5
    assert onset_and_duration(course, WEEKS) == ((14.0, 14.0), (7.0, 7.0))
    assert onset_and_duration(np.zeros((20, WEEKS.size)), WEEKS) == ((0.0, 0.0), (0.0, 0.0))
    assert onset_and_duration(np.full((20, WEEKS.size), 0.009), WEEKS) == ((0.0, 0.0), (0.0, 0.0))
