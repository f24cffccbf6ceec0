"""What studies of sebum report: the change of a reading round the points, under each explanation of the effect."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.arms.averages import expected
from holocrine.inference.arms.given import Given, product_of
from holocrine.inference.arms.world import World, on_day

Ring = tuple[float, float] | None

GRADES = {"very mild": 0.0, "mild": 1.0, "moderate": 2.0, "severe": 3.0}
"""How people grade their own oiliness, in steps."""

OILY_REVERSION = -0.05
"""Log change of a reading without any treatment in people selected for oily skin: the first reading was high by
selection (assumption: an error of day and reading of 0.28 within a total spread of 0.55, the upper half selected by a
rating, not by that reading)."""


BETWEEN_PEOPLE = 0.35
"""Log SD of the change of a reading between the people of an arm (assumption: two readings with an error of 0.2 each,
and a response that differs by half)."""


def change(
    world: World, given: Given, number: int, *, day: float, ring: Ring, hypothesis: HypothesisId, reverted: float = 0.0
) -> float:
    """Mean change of a sebum reading in percent on a day, in a ring (mm) round the points or over the area.

    Needle and fluid change a reading by themselves, and people selected for oily skin fall back by `reverted` (log).
    Under H3 and H3b the toxin adds nothing on average.
    """
    needle = world.typical["sebum_needle"] if given.units or not given.product else 0.0
    remaining = 1.0
    if given.product:
        remaining = toxin_effect(world, given, number, day=day, ring=ring, hypothesis=hypothesis)
    return float(100.0 * (remaining * np.exp(needle + reverted) - 1.0))


def level(
    world: World,
    given: Given,
    number: int,
    *,
    day: float,
    ring: Ring,
    hypothesis: HypothesisId,
    reverted: float,
    untreated: float,
) -> float:
    """Mean reading on a day, in the unit of the `untreated` one."""
    found = change(world, given, number, day=day, ring=ring, hypothesis=hypothesis, reverted=reverted)
    return untreated * (1.0 + found / 100.0)


def responders(
    world: World,
    given: Given,
    number: int,
    *,
    day: float,
    ring: Ring,
    hypothesis: HypothesisId,
    reverted: float,
    share: float,
) -> float:
    """Percent of people whose reading is at most `share` of the baseline's on a day."""
    mean = change(world, given, number, day=day, ring=ring, hypothesis=hypothesis, reverted=reverted)
    score = (np.log(max(share, 0.02)) - np.log(max(1.0 + mean / 100.0, 0.02))) / BETWEEN_PEOPLE
    return float(100.0 * scipy.special.ndtr(score))


def noticed(
    world: World,
    given: Given,
    number: int,
    *,
    day: float,
    ring: Ring,
    hypothesis: HypothesisId,
    reverted: float,
) -> float:
    """Percent of people who note less oil than before on a day."""
    settings = {"ring": ring, "hypothesis": hypothesis, "reverted": reverted}
    return responders(world, given, number, day=day, share=world.typical["oiliness_noticed"], **settings)  # type: ignore[arg-type]


def graded(
    world: World,
    given: Given,
    number: int,
    *,
    day: float,
    ring: Ring,
    hypothesis: HypothesisId,
    reverted: float,
    grade: str,
    before: Mapping[str, float],
) -> float:
    """Percent of people who give their oiliness `grade` on a day; `before` holds their shares by grade at the start.

    A grade is a step on the logarithm of the reading; from half a step on the next grade is given.
    """
    mean = change(world, given, number, day=day, ring=ring, hypothesis=hypothesis, reverted=reverted)
    step = world.typical["oiliness_per_grade"]
    fall, sd = -np.log(max(1.0 + mean / 100.0, 0.02)) / step, BETWEEN_PEOPLE / step
    total = 0.0
    for start, share in before.items():
        steps = GRADES[start] - GRADES[grade]
        below = np.inf if GRADES[grade] == 0.0 else (steps + 0.5 - fall) / sd
        above = -np.inf if GRADES[grade] == max(GRADES.values()) else (steps - 0.5 - fall) / sd
        total += share * float(scipy.special.ndtr(below) - scipy.special.ndtr(above))
    return 100.0 * total


def toxin_effect(world: World, given: Given, number: int, *, day: float, ring: Ring, hypothesis: HypothesisId) -> float:
    """Mean sebum over untreated that the toxin itself leaves."""
    if hypothesis in ("H3", "H3b"):
        return 1.0
    cells, product = _cells(given, ring), product_of(given, number)
    if hypothesis == "H1":
        course = world.courses("sebum", given.scene, product, given.units, cells)
        share = world.typical["cholinergic_share"]
    else:
        course = world.direct_courses(given.scene, product, given.units, cells)
        share = world.typical["direct_share"]
    return 1.0 - share * (1.0 - expected(on_day(course, day), world.weights))


def _cells(given: Given, ring: Ring) -> NDArray[np.int64]:
    if ring is None:
        return given.scene.groups["skin"]
    near = given.scene.nearest_point
    inside = np.flatnonzero((near >= ring[0]) & (near <= ring[1]))
    return inside if inside.size else given.scene.groups["skin"]
