"""Numbers that sum up courses: falls, intervals, how soon and how long."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.interval import Interval

Array = NDArray[np.float64]

BENEFIT_WEEKS = (2.0, 16.0)
"""Weeks after the session over which the benefit is averaged."""
SMALLEST_PEAK = 1.0
"""Percent (falls) below which a course has no duration to speak of."""
SMALLEST_SHIFT_MM = 0.01
"""mm below which a harm's course has no onset to speak of."""


def benefit_weeks(weeks: Array) -> NDArray[np.bool_]:
    """Which of the weeks count for the benefit."""
    return np.asarray((weeks >= BENEFIT_WEEKS[0]) & (weeks <= BENEFIT_WEEKS[1]))


def mean_fall(course: Array, weeks: Array) -> Array:
    """A fall (draws, weeks) averaged over the benefit weeks, (draws,)."""
    return np.asarray(course[:, benefit_weeks(weeks)].mean(axis=1))


def interval(values: Array) -> Interval:
    """Median with 50 and 90% interval of draws (n,)."""
    median, lo50, hi50, lo90, hi90 = (float(q) for q in np.quantile(values, (0.5, 0.25, 0.75, 0.05, 0.95)))
    return Interval(median=median, lo50=lo50, hi50=hi50, lo90=lo90, hi90=hi90)


def effect_duration(course: Array, weeks: Array) -> Interval | None:
    """Weeks until a fall (draws, weeks) is back at half of its peak, among draws with any; None when there are none.

    Draws whose fall is still above half its peak at the end count as that long.
    """
    falls = course[course.max(axis=1) >= SMALLEST_PEAK]
    if falls.shape[0] == 0:
        return None
    above = falls >= 0.5 * falls.max(axis=1, keepdims=True)
    last = weeks.size - 1 - np.argmax(above[:, ::-1], axis=1)
    return interval(weeks[last])


def onset_and_duration(course: Array, weeks: Array) -> tuple[tuple[float, float], tuple[float, float]]:
    """Day of onset and weeks of duration (10% and 90% of draws) of a harm's course (draws, weeks) in mm.

    Both at half of the peak, among the tenth of draws with the highest peaks: those in whom it would be seen.
    """
    peak = course.max(axis=1)
    seen = peak[peak > SMALLEST_SHIFT_MM]
    if seen.size == 0:
        return (0.0, 0.0), (0.0, 0.0)
    worst = course[peak >= max(SMALLEST_SHIFT_MM, float(np.quantile(peak, 0.9)))]
    above = worst >= 0.5 * worst.max(axis=1, keepdims=True)
    first = weeks[np.argmax(above, axis=1)]
    length = above.sum(axis=1) * float(weeks[1] - weeks[0])
    onset, duration = (np.quantile(7.0 * first, (0.1, 0.9)), np.quantile(length, (0.1, 0.9)))
    return (float(onset[0]), float(onset[1])), (float(duration[0]), float(duration[1]))
