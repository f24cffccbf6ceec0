"""The jaw: force of the masseter, lost in days, and its thickness, which follows in weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.standard_points import TARGET_MUSCLES
from holocrine.domain.case import Case
from holocrine.models.jaw import masseter_thickness
from holocrine.simulation.course import Simulation
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.outcome import PERCENT, Outcome

Array = NDArray[np.float64]

FORCE_BASIS = (
    "motor terminals of the masseter; who grinds goes on grinding as often, with less force (Shim 2014), while "
    "temporalis and pterygoids keep part of the bite"
)
THICKNESS_BASIS = (
    "bulk follows force within weeks (time constant from limb muscle, how much is lost from the masseter); relaxed "
    "thickness not measured on this person: mean of the sex (Kiliaridis and Kalebo 1991), thicker where the jaw is to "
    "be treated"
)


def jaw_outcomes(case: Case, simulator: Simulator, simulation: Simulation) -> tuple[Outcome, ...]:
    """Force of the masseters in percent of never treated, relaxed thickness of their lower half in mm; both sides."""
    if "jaw" not in case.goals.targets:
        return ()
    organs, masseter = simulator.draws.local, simulator.person.scene.face.muscles["masseter_left"]
    usual = masseter.depth_bottom_mm - masseter.depth_top_mm
    before = usual * organs["masseter_variation"] * organs["masseter_prominence"]
    force = [
        100.0 * _mean(course, ("masseter_left", "masseter_right"))
        for course in (simulation.force, simulation.force_untreated)
    ]
    power = organs["masseter_thickness_exponent"][:, None]
    own = (organs["masseter_bulk_loss"] / organs["bulk_loss"])[:, None]
    thickness = [
        masseter_thickness(before[:, None], 1.0 - own * (1.0 - _mean(course, TARGET_MUSCLES["jaw"])), power)
        for course in (simulation.bulk, simulation.bulk_untreated)
    ]
    return (
        Outcome("masseter_force", "force of the masseter", None, PERCENT, force[0], force[1], "D", FORCE_BASIS),
        Outcome(
            "masseter_thickness",
            "thickness of the relaxed masseter",
            None,
            "mm",
            thickness[0],
            thickness[1],
            "C",
            THICKNESS_BASIS,
        ),
    )


def _mean(courses: Mapping[str, Array], names: Sequence[str]) -> Array:
    return np.asarray(np.mean([courses[name] for name in names], axis=0))
