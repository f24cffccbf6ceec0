"""How much better any plan could be: an upper bound on what injections are worth, harm left out.

1. Every place of a fine lattice may get the largest dose at every depth, standard muscle patterns their largest, each
   wholly, in part or not at all; a part of a dose stands for a smaller one.
2. What a dose is worth at a cell is replaced by its concave envelope. The sum over cells is then concave in the
   shares, and no plan of these injections is worth more than the largest sum.
3. A limit on units or punctures that binds gets a price (Lagrange); any price gives a valid bound.
4. Where the ascent stops, the tangent plane bounds what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.optimize
import scipy.sparse
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Region
from holocrine.planning.columns import Group, lattice_places
from holocrine.planning.muscle_sets import muscle_group
from holocrine.planning.objective import Place, PlanObjective, Weights
from holocrine.planning.point import Point
from holocrine.planning.setting import DERMAL_DEPTHS, MAX_POINTS, Setting
from holocrine.planning.worth import Worth

Array = NDArray[np.float64]

DRAWS = 16
"""Planning draws on which bound and plan are compared."""
NEGLIGIBLE = 1e-4
"""Share of a point's largest bound dose below which it is left out."""
FIRST_NUMBER = 2000
"""Jitter numbers of the lattice begin here, clear of those of plans."""
PRICE_STEPS = 4
"""Most changes of the price of a limit that binds."""
MOST_STEPS = 25
"""Steps of one ascent; what it leaves is in the bound."""
CLOSE = 0.97
"""Share of a limit from which its price is right enough."""


@dataclass(frozen=True)
class Bound:
    """`upper` bound on the worth of any plan and `worth` of the one compared with it, both percent, harm left out."""

    upper: float
    worth: float

    @property
    def gap(self) -> float:
        """Share of the bound that the plan does not reach, 0 to 1."""
        return max(0.0, 1.0 - self.worth / self.upper) if self.upper > 0.0 else 0.0


def bound(objective: PlanObjective, setting: Setting, weights: Weights, plan: Sequence[Point]) -> Bound:
    """The bound at the prices `weights` of dose and punctures, and what `plan` is worth on the same draws."""
    few = np.arange(min(DRAWS, objective.draws.n))
    groups = _columns(setting, objective)
    worth = _worth_of_plan(objective, weights, plan, few)
    if not groups:
        return Bound(max(worth, 0.0), worth)
    relaxed = _Relaxed.of(objective, setting, weights, groups, few)
    return Bound(max(relaxed.largest(), worth), worth)


def _columns(setting: Setting, objective: PlanObjective) -> list[Group]:
    """Everything that may be injected, a group each."""
    found: list[Group] = []
    if setting.doses:
        places, _ = lattice_places(setting)
        largest = {dose.solution.concentration: dose for dose in sorted(setting.doses, key=lambda dose: dose.units)}
        for dose in largest.values():
            for share in DERMAL_DEPTHS:
                for number, ((x, y), region) in enumerate(zip(places, setting.region_of(places), strict=True)):
                    assert region is not None, "an allowed place lies in a goal region"
                    depth = setting.depth(region, share)
                    number += FIRST_NUMBER
                    found.append((Point(float(x), float(y), depth, dose.volume, dose.units, region, number),))
    for target in objective.targets:
        for solution in setting.solutions:
            if group := muscle_group(setting, target, solution, 1.0):
                found.append(group)
    return found


def _worth_of_plan(objective: PlanObjective, weights: Weights, plan: Sequence[Point], few: NDArray[np.int64]) -> float:
    dose = objective.goal_dose(plan, objective.draws.subset(few))
    falls = [
        aim.share * float(worth.subset(few).means(dose[aim.terminal, aim.place], (0, len(aim.cells))).mean())
        for aim, worth in zip(objective.aims, objective.worths, strict=True)
    ]
    return float(np.mean(falls)) - weights.price(sum(p.units for p in plan), len(plan), objective.labelled_total)


@dataclass(frozen=True)
class _Limit:
    """At most `most` of the columns' `use` (columns,)."""

    use: Array
    most: float


@dataclass(frozen=True)
class _Aim:
    """One aim over the columns: bound dose (draws * cells, columns) and envelopes of its worth, one per draw."""

    dose: scipy.sparse.csr_array
    envelopes: Sequence[tuple[Array, Array]]
    weight: float

    def value_and_slopes(self, x: Array) -> tuple[float, Array]:
        """What the shares `x` (columns,) are worth, percent, and how that grows with each of them."""
        dose = np.asarray(self.dose @ x).reshape(len(self.envelopes), -1)
        value, slopes = 0.0, np.empty_like(dose)
        for d, (doses, gains) in enumerate(self.envelopes):
            at = np.clip(np.searchsorted(doses, dose[d], side="right") - 1, 0, doses.size - 2)
            slope = np.where(dose[d] < doses[-1], (np.diff(gains) / np.diff(doses))[at], 0.0)
            value += float((gains[at] + slope * (np.minimum(dose[d], doses[-1]) - doses[at])).sum())
            slopes[d] = slope
        each = self.weight / dose.size
        return each * value, np.asarray(self.dose.T @ slopes.ravel()) * each


