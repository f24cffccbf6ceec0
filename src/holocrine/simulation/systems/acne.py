"""Acne lesions per facial region, and the global grade of the face."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.case import AcneTreatment, Case
from holocrine.domain.forecast import Quantity
from holocrine.domain.vocabulary import FaceRegion, LesionType, Region, Sex
from holocrine.models.lesion_counts import global_assessment, severity, vehicle_factor, visit_count
from holocrine.simulation.acne_baseline import COMEDONES, INFLAMED, SHARE, lesions_now
from holocrine.simulation.acne_course import (
    OWN,
    STOCKS,
    AcneCourses,
    AcneForecast,
    Surroundings,
    flare,
    forecast_of,
    knot_days,
    relative_states,
)
from holocrine.simulation.course import Simulation
from holocrine.simulation.draws import stream
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.drugs import drug_effects, schedules, tried_course
from holocrine.simulation.systems.outcome import Outcome

Array = NDArray[np.float64]

QUANTITIES: Mapping[LesionType, Quantity] = {
    "closed_comedones": "closed_comedones",
    "open_comedones": "open_comedones",
    "papules": "papules",
    "pustules": "pustules",
    "nodules": "nodules",
    "macules": "macules",
}
COUNTED: tuple[LesionType, ...] = (*COMEDONES, *INFLAMED)
"""What trials count as lesions; macules are not."""
BASIS = (
    "sebum forecast times assumed steps from sebum to lesions, life times and branching of 25 untreated faces; "
    "toxin's effect on lesions is open; present numbers {source}"
)
LONGEST_TRIED_WEEKS = 52
"""An earlier treatment's effect is settled by then."""


def acne_forecast(
    case: Case, simulator: Simulator, simulation: Simulation, *, drugs_alongside: bool = False
) -> AcneForecast:
    """Lesions with the plan and without it, under the drugs taken now or, if asked, with those planned alongside too.

    Asked both ways this gives toxin alone, drug alone, both and neither in the same virtual person.
    """
    sebum = _on_the_face(simulation.sebum), _on_the_face(simulation.sebum_untreated)
    if not sebum[0]:
        nothing = AcneCourses({}, {}, {})
        return AcneForecast(nothing, nothing)
    values, days = simulator.draws.local, knot_days(simulation.weeks.size - 1)
    planned = schedules(case)
    courses = planned.both if drugs_alongside else planned.running
    drugs = drug_effects(courses, simulator.draws.local, days, sex=case.patient.sex) if courses else None
    seed, premenstrual = simulator.draws.seed, case.hormones.premenstrual_flare == "yes"
    around = Surroundings(drugs, flare(values, premenstrual=premenstrual, days=days, seed=seed))
    return forecast_of(lesions_now(case.findings, values, seed), values, sebum, around)


def acne_outcomes(
    case: Case, simulator: Simulator, simulation: Simulation, forecast: AcneForecast | None = None
) -> tuple[Outcome, ...]:
    """Per region lesions of each type and all that trials count, for the face the global assessment (0 to 4).

    Numbers are what is there on average; the reading of `lesions` is what a visit would count. `forecast` spares
    computing it again.
    """
    values = simulator.draws.local
    courses = forecast or acne_forecast(case, simulator, simulation)
    found: list[Outcome] = []
    for region, treated in courses.treated.stocks.items():
        untreated = courses.untreated.stocks[region]
        basis = BASIS.format(source=_source(case, region))
        for lesion, quantity in QUANTITIES.items():
            label = lesion.replace("_", " ")
            found.append(Outcome(quantity, label, region, "lesions", treated[lesion], untreated[lesion], "D", basis))
        total, total_untreated = (np.sum([stock[t] for t in COUNTED], axis=0) for stock in (treated, untreated))
        random = stream(simulator.draws.seed, "block", zlib.crc32(f"visit {region}".encode()))
        read = visit_count(total, values["count_size"][:, None], random).astype(np.float64)
        found.append(Outcome("lesions", "acne lesions", region, "lesions", total, total_untreated, "D", basis, read))
    if found:
        grades = [face_grade(side, values) for side in (courses.treated, courses.untreated)]
        basis = "weighted number of lesions on the whole face, thresholds assumed from the grades' wording"
        found.append(Outcome("iga", "global assessment", None, "grade (0-4)", grades[0], grades[1], "D", basis))
    return tuple(found)


def face_grade(courses: AcneCourses, values: Mapping[str, Array]) -> Array:
    """Global assessment (draws, weeks), 0 clear to 4 severe, of the whole face's lesions."""
    face = courses.face
    weighed = severity(
        face["papules"] + face["pustules"],
        face["nodules"],
        face["closed_comedones"] + face["open_comedones"],
        values["iga_nodule_weight"][:, None],
        values["iga_comedo_weight"][:, None],
    )
    return global_assessment(weighed, [values[f"iga_threshold_{grade}"][:, None] for grade in range(1, 5)])


def predicted_fall(treatment: AcneTreatment, values: Mapping[str, Array], sex: Sex | None) -> Array:
    """Relative fall (draws,) of all counted lesions at the end of an earlier treatment; 0 none, 1 clear.

    `values` holds the draws of the blocks "acne" and "drugs" by name.
    """
    weeks = int(np.clip(np.ceil(treatment.duration / 7.0), 1, LONGEST_TRIED_WEEKS))
    days = knot_days(weeks)
    drugs = drug_effects([tried_course(treatment)], values, days, sex=sex)
    still = np.ones((values["closed_share"].size, weeks + 1))
    states = relative_states(values, still[None], Surroundings(drugs, np.ones((still.shape[0], days.size))))
    return lesion_fall(states[-1, :, 0], values)


def lesion_fall(states: Array, values: Mapping[str, Array]) -> Array:
    """Relative fall (draws,) of all counted lesions of a typical face at `states` (states, draws)."""
    left = sum(values[SHARE[lesion]] * states[OWN.index(STOCKS[lesion])] for lesion in COUNTED)
    return np.asarray(1.0 - left / sum(values[SHARE[lesion]] for lesion in COUNTED))


def vehicle_effect(weeks: Array, draws: Mapping[str, Array]) -> dict[LesionType, Array]:
    """Counts in a trial's vehicle arm over those at its start, (draws, weeks) by type; `draws` of block `acne`.

    For reading trials only: regression to the mean, attention and the vehicle itself; no part of a person's forecast.
    """
    kinds = ((COMEDONES, "vehicle_noninflammatory"), ((*INFLAMED, "macules"), "vehicle_inflammatory"))
    return {
        lesion: vehicle_factor(draws[share], 7.0 * weeks, draws["vehicle_days"])
        for lesions, share in kinds
        for lesion in lesions
    }


def _on_the_face(courses: Mapping[Region, Array]) -> dict[Region, Array]:
    return {region: course for region, course in courses.items() if region in get_args(FaceRegion)}


def _source(case: Case, region: Region) -> str:
    if case.findings.lesions.get(region):
        return "counted on this person"
    if any(case.findings.lesions.values()):
        return "from counts in this person's other regions"
    return "from this person's grade" if case.findings.iga is not None else "of the population"
