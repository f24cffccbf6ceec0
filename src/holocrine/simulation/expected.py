"""What this person can expect of the plan, of acne drugs, of both and of neither, in the same virtual persons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sheets import on_face
from holocrine.domain.assessment import Chance, ExpectedBenefit
from holocrine.domain.case import Case
from holocrine.domain.vocabulary import DrugClass, Region, Target
from holocrine.knowledge.acne_drugs import acts_on_acne, ingredients
from holocrine.simulation.acne_course import AcneCourses
from holocrine.simulation.course import Simulation
from holocrine.simulation.forecast import NO_EFFECT_PERCENT
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.summary import interval, mean_fall
from holocrine.simulation.systems.acne import COUNTED, acne_forecast
from holocrine.simulation.systems.benefit import RESOLUTION
from holocrine.simulation.systems.drugs import drug_effects, schedules
from holocrine.simulation.systems.outcome import fall

Array = NDArray[np.float64]
Drugs = tuple[DrugClass, ...]

REFERENCE: Drugs = ("fixed_combination",)
"""A retinoid with benzoyl peroxide: the usual first choice, and so what toxin is held against."""
READ_WEEK = 12.0
"""When acne trials count lesions."""


def expected_benefits(case: Case, simulator: Simulator, simulation: Simulation) -> tuple[ExpectedBenefit, ...]:
    """For acne and sebum, where they are goals: no treatment, toxin alone, and every choice of drugs alone and with
    toxin. `simulation` is that of the plan; drugs taken now go on in all of them. Empty for a plan off the face.
    """
    if not any(on_face(region) for region in simulator.person.scene.regions):
        return ()
    return tuple(
        _expected(case, target, drugs, toxin, course, simulator.weeks)
        for target, falls in _FALLS.items()
        if target in case.goals.targets
        for drugs, toxin, course in falls(case, simulator, simulation)
    )


def drug_choices(case: Case) -> tuple[Drugs, ...]:
    """What toxin is compared with: the planned drugs, and the retinoid combination unless either is taken already."""
    planned = tuple(name for name in case.goals.drugs_alongside if acts_on_acne(name))
    wanted = dict.fromkeys(choice for choice in (planned, REFERENCE) if choice)
    taken = {part for course in schedules(case).running for part in ingredients(course.drug_class, course.name)}
    return tuple(choice for choice in wanted if {part for name in choice for part in ingredients(name)} - taken)


def _acne_falls(case: Case, simulator: Simulator, simulation: Simulation) -> Iterator[tuple[Drugs, bool, Array]]:
    """Fall of all counted lesions, (draws, weeks), percent of those without treatment."""
    alone = acne_forecast(case, simulator, simulation)
    nothing = _lesions(alone.untreated)
    yield (), False, np.zeros_like(nothing)
    yield (), True, fall(_lesions(alone.treated), nothing, relative=True)
    for drugs in drug_choices(case):
        joined = acne_forecast(_planning(case, drugs), simulator, simulation, drugs_alongside=True)
        for toxin, courses in ((False, joined.untreated), (True, joined.treated)):
            yield drugs, toxin, fall(_lesions(courses), nothing, relative=True)


def _sebum_falls(case: Case, simulator: Simulator, simulation: Simulation) -> Iterator[tuple[Drugs, bool, Array]]:
    """Fall of sebum over the regions of the face, (draws, weeks), percent of the untreated level."""
    nothing, treated = (_sebum(simulator, courses) for courses in (simulation.sebum_untreated, simulation.sebum))
    for drugs in ((), *drug_choices(case)):
        left = _sebum_left(_planning(case, drugs), simulator) if drugs else 1.0
        for toxin, course in ((False, nothing), (True, treated)):
            yield drugs, toxin, 100.0 * (nothing - left * course)


_FALLS: Mapping[Target, Callable[[Case, Simulator, Simulation], Iterator[tuple[Drugs, bool, Array]]]] = {
    "acne": _acne_falls,
    "sebum": _sebum_falls,
}


def _planning(case: Case, drugs: Drugs) -> Case:
    return case.model_copy(update={"goals": case.goals.model_copy(update={"drugs_alongside": drugs})})


def _lesions(courses: AcneCourses) -> Array:
    # Region by region, as the benefit of a plan is summed: the two must agree to the last digit.
    by_region = [np.sum([stock[lesion] for lesion in COUNTED], axis=0) for stock in courses.stocks.values()]
    return np.asarray(np.sum(by_region, axis=0))


def _sebum(simulator: Simulator, courses: Mapping[Region, Array]) -> Array:
    """Courses (draws, weeks) of the regions of the face, weighted by area as the benefit of a plan is."""
    areas = {region: area for region, area in simulator.person.scene.areas.items() if on_face(region)}
    weighed = np.sum([area * courses[region] for region, area in areas.items()], axis=0)
    return np.asarray(weighed / sum(areas.values()))


def _sebum_left(case: Case, simulator: Simulator) -> Array:
    """Share (draws, weeks) of the sebum under the drugs taken now that the planned ones leave."""
    planned, days = schedules(case), 7.0 * simulator.weeks
    joined, now = (
        drug_effects(courses, simulator.draws.local, days, sex=case.patient.sex).sebum
        for courses in (planned.both, planned.running)
    )
    return np.asarray(joined / now)


def _expected(case: Case, target: Target, drugs: Drugs, toxin: bool, course: Array, weeks: Array) -> ExpectedBenefit:
    course = np.where(np.abs(course) < RESOLUTION, 0.0, course)
    meaningful = case.goals.meaningful_fall(target)
    return ExpectedBenefit(
        target=target,
        name=_name(drugs, toxin),
        toxin=toxin,
        drugs=drugs,
        meaningful_fall=meaningful,
        over_weeks=_chance(mean_fall(course, weeks), meaningful),
        at_week_12=_chance(course[:, int(np.searchsorted(weeks, READ_WEEK))], meaningful),
    )


def _name(drugs: Drugs, toxin: bool) -> str:
    words = ["retinoid combination" if name in REFERENCE else name.replace("_", " ") for name in drugs]
    if not words:
        return "toxin alone" if toxin else "no treatment"
    return f"toxin and {' and '.join(words)}" if toxin else f"{' and '.join(words)} alone"


def _chance(falls: Array, meaningful: float) -> Chance:
    return Chance(
        mean=float(falls.mean()),
        fall=interval(falls),
        probability_meaningful=float(100.0 * (falls >= meaningful).mean()),
        probability_no_effect=float(100.0 * (falls < NO_EFFECT_PERCENT).mean()),
    )
