"""What is done out of habit: published protocols, and even grids of a given dose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from benchmarks.planner.cases import EXAMPLES
from benchmarks.planner.tasks import Task

from holocrine import services
from holocrine.domain.vocabulary import Region
from holocrine.errors import FieldError
from holocrine.planning.geometry import checked_points
from holocrine.planning.lattice import hexagonal
from holocrine.planning.objective import shots
from holocrine.planning.point import Point
from holocrine.planning.setting import DERMAL_DEPTHS, MAX_POINTS
from holocrine.simulation.binding import Shots
from holocrine.simulation.shots import shots_of_points

CLINIC_MM = (8.0, 10.0)
HINDSIGHT_MM = (6.0, 8.0, 10.0, 12.0, 15.0)
DROPLET_ML = 0.02


@dataclass(frozen=True)
class Habit:
    """A plan that nobody optimised; `regions` (p,) are those towards whose dose limits its points count."""

    name: str
    shots: Shots
    regions: tuple[Region, ...]

    def times(self, factor: float) -> Habit:
        """The same places with `factor` times the dose each, in the same volume."""
        return replace(self, shots=replace(self.shots, units=factor * self.shots.units))

    def room(self, task: Task) -> float:
        """The largest factor on the doses that keeps every dose limit."""
        given: Mapping[Region, float] = {
            region: float(self.shots.units[[own == region for own in self.regions]].sum()) for region in self.regions
        }
        used = [
            (sum(given.get(region, 0.0) for region in limit.regions), limit.left) for limit in task.setting.unit_limits
        ]
        return min((left / units for units, left in used if units > 0.0), default=np.inf)


def protocols(task: Task) -> Iterator[Habit]:
    """Published protocols with the product of the case whose points all lie in its goal regions; as published."""
    for path in sorted((EXAMPLES / "protocols").glob("*.toml")):
        plan = services.load_plan(path)
        regions = tuple(point.labelled_region for point in plan.points)
        if plan.solution.product != task.setting.product.name or not set(regions) <= set(task.setting.regions):
            continue
        try:
            given = checked_points(plan, task.face)
        except FieldError:
            continue  # made for a larger face
        yield Habit(path.stem, shots_of_points(given, task.face), regions)


def grids(task: Task, units: float, spacings: tuple[float, ...], shares: tuple[float, ...]) -> Iterator[Habit]:
    """`units` in equal parts over the allowed places of hexagonal grids, at depths that are `shares` of the dermis."""
    setting = task.setting
    for spacing in spacings:
        places = hexagonal(setting, spacing, centred=True)
        regions = [region for region in setting.region_of(places) if region is not None]
        if not 0 < len(places) == len(regions) <= MAX_POINTS:
            continue
        for share in shares:
            points = [
                Point(float(x), float(y), setting.depth(region, share), DROPLET_ML, units / len(places), region, i)
                for i, ((x, y), region) in enumerate(zip(places, regions, strict=True))
            ]
            name = f"grid {spacing:g} mm, {'shallow' if share == DERMAL_DEPTHS[0] else 'deep'}"
            yield Habit(name, shots(points, setting.product.name, task.face), tuple(regions))
