"""What a plan buys for what it costs: the plans that no other found beats, and what keeps the chosen one from more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from holocrine.domain.plan import Binding, TradeOff
from holocrine.domain.vocabulary import Harm
from holocrine.planning.point import Point
from holocrine.planning.setting import MAX_POINTS, Setting

MOST_SHOWN = 12
NEAR = 0.9
"""A harm, dose or count binds from this share of its limit on."""
SAME = 1e-6


@dataclass(frozen=True)
class Weighed:
    """A plan the search looked at: cost, expected percent fall, worst harm over its limit."""

    points: int
    units: float
    benefit: float
    harm_share: float

    def beats(self, other: Weighed) -> bool:
        """Whether this plan is at least as good in every respect and better in one."""
        mine = (-self.benefit, self.units, self.points, self.harm_share)
        theirs = (-other.benefit, other.units, other.points, other.harm_share)
        return all(a <= b + SAME for a, b in zip(mine, theirs, strict=True)) and any(
            a < b - SAME for a, b in zip(mine, theirs, strict=True)
        )


def trade_offs(looked_at: Sequence[Weighed], chosen: Weighed) -> tuple[TradeOff, ...]:
    """The unbeaten plans by rising dose, at most MOST_SHOWN spread over the benefit, the chosen one among them."""
    every = list(dict.fromkeys((*looked_at, chosen)))
    unbeaten = [plan for plan in every if plan == chosen or not any(other.beats(plan) for other in every)]
    unbeaten.sort(key=lambda plan: (plan.units, plan.points, plan.benefit))
    shown = _spread(unbeaten, chosen)
    return tuple(
        TradeOff(
            points=plan.points,
            units=round(plan.units, 6),
            benefit=round(plan.benefit, 4),
            harm_share=round(plan.harm_share, 4),
            chosen=plan == chosen,
        )
        for plan in shown
    )


def _spread(plans: Sequence[Weighed], chosen: Weighed) -> list[Weighed]:
    if len(plans) <= MOST_SHOWN:
        return list(plans)
    benefits = np.array([plan.benefit for plan in plans])
    wanted = np.linspace(benefits.min(), benefits.max(), MOST_SHOWN - 1)
    kept = {int(np.abs(benefits - at).argmin()) for at in wanted} | {plans.index(chosen)}
    return [plan for number, plan in enumerate(plans) if number in kept]


def binding(
    setting: Setting, points: Sequence[Point], highs: Mapping[Harm, float], limits: Mapping[Harm, float]
) -> tuple[Binding, ...]:
    """The harm limits, dose limits and counts that the plan comes close to; `highs` and `limits` are shares of 1."""
    found = [
        Binding(what=harm, value=round(100.0 * highs[harm], 4), limit=round(100.0 * limit, 4), unit="%")
        for harm, limit in limits.items()
        if highs.get(harm, 0.0) >= NEAR * limit
    ]
    for limit in setting.unit_limits:
        units = sum(point.units for point in points if point.labelled_region in limit.regions)
        if units >= NEAR * limit.left and points:
            regions = ", ".join(sorted(region.replace("_", " ") for region in limit.regions))
            unit = f"units {setting.product.name}"
            found.append(Binding(what=f"dose in {regions}", value=round(units, 6), limit=limit.left, unit=unit))
    if len(points) >= NEAR * MAX_POINTS:
        found.append(Binding(what="punctures", value=len(points), limit=MAX_POINTS, unit="1"))
    return tuple(found)
