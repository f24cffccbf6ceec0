"""The nose tip: the pull that draws it down in a smile, and the nasolabial angle that follows."""

from __future__ import annotations

from holocrine.domain.case import Case
from holocrine.models.nose_tip import nasolabial_angle
from holocrine.simulation.course import Simulation
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.outcome import PERCENT, Outcome

PULL_BASIS = "motor terminals of the depressor septi; depth and course of the muscle are assumptions"
ANGLE_BASIS = (
    "no adequate number found: the degrees that the muscle draws the tip down are an assumption with a wide interval; "
    "angle at rest not measured on this person, textbook range of the sex"
)


def nose_tip_outcomes(case: Case, simulator: Simulator, simulation: Simulation) -> tuple[Outcome, ...]:
    """Pull of the depressor septi in percent of never treated, and the nasolabial angle in a full smile in degrees."""
    if "nose_tip" not in case.goals.targets:
        return ()
    organs, sex = simulator.draws.local, simulator.person.scene.face.sex
    rest, drop = organs[f"nasolabial_angle_{sex}"][:, None], organs["smile_tip_drop"][:, None]
    pulls = [course["depressor_septi"] for course in (simulation.force, simulation.force_untreated)]
    angles = [nasolabial_angle(rest, drop, pull) for pull in pulls]
    return (
        Outcome(
            "septi_pull", "pull on the nose tip", "nose", PERCENT, 100.0 * pulls[0], 100.0 * pulls[1], "D", PULL_BASIS
        ),
        Outcome(
            "nasolabial_angle",
            "nasolabial angle in a full smile",
            "nose",
            "degree",
            angles[0],
            angles[1],
            "D",
            ANGLE_BASIS,
        ),
    )
