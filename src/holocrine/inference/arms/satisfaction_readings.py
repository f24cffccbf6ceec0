"""How patients judge a treatment: the more of the effect they see, the more of them are satisfied.

One curve holds for every treatment: the logit of the share of satisfied people rises in proportion to the share of
sweat, sebum or force that is gone, from what people without any effect say.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import scipy.special

from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.arms import line_readings, sebum_readings, sweat_readings
from holocrine.inference.arms.averages import expected
from holocrine.inference.arms.given import Given
from holocrine.inference.arms.line_readings import LAPSES, SEVERITIES
from holocrine.inference.arms.world import Array, World, on_day

Seen = Literal["sweat", "muscles", "sebum"]


def satisfied(
    world: World,
    given: Given,
    number: int,
    *,
    seen: Seen,
    day: float,
    scale: float,
    hypothesis: HypothesisId = "H1",
) -> float:
    """Share of satisfied people times `scale`: 100 for percent, the highest score where a mean score is reported."""
    gone = np.clip(_gone(world, given, number, seen, day, hypothesis), 0.0, 1.0)
    start = scipy.special.logit(world.typical["satisfied_untreated"])
    return scale * expected(scipy.special.expit(start + world.typical["satisfied_gain"] * gone), world.weights)


def _gone(world: World, given: Given, number: int, seen: Seen, day: float, hypothesis: HypothesisId) -> Array:
    """Share of sweat, sebum or force that is gone on a day, (people, others)."""
    if seen == "sweat":
        return 1.0 - on_day(sweat_readings.courses(world, given, number), day)
    if seen == "muscles":
        areas = [line_readings.force(world, given, number, area) for area in given.areas]
        return 1.0 - on_day(np.mean(areas, axis=0), day)
    change = sebum_readings.change(world, given, number, day=day, ring=None, hypothesis=hypothesis)
    return np.full((1, world.weights.size), -change / 100.0)


def preferred(world: World, given: Given, number: int, *, area: str, day: float, other: Given) -> float:
    """Percent of people, treated differently on both sides, to whom the lines of this side look weaker."""
    grade = sum(grade * share for grade, share in SEVERITIES)
    own, others = (on_day(line_readings.weakness(world, each, number, area), day) for each in (given, other))
    score = grade * (others - own) / (np.sqrt(2.0) * world.typical["line_rating_sd"])
    return 100.0 * (LAPSES + (1.0 - 2.0 * LAPSES) * expected(scipy.special.ndtr(score), world.weights))
