"""No injection, sparing, balanced, thorough: each searched under its own prices and checked on all draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Harm, Region, Target
from holocrine.planning.objective import PlanObjective, Value, Weights
from holocrine.planning.pool import Found, Pool, price_of_waste, within
from holocrine.planning.search import NOTHING, Pattern, Search
from holocrine.planning.setting import Setting
from holocrine.planning.trade_offs import Weighed
from holocrine.planning.vials import opened
from holocrine.simulation.binding import Shots, no_shots
from holocrine.simulation.course import REPLICATES, Simulation, run
from holocrine.simulation.harms import probability_interval
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.summary import mean_fall
from holocrine.simulation.systems.benefit import fall_course
from holocrine.simulation.systems.outcome import Outcome

Array = NDArray[np.float64]
Judge = Callable[[Simulation, Shots], Sequence[Outcome]]
"""The read-outs by which a simulated plan is judged for this person."""
Name = Literal["no_injection", "sparing", "balanced", "thorough"]

BALANCED = Weights()
PRICE_FACTORS: Mapping[Name, float] = {"sparing": 2.0, "balanced": 1.0, "thorough": 0.25}
"""How dear doses and punctures are in each search, relative to the balanced one (assumption: a matter of taste)."""
SEARCH_ORDER: tuple[Name, ...] = ("thorough", "balanced", "sparing")
HARM_SHARES: Mapping[Name, float] = {"sparing": 0.4, "balanced": 1.0, "thorough": 1.0}
"""Share of the accepted harm limits that each search may use (assumption: a matter of taste)."""
CAP_START = 0.2
"""First guess of a harm's mean probability over its upper end; corrected after every check on all draws."""
ROUNDS = 2
MOST_ROUNDS = 4
"""Searches per alternative: the usual number, and the most while no plan keeps the limits."""
CLOSE = 0.9
"""Share of a limit that the next search aims at."""
LEAST_SEEN = 1e-5
"""Mean probability below which a search has not seen a harm and nothing can be learnt for its cap."""
TIGHTER = 0.8
"""Factor on the caps for every round after the second."""
NEAR_LIMIT = 0.75
"""A plan whose harm comes this close to its limit has used the room there is."""


@dataclass(frozen=True)
class Candidate:
    """A finished alternative: points, simulation on all draws, risks (mean, low, high; 0-1), utility in percent."""

    name: Name
    pattern: Pattern
    shots: Shots
    simulation: Simulation
    risks: Mapping[Harm, tuple[float, float, float]]
    falls: Mapping[Target, Array]
    utility: float
    within_limits: bool

    @property
    def units(self) -> float:
        """Units of the product."""
        return float(self.shots.units.sum())


def planning_index(simulator: Simulator) -> tuple[NDArray[np.int64], float]:
    """Draws on which the search runs, one per spatial draw, and how likely sebum responds at all.

    Only draws under which sebum can respond are taken; the others add nothing but zeros to the benefit.
    """
    draws = simulator.draws
    which = draws.hypothesis_ids
    active = np.flatnonzero(np.isin(which, ("H1", "H2")))
    among = active if active.size else np.arange(draws.n)
    _, first = np.unique(draws.spatial_of[among], return_index=True)
    return among[first], active.size / draws.n


