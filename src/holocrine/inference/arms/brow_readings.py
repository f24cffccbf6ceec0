"""What studies of the brow report: movement in mm, its peak, and shares of patients whose brow rose."""

from __future__ import annotations

import numpy as np
import scipy.special

from holocrine.inference.arms.averages import expected
from holocrine.inference.arms.given import Given
from holocrine.inference.arms.muscle_readings import force
from holocrine.inference.arms.world import DAYS, Array, World, on_day
from holocrine.models.readout import shift_mm

SIDES = ("left", "right")


def shift(world: World, given: Given, number: int, *, day: float) -> float:
    """Mean movement of the brows on a day, mm; down is negative."""
    return expected(on_day(_courses(world, given, number), day), world.weights)


def raised_share(world: World, given: Given, number: int, *, day: float) -> float:
    """Percent of people whose brow is measured higher than before on a day by more than a rise that is noted."""
    moved = on_day(_courses(world, given, number), day)
    score = (moved - world.typical["brow_rise_noted"]) / world.typical["brow_measurement_sd"]
    return 100.0 * expected(scipy.special.ndtr(score), world.weights)


def peak_day(world: World, given: Given, number: int) -> float:
    """Day on which the brows stand highest on average."""
    courses = _courses(world, given, number)
    return float(DAYS[np.argmax(np.einsum("pod,o->d", courses, world.weights))])


def _courses(world: World, given: Given, number: int) -> Array:
    """Movement of the brows, (people, others, days), mm: what lets go below lifts them, a weak frontalis drops them.

    What the paralysed depressors release is lifted only as far as the frontalis still pulls.
    """
    table = (world.typical, world.unknowns.parameters, world.unknowns.variability)
    full, reserve = (world.sample.values(name, *table)[:, None, None] for name in ("brow_full_drop", "brow_reserve"))
    frontalis, lateral, medial = (
        force(world, given, number, groups)
        for groups in (
            [f"frontalis_lower_{side}" for side in SIDES],
            [f"orbicularis_oculi_{side}" for side in SIDES],
            ["procerus", *(f"corrugator_{side}" for side in SIDES)],
        )
    )
    released = world.typical["brow_lift_lateral"] * (1.0 - lateral) + world.typical["brow_lift_medial"] * (1.0 - medial)
    return frontalis * released - shift_mm(np.clip(1.0 - frontalis, 0.0, 1.0), full, reserve)
