"""Acne lesions over the visits under a course of sebum, relative to the same person never treated with toxin."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import LesionType, Region
from holocrine.simulation.acne_course import OWN, STOCKS, Surroundings, knot_days, relative_states
from holocrine.simulation.draws import Draws

Array = NDArray[np.float64]
Index = NDArray[np.int64]

WEEK = 7.0


def relative_counts(
    draws: Draws, anchor: Index, sebum: Mapping[Region, Array], times: Array
) -> dict[Region, dict[LesionType, Array]]:
    """Lesions by region and type (n, times) for people with `anchor` (n,) among `draws`, over never treated.

    `sebum` (n, times) by region; `times` hold every seventh day from 0. Drugs and seasons are left out: what they
    change from visit to visit counts as the visit's own.
    """
    weekly = np.arange(0.0, times[-1] + 1e-9, WEEK)
    at = np.searchsorted(times, weekly)
    values = {name: draws.local[name][anchor] for name in draws.local}
    steady = np.ones((anchor.size, knot_days(weekly.size - 1).size))
    courses = np.stack([course[:, at] for course in sebum.values()])
    states = relative_states(values, courses, Surroundings(None, steady))
    return {
        region: {
            lesion: _between(weekly, states[:, OWN.index(symbol), number], times) for lesion, symbol in STOCKS.items()
        }
        for number, region in enumerate(sebum)
    }


def _between(weekly: Array, stock: Array, times: Array) -> Array:
    """A stock (weeks, n) over its value at week 0 at `times` (nt,), straight between weeks; (n, nt)."""
    relative = (stock / stock[0]).T
    place = np.minimum(times / WEEK, weekly.size - 1.0)
    below = np.minimum(place.astype(int), weekly.size - 1)
    above = np.minimum(below + 1, weekly.size - 1)
    return np.asarray(relative[:, below] + (place - below) * (relative[:, above] - relative[:, below]))
