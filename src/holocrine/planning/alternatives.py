"""No injection, sparing, balanced, thorough: each searched under its own prices and checked on all draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Harm, Region, Target
from holocrine.planning.objective import FREE, PlanObjective, Value, Weights, searched, shots
from holocrine.planning.point import Point
from holocrine.planning.search import NOTHING, Pattern, Search
from holocrine.planning.setting import Setting
from holocrine.planning.trade_offs import Weighed
from holocrine.simulation.binding import Shots, no_shots
from holocrine.simulation.course import REPLICATES, Harms, Simulation, harms_of, run
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
ROW_MM = 2.0
"""Points within this height of each other are listed as one row."""
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


@dataclass(frozen=True)
class Found:
    """A plan some search found: its worth on the planning draws and the upper end of each harm (0-1), one landing."""

    pattern: Pattern
    value: Value
    highs: Mapping[Harm, float]


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


def listed(points: Sequence[Point]) -> list[Point]:
    """Points as a plan lists them: per region, row by row from the top, from the patient's right to the left."""
    order = get_args(Region)
    return sorted(points, key=lambda p: (order.index(p.region), -round(p.y / ROW_MM), p.x, p.y))


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
        self.pool: list[Found] = []
        self._harms: dict[Pattern, Harms] = {NOTHING: {}}
        self.unlimited = self._without_harm()

    def _falls(self, simulation: Simulation) -> dict[Target, Array]:
        """Fall (draws, weeks) of every target by the whole model, for injections that only the skin feels."""
        outcomes = self.judge(simulation, no_shots())
        return {target: fall_course(outcomes, target, self.areas) for target in self.targets}

    @property
    def areas(self) -> Mapping[Region, float]:
        """Areas of the regions that are read out, cm2."""
        return self.simulator.person.scene.areas

    def _shots(self, pattern: Pattern) -> Shots:
        """Injections in the order of the written plan: a point's placement error goes by its place in the list."""
        return shots(listed(pattern.points), self.setting.product.name, self.setting.face)

    def all(self, tell: Callable[[str], None]) -> list[Candidate]:
        """No injection first, then sparing, balanced, thorough.

        Searched from the thorough end, each from the last; then every alternative takes the plan that is worth
        most at its own prices among all that any search found and that keep its limits. `tell` hears of every
        search begun.
        """
        before = self.pool[0].pattern
        for name in SEARCH_ORDER:
            tell(f"{name} plan")
            self._search(name, before)
            best = self._best(name)
            before = best if best.groups else before
        chosen: dict[Name, Pattern] = {"no_injection": NOTHING}
        chosen |= {name: self._best(name) for name in PRICE_FACTORS}
        finished = {pattern: self._finish(pattern) for pattern in dict.fromkeys(chosen.values())}
        return [replace(finished[pattern], name=name) for name, pattern in chosen.items()]

    def _without_harm(self) -> float:
        """Worth (percent) of the best plan when harm has neither price nor limit.

        What it does to the harms on all draws is the first guess of how mean and upper end go together.
        """
        pattern, value = self.search.best(replace(BALANCED, harm=0.0), {})
        self._learn(self._keep(pattern, value), self.search.harms_seen(pattern))
        return value.utility

    def _keep(self, pattern: Pattern, value: Value) -> Found:
        """Put a plan into the pool."""
        harms = harms_of(self.simulator, self._shots(pattern), replicates=1)
        self.pool.append(Found(pattern, value, self._highs(harms, 1)))
        return self.pool[-1]

    def worth_without_harm(self, candidate: Candidate) -> float:
        """What a finished alternative is worth at the balanced prices of dose and punctures, percent."""
        weighed = self.weighed(candidate)
        return weighed.benefit - BALANCED.price(weighed.units, weighed.points, self.objective.labelled_total)

    def looked_at(self) -> list[Weighed]:
        """Every plan found, with what it costs and buys."""
        return [self._weighed(found) for found in self.pool]

    def weighed(self, candidate: Candidate) -> Weighed:
        """A finished alternative among those that were looked at."""
        return next(
            (self._weighed(found) for found in self.pool if found.pattern == candidate.pattern),
            Weighed(0, 0.0, 0.0, 0.0),
        )

    def _weighed(self, found: Found) -> Weighed:
        points = found.pattern.points
        units = sum(point.units for point in points)
        checked = self._harms.get(found.pattern)
        highs = self._highs(checked, REPLICATES) if checked else found.highs
        worst = max((highs[harm] / max(limit, 1e-9) for harm, limit in self.limits.items()), default=0.0)
        return Weighed(len(points), units, found.value.benefit, worst)

    def _best(self, name: Name) -> Pattern:
        """The plan in the pool that is worth most at the alternative's own prices and keeps its limits."""
        limits = self._limits(name)
        nothing = Found(NOTHING, self.objective.value(self.objective.tally(()), FREE), dict.fromkeys(limits, 0.0))
        falling = sorted([nothing, *self.pool], key=lambda found: self._worth(found, name), reverse=True)
        return next(f.pattern for f in falling if _within(f.highs, limits) and self._keeps(f.pattern, limits))

    def _keeps(self, pattern: Pattern, limits: Mapping[Harm, float]) -> bool:
        """Whether a plan keeps the limits with every landing that risks are told from."""
        if pattern not in self._harms:
            self._harms[pattern] = harms_of(self.simulator, self._shots(pattern))
        return _within(self._highs(self._harms[pattern], REPLICATES), limits)

    def _worth(self, found: Found, name: Name) -> float:
        points = found.pattern.points
        return self.objective.priced(
            found.value, sum(point.units for point in points), len(points), BALANCED.scaled(PRICE_FACTORS[name])
        ).utility

    def _limits(self, name: Name) -> dict[Harm, float]:
        return {harm: HARM_SHARES[name] * limit for harm, limit in self.limits.items()}

    def _search(self, name: Name, before: Pattern) -> None:
        """Search under caps on a few draws, check the limits on all draws, correct the caps, repeat.

        Everything found goes into the pool. When nothing keeps the limits, the last plan and `before`, one found
        at other prices, are thinned out until they do.
        """
        weights, limits = BALANCED.scaled(PRICE_FACTORS[name]), self._limits(name)
        succeeded, starts = False, (before,)
        for attempt in range(MOST_ROUNDS):
            tighter = TIGHTER ** max(0, attempt - 1)
            caps = {harm: tighter * CLOSE * self.cap_ratio[harm] * limit for harm, limit in limits.items()}
            pattern, value = self.search.best(weights, caps, starts)
            starts = (pattern,)
            found, seen = self._keep(pattern, value), self.search.harms_seen(pattern)
            self._learn(found, seen)
            within = _within(found.highs, limits) and self._keeps(pattern, limits)
            succeeded |= within and bool(pattern.groups)
            free = all(seen[harm] < NEAR_LIMIT * cap for harm, cap in caps.items())
            used = any(found.highs[harm] >= NEAR_LIMIT * limit for harm, limit in limits.items())
            if within and (free or used or attempt + 1 >= ROUNDS):
                break
        if not succeeded:
            for dense in dict.fromkeys((before, pattern)):
                self._thin_on_all_draws(dense, weights, limits)

    def _learn(self, found: Found, seen: Mapping[Harm, float]) -> None:
        """How an upper end goes with the mean that a search has `seen` and with the mean on the planning draws."""
        for harm, high in found.highs.items():
            if seen[harm] > LEAST_SEEN and high > 0.0:
                self.cap_ratio[harm] = seen[harm] / high
                self.upper_of_mean[harm] = high / found.value.harm[harm]

    def _thin_on_all_draws(self, pattern: Pattern, weights: Weights, limits: Mapping[Harm, float]) -> None:
        """Add the pattern without its lowest groups, as few as keep the limits on all draws, found by halving.

        For harms so rare that the search's few draws do not show them.
        """
        ordered = pattern.lowest_first()
        bad, good = 0, len(ordered.groups)
        while good - bad > 1:
            middle = (bad + good) // 2
            fewer = replace(ordered, groups=ordered.groups[middle:])
            if self._keeps(fewer, limits):
                good = middle
            else:
                bad = middle
        kept = replace(ordered, groups=ordered.groups[good:])
        if kept.groups:
            self._keep(kept, self.objective.value(self.objective.tally(kept.points), weights))

    def _highs(self, harms: Harms, replicates: int) -> dict[Harm, float]:
        """Upper end (0-1) of every harm's probability: on all draws, or on those alone that no search has seen.

        The higher of the two counts, because a search finds what happens to be harmless on the draws it sees.
        """
        many = self.simulator.draws.repaired(replicates)
        unseen = np.flatnonzero(~searched(many))
        highs = {}
        for harm, (probability, _) in harms.items():
            highs[harm] = probability_interval(probability, many.spatial_of)[2]
            if unseen.size:
                highs[harm] = max(highs[harm], probability_interval(probability[unseen], many.spatial_of[unseen])[2])
        return highs

    def _finish(self, pattern: Pattern) -> Candidate:
        given = self._shots(pattern)
        simulation = run(self.simulator, given, self._harms.get(pattern))
        spatial_of = self.simulator.draws.repaired(REPLICATES).spatial_of
        risks = {h: probability_interval(p, spatial_of) for h, p in simulation.harm_probability.items()}
        outcomes = self.judge(simulation, given)
        falls = {
            target: mean_fall(fall_course(outcomes, target, self.areas), self.simulator.weeks)
            for target in self.targets
        }
        benefit = float(np.mean([fall.mean() for fall in falls.values()]))
        value = Value(benefit, {harm: mean for harm, (mean, _, _) in risks.items()}, benefit)
        worth = self.objective.priced(value, float(given.units.sum()), given.units.size, BALANCED).utility
        within = all(high <= self.limits[harm] for harm, (_, _, high) in risks.items())
        utility = round(worth, 9) + 0.0  # a hair below nothing is 0, not -0
        return Candidate("no_injection", pattern, given, simulation, risks, falls, utility, within)


def _within(highs: Mapping[Harm, float], limits: Mapping[Harm, float]) -> bool:
    return all(highs.get(harm, 0.0) <= limit for harm, limit in limits.items())
