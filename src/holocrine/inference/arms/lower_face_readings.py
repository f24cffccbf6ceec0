"""What studies of jaw, lips and smile report: bite force, size and stiffness of the masseter, gum shown, weakness.

The masseter loses bulk in the course of every muscle, but a share of its own under full block.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import scipy.special

from holocrine.inference.arms.averages import days_below, expected, first_day_below
from holocrine.inference.arms.given import Given, product_of
from holocrine.inference.arms.harm_readings import SCORES, WEIGHTS
from holocrine.inference.arms.muscle_readings import force
from holocrine.inference.arms.scenes import LANDINGS, SMILE
from holocrine.inference.arms.world import DAYS, Array, World, on_day
from holocrine.models.jaw import masseter_thickness
from holocrine.models.readout import HARMS, shift_mm

Size = Literal["thickness", "clenched thickness", "volume"]

SIDES = ("left", "right")
BITE = tuple(f"masseter_{side}" for side in SIDES)
BELLY = tuple(f"masseter_lower_{side}" for side in SIDES)
"""Where thickness is measured."""
NO_CONTRAST = 1e-12
"""Keeps the logarithm of no weakness finite."""


def bite_change(world: World, given: Given, number: int, *, day: float) -> float:
    """Mean change (percent) of the largest bite force on a day."""
    return 100.0 * (expected(on_day(_bite(world, given, number), day), world.weights) - 1.0)


def bite_recovered(world: World, given: Given, number: int) -> float:
    """Days until the mean bite force of a small group is no longer significantly lower than before."""
    return float(days_below(_mean(_bite(world, given, number), world), world.typical["evoked_noticed_share"]))


def size(
    world: World,
    given: Given,
    number: int,
    *,
    measure: Size,
    day: float,
    sessions: tuple[float, ...],
    before: float,
) -> float:
    """Mean size of the masseter, in the unit of `before`, its size before the first of `sessions` (days)."""
    change = size_change(world, given, number, measure=measure, day=day, sessions=sessions)
    return before * (1.0 + change / 100.0)


def size_change(
    world: World, given: Given, number: int, *, measure: Size, day: float, sessions: tuple[float, ...]
) -> float:
    """Mean change (percent) of the size of the masseter since before the first of `sessions` (days).

    What the sessions take away adds up, which holds when they are so far apart that the force is back in between.
    """
    course = _size(world, given, number, measure)
    lost = sum(np.interp(day - start, DAYS, 1.0 - _mean(course, world), left=0.0) for start in sessions)
    return -100.0 * float(lost)


def first_smaller(world: World, given: Given, number: int, *, measure: Size) -> float:
    """Day on which the mean size of a small group is first seen to be less."""
    course = _mean(_size(world, given, number, measure), world)
    return float(first_day_below(course, world.typical["size_noticed_share"]))


def smallest_day(world: World, given: Given, number: int) -> float:
    """Day on which the relaxed masseter is thinnest on average, between those that are computed."""
    return float(_lowest_day(_mean(_size(world, given, number, "thickness"), world)))


def stiffness(world: World, given: Given, number: int, *, day: float, before: float) -> float:
    """Mean stiffness of the masseter in the unit of the one `before`: tone, a share of it, goes with the force."""
    left = expected(on_day(force(world, given, number, BELLY), day), world.weights)
    return before * (1.0 - world.typical["stiffness_tone_share"] * (1.0 - left))


def gum_change(world: World, given: Given, number: int, *, day: float) -> float:
    """Mean change (mm) of the gum shown in a smile."""
    left = expected(on_day(force(world, given, number, ("skin",)), day), world.weights)
    return -world.typical["gum_hidden_full"] * (1.0 - left)


def gum_back(world: World, given: Given, number: int) -> float:
    """Days until the mean of a group is no longer distinct from that before treatment."""
    course = _mean(force(world, given, number, ("skin",)), world)
    return float(days_below(course, world.typical["evoked_noticed_share"]))


def weak_bite_share(world: World, given: Given, number: int) -> float:
    """Percent of people who say at any time that they bite with less force."""
    if not given.product:
        return 0.0
    loss = world.typical["bite_masseter_share"] * np.mean([_worst(world, given, number, name) for name in BITE], axis=0)
    return _noticing(world, loss / world.typical["bite_loss_noted"])


def limited_smile_share(world: World, given: Given, number: int) -> float:
    """Percent of people whose smile is changed at any time; the weakest muscle of the worse side shows."""
    if not given.product:
        return 0.0
    readout = HARMS["smile_change"]
    muscles = [name for name in SMILE if name in given.scene.groups]
    loss = np.max([_worst(world, given, number, name) for name in muscles], axis=0)
    table = (world.typical, world.unknowns.parameters, world.unknowns.variability)
    full = world.sample.values(readout.full, *table)[:, None]
    return _noticing(world, shift_mm(loss, full, 0.0) / readout.threshold)


def _bite(world: World, given: Given, number: int) -> Array:
    """Largest bite force over that before, (people, others, days): other muscles keep their part."""
    return 1.0 - world.typical["bite_masseter_share"] * (1.0 - force(world, given, number, BITE))


def _size(world: World, given: Given, number: int, measure: Size) -> Array:
    """Size of the masseter over that before, (people, others, days)."""
    if not given.product:
        return np.ones((world.sample.scores.shape[0], world.weights.size, DAYS.size))
    groups = BITE if measure == "volume" else BELLY
    cells = np.concatenate([given.scene.groups[name] for name in groups])
    usual = world.courses("bulk", given.scene, product_of(given, number), given.units, cells)
    table = (world.typical, world.unknowns.parameters, world.unknowns.variability)
    usual_loss = world.sample.values("bulk_loss", *table)[:, None, None]
    bulk = 1.0 - world.typical["masseter_bulk_loss"] / usual_loss * (1.0 - usual)  # the loss is linear in its share
    if measure == "volume":
        return bulk
    relaxed = masseter_thickness(np.ones(1), bulk, np.array(world.typical["masseter_thickness_exponent"]))
    if measure == "thickness":
        return relaxed
    swell = world.typical["clench_thickening"]
    return relaxed * (1.0 + swell * force(world, given, number, BELLY)) / (1.0 + swell)


def _worst(world: World, given: Given, number: int, muscle: str) -> Array:
    """Largest loss of force of a muscle, (people, others), at dose sensitivities fine enough for rare events."""
    cells = given.scene.groups[muscle]
    courses = world.courses("force", given.scene, product_of(given, number), given.units, cells, SCORES)
    return np.asarray(1.0 - courses.min(axis=-1))


def _noticing(world: World, over_threshold: Array) -> float:
    """Percent of people, whose thresholds differ, that notice a measure given as a multiple of the middle threshold."""
    score = np.log(np.maximum(over_threshold, NO_CONTRAST)) / world.typical["harm_threshold_sd"]
    return 100.0 * expected(scipy.special.ndtr(score), np.tile(WEIGHTS, LANDINGS) / LANDINGS)


def _mean(courses: Array, world: World) -> Array:
    """Mean over people and others, (days,)."""
    return np.asarray(np.einsum("pod,o->d", courses, world.weights) / courses.shape[0])


def _lowest_day(course: Array) -> float:
    """Day of the lowest value of a course (days,): the vertex of the parabola through it and its neighbours."""
    lowest = int(np.clip(np.argmin(course), 1, DAYS.size - 2))
    near = slice(lowest - 1, lowest + 2)
    curve, slope, _ = np.polyfit(DAYS[near] - DAYS[lowest], course[near], 2)
    if curve <= 0.0:
        return float(DAYS[lowest])
    return float(np.clip(DAYS[lowest] - 0.5 * slope / curve, DAYS[lowest - 1], DAYS[lowest + 1]))
