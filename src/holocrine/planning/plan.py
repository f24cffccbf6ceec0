"""From the four alternatives to one plan: which is proposed, why, and the points as a clinic reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from holocrine.anatomy.sheets import to_sheet
from holocrine.domain.plan import Alternative, InjectionPoint, Objective, Plan, Solution
from holocrine.domain.vocabulary import Region
from holocrine.planning.aims import TERMINAL
from holocrine.planning.alternatives import BALANCED, PRICE_FACTORS, Alternatives, Candidate
from holocrine.planning.bound import bound
from holocrine.planning.point import Point, listed
from holocrine.planning.setting import Setting
from holocrine.planning.trade_offs import binding, trade_offs

TIE = 0.1
"""Percent of mean fall within which the balanced alternative is preferred to a better-scoring one."""
PREFIX: Mapping[Region, str] = {
    "forehead": "F",
    "glabella": "G",
    "temple_left": "TL",
    "temple_right": "TR",
    "nose": "N",
    "cheek_left": "CL",
    "cheek_right": "CR",
    "chin": "M",
    "upper_lip": "U",
    "jawline_left": "JL",
    "jawline_right": "JR",
    "scalp_edge": "S",
    "axilla_left": "AL",
    "axilla_right": "AR",
    "palm_left": "PL",
    "palm_right": "PR",
    "sole_left": "SL",
    "sole_right": "SR",
    "bladder": "B",
}
SEARCHED = (
    "places, doses, depths and standard muscle patterns added, changed, moved and exchanged until nothing paid; "
    "the bound is that of a concave relaxation without harm"
)
CHARACTER = {
    "no_injection": "nothing is injected",
    "sparing": "dose and punctures twice as dear, 40% of the harm limits",
    "balanced": "the stated prices, the full harm limits",
    "thorough": "dose and punctures at a quarter of the price, the full harm limits",
}


def choose(candidates: Sequence[Candidate]) -> Candidate:
    """The balanced alternative unless another is clearly better at the balanced prices."""
    best = max(candidates, key=lambda candidate: candidate.utility)
    balanced = next(candidate for candidate in candidates if candidate.name == "balanced")
    return balanced if balanced.utility >= best.utility - TIE and balanced.units > 0 else best


def plan_of(alternatives: Alternatives, candidates: Sequence[Candidate], chosen: Candidate) -> Plan:
    """The chosen alternative as a plan; limits, overrides and provenance are added by the caller."""
    looked_at = alternatives.looked_at()
    return Plan(  # type: ignore[call-arg]  # `point` is the alias of `points`
        title=f"{chosen.name.replace('_', ' ')} plan for {alternatives.setting.case.patient.pseudonym}",
        source="optimised by Holocrine",
        solution=_solution(alternatives.setting, chosen),
        point=injection_points(alternatives.setting, chosen.pattern.points),
        objective=_objective(alternatives, chosen),
        alternatives=tuple(_alternative(candidate, chosen, alternatives) for candidate in candidates),
        trade_offs=trade_offs(tuple(looked_at.values()), looked_at[chosen.pattern]),
        binding=binding(
            alternatives.setting,
            chosen.pattern.points,
            {harm: high for harm, (_, _, high) in chosen.risks.items()},
            alternatives.limits,
        ),
    )


def _solution(setting: Setting, chosen: Candidate) -> Solution:
    return chosen.pattern.solution or setting.solutions[0]


def injection_points(setting: Setting, points: Sequence[Point]) -> tuple[InjectionPoint, ...]:
    """Points numbered per region, in the order of `listed`."""
    counts: dict[Region, int] = {}
    named = []
    for point in listed(points):
        counts[point.region] = counts.get(point.region, 0) + 1
        x, y = (float(value) for value in to_sheet(point.region, (point.x, point.y)))
        named.append(
            InjectionPoint(
                id=f"{PREFIX[point.region]}{counts[point.region]}",
                region=point.region,
                x=round(x, 1),
                y=round(y, 1),
                depth=point.depth,
                plane=point.plane,
                units=round(point.units, 6),
                volume=point.volume,
                syringe_marks=round(setting.syringe.marks(point.volume), 6),
                target=point.aim,
            )
        )
    return tuple(named)


def _objective(alternatives: Alternatives, chosen: Candidate) -> Objective:
    total = alternatives.setting.product.labelled_facial_maximum
    targets = " and ".join(target.replace("_", " ") for target in alternatives.targets)
    limit = bound(alternatives.objective, alternatives.setting, BALANCED, chosen.pattern.points)
    by_limits = max(0.0, alternatives.unlimited - alternatives.worth_without_harm(chosen.pattern))
    return Objective(
        description=(
            f"expected mean percent fall in {targets} over the goal area in weeks 2 to 16, less the prices below; "
            f"subject to the harm limits, margins, dose limits and what the syringe can deliver"
        ),
        weights={
            f"percent per {total:g} units of {alternatives.setting.product.name}": BALANCED.dose,
            "percent per puncture": BALANCED.puncture,
            "share of that price for units left over in a second or later vial": 1.0,
            "percent per 1% probability of a harm": BALANCED.harm,
        },
        value=round(chosen.utility, 4),
        upper_bound=round(chosen.utility / (1.0 - limit.gap), 4) if chosen.utility > 0.0 and limit.gap < 1.0 else None,
        gap=round(limit.gap, 4),
        gap_by_limits=round(min(limit.gap, by_limits / limit.upper if limit.upper > 0.0 else 0.0), 4),
        evaluations=alternatives.search.evaluations,
        status="; ".join((SEARCHED, *_left_out(alternatives, chosen))),
    )


def _left_out(alternatives: Alternatives, chosen: Candidate) -> list[str]:
    """Muscle targets for which the chosen plan injects nothing although it injects something."""
    served = {point.aim for point in chosen.pattern.points}
    missed = [target for target in alternatives.targets if target not in TERMINAL and target not in served]
    if not missed or not chosen.pattern.points:
        return []
    names = " and ".join(target.replace("_", " ") for target in missed)
    return [f"nothing is injected for {names}: no dose that was tried pays within the harm limits"]


def _alternative(candidate: Candidate, chosen: Candidate, alternatives: Alternatives) -> Alternative:
    goals = alternatives.setting.case.goals
    target = goals.main_target
    falls = candidate.falls[target]
    return Alternative(
        name=candidate.name,
        points=len(candidate.pattern.points),
        units=round(candidate.units, 6),
        volume=round(float(candidate.shots.volume.sum()), 6),
        spacing=candidate.pattern.spacing,
        target=target,
        benefit=round(float(falls.mean()), 4),
        benefit_lo90=round(float(np.quantile(falls, 0.05)), 4),
        benefit_hi90=round(float(np.quantile(falls, 0.95)), 4),
        probability_meaningful=round(float(100.0 * (falls >= goals.meaningful_fall(target)).mean()), 4),
        risks={harm: round(100.0 * mean, 4) for harm, (mean, _, _) in candidate.risks.items()},
        utility=round(candidate.utility, 4) + 0.0,  # never -0
        chosen=candidate is chosen,
        why=_why(candidate, chosen),
    )


def _why(candidate: Candidate, chosen: Candidate) -> str:
    if candidate is chosen:
        return f"proposed: {CHARACTER[candidate.name]}"
    if candidate.units > 0 and candidate.pattern == chosen.pattern:
        return f"{CHARACTER[candidate.name]}: the same plan as the proposed one"
    if candidate.units == 0 and candidate.name in PRICE_FACTORS:
        return f"{CHARACTER[candidate.name]}: no injection pays within the limits"
    return f"{CHARACTER[candidate.name]}; worth {round(candidate.utility, 2) + 0.0:.2f} against {chosen.utility:.2f}"
