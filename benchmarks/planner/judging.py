"""What plans do in people, draws and needle errors that no search has seen: benefit, harm, worth, and their errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.planner.tasks import Task, simulator_for
from benchmarks.planner.worlds import World, world_draws
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Harm
from holocrine.planning.alternatives import BALANCED
from holocrine.planning.objective import MILDER
from holocrine.simulation.binding import Shots
from holocrine.simulation.course import REPLICATES, harms_of, run
from holocrine.simulation.harms import probability_interval
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.summary import mean_fall
from holocrine.simulation.systems.benefit import fall_course
from holocrine.simulation.systems.every import outcomes_of

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Chances = Mapping[Harm, Array]
"""Per harm its probability (replicates * draws,), one seed after the other."""
RESAMPLES = 200


@dataclass(frozen=True)
class Harms:
    """Upper end (0-1) of each harm on all seeds, and the worst of them over its limit.

    `share` is over all seeds together with its bootstrap `error`, `by_seed` over each alone.
    """

    highs: Mapping[Harm, float]
    worst: str
    share: float
    error: float
    by_seed: Sequence[float]


@dataclass(frozen=True)
class Judged:
    """One plan on all seeds: `benefit` and `worth` (draws,) in percent.

    Draws of one `cluster` (draws,) share their spatial draw.
    """

    benefit: Array
    worth: Array
    cluster: Index
    harms: Harms
    units: float
    punctures: int


@dataclass(frozen=True)
class Estimate:
    """A mean over draws and its Monte-Carlo standard error."""

    mean: float
    error: float


@dataclass(frozen=True)
class Jury:
    """The task's person under the draws of several seeds."""

    task: Task
    simulators: Sequence[Simulator]

    @classmethod
    def of(cls, task: Task, world: World, seeds: Sequence[int], n: int) -> Jury:
        """Draws in which `world` holds."""
        return cls(task, [simulator_for(task, world_draws(world, seed, n)) for seed in seeds])

    def judge(self, shots: Shots) -> Judged:
        """Benefit and harm of a plan."""
        benefits, chances = [], []
        for ready in self.simulators:
            simulation = run(ready, shots)
            outcomes = outcomes_of(self.task.case, ready, simulation, shots)
            falls = [
                mean_fall(fall_course(outcomes, target, ready.person.scene.areas), ready.weeks)
                for target in self.task.case.goals.targets
            ]
            benefits.append(np.mean(falls, axis=0))
            chances.append(simulation.harm_probability)
        benefit, units = np.concatenate(benefits), float(shots.units.sum())
        price = BALANCED.price(units, shots.units.size, self.task.setting.product.labelled_facial_maximum)
        return Judged(
            benefit,
            benefit - price - np.concatenate([_charge(of) for of in chances]),
            clusters(self.simulators, 1),
            self._harms(chances),
            units,
            shots.units.size,
        )

    def harms(self, shots: Shots) -> Harms:
        """The harms of a plan alone."""
        return self._harms(self._chances(shots))

    def harm_share(self, shots: Shots) -> float:
        """The worst upper end of a plan's harms over its limit."""
        return self._worst(self._highs(self._chances(shots), self.simulators))

    def _chances(self, shots: Shots) -> list[Chances]:
        found = [harms_of(ready, shots) for ready in self.simulators]
        return [{harm: chance for harm, (chance, _) in of.items()} for of in found]

    def _harms(self, chances: Sequence[Chances]) -> Harms:
        highs = self._highs(chances, self.simulators)
        return Harms(
            highs,
            max(highs, key=lambda harm: self._worst({harm: highs[harm]}), default=""),
            self._worst(highs),
            self._error(chances),
            [self._worst(self._highs([of], [ready])) for of, ready in zip(chances, self.simulators, strict=True)],
        )

    def _highs(self, chances: Sequence[Chances], simulators: Sequence[Simulator]) -> dict[Harm, float]:
        cluster = clusters(simulators, REPLICATES)
        return {
            harm: probability_interval(np.concatenate([of[harm] for of in chances]), cluster)[2]
            for harm in chances[0]
            if harm in self.task.limits
        }

    def _worst(self, highs: Mapping[Harm, float]) -> float:
        return max((high / max(self.task.limits[harm], 1e-9) for harm, high in highs.items()), default=0.0)

    def _error(self, chances: Sequence[Chances]) -> float:
        """Bootstrap error of the worst share over the spatial draws."""
        cluster = clusters(self.simulators, REPLICATES)
        count = np.bincount(cluster)
        means = {
            harm: (np.bincount(cluster, weights=np.concatenate([of[harm] for of in chances])) / np.maximum(count, 1))
            for harm in chances[0]
        }
        random = np.random.default_rng(0)
        picked = random.choice(np.flatnonzero(count), (RESAMPLES, np.count_nonzero(count)))
        shares = [
            self._worst({h: max(float(np.quantile(m[at], 0.95)), float(m[at].mean())) for h, m in means.items()})
            for at in picked
        ]
        return float(np.std(shares))


def clusters(simulators: Sequence[Simulator], times: int) -> Index:
    """Number of the spatial draw of each of `times` copies of the draws, no two seeds alike; seed after seed."""
    found, first = [], 0
    for ready in simulators:
        found.append(first + ready.draws.repaired(times).spatial_of)
        first += ready.draws.n_spatial
    return np.concatenate(found)


def _charge(chances: Chances) -> Array:
    """What the planner charges for the harms, percent, (draws,)."""
    parts = [
        BALANCED.harm * 100.0 * MILDER.get(harm, 1.0) * chance.reshape(REPLICATES, -1).mean(axis=0)
        for harm, chance in chances.items()
    ]
    return np.asarray(np.sum(parts, axis=0))


def estimate(values: Array, cluster: Index) -> Estimate:
    """Mean of values (draws,) and its error, draws of a cluster not being independent."""
    means = np.bincount(cluster, weights=values) / np.bincount(cluster)
    return Estimate(float(means.mean()), float(means.std(ddof=1) / np.sqrt(means.size)))


def lead(one: Judged, other: Judged, what: str = "benefit") -> Estimate:
    """By how much one plan is ahead of the other in `benefit` or `worth`, draw by draw."""
    return estimate(getattr(one, what) - getattr(other, what), one.cluster)
