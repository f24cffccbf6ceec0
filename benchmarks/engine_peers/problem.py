"""What every engine is given: virtual patients, three sessions, the times of the outputs, and how errors are counted.

The model is the product's whole site (21 states, 7 outputs). Patients are the product's own draws over all hypotheses
of the sebum effect; their loadings are seeded. Everybody restarts at a session and hands over the seven outputs.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.models.site import SITE
from holocrine.simulation.constants import constant_values, constants_of
from holocrine.simulation.draws import draw

Array = NDArray[np.float64]

SEED = 20261122
SESSION_DAYS = (0.0, 90.0, 180.0)
HORIZON_DAYS = 360
LOADINGS = (0.02, 0.98)
"""Loadings are uniform in between, independent over patients, sessions and terminal types."""
DEPOTS = ("A_m", "A_s", "A_g")
ATOL_OVER_RTOL = 1e-2
"""Absolute tolerance over the relative one unless said otherwise; the states are of order one."""
FLOOR = 0.01
"""Share of an output's largest value that is added to its size when an error is made relative to it."""


@dataclass(frozen=True)
class Patients:
    """`constants` (n, constants of SITE) and what each session adds to the states, `doses` (n, sessions, states)."""

    constants: Array
    doses: Array

    @property
    def n(self) -> int:
        """Number of patients."""
        return int(self.constants.shape[0])

    def first(self, count: int) -> Patients:
        """The first `count` of them."""
        return Patients(self.constants[:count], self.doses[:count])


def patients(count: int, seed: int = SEED) -> Patients:
    """`count` virtual patients; the first ones are the same whatever the count up to the next power of two."""
    size = 1 << max(7, (count - 1).bit_length())
    draws = draw(load_parameters(), load_hypotheses(), seed=seed, n=size, n_spatial=128)
    values = constant_values(draws.value, draws.hypothesis_ids)
    loading = np.random.default_rng(seed).uniform(*LOADINGS, size=(size, len(SESSION_DAYS), len(DEPOTS)))
    doses = np.zeros((size, len(SESSION_DAYS), len(SITE.states)))
    direct = (draws.hypothesis_ids == "H2")[:, None]
    place = SITE.state_names.index
    for i, depot in enumerate(DEPOTS):
        doses[:, :, place(depot)] = loading[:, :, i]
    gland = loading[:, :, DEPOTS.index("A_g")]
    doses[:, :, place("A_g")] = np.where(direct, 0.0, gland)
    half_effect = draws.value("direct_half_effect")[:, None]
    doses[:, :, place("C")] = np.where(direct, half_effect * gland / (1.0 - gland), 0.0)
    return Patients(constants_of(SITE, values, size), doses).first(count)


def rest() -> Array:
    """States of somebody never treated, (states,)."""
    return np.array([state.initial for state in SITE.states])


def times(outputs: str) -> Array:
    """Days of the outputs: `daily` (361) or `weekly` (52)."""
    return np.arange(0.0, HORIZON_DAYS + 1.0, {"daily": 1.0, "weekly": 7.0}[outputs])


@dataclass(frozen=True)
class Stretch:
    """Between two sessions: the `grid` (m,) of days to solve for, from the stretch's start to its end, and where its
    outputs go: rows `rows` of the answer are grid points `points`."""

    grid: Array
    rows: slice
    points: slice


def stretches(wanted: Array) -> list[Stretch]:
    """One stretch per session. An output on a session's day belongs to the stretch it begins."""
    found = []
    bounds = (*SESSION_DAYS, float(HORIZON_DAYS))
    for number, (begin, end) in enumerate(itertools.pairwise(bounds)):
        last = number == len(SESSION_DAYS) - 1
        inside = np.flatnonzero((wanted >= begin) & ((wanted < end) | (last & (wanted == end))))
        grid = np.unique(np.concatenate([[begin], wanted[inside], [end]]))
        first = int(np.searchsorted(grid, wanted[inside[0]]))
        rows = slice(int(inside[0]), int(inside[-1]) + 1)
        found.append(Stretch(grid, rows, slice(first, first + inside.size)))
    return found


def errors(answer: Array, truth: Array) -> dict[str, float]:
    """Largest and median error over patients, times and outputs of (n, times, 7); not-a-number counts as infinite."""
    size = np.abs(truth) + FLOOR * np.abs(truth).max(axis=1, keepdims=True)
    apart = np.abs(answer - truth) / size
    apart[np.isnan(apart)] = np.inf
    return {"max": float(apart.max()), "median": float(np.median(apart))}
