"""Small problems, on which a long global search over the same columns shows what the planner's search leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from benchmarks.planner.cases import example
from benchmarks.planner.tasks import Task, alternatives_for, task_of

from holocrine.domain.vocabulary import Region
from holocrine.planning.alternatives import BALANCED, CAP_START
from holocrine.planning.ascent import Ascent
from holocrine.planning.bound import bound
from holocrine.simulation.draws import Draws

PATCH = np.array([(-15.0, 32.0), (15.0, 32.0), (15.0, 52.0), (-15.0, 52.0)])
"""30 x 20 mm in the middle of the forehead, above the margin of the brow."""
HOT, COLD = 0.3, 0.001
"""Temperatures in percent of mean fall, first and last."""
BESIDE = 0.3
"""Share of the steps that move a group to another site."""


@dataclass(frozen=True)
class Small:
    """Charged worth (percent) of the planner's search and of every annealing, and the evaluations of both.

    `gap` is the planner's own, over its upper bound and without harm.
    """

    name: str
    columns: int
    worth: float
    evaluations: int
    annealed: Sequence[float]
    steps: int
    gap: float

    @property
    def share(self) -> float:
        """Worth over the best that any search found."""
        best = max(self.worth, *self.annealed)
        return self.worth / best if best > 0.0 else 1.0


class Annealing(Ascent):
    """Random steps that are kept when they pay, and now and then when they do not, less and less often."""

    @classmethod
    def of(cls, begun: Ascent) -> Annealing:
        """The same problem as a search that has chosen nothing yet."""
        return cls(**{part.name: getattr(begun, part.name) for part in fields(Ascent)})

    def anneal(self, steps: int, random: np.random.Generator) -> list[int]:
        """The columns of the best state met in `steps` evaluations, from nothing."""
        now = most = self._worth()
        best: list[int] = []
        for temperature in np.geomspace(HOT, COLD, steps):
            taken, put = self._proposed(random)
            after = self._worth() + (0.0 if put is None else float(self._raises(np.array([put]))[0]))
            kept = after >= now or random.random() < np.exp((after - now) / temperature)
            if (column := put if kept else taken) is not None:
                self._add(column)
            if kept:
                now = after
            if now > most:
                most, best = now, [self.chosen[site] for site in sorted(self.chosen)]
        return best

    def _proposed(self, random: np.random.Generator) -> tuple[int | None, int | None]:
        """The group taken away at a site, and what to put there or, now and then, at an empty site instead."""
        site = int(random.integers(self.columns.sites))
        taken = self._remove(site) if site in self.chosen else None
        if taken is not None and random.random() < BESIDE:
            site = int(random.choice([other for other in range(self.columns.sites) if other not in self.chosen]))
        columns = self.columns.at(site)
        number = int(random.integers(columns.size + 1))
        put = int(columns[number]) if number < columns.size else None
        return taken, put if put is not None and self._fit(np.array([put]))[0] else None


def problems() -> Iterator[Task]:
    """Nose; upper lip and chin; a patch of the forehead."""
    base = example("oily-forehead")

    def on(name: str, *regions: Region) -> Task:
        goals = base.case.goals.model_copy(update={"regions": regions})
        return task_of(name, base.case.model_copy(update={"goals": goals}))

    yield on("nose", "nose")
    yield on("upper lip and chin", "upper_lip", "chin")
    whole = on("patch of 30 x 20 mm", "forehead")
    face = replace(whole.face, regions={**whole.face.regions, "forehead": PATCH})
    yield task_of(whole.name, whole.case, face)


def small(task: Task, draws: Draws, times: int, restarts: int, seed: int) -> Small:
    """The planner's search against `restarts` annealings that take `times` its evaluations together."""
    alternatives = alternatives_for(task, draws)
    search, objective = alternatives.search, alternatives.objective
    ready = search.prepared(task.setting.solutions[0])
    caps = {harm: CAP_START * limit for harm, limit in alternatives.limits.items()}
    free = search.ascent(ready, replace(BALANCED, harm=0.0), {})
    start, _ = free.run([])
    own = search.ascent(ready, BALANCED, caps)
    chosen, worth = own.run(start)
    evaluations = free.evaluations + own.evaluations
    steps = -(-times * evaluations // restarts)
    annealed = []
    for restart in range(restarts):
        long = Annealing.of(search.ascent(ready, BALANCED, caps))
        best = long.anneal(steps, np.random.default_rng([seed, restart]))
        annealed.append(search.ascent(ready, BALANCED, caps).run(best)[1])
    points = [point for column in chosen for point in ready.columns.groups[column]]
    gap = bound(objective, task.setting, BALANCED, points).gap
    return Small(task.name, len(ready.columns.groups), worth, evaluations, annealed, steps * restarts, gap)
