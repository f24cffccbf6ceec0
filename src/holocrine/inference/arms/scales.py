"""Working scales: where errors of a reported statistic are taken as normal, and how far from there to the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
ScaleName = Literal["share", "rare", "remaining", "positive", "log change", "identity"]

FLOOR = 0.05
"""Remaining shares below this are hard to tell apart; keeps a reading of nothing at all finite."""
SMALLEST_SHARE = 1e-4


@dataclass(frozen=True)
class Scale:
    """`forward` takes the reported statistic to the working scale, `back` returns it."""

    forward: Callable[[ArrayLike], Array]
    back: Callable[[ArrayLike], Array]


def _logit(percent: ArrayLike) -> Array:
    share = np.clip(np.asarray(percent, dtype=np.float64) / 100.0, SMALLEST_SHARE, 1.0 - SMALLEST_SHARE)
    return np.asarray(np.log(share / (1.0 - share)))


def _percent(score: ArrayLike) -> Array:
    return np.asarray(100.0 / (1.0 + np.exp(-np.asarray(score, dtype=np.float64))))


def _log(value: ArrayLike) -> Array:
    return np.asarray(np.log(np.maximum(np.asarray(value, dtype=np.float64), 1e-6)))


def _exp(score: ArrayLike) -> Array:
    return np.asarray(np.exp(np.asarray(score, dtype=np.float64)))


def _log_remaining(change: ArrayLike) -> Array:
    """From a change in percent (-100 to any) to the log of what remains, floored."""
    return np.asarray(np.log(np.maximum(1.0 + np.asarray(change, dtype=np.float64) / 100.0, 0.0) + FLOOR))


def _remaining_change(score: ArrayLike) -> Array:
    return np.asarray(100.0 * (np.maximum(np.exp(np.asarray(score, dtype=np.float64)) - FLOOR, 0.0) - 1.0))


def _log_change(change: ArrayLike) -> Array:
    return np.asarray(np.log(np.maximum(1.0 + np.asarray(change, dtype=np.float64) / 100.0, 0.01)))


def _change(score: ArrayLike) -> Array:
    return np.asarray(100.0 * np.expm1(np.asarray(score, dtype=np.float64)))


def _same(value: ArrayLike) -> Array:
    return np.asarray(value, dtype=np.float64)


SCALES: Mapping[ScaleName, Scale] = {
    "share": Scale(_logit, _percent),
    "rare": Scale(_logit, _percent),
    "remaining": Scale(_log_remaining, _remaining_change),
    "positive": Scale(_log, _exp),
    "log change": Scale(_log_change, _change),
    "identity": Scale(_same, _same),
}
"""Percentages of patients (common or rare), changes in percent down to nothing, positive quantities, small changes."""
