"""A plan judged again while it is being edited: milliseconds instead of the seconds of a full forecast.

Benefit and harm come from the objective of the search, on its planning draws. The upper ends of the harms are scaled by
what the search learned about how they lie on all draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holocrine.anatomy.sheets import to_plane
from holocrine.domain.plan import InjectionPoint
from holocrine.domain.vocabulary import Harm, Target
from holocrine.planning.alternatives import BALANCED, Alternatives
from holocrine.planning.point import Point


@dataclass(frozen=True)
class Edited:
    """An edited plan on the planning draws.

    `falls` expected percent fall of every target, `harms` the estimated upper end of each harm's probability (0-1) and
    `harm_limits` what it is held against; `units` of the product, `units_left` the least that any dose limit leaves;
    `utility` in percent.
    """

    falls: Mapping[Target, float]
    harms: Mapping[Harm, float]
    harm_limits: Mapping[Harm, float]
    units: float
    units_left: float
    utility: float

    @property
    def within_limits(self) -> bool:
        """Whether every dose and harm limit is kept, as far as the planning draws show."""
        return self.units_left >= -1e-9 and all(high <= self.harm_limits[harm] for harm, high in self.harms.items())


@dataclass(frozen=True)
class PlanEditor:
    """Judges edits of one case; made with its plan."""

    alternatives: Alternatives

    def judge(self, points: Sequence[InjectionPoint]) -> Edited:
        """The plan with these points, all of the product and dilution that was planned with."""
        objective, setting = self.alternatives.objective, self.alternatives.setting
        tally = objective.tally([_candidate(point, number) for number, point in enumerate(points)])
        falls = zip(objective.aims, objective.falls(tally), strict=True)
        value = objective.value(tally, BALANCED)
        left = [
            limit.left - sum(units for region, units in tally.units_by_region.items() if region in limit.regions)
            for limit in setting.unit_limits
        ]
        return Edited(
            falls={aim.target: float(fall.mean()) for aim, fall in falls},
            harms={harm: min(1.0, over * value.harm[harm]) for harm, over in self.alternatives.upper_of_mean.items()},
            harm_limits=self.alternatives.limits,
            units=tally.units,
            units_left=min(left, default=float("inf")),
            utility=value.utility,
        )


def _candidate(point: InjectionPoint, number: int) -> Point:
    """A point of a plan as the search has it; points on a sheet of their own are laid onto the common plane."""
    x, y = (float(at) for at in to_plane(point.region, (point.x, point.y)))
    return Point(x, y, point.depth, point.volume, point.units, point.region, number, point.plane, point.target)
