"""The search: the best even pattern first, then every symmetrical group of points on its own.

 1. Try every spacing, offset, dilution, volume per point and needle depth on an even pattern of the skin, together
    with the standard patterns of the muscle targets, each of which is one group.
 2. Starting from the best one, or from a plan found before at other prices, go twice through the mirror
    groups: first with other doses or none at all, then with shifts or none at all, and keep what pays.
The search counts its work and never looks at the clock, so the same input gives the same plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.plan import Solution
from holocrine.domain.vocabulary import Harm, Region
from holocrine.planning.lattice import hexagonal, mirror_groups, spacings
from holocrine.planning.muscle_sets import LEVELS, muscle_group
from holocrine.planning.objective import FREE, PlanObjective, Tally, Value, Weights
from holocrine.planning.point import Point
from holocrine.planning.setting import DERMAL_DEPTHS, Dose, Setting

Array = NDArray[np.float64]

MAX_POINTS = 120
SHIFT_MM = 1.5
CLOSEST_MM = 3.0
"""Closest that a shift may bring two points: blebs of 0.01 mL then just touch."""
PENALTY = 20.0
"""Percent of mean fall charged for every percent by which a harm's mean probability exceeds its cap."""
MILD_PENALTY = 0.3
"""The same for a dense even pattern to start from, which is then thinned out."""
SMALLEST_GAIN = 0.005
"""Percent of mean fall below which a change is not worth keeping."""


@dataclass(frozen=True)
class Pattern:
    """A candidate plan in the search: mirror groups of points, all of one dilution."""

    groups: tuple[tuple[Point, ...], ...]
    solution: Solution | None
    spacing: float | None

    @property
    def points(self) -> tuple[Point, ...]:
        """All points."""
        return tuple(point for group in self.groups for point in group)


Priced = tuple[Pattern, Tally, Value]
"""A pattern with its tally and its worth at no price."""


