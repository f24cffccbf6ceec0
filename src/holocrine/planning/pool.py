"""Every plan that a search found, with the harms by which it is held against limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from holocrine.domain.vocabulary import Harm
from holocrine.planning.objective import FREE, PlanObjective, Value, Weights, searched, shots
from holocrine.planning.point import listed
from holocrine.planning.search import NOTHING, Pattern
from holocrine.planning.trade_offs import Weighed
from holocrine.planning.vials import wasted
from holocrine.simulation.binding import Shots
from holocrine.simulation.course import REPLICATES, Harms, harms_of
from holocrine.simulation.harms import probability_interval

Limits = Mapping[Harm, float]
"""Accepted upper ends (0-1) of each harm's probability."""


@dataclass(frozen=True)
class Found:
    """A plan some search found: its worth on the planning draws and the upper end of each harm on all draws (0-1)."""

    pattern: Pattern
    value: Value
    highs: Mapping[Harm, float]


class Pool:
    """Plans found so far."""

    def __init__(self, objective: PlanObjective) -> None:
        """No injection is always among them."""
        self.objective, self.simulator = objective, objective.simulator
        nothing = objective.value(objective.tally(()), FREE)
        self.found = [Found(NOTHING, nothing, dict.fromkeys(objective.harms, 0.0))]
        self._harms: dict[Pattern, Harms] = {}

    def add(self, pattern: Pattern, value: Value) -> Found:
        """Put a plan into the pool."""
        self.found.append(Found(pattern, value, self.highs(pattern)))
        return self.found[-1]

    def shots(self, pattern: Pattern) -> Shots:
        """Injections in the order of the written plan: a point's placement error goes by its place in the list."""
        return shots(listed(pattern.points), self.objective.product, self.simulator.person.scene.face)

    def best(self, weights: Weights, limits: Limits) -> Pattern:
        """The plan that is worth most at these prices and keeps the limits."""
        kept = [found for found in self.found if within(found.highs, limits)]
        return max(kept, key=lambda found: self._worth(found, weights)).pattern

    def harms(self, pattern: Pattern) -> Harms | None:
        """The harms of a plan, if they were asked for before."""
        return self._harms.get(pattern)

    def weighed(self, limits: Limits) -> dict[Pattern, Weighed]:
        """What every plan costs and buys."""
        return {found.pattern: self._weighed(found, limits) for found in self.found}

    def _weighed(self, found: Found, limits: Limits) -> Weighed:
        worst = max((found.highs[harm] / max(limit, 1e-9) for harm, limit in limits.items()), default=0.0)
        return Weighed(len(found.pattern.points), found.pattern.units, found.value.benefit, worst)

    def _worth(self, found: Found, weights: Weights) -> float:
        pattern = found.pattern
        priced = self.objective.priced(found.value, pattern.units, len(pattern.points), weights)
        return priced.utility - price_of_waste(pattern, weights, self.objective.labelled_total)

    def highs(self, pattern: Pattern) -> dict[Harm, float]:
        """Upper end (0-1) of every harm's probability: on all draws, or on those alone that no search has seen.

        The higher of the two counts, because a search finds what happens to be harmless on the draws it sees.
        """
        if pattern not in self._harms:
            self._harms[pattern] = harms_of(self.simulator, self.shots(pattern))
        many = self.simulator.draws.repaired(REPLICATES)
        unseen = np.flatnonzero(~searched(many))
        highs = {}
        for harm, (probability, _) in self._harms[pattern].items():
            highs[harm] = probability_interval(probability, many.spatial_of)[2]
            if unseen.size:
                highs[harm] = max(highs[harm], probability_interval(probability[unseen], many.spatial_of[unseen])[2])
        return highs


def within(highs: Mapping[Harm, float], limits: Limits) -> bool:
    """Whether upper ends (0-1) keep the limits."""
    return all(highs.get(harm, 0.0) <= limit for harm, limit in limits.items())


def price_of_waste(pattern: Pattern, weights: Weights, labelled_total: float) -> float:
    """What is thrown away of a second or later vial costs as much as what is injected, percent of mean fall."""
    if pattern.solution is None:
        return 0.0
    return weights.price(wasted(pattern.units, pattern.solution.vial_units), 0, labelled_total)
