"""The search for the best plan under given prices and caps, over every dilution that is on offer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.plan import Solution
from holocrine.domain.vocabulary import Harm
from holocrine.planning.ascent import Ascent
from holocrine.planning.columns import Columns, Group, columns_of
from holocrine.planning.ledger import HarmLedger, Ledger, goal_ledger
from holocrine.planning.objective import PlanObjective, Value, Weights
from holocrine.planning.point import Point
from holocrine.planning.setting import MAX_POINTS, Setting

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pattern:
    """A candidate plan in the search: groups of points that belong together, all of one dilution."""

    groups: tuple[Group, ...] = ()
    solution: Solution | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """All points."""
        return tuple(point for group in self.groups for point in group)

    @property
    def units(self) -> float:
        """Units of the product in all."""
        return sum(point.units for point in self.points)

    @property
    def spacing(self) -> float | None:
        """Median distance from a point of the skin to the next, mm; None below two such points."""
        places = np.array([(point.x, point.y) for point in self.points if point.aim is None])
        if len(places) < 2:
            return None
        apart = np.hypot(*np.moveaxis(places[:, None] - places[None], -1, 0))
        np.fill_diagonal(apart, np.inf)
        return round(float(np.median(apart.min(axis=1))), 1)

    def lowest_first(self) -> Pattern:
        """The same pattern with the groups nearest to brow and mouth first."""
        return Pattern(tuple(sorted(self.groups, key=lambda group: group[0].y)), self.solution)


NOTHING = Pattern()


@dataclass(frozen=True)
class Prepared:
    """The columns of one dilution and the ledgers over them, which one search after the other uses."""

    columns: Columns
    goal: Ledger
    harm: HarmLedger

    @classmethod
    def of(cls, objective: PlanObjective, columns: Columns) -> Prepared:
        """With ledgers over nothing."""
        return cls(columns, goal_ledger(objective, columns), HarmLedger(objective, columns.harm))


@dataclass
class Search:
    """The search for one setting; counts its evaluations."""

    setting: Setting
    objective: PlanObjective
    evaluations: int = 0
    _prepared: dict[Solution, Prepared] = field(default_factory=dict)

    def best(
        self,
        weights: Weights,
        caps: Mapping[Harm, float],
        starts: Sequence[Pattern] = (),
        vials: float = math.inf,
    ) -> tuple[Pattern, Value]:
        """The best plan found from each of `starts`, or from nothing; nothing when nothing pays.

        `caps` bound the mean probability of each harm (0-1), `vials` may be opened. Value is without the penalty for
        caps.
        """
        found, most = NOTHING, 0.0
        for solution in self.setting.solutions:
            ready = self.prepared(solution)
            columns = ready.columns
            for start in _begun(columns, starts):
                ascent = self.ascent(ready, weights, caps, vials)
                chosen, worth = ascent.run(start)
                self.evaluations += ascent.evaluations
                if worth > most:
                    found, most = Pattern(tuple(columns.groups[number] for number in chosen), solution), worth
        return found, self.objective.value(self.objective.tally(found.points), weights)

    def harms_seen(self, pattern: Pattern) -> dict[Harm, float]:
        """Mean probability (0-1) of each harm of a found pattern as the search sees it, negligible doses left out."""
        if pattern.solution is None:
            return dict.fromkeys(self.objective.harms, 0.0)
        ready = self.prepared(pattern.solution)
        ready.harm.clear()
        for column in _begun(ready.columns, (pattern,))[0]:
            ready.harm.add(column, 1.0)
        return dict(zip(ready.harm.names, ready.harm.means.tolist(), strict=True))

    def prepared(self, solution: Solution) -> Prepared:
        """Everything that may be injected of one dilution."""
        if solution not in self._prepared:
            columns = columns_of(self.objective, self.setting, solution)
            self._prepared[solution] = Prepared.of(self.objective, columns)
        return self._prepared[solution]

    def ascent(self, ready: Prepared, weights: Weights, caps: Mapping[Harm, float], vials: float = math.inf) -> Ascent:
        """A search with nothing chosen yet; the ledgers forget what another search among the same columns chose."""
        columns = ready.columns
        ready.goal.clear()
        ready.harm.clear()
        units = [sum(point.units for point in group) for group in columns.groups]
        price = [
            weights.price(dose, len(group), self.objective.labelled_total)
            for dose, group in zip(units, columns.groups, strict=True)
        ]
        use = [
            [sum(p.units for p in group if p.labelled_region in limit.regions) for group in columns.groups]
            for limit in self.setting.unit_limits
        ]
        use += [units, [float(len(group)) for group in columns.groups]]
        most = [*(limit.left for limit in self.setting.unit_limits), vials * columns.solution.vial_units, MAX_POINTS]
        return Ascent(
            columns,
            ready.goal,
            ready.harm,
            np.array(price),
            np.array(use),
            np.array(most),
            weights,
            caps,
        )


def _begun(columns: Columns, starts: Sequence[Pattern]) -> list[list[int]]:
    """Columns to begin with: those of each start of this dilution, else none."""
    number = {group: i for i, group in enumerate(columns.groups)}
    own = [[number[group] for group in start.groups] for start in starts if start.solution == columns.solution]
    return own or [[]]
