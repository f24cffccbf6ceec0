"""Everything a search may inject, with the bound dose each of it brings, so that a change costs microseconds.

A column is a group of mirrored points at one place, depth and dose, or a standard muscle pattern at one level. A
column's bound dose is kept only where it is not negligible. Columns of one site exclude each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.plan import Solution
from holocrine.planning.lattice import hexagonal, mirror_groups
from holocrine.planning.muscle_sets import LEVELS, muscle_group
from holocrine.planning.objective import PlanObjective
from holocrine.planning.point import Point
from holocrine.planning.setting import DERMAL_DEPTHS, Setting
from holocrine.simulation.draws import Draws

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Group = tuple[Point, ...]

SPACINGS_MM = (5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0, 20.0)
"""Distances between the places that may be injected; the finest with at most MOST_PLACES places is taken."""
MOST_PLACES = 200
GOAL_DRAWS = 48
"""Planning draws on which a search weighs the goals."""
NEGLIGIBLE_GOAL = 3e-4
NEGLIGIBLE_HARM = 1e-3
"""Shares of the dose at half loading below which a column's dose is left out while searching."""
NEAR = 1.6
"""Sites within this many spacings of each other are neighbours."""


@dataclass(frozen=True)
class Sparse:
    """Bound dose per column where it counts: `values` at `rows`, those of column j from `starts[j]` to the next."""

    starts: Index
    rows: NDArray[np.int32]
    values: NDArray[np.float32]


@dataclass(frozen=True)
class Columns:
    """`groups` (columns) of one `solution`; `site` (columns,) numbers the sites, `neighbours` lists those near each.

    `goal` runs over the flattened (place, draw, cell) of the first GOAL_DRAWS planning draws, `harm` over (draw, cell).
    """

    solution: Solution
    groups: Sequence[Group]
    site: Index
    neighbours: Sequence[Index]
    goal: Sparse
    harm: Sparse

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.neighbours)

    def at(self, site: int) -> Index:
        """The columns of a site."""
        return np.flatnonzero(self.site == site)


def columns_of(objective: PlanObjective, setting: Setting, solution: Solution) -> Columns:
    """Every column of one solution."""
    places, spacing = lattice_places(setting)
    pairs = mirror_groups(places)
    sites = [list(_at_places(setting, solution, places[pair], pair)) for pair in pairs]
    near = _neighbours(places, pairs, NEAR * spacing)
    for target in objective.targets:
        levels = [group for level in LEVELS if (group := muscle_group(setting, target, solution, level))]
        if levels:
            sites.append(list(dict.fromkeys(levels)))
            near.append(np.empty(0, dtype=np.int64))
    groups = [group for site in sites for group in site]
    draws = objective.draws.subset(np.arange(min(GOAL_DRAWS, objective.draws.n)))
    least = [
        np.repeat(NEGLIGIBLE_GOAL * half[: draws.n], len(objective.places[place]))
        for place, half in objective.half_doses.items()
    ]
    harm_least = np.repeat(NEGLIGIBLE_HARM * objective.loss.half_dose, len(objective.harm_cells))
    return Columns(
        solution,
        groups,
        np.repeat(np.arange(len(sites)), [len(site) for site in sites]),
        near,
        _sparse((_goal(objective, group, draws) for group in groups), np.concatenate(least)),
        _sparse((objective.harm_dose(group).ravel() for group in groups), harm_least),
    )


def _goal(objective: PlanObjective, group: Group, draws: Draws) -> Array:
    """Bound dose of a group wherever an aim is read, place after place, each (draws, cells), in one row."""
    dose = objective.goal_dose(group, draws)
    return np.concatenate([dose[place].ravel() for place in objective.places])


def lattice_places(setting: Setting) -> tuple[Array, float]:
    """Places (n, 2) mm that may be injected and their spacing; none when no target is reached through the skin."""
    found = np.empty((0, 2)), SPACINGS_MM[-1]
    if setting.doses:
        for spacing in reversed(SPACINGS_MM):
            places = hexagonal(setting, spacing, centred=True)
            if len(places) > MOST_PLACES:
                break
            found = places, spacing
    return found


def _at_places(setting: Setting, solution: Solution, places: Array, numbers: Sequence[int]) -> Iterator[Group]:
    """Every dose at every depth for mirrored places (n, 2)."""
    regions = setting.region_of(places)
    for dose, share in product(setting.doses, DERMAL_DEPTHS):
        if dose.solution != solution:
            continue
        points = []
        for (x, y), region, number in zip(places, regions, numbers, strict=True):
            assert region is not None, "an allowed place lies in a goal region"
            depth = setting.depth(region, share)
            points.append(Point(float(x), float(y), depth, dose.volume, dose.units, region, number))
        yield tuple(points)


def _neighbours(places: Array, pairs: Sequence[Sequence[int]], reach: float) -> list[Index]:
    """For every pair of mirrored places the other pairs within `reach` mm of it."""
    owner = np.empty(len(places), dtype=np.int64)
    for number, pair in enumerate(pairs):
        owner[pair] = number
    found = []
    for number, pair in enumerate(pairs):
        away = np.hypot(*np.moveaxis(places[:, None] - places[None, pair], -1, 0)).min(axis=1)
        near = np.unique(owner[away <= reach])
        found.append(near[near != number])
    return found


def _sparse(doses: Iterable[Array], least: Array) -> Sparse:
    """Doses (rows,) of every column where they exceed `least` (rows,)."""
    rows, values, starts = [np.empty(0, np.int32)], [np.empty(0, np.float32)], [0]
    for dose in doses:
        kept = np.flatnonzero(dose > least)
        rows.append(kept.astype(np.int32))
        values.append(dose[kept].astype(np.float32))
        starts.append(starts[-1] + kept.size)
    return Sparse(np.array(starts, dtype=np.int64), np.concatenate(rows), np.concatenate(values))
