"""The brow: its height from the balance of the muscles round it, and the force of the forehead."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.case import Case
from holocrine.models.brow import brow_lift
from holocrine.models.readout import HARMS
from holocrine.simulation.course import Simulation
from holocrine.simulation.harms import shift
from holocrine.simulation.scene import SIDES
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.outcome import PERCENT, Outcome

Array = NDArray[np.float64]

FRONTALIS = tuple(f"frontalis_{part}_{side}" for part in ("lower", "upper") for side in SIDES)
FORCE_BASIS = "motor terminals of the frontalis; dose response assumed"
HEIGHT_BASIS = (
    "fall with the lower frontalis, size and reserve assumed; rise with the released depressors after one trial of "
    "unknown dose (0.6-2.1 mm)"
)


def brow_shift(force: Mapping[str, Array], local: Mapping[str, Array]) -> Array:
    """Movement of the brows in mm, mean of both sides, (draws, weeks); down is negative.

    `force` is (draws, weeks) per muscle area over never treated; `local` holds `brow_full_drop`, `brow_reserve`,
    `brow_lift_lateral` and `brow_lift_medial`, (draws,) each.
    """
    lateral, medial = (local[f"brow_lift_{part}"][:, None] for part in ("lateral", "medial"))
    moved = []
    for side in SIDES:
        lifting = force[f"frontalis_lower_{side}"]
        between = 0.5 * (force[f"corrugator_{side}"] + force["procerus"])
        released = ((lateral, force[f"orbicularis_oculi_lateral_{side}"]), (medial, between))
        moved.append(brow_lift(lifting, released) - shift(HARMS["brow_drop"], 1.0 - lifting, local))
    return np.asarray(np.mean(moved, axis=0))


def brow_outcomes(
    case: Case,  # noqa: ARG001 - every system is called alike
    simulator: Simulator,
    simulation: Simulation,
) -> tuple[Outcome, ...]:
    """Force of the frontalis in percent of never treated, and the height of the brow in mm about never treated."""
    local = simulator.draws.local
    courses = (simulation.force, simulation.force_untreated)
    force = [100.0 * np.mean([course[name] for name in FRONTALIS], axis=0) for course in courses]
    height = [brow_shift(course, local) for course in courses]
    return (
        Outcome("frontalis_force", "forehead muscle force", None, PERCENT, force[0], force[1], "D", FORCE_BASIS),
        Outcome("brow_height", "brow height", None, "mm", height[0], height[1], "D", HEIGHT_BASIS),
    )
