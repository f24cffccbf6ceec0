"""From all draws of a simulation to the forecast a clinician reads: courses, benefit, risks, basis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.case import Case
from holocrine.domain.forecast import (
    Benefit,
    Course,
    EvidenceGrade,
    Forecast,
    HypothesisWeight,
    Quantity,
    Risk,
)
from holocrine.domain.maps import FaceMaps
from holocrine.domain.plan import Provenance
from holocrine.domain.vocabulary import Region, Target
from holocrine.models.readout import HARMS, Harm
from holocrine.simulation.balance import mass_balance
from holocrine.simulation.binding import Shots
from holocrine.simulation.course import REPLICATES, Simulation, Simulator
from holocrine.simulation.draws import Draws, stream
from holocrine.simulation.evidence_limits import LIMITS
from holocrine.simulation.harms import probability_interval
from holocrine.simulation.maps import area_shares
from holocrine.simulation.person import untreated_level
from holocrine.simulation.summary import BENEFIT_WEEKS, effect_duration, interval, mean_fall, onset_and_duration

Array = NDArray[np.float64]

NO_EFFECT_PERCENT = 1.0
"""Mean fall (percent) below which a forecast counts as "no effect": far below what a Sebumeter can tell."""
QUANTILES = (0.5, 0.25, 0.75, 0.05, 0.95)
HARM_LABELS: Mapping[Harm, str] = {
    "lid_ptosis": "drooping upper lid",
    "brow_drop": "lower brow",
    "smile_change": "changed smile",
}
HARM_BASIS = (
    "simulated bound dose at the muscle with placement error; the share that runs along tissue planes and the "
    "threshold are assumptions; {extra}"
)
HARM_EXTRA: Mapping[Harm, str] = {
    "lid_ptosis": "for intradermal plans extrapolated from intramuscular glabellar treatment",
    "brow_drop": "brow depressors are not modelled, so their relaxation does not offset a drop",
    "smile_change": "extrapolated: course of the smile muscles on the map is an assumption",
}


def forecast_of(
    case: Case,
    simulator: Simulator,
    simulation: Simulation,
    shots: Shots,
    maps: FaceMaps,
    *,
    status: str,
    provenance: Provenance,
) -> Forecast:
    """Sum all draws up."""
    main = case.goals.main_target
    return Forecast(
        status=status,
        pseudonym=case.patient.pseudonym,
        start=case.assessed_on.isoformat(),
        courses=tuple(_courses(case, simulator, simulation)),
        benefit=_benefit(case, simulator, simulation, main),
        further_benefits=tuple(
            _benefit(case, simulator, simulation, target) for target in case.goals.targets if target != main
        ),
        risks=tuple(_risk(case, simulator, simulation, harm) for harm in HARMS),
        hypotheses=_hypotheses(simulator, simulation),
        areas=area_shares(maps, simulator, tuple(simulation.sebum)),
        mass_balance=mass_balance(simulator, shots),
        limits_of_evidence=LIMITS,
        provenance=provenance,
    )


def _course(
    quantity: Quantity,
    label: str,
    region: Region | None,
    unit: str,
    draws: Array,
    weeks: Array,
    grade: EvidenceGrade,
    basis: str,
) -> Course:
    values = np.quantile(draws, QUANTILES, axis=0)
    rows = [tuple(float(v) for v in row) for row in (draws.mean(axis=0), *values)]
    mean, median, lo50, hi50, lo90, hi90 = rows
    return Course(
        quantity=quantity,
        label=label,
        region=region,
        unit=unit,
        weeks=tuple(float(w) for w in weeks),
        mean=mean,
        median=median,
        lo50=lo50,
        hi50=hi50,
        lo90=lo90,
        hi90=hi90,
        grade=grade,
        basis=basis,
    )


def _courses(case: Case, simulator: Simulator, simulation: Simulation) -> list[Course]:
    draws, weeks = simulator.draws, simulation.weeks
    courses = []
    for region in simulation.sebum:
        reading = simulation.sebum_reading[region]
        level, source = untreated_level(case, region, draws, simulation.sebum_untreated[region][:, 0])
        noise = _reading_noise(draws, weeks)
        basis = "four explanations of the sebum effect, weighted by prior judgement and published results"
        courses += [
            _course("sebum", "sebum", region, "% of untreated", 100.0 * reading, weeks, "D", basis),
            _course(
                "sebum_level",
                "Sebumeter reading",
                region,
                "ug/cm2",
                level[:, None] * reading * noise,
                weeks,
                "D",
                f"as above, times the untreated level ({source}) and the reading's own error",
            ),
            _course(
                "sweat",
                "sweat",
                region,
                "% of untreated",
                100.0 * simulation.sweat[region],
                weeks,
                "C",
                "halo sizes and durations of published work set the order of magnitude; not fitted yet",
            ),
        ]
    muscle = "motor terminals of the frontalis; dose response assumed"
    force = 100.0 * simulation.frontalis
    return [
        *courses,
        _course("frontalis_force", "forehead muscle force", None, "% of untreated", force, weeks, "D", muscle),
        _course("brow_height", "brow height", None, "mm", simulation.brow, weeks, "D", muscle),
    ]


def _reading_noise(draws: Draws, weeks: Array) -> Array:
    spread = np.sqrt(np.log1p(draws.local["sebumeter_cv"] ** 2))[:, None]
    normal = stream(draws.seed, "reading", 2).standard_normal((draws.n, weeks.size))
    return np.asarray(np.exp(spread * normal))


def _benefit(case: Case, simulator: Simulator, simulation: Simulation, target: Target) -> Benefit:
    scene = simulator.person.scene
    falls = mean_fall(simulation, scene, target)
    meaningful = case.goals.meaningful_fall(target)
    regions = ", ".join(region.replace("_", " ") for region in simulation.sebum)
    first, last = (int(week) for week in BENEFIT_WEEKS)
    return Benefit(
        target=target,
        description=f"mean fall in {target} over the whole goal area ({regions}) in weeks {first} to {last}",
        mean=float(falls.mean()),
        interval=interval(falls),
        meaningful_fall=meaningful,
        probability_meaningful=float(100.0 * (falls >= meaningful).mean()),
        probability_no_effect=float(100.0 * (falls < NO_EFFECT_PERCENT).mean()),
        duration_weeks=effect_duration(simulation, scene, target),
    )


def _risk(case: Case, simulator: Simulator, simulation: Simulation, harm: Harm) -> Risk:
    mean, low, high = probability_interval(
        simulation.harm_probability[harm], simulator.draws.repaired(REPLICATES).spatial_of
    )
    limit = getattr(case.goals.harm_limits, harm)
    onset, duration = onset_and_duration(simulation.harm_course[harm], simulation.weeks)
    return Risk(
        harm=harm,
        label=HARM_LABELS[harm],
        definition=HARMS[harm].definition,
        probability=100.0 * mean,
        lo90=100.0 * low,
        hi90=100.0 * high,
        limit=limit,
        within_limit=100.0 * high <= limit,
        onset_days=onset,
        duration_weeks=duration,
        grade="D",
        basis=HARM_BASIS.format(extra=HARM_EXTRA[harm]),
    )


def _hypotheses(simulator: Simulator, simulation: Simulation) -> tuple[HypothesisWeight, ...]:
    falls = mean_fall(simulation, simulator.person.scene)
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
