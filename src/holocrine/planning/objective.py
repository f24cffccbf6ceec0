"""What a set of injections is worth: expected benefit less the price of units, punctures and harm.

Evaluated on a subset of the draws with precomputed gains: what each target gains over weeks 2-16 (benefit) and the
deepest loss of force (harm) as functions of loading. Bound doses of the points add, so a change of one
point costs only that point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.face import Face
from holocrine.anatomy.stacks import stack_at
from holocrine.domain.vocabulary import Harm, Product, Region, Target
from holocrine.models.harms import EVERY_HARM
from holocrine.models.junction import Terminal
from holocrine.planning.aims import Falls, aims_of
from holocrine.planning.point import Point
from holocrine.planning.worth import worth_of
from holocrine.simulation.binding import Shots, bound_dose, half_dose, muscle_dose
from holocrine.simulation.draws import Draws
from holocrine.simulation.harms import harm_probability, lost_force
from holocrine.simulation.muscle_course import past_shares
from holocrine.simulation.placement import placed
from holocrine.simulation.scene import scene
from holocrine.simulation.simulator import Simulator

Array = NDArray[np.float64]
Index = NDArray[np.int64]

GOAL_CELL_MM = 4.0
HARM_CELL_MM = 6.0
"""Cells of goal area and muscles in the search; the finished plan is simulated on the finer scene."""
HARM_DRAWS = 256
"""Draws for the harms in the search."""
Place = tuple[Terminal, str]
"""A terminal type and the set of cells at which it is read."""


@dataclass(frozen=True)
class Weights:
    """Prices, all in percent of mean fall.

    `dose` for the product's labelled facial total, `puncture` for each needle, `harm` for one percent
    probability of each harm.
    """

    dose: float = 3.0
    puncture: float = 0.02
    harm: float = 0.5

    def scaled(self, factor: float) -> Weights:
        """The same price of harm, dose and punctures `factor` times as dear."""
        return Weights(self.dose * factor, self.puncture * factor, self.harm)

    def price(self, units: float, punctures: int, labelled_total: float) -> float:
        """Price of dose and punctures, percent of mean fall."""
        return self.dose * units / labelled_total + self.puncture * punctures


MILDER: Mapping[Harm, float] = {"lip_weakness": 0.1, "bite_weakness": 0.1, "grip_weakness": 0.2}
"""How heavy these harms weigh beside the others (assumption): they come with the effect, are mild and pass."""
FREE = Weights(0.0, 0.0, 0.0)
"""No prices at all."""


@dataclass(frozen=True)
class Tally:
    """Bound doses of a set of points where the aims are read and at the harm cells, and what they cost."""

    goal: Mapping[Place, Array]
    harm: Array
    units_by_region: Mapping[Region, float]
    punctures: int

    @property
    def units(self) -> float:
        """Units of the product in all."""
        return sum(self.units_by_region.values())

    def plus(self, other: Tally, sign: float = 1.0) -> Tally:
        """With the other points added (or, with sign -1, taken away)."""
        goal = {place: np.maximum(dose + sign * other.goal[place], 0.0) for place, dose in self.goal.items()}
        return Tally(
            goal,
            np.maximum(self.harm + sign * other.harm, 0.0),
            _added(self.units_by_region, other.units_by_region, sign),
            self.punctures + int(sign) * other.punctures,
        )


def _added(one: Mapping[Region, float], two: Mapping[Region, float], sign: float) -> dict[Region, float]:
    return {region: one.get(region, 0.0) + sign * two.get(region, 0.0) for region in dict.fromkeys((*one, *two))}


@dataclass(frozen=True)
class Value:
    """Worth of a set of points: `benefit` and `utility` in percent; per harm the mean probability (0-1)."""

    benefit: float
    harm: Mapping[Harm, float]
    utility: float


class PlanObjective:
    """The objective over a fixed subset of draws; `simulator` supplies surfaces, kernels and the scene."""

    def __init__(
        self,
        simulator: Simulator,
        product: Product,
        targets: Sequence[Target],
        labelled_total: float,
        index: Index,
        share: float,
        falls: Falls,
    ) -> None:
        """`index` picks the planning draws, on which sebum responds with probability `share`; `falls` judges them."""
        self.simulator = simulator
        self.draws: Draws = simulator.draws.subset(index)
        self.product = product
        self.targets = tuple(targets)
        self.labelled_total = labelled_total
        person = simulator.person
        coarse = scene(person.scene.face, tuple(person.scene.regions), GOAL_CELL_MM, HARM_CELL_MM)
        self.aims = aims_of(simulator, targets, coarse, index, share, falls)
        self.places = {(aim.terminal, aim.place): aim.cells for aim in self.aims}
        self.harms = simulator.harm_muscles
        names = dict.fromkeys(name for sides in self.harms.values() for side in sides for name in side)
        self.harm_cells, self.harm_places = coarse.muscle_cells(tuple(names))
        harm_index = np.flatnonzero(searched(simulator.draws))[:HARM_DRAWS]
        self.harm_draws: Draws = simulator.draws.subset(harm_index)
        before = past_shares(simulator, tuple(names))[harm_index]
        force = np.einsum("di,dijw->djw", before, simulator.responses["motor"].values[harm_index])
        loss = 1.0 - force.min(axis=2)
        self.loss = worth_of(loss, half_dose("motor", product, self.harm_draws))
        self.worths = [worth_of(aim.gains, half_dose(aim.terminal, product, self.draws)) for aim in self.aims]

    def tally(self, points: Sequence[Point]) -> Tally:
        """Bound doses of the points on the planning draws, placement error included."""
        units: dict[Region, float] = {}
        for point in points:
            units[point.labelled_region] = units.get(point.labelled_region, 0.0) + point.units
        return Tally(self.goal_dose(points, self.draws), self.harm_dose(points), units, len(points))

    def harm_dose(self, points: Sequence[Point]) -> Array:
        """Bound dose (draws, cells) at the cells of the muscles that can do harm."""
        given = shots(points, self.product, self.simulator.person.scene.face)
        landed, library = self._landed(given, points, self.harm_draws), self.simulator.library
        return muscle_dose(given, landed, self.harm_cells, self.harm_places, self.harm_draws, library)

    def goal_dose(self, points: Sequence[Point], draws: Draws) -> dict[Place, Array]:
        """Bound dose (draws, cells) wherever an aim is read, on some of the planning draws."""
        given = shots(points, self.product, self.simulator.person.scene.face)
        landed, library = self._landed(given, points, draws), self.simulator.library
        goal: dict[Place, Array] = {}
        for place in dict.fromkeys(place for _, place in self.places):
            terminals = tuple(terminal for terminal, other in self.places if other == place)
            cells = self.places[terminals[0], place]
            if terminals == ("motor",):
                where = {aim.muscle: slice(0, len(cells)) for aim in self.aims if aim.place == place}
                goal["motor", place] = muscle_dose(given, landed, cells, where, draws, library)
                continue
            bound = bound_dose(given, landed, cells, draws, library, terminals)
            goal |= {(terminal, place): bound[terminal] for terminal in terminals}
        return goal

    def _landed(self, given: Shots, points: Sequence[Point], draws: Draws) -> tuple[Array, Array]:
        numbers = [point.number for point in points]
        return placed(given.xy, given.depth, draws, self.simulator.person.experience, numbers=numbers)

    def value(self, tally: Tally, weights: Weights) -> Value:
        """Benefit, harm and utility of a tally."""
        falls = [fall.mean() for fall in self.falls(tally)]
        benefit = float(np.mean(falls)) if falls else 0.0
        return self.priced(Value(benefit, self._harm(tally), benefit), tally.units, tally.punctures, weights)

    @property
    def half_doses(self) -> dict[Place, Array]:
        """Bound dose at half loading (draws,) wherever an aim is read."""
        return {place: half_dose(place[0], self.product, self.draws) for place in self.places}

    def falls(self, tally: Tally) -> list[Array]:
        """Fall of every aim on the planning draws, percent, times the share that responds at all, (draws,) each."""
        return [
            aim.share * worth.means(tally.goal[aim.terminal, aim.place], (0, len(aim.cells)))[0]
            for aim, worth in zip(self.aims, self.worths, strict=True)
        ]

    def priced(self, value: Value, units: float, punctures: int, weights: Weights) -> Value:
        """The same benefit and harm at other prices."""
        price = weights.price(units, punctures, self.labelled_total)
        price += weights.harm * 100.0 * sum(MILDER.get(harm, 1.0) * mean for harm, mean in value.harm.items())
        return replace(value, utility=value.benefit - price)

    def _harm(self, tally: Tally) -> dict[Harm, float]:
        local = self.harm_draws.local
        edges = (0, *(at.stop for at in self.harm_places.values()))
        force = dict(zip(self.harm_places, 1.0 - self.loss.means(tally.harm, edges), strict=True))
        found: dict[Harm, float] = {}
        for harm, sides in self.harms.items():
            readout = EVERY_HARM[harm]
            found[harm] = float(harm_probability(readout, lost_force(readout, sides, force), local).mean())
        return found


def searched(draws: Draws) -> NDArray[np.bool_]:
    """Which draws (draws,) a search may weigh harms on: those of half of the spatial draws, so that others check it."""
    return np.asarray(draws.spatial_of < max(1, draws.n_spatial // 2))


def shots(points: Sequence[Point], product: Product, face: Face) -> Shots:
    """Search points as injections."""
    table = np.array([(p.x, p.y, p.depth, p.units, p.volume) for p in points]).reshape(-1, 5)
    stacks = [stack_at(face, p.region, p.x, p.y, p.plane) for p in points]
    return Shots(product, table[:, :2], table[:, 2], table[:, 3], table[:, 4], stacks)
