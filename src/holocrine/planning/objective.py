"""What a set of injections is worth: expected benefit less the price of units, punctures and harm.

Evaluated on a subset of the draws with precomputed gains: the mean fall over weeks 2-16 (benefit) and the
deepest loss of force (harm) as functions of loading. Bound doses of the points add, so a change of one
point costs only that point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numba
import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Region, Target
from holocrine.models.junction import Terminal
from holocrine.models.readout import HARMS, Harm
from holocrine.simulation.binding import Shots, bound_dose, loading, septum
from holocrine.simulation.course import Simulator
from holocrine.simulation.draws import Draws
from holocrine.simulation.harms import harm_probability
from holocrine.simulation.placement import placed
from holocrine.simulation.response import NEW_NODES, node_positions
from holocrine.simulation.scene import SIDES, scene
from holocrine.simulation.summary import benefit_weeks

Array = NDArray[np.float64]
Index = NDArray[np.int64]

GOAL_CELL_MM = 4.0
HARM_CELL_MM = 6.0
"""Cells of goal area and muscles in the search; the finished plan is simulated on the finer scene."""
HARM_DRAWS = 256
"""Draws for the harms in the search: two for every spatial draw."""
TARGET_TERMINALS: Mapping[Target, Terminal] = {"sebum": "sebaceous", "sweat": "sudomotor"}


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


FREE = Weights(0.0, 0.0, 0.0)
"""No prices at all."""


@dataclass(frozen=True)
class Point:
    """A candidate injection: place and depth (mm), volume (mL), units of the product, region, jitter number."""

    x: float
    y: float
    depth: float
    volume: float
    units: float
    region: Region
    number: int


@dataclass(frozen=True)
class Tally:
    """Bound doses of a set of points per terminal at the goal cells and at the harm cells, and what they cost."""

    goal: Mapping[Terminal, Array]
    harm: Array
    units_by_region: Mapping[Region, float]
    punctures: int

    @property
    def units(self) -> float:
        """Units of the product in all."""
        return sum(self.units_by_region.values())

    def plus(self, other: Tally, sign: float = 1.0) -> Tally:
        """With the other points added (or, with sign -1, taken away)."""
        goal = {terminal: np.maximum(dose + sign * other.goal[terminal], 0.0) for terminal, dose in self.goal.items()}
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


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _mean_gain(positions: Array, gains: Array, out: Array) -> None:  # pragma: no cover - compiled
    draws, cells = positions.shape
    last = gains.shape[1] - 2
    for d in range(draws):
        total = 0.0
        for c in range(cells):
            j = min(int(positions[d, c]), last)
            t = positions[d, c] - j
            total += (1.0 - t) * gains[d, j] + t * gains[d, j + 1]
        out[d] = total / cells


def mean_gain(positions: Array, gains: Array) -> Array:
    """Mean over cells of gains (draws, nodes) at node positions (draws, cells); (draws,)."""
    out = np.empty(positions.shape[0])
    _mean_gain(np.ascontiguousarray(positions), gains, out)  # one memory layout, one compilation
    return out


class PlanObjective:
    """The objective over a fixed subset of draws; `simulator` supplies surfaces, kernels and the scene."""

    def __init__(
        self,
        simulator: Simulator,
        product: str,
        targets: Sequence[Target],
        labelled_total: float,
        index: Index,
        share: float,
    ) -> None:
        """`index` picks the planning draws, on which sebum responds with probability `share`."""
        self.simulator = simulator
        self.draws: Draws = simulator.draws.subset(index)
        self.product = product
        self.targets = tuple(targets)
        self.labelled_total = labelled_total
        self.share = share
        person = simulator.person
        coarse = scene(person.scene.face, tuple(person.scene.regions), GOAL_CELL_MM, HARM_CELL_MM)
        self.goal_cells, _ = coarse.all_regions()
        names = [f"{muscle}_{side}" for muscles in HARMS.values() for muscle in muscles.muscles for side in SIDES]
        self.harm_cells, self.harm_places = coarse.muscle_cells(names)
        harm_index = np.arange(min(HARM_DRAWS, simulator.draws.n))
        self.harm_draws: Draws = simulator.draws.subset(harm_index)
        self.passage = septum(self.harm_draws, self.harm_places, self.harm_cells.shape[0])
        weeks = benefit_weeks(simulator.weeks)
        self.gains = {t: self._gain(TARGET_TERMINALS[t], index, weeks) for t in self.targets}
        self.loss = 1.0 - simulator.responses["motor"].values[harm_index].mean(axis=1).min(axis=2)

    def _gain(self, terminal: Terminal, index: Index, weeks: NDArray[np.bool_]) -> Array:
        """Mean fall (percent) over the weeks against no new session, by draw and node of the new loading."""
        surface = self.simulator.responses[terminal]
        values = surface.values[index][..., weeks].mean(axis=(1, 3))
        return np.asarray(100.0 * (values[:, :1] - values))

    def tally(self, points: Sequence[Point]) -> Tally:
        """Bound doses of the points on the planning draws, placement error included."""
        table = np.array([(p.x, p.y, p.depth, p.units, p.volume) for p in points]).reshape(-1, 5)
        shots = Shots(
            self.product,  # type: ignore[arg-type]
            table[:, :2],
            table[:, 2],
            table[:, 3],
            table[:, 4],
            [point.region for point in points],
        )
        person = self.simulator.person
        numbers = [point.number for point in points]
        landed = placed(shots.xy, shots.depth, self.draws, person.experience, numbers=numbers)
        landed_harm = placed(shots.xy, shots.depth, self.harm_draws, person.experience, numbers=numbers)
        terminals = tuple(TARGET_TERMINALS[target] for target in self.targets)
        sex = person.scene.face.sex
        library = self.simulator.library
        goal = bound_dose(shots, landed, self.goal_cells, self.draws, library, sex, terminals)
        harm = bound_dose(shots, landed_harm, self.harm_cells, self.harm_draws, library, sex, ("motor",))["motor"]
        units: dict[Region, float] = {}
        for point in points:
            units[point.region] = units.get(point.region, 0.0) + point.units
        return Tally(goal, harm, units, len(points))

    def value(self, tally: Tally, weights: Weights) -> Value:
        """Benefit, harm and utility of a tally."""
        falls = []
        for target in self.targets:
            terminal = TARGET_TERMINALS[target]
            loads = loading(terminal, tally.goal[terminal], self.product, self.draws)  # type: ignore[arg-type]
            fall = mean_gain(node_positions(loads, NEW_NODES), self.gains[target]).mean()
            falls.append(fall * (self.share if target == "sebum" else 1.0))
        benefit = float(np.mean(falls))
        return self.priced(Value(benefit, self._harm(tally), benefit), tally.units, tally.punctures, weights)

    def priced(self, value: Value, units: float, punctures: int, weights: Weights) -> Value:
        """The same benefit and harm at other prices."""
        price = weights.dose * units / self.labelled_total + weights.puncture * punctures
        price += weights.harm * 100.0 * sum(value.harm.values())
        return replace(value, utility=value.benefit - price)

    def _harm(self, tally: Tally) -> dict[Harm, float]:
        draws, local = self.harm_draws, self.harm_draws.local
        loads = loading("motor", tally.harm * self.passage, self.product, draws)  # type: ignore[arg-type]
        positions = node_positions(loads, NEW_NODES)
        lost = {name: mean_gain(positions[:, where], self.loss) for name, where in self.harm_places.items()}
        found: dict[Harm, float] = {}
        for harm, facts in HARMS.items():
            worse = np.max([lost[f"{muscle}_{side}"] for muscle in facts.muscles for side in SIDES], axis=0)
            found[harm] = float(harm_probability(facts, worse, local).mean())
        return found