@dataclass
class Search:
    """The search for one setting; counts its evaluations."""

    setting: Setting
    objective: PlanObjective
    evaluations: int = 0
    _regions: dict[tuple[float, float], Region | None] = field(default_factory=dict)
    _tallies: dict[tuple[Point, ...], Tally] = field(default_factory=dict)

    def tally(self, group: tuple[Point, ...]) -> Tally:
        """Tally of a mirror group, kept because searches at other prices ask for it again."""
        if group not in self._tallies:
            self._tallies[group] = self.objective.tally(group)
        return self._tallies[group]

    def charged(self, value: Value, caps: Mapping[Harm, float], penalty: float = PENALTY) -> Value:
        """The value with harm above its caps charged to the utility."""
        excess = sum(max(0.0, value.harm[harm] - cap) for harm, cap in caps.items())
        return replace(value, utility=value.utility - penalty * 100.0 * excess)

    def evaluate(self, tally: Tally, weights: Weights, caps: Mapping[Harm, float]) -> Value | None:
        """Charged worth of a tally; None when the plan breaks the dose limit or has too many points."""
        self.evaluations += 1
        if not self.setting.within_unit_limits(tally.units_by_region) or tally.punctures > MAX_POINTS:
            return None
        return self.charged(self.objective.value(tally, weights), caps)

    def patterns(self) -> list[Priced]:
        """Every even pattern with its tally and its worth at no price; the same for all searches."""
        found = []
        for pattern in self._patterns():
            tally = self.objective.tally(pattern.points)
            self.evaluations += 1
            found.append((pattern, tally, self.objective.value(tally, FREE)))
        return found

    def _patterns(self) -> Iterator[Pattern]:
        bases = [
            (solution, groups)
            for solution in self.setting.solutions
            for groups in dict.fromkeys(self._muscle_groups(solution, level) for level in LEVELS)
        ]
        if not self.setting.doses:
            for solution, groups in bases:
                if groups:
                    yield Pattern(groups, solution, None)
            return
        for spacing, centred in product(spacings(self.setting), (True, False)):
            places = hexagonal(self.setting, spacing, centred=centred)
            if not 0 < places.shape[0] <= MAX_POINTS:
                continue
            for dose, share in product(self.setting.doses, DERMAL_DEPTHS):
                skin = self._even(places, dose, share)
                for solution, groups in bases:
                    pattern = Pattern((*skin, *groups), solution, spacing)
                    if solution == dose.solution and self._within(pattern):
                        yield pattern

    def _within(self, pattern: Pattern) -> bool:
        units: Counter[Region] = Counter()
        for point in pattern.points:
            units[point.labelled_region] += point.units  # type: ignore[assignment]
        return self.setting.within_unit_limits(units) and len(pattern.points) <= MAX_POINTS

    def _muscle_groups(self, solution: Solution, level: float) -> tuple[tuple[Point, ...], ...]:
        found = (muscle_group(self.setting, target, solution, level) for target in self.objective.targets)
        return tuple(group for group in found if group)

    def _even(self, places: Array, dose: Dose, share: float) -> tuple[tuple[Point, ...], ...]:
        """Mirror groups of an even pattern with one dose at one depth."""
        regions = [region for region in self.setting.region_of(places) if region is not None]
        assert len(regions) == places.shape[0], "an allowed place lies in a goal region"
        depths = {region: self.setting.depth(region, share) for region in dict.fromkeys(regions)}
        points = [
            Point(float(x), float(y), depths[region], dose.volume, dose.units, region, number)
            for number, ((x, y), region) in enumerate(zip(places, regions, strict=True))
        ]
        return tuple(tuple(points[i] for i in group) for group in mirror_groups(places))

    def even_start(
        self, patterns: Sequence[Priced], weights: Weights, caps: Mapping[Harm, float], penalty: float
    ) -> Pattern:
        """The best even pattern when harm above the caps costs `penalty`; a mild one gives a dense pattern."""
        if not patterns:
            return Pattern((), None, None)
        return max(patterns, key=lambda entry: self._worth(entry, weights, caps, penalty))[0]

    def lowest_first(self, pattern: Pattern) -> Pattern:
        """The same pattern with the groups nearest to brow and mouth first."""
        return replace(pattern, groups=tuple(pattern.groups[i] for i in self._lowest_first(pattern.groups)))

    def thinned(self, pattern: Pattern, weights: Weights, caps: Mapping[Harm, float]) -> Pattern:
        """The pattern without its lowest groups, as many as it takes to keep the caps."""
        groups = list(self.lowest_first(pattern).groups)
        tally = self.objective.tally(pattern.points)
        while groups and any(self.objective.value(tally, weights).harm[harm] > cap for harm, cap in caps.items()):
            tally = tally.plus(self.tally(groups.pop(0)), -1.0)
            self.evaluations += 1
        return replace(pattern, groups=tuple(groups))

    def best(self, starts: Sequence[Pattern], weights: Weights, caps: Mapping[Harm, float]) -> tuple[Pattern, Value]:
        """The best plan refined from any of the starts; the empty pattern when nothing pays.

        `caps` bound the mean probability of each harm (0-1).
        """
        found = (Pattern((), None, None), self.objective.value(self.objective.tally(()), weights))
        for start in starts:
            refined = self._refine(start, self.objective.tally(start.points), weights, caps)
            if refined is not None and refined[1].utility > found[1].utility:
                found = refined
        return found

    def _worth(self, entry: Priced, weights: Weights, caps: Mapping[Harm, float], penalty: float) -> float:
        return self.charged(
            self.objective.priced(entry[2], entry[1].units, entry[1].punctures, weights), caps, penalty
        ).utility

    def _refine(
        self, pattern: Pattern, tally: Tally, weights: Weights, caps: Mapping[Harm, float]
    ) -> tuple[Pattern, Value] | None:
        groups = list(pattern.groups)
        value = self.evaluate(tally, weights, caps)
        if value is None:
            return None
        for shifting in (False, True):
            for i in self._lowest_first(groups):
                group = groups[i]
                without = tally.plus(self.tally(group), -1.0)
                others = [point for g in groups if g is not group for point in g]
                changes = self._shifts(group, others) if shifting else self._other_doses(group, pattern.solution)
                for change in ((), *changes):
                    changed = without.plus(self.tally(change)) if change else without
                    worth = self.evaluate(changed, weights, caps)
                    if worth is not None and worth.utility > value.utility + SMALLEST_GAIN:
                        groups[i], tally, value = change, changed, worth
            groups = [group for group in groups if group]
        return Pattern(tuple(groups), pattern.solution, pattern.spacing), value

    @staticmethod
    def _lowest_first(groups: Sequence[tuple[Point, ...]]) -> list[int]:
        """Groups nearest to brow and mouth first: they do most harm, so thinning out starts there."""
        return sorted(range(len(groups)), key=lambda i: groups[i][0].y)

    def _other_doses(self, group: tuple[Point, ...], solution: Solution | None) -> Iterator[tuple[Point, ...]]:
        """The group with every other volume of the same dilution, or a standard pattern at every other level."""
        if solution is None:
            return
        if aim := group[0].aim:
            levels = (muscle_group(self.setting, aim, solution, level) for level in LEVELS)
            yield from (other for other in dict.fromkeys(levels) if other and other != group)
            return
        for other in self.setting.doses:
            if other.solution == solution and abs(other.units - group[0].units) > 1e-9:
                yield tuple(replace(point, units=other.units, volume=other.volume) for point in group)

    def _shifts(self, group: tuple[Point, ...], others: Sequence[Point]) -> Iterator[tuple[Point, ...]]:
        """The group moved a little, mirror images in step, where injections are allowed; standard patterns stay."""
        if group[0].aim:
            return
        taken = np.array([(p.x, p.y) for p in others]).reshape(-1, 2)
        candidates = [
            tuple(
                replace(p, x=round(p.x + dx * (np.sign(p.x) if len(group) > 1 else 0.0), 1), y=round(p.y + dy, 1))
                for p in group
            )
            for dx, dy in ((SHIFT_MM, 0.0), (-SHIFT_MM, 0.0), (0.0, SHIFT_MM), (0.0, -SHIFT_MM))
        ]
        self._learn_regions({(point.x, point.y) for moved in candidates for point in moved})
        yield from (moved for moved in candidates if moved != group and self._clear(moved, taken))

    def _clear(self, moved: Sequence[Point], others: Array) -> bool:
        """Whether moved points stay in their regions, lie where injections are allowed and keep off every other."""
        places = np.array([(point.x, point.y) for point in moved])
        for number, point in enumerate(moved):
            if self._regions[point.x, point.y] != point.region:
                return False
            away = np.concatenate([others, places[:number]]) - places[number]
            if away.size and np.hypot(away[:, 0], away[:, 1]).min() < CLOSEST_MM:
                return False
        return True

    def _learn_regions(self, places: set[tuple[float, float]]) -> None:
        """Find out, for many places at once, in which goal region each may be injected; None where it may not."""
        unknown = sorted(places - self._regions.keys())
        if not unknown:
            return
        table = np.array(unknown)
        allowed = self.setting.may_inject(table)
        for place, may, region in zip(unknown, allowed, self.setting.region_of(table), strict=True):
            self._regions[place] = region if may else None