@dataclass
class Alternatives:
    """The four alternatives of one case. `limits` are the accepted upper ends (0-1) of each harm's probability."""

    setting: Setting
    simulator: Simulator
    limits: Mapping[Harm, float]
    targets: Sequence[Target]
    judge: Judge

    def __post_init__(self) -> None:
        """Prepare the objective and search once as if there were no harm."""
        index, share = planning_index(self.simulator)
        self.objective = PlanObjective(
            self.simulator,
            self.setting.product.name,
            self.targets,
            self.setting.product.labelled_facial_maximum,
            index,
            share,
            self._falls,
        )
        self.search = Search(self.setting, self.objective)
        self.limits = {harm: limit for harm, limit in self.limits.items() if harm in self.simulator.harm_muscles}
        self.cap_ratio: dict[Harm, float] = dict.fromkeys(self.limits, CAP_START)
        self.upper_of_mean: dict[Harm, float] = dict.fromkeys(self.limits, 1.0 / CAP_START)
        self.pool = Pool(self.objective)
        self._first, value = self.search.best(replace(BALANCED, harm=0.0), {})
        self.unlimited = value.utility
        """Worth (percent) of the best plan when harm has neither price nor limit; its harms are the first guess of how
        mean and upper end go together."""
        self._learn(self.pool.add(self._first, value))

    def _falls(self, simulation: Simulation) -> dict[Target, Array]:
        """Fall (draws, weeks) of every target by the whole model, for injections that only the skin feels."""
        outcomes = self.judge(simulation, no_shots())
        return {target: fall_course(outcomes, target, self.areas) for target in self.targets}

    @property
    def areas(self) -> Mapping[Region, float]:
        """Areas of the regions that are read out, cm2."""
        return self.simulator.person.scene.areas

    def all(self, tell: Callable[[str], None]) -> list[Candidate]:
        """No injection first, then sparing, balanced, thorough.

        Searched from the thorough end, each from the last; then every alternative takes the plan that is worth
        most at its own prices among all that any search found and that keep its limits. `tell` hears of every
        search begun.
        """
        before = self._first
        for name in SEARCH_ORDER:
            tell(f"{name} plan")
            self._search(name, before)
            best = self._best(name)
            before = best if best.groups else before
        chosen: dict[Name, Pattern] = {"no_injection": NOTHING}
        chosen |= {name: self._best(name) for name in PRICE_FACTORS}
        finished = {pattern: self._finish(pattern) for pattern in dict.fromkeys(chosen.values())}
        return [replace(finished[pattern], name=name) for name, pattern in chosen.items()]

    def worth_without_harm(self, chosen: Pattern) -> float:
        """What a plan that was found is worth at the balanced prices of dose and punctures, percent."""
        weighed = self.looked_at()[chosen]
        return weighed.benefit - BALANCED.price(weighed.units, weighed.points, self.objective.labelled_total)

    def looked_at(self) -> dict[Pattern, Weighed]:
        """Every plan found, with what it costs and buys."""
        return self.pool.weighed(self.limits)

    def _best(self, name: Name) -> Pattern:
        return self.pool.best(BALANCED.scaled(PRICE_FACTORS[name]), self._limits(name))

    def _limits(self, name: Name) -> dict[Harm, float]:
        return {harm: HARM_SHARES[name] * limit for harm, limit in self.limits.items()}

    def _search(self, name: Name, before: Pattern) -> None:
        """Search under caps on a few draws, check the limits on all draws, correct the caps, repeat.

        Everything found goes into the pool. When nothing keeps the limits, the last plan and `before`, one found
        at other prices, are thinned out until they do. Where a plan opens a second vial or more, one with a vial
        less is looked for too.
        """
        weights, limits = BALANCED.scaled(PRICE_FACTORS[name]), self._limits(name)
        succeeded, pattern = False, before
        for attempt in range(MOST_ROUNDS):
            tighter = CLOSE * TIGHTER ** max(0, attempt - 1)
            caps = {harm: tighter * self.cap_ratio[harm] * limit for harm, limit in limits.items()}
            pattern, value = self.search.best(weights, caps, (pattern,))
            found = self.pool.add(pattern, value)
            seen = self._learn(found)
            keeps = within(found.highs, limits)
            succeeded |= keeps and bool(pattern.groups)
            free = all(seen[harm] < NEAR_LIMIT * cap for harm, cap in caps.items())
            used = any(found.highs[harm] >= NEAR_LIMIT * limit for harm, limit in limits.items())
            if keeps and (free or used or attempt + 1 >= ROUNDS):
                break
        if not succeeded:
            for dense in dict.fromkeys((before, pattern)):
                self._thin_on_all_draws(dense, weights, limits)
        if pattern.solution and (vials := opened(pattern.units, pattern.solution.vial_units)) > 1:
            self.pool.add(*self.search.best(weights, caps, (pattern,), vials - 1))

    def _learn(self, found: Found) -> Mapping[Harm, float]:
        """How an upper end goes with the mean (0-1) that a search sees, which is returned, and the planning draws'."""
        seen = self.search.harms_seen(found.pattern)
        for harm, high in found.highs.items():
            if seen[harm] > LEAST_SEEN and high > 0.0:
                self.cap_ratio[harm] = seen[harm] / high
                self.upper_of_mean[harm] = high / found.value.harm[harm]
        return seen

    def _thin_on_all_draws(self, pattern: Pattern, weights: Weights, limits: Mapping[Harm, float]) -> None:
        """Add the pattern without its lowest groups, as few as keep the limits on all draws, found by halving.

        For harms so rare that the search's few draws do not show them.
        """
        ordered = pattern.lowest_first()
        bad, good = 0, len(ordered.groups)
        while good - bad > 1:
            middle = (bad + good) // 2
            if within(self.pool.highs(replace(ordered, groups=ordered.groups[middle:])), limits):
                good = middle
            else:
                bad = middle
        kept = replace(ordered, groups=ordered.groups[good:])
        if kept.groups:
            self.pool.add(kept, self.objective.value(self.objective.tally(kept.points), weights))

    def _finish(self, pattern: Pattern) -> Candidate:
        given = self.pool.shots(pattern)
        simulation = run(self.simulator, given, self.pool.harms(pattern))
        spatial_of = self.simulator.draws.repaired(REPLICATES).spatial_of
        risks = {h: probability_interval(p, spatial_of) for h, p in simulation.harm_probability.items()}
        outcomes = self.judge(simulation, given)
        falls = {
            target: mean_fall(fall_course(outcomes, target, self.areas), self.simulator.weeks)
            for target in self.targets
        }
        benefit = float(np.mean([fall.mean() for fall in falls.values()]))
        value = Value(benefit, {harm: mean for harm, (mean, _, _) in risks.items()}, benefit)
        worth = self.objective.priced(value, pattern.units, given.units.size, BALANCED).utility
        worth -= price_of_waste(pattern, BALANCED, self.objective.labelled_total)
        within = all(high <= self.limits[harm] for harm, (_, _, high) in risks.items())
        utility = round(worth, 9) + 0.0  # a hair below nothing is 0, not -0
        return Candidate("no_injection", pattern, given, simulation, risks, falls, utility, within)
