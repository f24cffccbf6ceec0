"""From all draws of a simulation to the forecast a clinician reads: courses, benefit, risks, basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.aftermath import Retreatment
from holocrine.domain.case import Case
from holocrine.domain.forecast import Benefit, Course, Forecast, HypothesisWeight
from holocrine.domain.maps import FaceMaps
from holocrine.domain.plan import Plan, Provenance
from holocrine.domain.vocabulary import Region, Target
from holocrine.simulation.balance import mass_balance
from holocrine.simulation.binding import Shots
from holocrine.simulation.course import Simulation
from holocrine.simulation.evidence_limits import LIMITS
from holocrine.simulation.maps import area_shares
from holocrine.simulation.risks import risks_of
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.summary import BENEFIT_WEEKS, effect_duration, interval, mean_fall
from holocrine.simulation.systems.acne_alongside import acne_arms
from holocrine.simulation.systems.benefit import fall_course
from holocrine.simulation.systems.outcome import Outcome
from holocrine.simulation.systems.reactions import needle_reactions
from holocrine.simulation.systems.retreatment import effects_of, retreatment

Array = NDArray[np.float64]

NO_EFFECT_PERCENT = 1.0
"""Mean fall (percent) below which a forecast counts as "no effect": far below what a Sebumeter can tell."""
WHAT_FALLS: Mapping[Target, str] = {
    "sebum": "mean fall in sebum over the whole goal area ({regions})",
    "sweat": "mean fall in sweat over the whole goal area ({regions})",
    "pores": "mean fall in visible pore area over the whole goal area ({regions})",
    "acne": "mean fall in the number of acne lesions ({regions}) against no injection",
    "scars": "mean fall in the severity of acne scars ({regions}) against no injection",
    "forehead_lines": "mean fall in the grade of forehead lines at full effort",
    "glabellar_lines": "mean fall in the grade of frown lines at full effort",
    "crows_feet": "mean fall in the grade of lines beside the eyes at full effort",
    "jaw": "mean fall in the thickness of the masseter",
    "nose_tip": "mean loss of the pull that draws the nose tip down",
    "upper_lip": "mean loss of the pull that rolls the upper lip inwards",
    "bladder": "mean fall in leak episodes a day against no injection",
}
"""What each target's benefit is, in words; `regions` are those read out."""
QUANTILES = (0.5, 0.25, 0.75, 0.05, 0.95)


def forecast_of(
    case: Case,
    simulator: Simulator,
    simulation: Simulation,
    outcomes: Sequence[Outcome],
    plan: Plan,
    shots: Shots,
    maps: FaceMaps | None,
    *,
    status: str,
    provenance: Provenance,
) -> Forecast:
    """Sum all draws up."""
    targets = sorted(case.goals.targets, key=lambda target: target != case.goals.main_target)
    benefits = [_benefit(case, simulator, outcomes, target) for target in targets]
    return Forecast(
        status=status,
        pseudonym=case.patient.pseudonym,
        start=case.assessed_on.isoformat(),
        courses=tuple(_course(outcome, simulation.weeks) for outcome in outcomes),
        benefit=benefits[0],
        further_benefits=tuple(benefits[1:]),
        risks=risks_of(case, simulator, simulation, outcomes),
        acne_arms=acne_arms(case, simulator, simulation),
        needle_reactions=needle_reactions(case, plan.points, simulator.draws.local),
        retreatment=_retreatment(case, simulator, outcomes, plan) if plan.points else None,
        hypotheses=_hypotheses(simulator, outcomes),
        areas=area_shares(maps, simulator),
        mass_balance=mass_balance(simulator, shots),
        limits_of_evidence=LIMITS,
        provenance=provenance,
    )


def _course(outcome: Outcome, weeks: Array) -> Course:
    draws = outcome.treated if outcome.reading is None else outcome.reading
    values = np.quantile(draws, QUANTILES, axis=0)
    rows = [tuple(float(v) for v in row) for row in (draws.mean(axis=0), *values)]
    mean, median, lo50, hi50, lo90, hi90 = rows
    return Course(
        quantity=outcome.quantity,
        label=outcome.label,
        region=outcome.region,
        unit=outcome.unit,
        weeks=tuple(float(w) for w in weeks),
        mean=mean,
        median=median,
        lo50=lo50,
        hi50=hi50,
        lo90=lo90,
        hi90=hi90,
        untreated_median=tuple(float(v) for v in np.median(outcome.untreated, axis=0)),
        grade=outcome.grade,
        basis=outcome.basis,
    )


def _benefit(case: Case, simulator: Simulator, outcomes: Sequence[Outcome], target: Target) -> Benefit:
    course = fall_course(outcomes, target, simulator.person.scene.areas)
    falls = mean_fall(course, simulator.weeks)
    meaningful = case.goals.meaningful_fall(target)
    first, last = (int(week) for week in BENEFIT_WEEKS)
    return Benefit(
        target=target,
        description=f"{WHAT_FALLS[target].format(regions=_regions(simulator))} in weeks {first} to {last}",
        mean=float(falls.mean()),
        interval=interval(falls),
        meaningful_fall=meaningful,
        probability_meaningful=float(100.0 * (falls >= meaningful).mean()),
        probability_no_effect=float(100.0 * (falls < NO_EFFECT_PERCENT).mean()),
        duration_weeks=effect_duration(course, simulator.weeks),
    )


def _retreatment(case: Case, simulator: Simulator, outcomes: Sequence[Outcome], plan: Plan) -> Retreatment:
    effects = effects_of(case.goals.targets, outcomes, simulator.person.scene.areas, simulator)
    product, units = plan.solution.product, plan.total_units
    return retreatment(case, product, units, effects, simulator.weeks, simulator.draws.local)


def _regions(simulator: Simulator) -> str:
    return ", ".join(_in_words(region) for region in simulator.person.scene.regions)


def _in_words(region: Region) -> str:
    place, _, side = region.rpartition("_")
    return f"{side} {place.replace('_', ' ')}" if side in ("left", "right") else region.replace("_", " ")


def _hypotheses(simulator: Simulator, outcomes: Sequence[Outcome]) -> tuple[HypothesisWeight, ...]:
    if not any(outcome.quantity == "sebum" for outcome in outcomes):
        return ()
    course = fall_course(outcomes, "sebum", simulator.person.scene.areas)
    falls = mean_fall(course, simulator.weeks)
    rows = []
    for number, hypothesis in enumerate(simulator.draws.hypotheses):
        own = falls[simulator.draws.hypothesis == number]
        rows.append(
            HypothesisWeight(
                id=hypothesis.id,
                label=hypothesis.label,
                weight=hypothesis.weight,
                mean_fall=float(own.mean()) if own.size else 0.0,
                basis=hypothesis.basis,
            )
        )
    return tuple(rows)