@dataclass(frozen=True)
class _Relaxed:
    """The concave problem over shares of the columns, each between 0 and 1."""

    aims: Sequence[_Aim]
    price: Array
    limits: Sequence[_Limit]

    @classmethod
    def of(
        cls,
        objective: PlanObjective,
        setting: Setting,
        weights: Weights,
        groups: Sequence[Group],
        few: NDArray[np.int64],
    ) -> _Relaxed:
        """Bound dose of every group on the draws `few`, envelopes, prices and limits."""
        draws = objective.draws.subset(few)
        columns: dict[Place, list[scipy.sparse.csc_array]] = {place: [] for place in objective.places}
        for group in groups:
            for place, dose in objective.goal_dose(group, draws).items():
                dose[dose < NEGLIGIBLE * dose.max()] = 0.0
                columns[place].append(scipy.sparse.csc_array(dose.reshape(-1, 1)))
        tables = {place: scipy.sparse.hstack(parts, format="csr") for place, parts in columns.items()}
        aims = [
            _Aim(tables[aim.terminal, aim.place], _envelopes(worth.subset(few)), aim.share / len(objective.aims))
            for aim, worth in zip(objective.aims, objective.worths, strict=True)
        ]
        units = [_units(group) for group in groups]
        price = [
            weights.price(sum(u.values()), len(g), objective.labelled_total) for u, g in zip(units, groups, strict=True)
        ]
        limits = [
            _Limit(np.array([sum(v for region, v in u.items() if region in limit.regions) for u in units]), limit.left)
            for limit in setting.unit_limits
        ]
        limits.append(_Limit(np.array([float(len(group)) for group in groups]), float(MAX_POINTS)))
        return cls(aims, np.array(price), limits)

    def largest(self) -> float:
        """An upper bound on the largest sum."""
        prices = np.zeros(len(self.limits))
        best, x = self._bounded(prices, np.full(self.price.size, 0.2))
        for number, limit in enumerate(self.limits):
            low, high = 0.0, max(best, 1e-6) / max(limit.most, 1e-6)
            for _ in range(PRICE_STEPS):
                if CLOSE * limit.most <= limit.use @ x <= limit.most or (
                    prices[number] == 0.0 and limit.use @ x < limit.most
                ):
                    break
                low, high = (
                    (float(prices[number]), high) if limit.use @ x > limit.most else (low, float(prices[number]))
                )
                prices[number] = 0.5 * (low + high)
                found, x = self._bounded(prices, x)
                best = min(best, found)
        return best

    def _bounded(self, prices: Array, start: Array) -> tuple[float, Array]:
        """A bound on the largest sum where what limits allow costs `prices` each, and where the ascent stopped."""
        cost = self.price + sum(price * limit.use for price, limit in zip(prices, self.limits, strict=True))
        free = float(sum(price * limit.most for price, limit in zip(prices, self.limits, strict=True)))

        def negative(x: Array) -> tuple[float, Array]:
            value, slopes = self._value_and_slopes(x)
            return float(cost @ x) - value, cost - slopes

        done = scipy.optimize.minimize(
            negative,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, 1.0)] * start.size,
            options={"maxiter": MOST_STEPS},
        )
        slopes = -done.jac
        left = float(np.sum(np.maximum(slopes, 0.0) * (1.0 - done.x) + np.maximum(-slopes, 0.0) * done.x))
        return free - float(done.fun) + left, done.x

    def _value_and_slopes(self, x: Array) -> tuple[float, Array]:
        parts = [aim.value_and_slopes(x) for aim in self.aims]
        return sum(value for value, _ in parts), np.sum([slopes for _, slopes in parts], axis=0)


def _units(group: Group) -> Mapping[Region, float]:
    units: dict[Region, float] = {}
    for point in group:
        units[point.labelled_region] = units.get(point.labelled_region, 0.0) + point.units
    return units


def _envelopes(worth: Worth) -> list[tuple[Array, Array]]:
    """Concave envelope of the worth over the dose, doses and gains at its corners, one per draw."""
    loading = np.linspace(0.0, 1.0, worth.fine.shape[1])[:-1]
    found = []
    for half, gains in zip(worth.half_dose, worth.fine, strict=True):
        doses = half * loading / (1.0 - loading)
        found.append(_upper_hull(doses, np.maximum.accumulate(gains)[:-1], float(gains.max())))
    return found


def _upper_hull(doses: Array, gains: Array, most: float) -> tuple[Array, Array]:
    """Corners of the upper hull of points in order of dose; beyond the last the worth is at most `most`."""
    corners: list[tuple[float, float]] = []
    for x, y in zip([*doses, 2.0 * doses[-1]], [*gains[:-1], most, most], strict=True):
        while len(corners) > 1 and _below(corners[-2], corners[-1], (x, y)):
            corners.pop()
        corners.append((x, y))
    hull = np.array(corners)
    return hull[:, 0], hull[:, 1]


def _below(one: tuple[float, float], two: tuple[float, float], three: tuple[float, float]) -> bool:
    """Whether the second corner lies on or below the line from the first to the third."""
    return (two[1] - one[1]) * (three[0] - one[0]) <= (three[1] - one[1]) * (two[0] - one[0])
