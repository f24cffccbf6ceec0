"""Means, quantiles and times over the people of an arm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holocrine.inference.arms.world import DAYS

Array = NDArray[np.float64]


def expected(values: Array, weights: Array) -> float:
    """Mean of `values` (people, others) with `weights` (others,)."""
    return float(values.mean(axis=0) @ weights)


def weighted_median(values: Array, weights: Array) -> float:
    """Median of `values` (people, others) with `weights` (others,), interpolated."""
    flat, weight = values.ravel(), np.broadcast_to(weights, values.shape).ravel()
    order = np.argsort(flat, kind="stable")
    reached = (np.cumsum(weight[order]) - 0.5 * weight[order]) / weight.sum()
    return float(np.interp(0.5, reached, flat[order]))


def days_below(courses: Array, level: Array | float) -> Array:
    """Until when courses (..., days) that fell below `level` (broadcast to the leading axes) stay below it, day.

    0 where they never do; the last of DAYS where they still are.
    """
    gap = courses - np.asarray(level)[..., None] * np.ones(DAYS.size)
    below = gap < 0.0
    last = DAYS.size - 1 - np.argmax(below[..., ::-1], axis=-1)
    after = np.minimum(last + 1, DAYS.size - 1)
    here = np.take_along_axis(gap, last[..., None], -1)[..., 0]
    there = np.take_along_axis(gap, after[..., None], -1)[..., 0]
    step = np.where(there > here, -here / np.where(there > here, there - here, 1.0), 0.0)
    ends = DAYS[last] + np.clip(step, 0.0, 1.0) * (DAYS[after] - DAYS[last])
    return np.where(below.any(axis=-1), ends, 0.0)


def first_day_below(courses: Array, level: Array | float) -> Array:
    """When courses (..., days) first fall below `level`, day, interpolated; the last of DAYS where they never do."""
    gap = courses - np.asarray(level)[..., None] * np.ones(DAYS.size)
    below = gap < 0.0
    first = np.argmax(below, axis=-1)
    before = np.maximum(first - 1, 0)
    here = np.take_along_axis(gap, first[..., None], -1)[..., 0]
    there = np.take_along_axis(gap, before[..., None], -1)[..., 0]
    step = np.where(there > here, there / np.where(there > here, there - here, 1.0), 0.0)
    days = DAYS[before] + np.clip(step, 0.0, 1.0) * (DAYS[first] - DAYS[before])
    return np.asarray(np.where(below.any(axis=-1), days, DAYS[-1]))
