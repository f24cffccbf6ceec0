"""What studies of lines report: shares of responders by investigator or patient, onset, largest effect, relapse.

Severity at full effort goes from 0 to 3; people were selected with moderate (2) or severe (3) lines. It follows a
power of the muscles' force; a rating adds an error, and ratings drift towards improvement without toxin.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import scipy.special

from holocrine.inference.arms import muscle_readings
from holocrine.inference.arms.averages import days_below, expected, first_day_below, weighted_median
from holocrine.inference.arms.given import Given
from holocrine.inference.arms.scenes import CROSSED
from holocrine.inference.arms.world import DAYS, Array, World, on_day

Rule = Literal["none or mild", "one grade", "two grades"]
Rater = Literal["investigator", "patient", "both"]

SEVERITIES = ((2.0, 0.45), (3.0, 0.55))
"""Baseline grades and their shares in arms selected for moderate to severe lines (assumption)."""
LAPSES = 0.005
"""Share of patients who are counted on the wrong side by a slip, whatever their lines (assumption)."""
_AREA_POWER = {"forehead": "line_exponent_forehead", "lateral canthus": "line_exponent_canthus"}
MUSCLES = {
    "glabella": ("corrugator_left", "corrugator_right", "procerus"),
    "forehead": (CROSSED,),
    "lateral canthus": ("orbicularis_oculi_left", "orbicularis_oculi_right"),
    "brow depressors": ("orbicularis_oculi_left", "orbicularis_oculi_right"),
}
"""Muscles that make the lines of an area, or pull there, by their groups in a scene."""


def force(world: World, given: Given, number: int, area: str) -> Array:
    """Mean force of the muscles that make an area's lines over untreated, (people, others, days)."""
    return muscle_readings.force(world, given, number, MUSCLES[area])


def responders(
    world: World, given: Given, number: int, *, area: str, day: float, rule: Rule, rater: Rater, relapsed: bool = False
) -> float:
    """Percent of people who respond by a rule on a day, or no longer do (`relapsed`)."""
    share = _responding(world, on_day(weakness(world, given, number, area), day), rule, rater)
    percent = 100.0 * expected(share, world.weights)
    return 100.0 - percent if relapsed else percent


def weakness(world: World, given: Given, number: int, area: str) -> Array:
    """Severity at full effort over the untreated one, (people, others, days)."""
    power = world.typical["line_exponent"] * (world.typical[_AREA_POWER[area]] if area in _AREA_POWER else 1.0)
    return np.asarray(force(world, given, number, area) ** power)


def _responding(world: World, weakness: Array, rule: Rule, rater: Rater) -> Array:
    sd, lean = world.typical["line_rating_sd"], world.typical["line_patient_leniency"]
    raters = {"investigator": (0.0,), "patient": (lean,), "both": (0.0, lean)}[rater]
    total = np.zeros(weakness.shape)
    for grade, share in SEVERITIES:
        after = grade * weakness - world.typical["line_placebo"]
        limit = {"none or mild": 1.5, "one grade": grade - 0.5, "two grades": grade - 1.5}[rule]
        agreed = np.ones(weakness.shape)
        for leniency in raters:
            agreed = agreed * scipy.special.ndtr((limit - after + leniency) / sd)
        total += share * agreed
    return LAPSES + (1.0 - 2.0 * LAPSES) * total


def duration(world: World, given: Given, number: int, *, area: str, median: bool) -> float:
    """Days until a person's lines are less than half a grade better than before."""
    grade = sum(grade * share for grade, share in SEVERITIES)
    days = days_below(weakness(world, given, number, area), (grade - 0.5) / grade)
    return weighted_median(days, world.weights) if median else expected(days, world.weights)


def onset(world: World, given: Given, number: int, *, area: str) -> float:
    """Median days until the weakening is noticed."""
    days = first_day_below(force(world, given, number, area), world.typical["onset_force"])
    return weighted_median(days, world.weights)


def onset_share(world: World, given: Given, number: int, *, area: str, day: float) -> float:
    """Percent of people who have noticed the weakening by a day."""
    forces = on_day(force(world, given, number, area), day)
    score = (world.typical["onset_force"] - forces) / (world.typical["line_rating_sd"] / 3.0)
    return 100.0 * expected(scipy.special.ndtr(score), world.weights)


def largest_effect_day(world: World, given: Given, number: int, *, area: str) -> float:
    """Day on which the lines are weakest on average."""
    return float(DAYS[np.argmin(_mean_course(weakness(world, given, number, area), world))])


def share_of_largest(world: World, given: Given, number: int, *, area: str, day: float) -> float:
    """Mean effect on a day in percent of the largest mean effect; 0 where there is none."""
    effect = 1.0 - _mean_course(weakness(world, given, number, area), world)
    return float(100.0 * on_day(effect, day) / effect.max()) if effect.max() > 0.0 else 0.0


def _mean_course(courses: Array, world: World) -> Array:
    """Mean over people and others, (days,)."""
    return np.asarray(np.einsum("pod,o->d", courses, world.weights) / courses.shape[0])
