"""What studies of pores report: their size, how much smaller they are rated, and how many patients note it.

No fitted study speaks about pores, so what they depend on keeps the middle of its prior. One of three explanations
holds; a prediction is the mean over them, each by its weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.arms import sebum_readings, sweat_readings
from holocrine.inference.arms.averages import expected
from holocrine.inference.arms.given import Given
from holocrine.inference.arms.world import World, on_day
from holocrine.knowledge.parameters import load_block
from holocrine.simulation.systems.pores import needle_reading, pore_constants, pore_course

Array = NDArray[np.float64]
Pores = Literal["area", "width"]
AGE = 30.0
"""Age (years) of people treated for their pores (assumption)."""


def size(
    world: World,
    given: Given,
    number: int,
    *,
    day: float,
    measure: Pores,
    before: float,
    hypothesis: HypothesisId,
) -> float:
    """Mean size of pores in the unit of the one `before`; a width goes with the root of the area."""
    left = _area(world, given, number, day, hypothesis)
    return before * float(left**0.5 if measure == "width" else left)


def improvement(
    world: World, given: Given, number: int, *, day: float, scale: float, hypothesis: HypothesisId
) -> float:
    """Mean rated improvement: the share of the area that is gone, times `scale` (100 for percent, or a top score)."""
    return scale * (1.0 - _area(world, given, number, day, hypothesis))


def noticed(world: World, given: Given, number: int, *, day: float, hypothesis: HypothesisId) -> float:
    """Percent of people who say their pores are smaller: the more is gone, the more say so, as with satisfaction."""
    gone = 1.0 - _area(world, given, number, day, hypothesis)
    start = scipy.special.logit(world.typical["satisfied_untreated"])
    return 100.0 * float(scipy.special.expit(start + world.typical["satisfied_gain"] * gone))


def _area(world: World, given: Given, number: int, day: float, hypothesis: HypothesisId) -> float:
    """Mean visible pore area over that before treatment, as a study reads it."""
    weeks = np.linspace(0.0, day, max(2, round(day / 7.0) + 1)) / 7.0
    block, shares = _explained()
    sebum, sweat = np.ones(weeks.size), np.ones(weeks.size)
    if given.product:
        dry = sweat_readings.courses(world, given, number)
        settings = {"ring": None, "hypothesis": hypothesis}
        for i, at in enumerate(7.0 * weeks[1:], start=1):
            sebum[i] = sebum_readings.toxin_effect(world, given, number, day=float(at), **settings)  # type: ignore[arg-type]
            sweat[i] = expected(on_day(dry, float(at)), world.weights)
    constants = pore_constants(block, np.full(shares.size, AGE))
    rows = np.ones((shares.size, 1))
    found = pore_course(constants, rows * sebum, rows * sweat, weeks) * needle_reading(block, weeks)
    return float(shares @ found[:, -1])


@cache
def _explained() -> tuple[Mapping[str, Array], Array]:
    """The block "skin" at its table's values once for every explanation of pores, and the weights of these."""
    values = {name: parameter.value for name, parameter in load_block("skin").items()}
    sebum, tone = values["pore_weight_sebum"], values["pore_weight_tone"]
    shares = np.array([sebum, tone, 1.0 - sebum - tone])
    block = {name: np.full(shares.size, value) for name, value in values.items()}
    return block | {"pore_explanation": scipy.special.ndtri(np.cumsum(shares) - 0.5 * shares)}, shares
