"""What studies of sweating report: rates, shares of responders, durations, halos."""

from __future__ import annotations

import numpy as np
import scipy.special

from holocrine.inference.arms.averages import days_below, expected, first_day_below, weighted_median
from holocrine.inference.arms.given import Given, product_of
from holocrine.inference.arms.world import DAYS, Array, World, on_day


def courses(world: World, given: Given, number: int) -> Array:
    """Sweat over untreated in the treated area, (people, others, days)."""
    if not given.product:
        return np.ones((world.sample.scores.shape[0], world.weights.size, DAYS.size))
    skin = given.scene.groups["skin"]
    return world.courses("sweat", given.scene, product_of(given, number), given.units, skin)


def placebo(world: World, *, selected: bool) -> float:
    """Log change of a sweat reading without toxin; people selected for sweating fall back towards their usual."""
    return world.typical["sweat_placebo"] if selected else 0.0


def level(
    world: World,
    given: Given,
    number: int,
    *,
    day: float,
    selected: bool,
    rate: float | None,
    over: bool = False,
    power: str = "",
) -> float:
    """Mean sweat on a day, or `over` all visits up to it: change in percent, or a rate where `rate` is the baseline's.

    Visits are taken as monthly. `power` names the exponent of a measure that follows a power of the sweat rate.
    """
    course = courses(world, given, number)
    if power:
        course = course ** world.typical[power]
    days = np.arange(28.0, max(day, 28.0) + 1.0, 28.0) if over else np.array([day])
    mean = float(np.mean([expected(on_day(course, float(at)), world.weights) for at in days]))
    remaining = mean * float(np.exp(placebo(world, selected=selected)))
    return rate * remaining if rate else 100.0 * (remaining - 1.0)


def responders(world: World, given: Given, number: int, *, day: float, selected: bool, share: float) -> float:
    """Percent of people whose sweat reads at most `share` of the baseline on a day."""
    sweat = np.log(np.maximum(on_day(courses(world, given, number), day), 1e-4))
    centre = sweat + placebo(world, selected=selected)
    return 100.0 * expected(
        scipy.special.ndtr((np.log(share) - centre) / world.typical["sweat_reading_sd"]), world.weights
    )


def dry_people(world: World, given: Given, number: int, *, day: float) -> float:
    """Percent of people in whom iodine and starch show no sweat in the treated area."""
    sweat = np.log(np.maximum(on_day(courses(world, given, number), day), 1e-4))
    score = (np.log(world.typical["anhidrotic_share"]) - sweat) / (0.5 * world.typical["sweat_reading_sd"])
    return 100.0 * expected(scipy.special.ndtr(score), world.weights)


def asking_for_more(world: World, given: Given, number: int, *, day: float) -> float:
    """Percent of people who sweat enough on a day to ask for a supplement."""
    sweat = np.log(np.maximum(on_day(courses(world, given, number), day), 1e-4))
    score = (sweat - np.log(world.typical["supplement_share"])) / world.typical["sweat_reading_sd"]
    return 100.0 * expected(scipy.special.ndtr(score), world.weights)


def larger_halo(world: World, given: Given, number: int, *, day: float, other: Given) -> float:
    """Percent of pairs of facing halos in which that of `given` is larger than that of `other`."""
    areas = [max(halo(world, each, number, day=day, hypohidrotic=False), 1e-3) for each in (given, other)]
    score = np.log(areas[0] / areas[1]) / (np.sqrt(2.0) * world.typical["halo_area_sd"])
    return float(100.0 * scipy.special.ndtr(score))


def duration(world: World, given: Given, number: int, *, end: str, median: bool) -> float:
    """Days until sweat is back at the share `end` ("sweat_back_share", "sweat_return_share"), mean or median."""
    days = days_below(courses(world, given, number), world.typical[end])
    return weighted_median(days, world.weights) if median else expected(days, world.weights)


def onset(world: World, given: Given, number: int, *, level: str) -> float:
    """Median days until sweat has fallen to the share `level` ("sweat_back_share": noted, "anhidrotic_share": dry)."""
    return weighted_median(first_day_below(courses(world, given, number), world.typical[level]), world.weights)


def halo(world: World, given: Given, number: int, *, day: float, hypohidrotic: bool) -> float:
    """Mean area (cm2) without visible sweat, or with reduced sweat, round one point."""
    if not given.product:
        return 1e-3
    sweat = world.levels("sweat", given.scene, product_of(given, number), given.units, day)
    radii = given.scene.cells[:, 0]
    rings = 2.0 * np.pi * radii * (radii[1] - radii[0]) / 100.0
    threshold = world.typical["sweat_back_share" if hypohidrotic else "anhidrotic_share"]
    return max(expected((sweat < threshold) @ rings, world.weights), 1e-3)


def equivalence(world: World, given: Given, number: int, *, reference: str, skin: bool) -> float:
    """Units of the arm's product that do what one unit of `reference` does, in skin or on muscle."""
    prefix = "skin_potency" if skin else "potency"
    return world.typical[f"{prefix}_{reference}"] / world.typical[f"{prefix}_{product_of(given, number)}"]


def threshold_units(world: World, given: Given, number: int, *, day: float) -> float:
    """Units at one point from which half of all people show a dry spot at its centre on a day."""
    product = product_of(given, number)
    doses = np.geomspace(0.01, 100.0, 25)
    centre = [
        weighted_median(world.levels("sweat", given.scene, product, float(dose), day)[:, :, 0], world.weights)
        for dose in doses
    ]
    reached = np.minimum.accumulate(centre)[::-1]
    return float(np.exp(np.interp(world.typical["anhidrotic_share"], reached, np.log(doses[::-1]))))
