"""What studies of muscles report: potentials evoked and voluntary, onset and end of weakness, dystonia, a weak hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.special

from holocrine.inference.arms.averages import days_below, expected, first_day_below
from holocrine.inference.arms.given import Given, product_of
from holocrine.inference.arms.harm_readings import SCORES, WEIGHTS
from holocrine.inference.arms.scenes import LANDINGS
from holocrine.inference.arms.world import DAYS, Array, World, on_day


def force(world: World, given: Given, number: int, groups: Sequence[str]) -> Array:
    """Mean force over the cells of `groups`, over untreated, (people, others, days)."""
    if not given.product:
        return np.ones((world.sample.scores.shape[0], world.weights.size, DAYS.size))
    cells = np.concatenate([given.scene.groups[name] for name in groups])
    return world.courses("force", given.scene, product_of(given, number), given.units, cells)


def amplitude(world: World, given: Given, number: int, *, groups: Sequence[str], day: float, power: str) -> float:
    """Mean change (percent) of a voluntary potential that follows the force by the exponent called `power`."""
    left = on_day(force(world, given, number, groups), day) ** world.typical[power]
    return 100.0 * (expected(left, world.weights) - 1.0)


def evoked(world: World, given: Given, number: int, *, groups: Sequence[str], day: float, unit: float) -> float:
    """Mean compound potential of the muscle over the one before treatment, times `unit` (1: ratio, 100: percent)."""
    left = on_day(force(world, given, number, groups), day) ** world.typical["evoked_exponent"]
    return unit * expected(left, world.weights)


def first_day(world: World, given: Given, number: int, *, groups: Sequence[str], left: str) -> float:
    """Day on which the mean response of a group of people first falls to the share called `left`."""
    course = force(world, given, number, groups) ** world.typical["evoked_exponent"]
    mean = np.einsum("pod,o->d", course, world.weights) / course.shape[0]
    return float(first_day_below(mean, world.typical[left]))


def weak_days(world: World, given: Given, number: int, *, groups: Sequence[str]) -> float:
    """Mean days during which people notice that the muscle is weak."""
    return expected(days_below(force(world, given, number, groups), world.typical["onset_force"]), world.weights)


def retreated_after(world: World, given: Given, number: int, *, groups: Sequence[str]) -> float:
    """Mean days until so little of a person's largest loss of force is left that treatment is asked for again."""
    courses = force(world, given, number, groups)
    level = 1.0 - world.typical["retreatment_share"] * (1.0 - courses.min(axis=-1))
    return expected(days_below(courses, level), world.weights)


def dystonia(world: World, given: Given, number: int, *, groups: Sequence[str], day: float) -> float:
    """Mean change (percent) of a score of dystonia, of which the treated muscles make a share."""
    left = expected(on_day(force(world, given, number, groups), day), world.weights)
    return 100.0 * world.typical["dystonia_share"] * (left - 1.0)


def weak_hand(world: World, given: Given, number: int) -> float:
    """Percent of people who report a weak hand at any time after their palm was treated."""
    if not given.product:
        return 0.0
    skin, product = given.scene.groups["skin"], product_of(given, number)
    courses = world.courses("force", given.scene, product, given.units, skin, SCORES)
    loss = world.typical["grip_thenar_share"] * (1.0 - courses.min(axis=-1))
    score = np.log(np.maximum(loss, 1e-12) / world.typical["hand_loss_noted"]) / world.typical["harm_threshold_sd"]
    return 100.0 * expected(scipy.special.ndtr(score), np.tile(WEIGHTS, LANDINGS) / LANDINGS)
