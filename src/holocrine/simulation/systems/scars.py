"""Acne scars per region: new ones, and how severe all of them look when muscles pull less."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.case import Case
from holocrine.domain.vocabulary import Region
from holocrine.models.needle_reactions import LN2
from holocrine.models.scars import WORST_GRADE, present_of, severity, structure
from holocrine.simulation.acne_course import AcneForecast
from holocrine.simulation.course import Simulation
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.outcome import Outcome

Array = NDArray[np.float64]

GRADES: Mapping[str, float] = {"none": 0.0, "mild": 1.0, "moderate": 2.0, "severe": 3.0}
"""Grade of severity by the word of the finding."""
PULLING: Mapping[Region, tuple[str, ...]] = {
    "forehead": ("frontalis_lower", "frontalis_upper"),
    "scalp_edge": ("frontalis_upper",),
    "glabella": ("corrugator", "procerus"),
    "temple_left": ("orbicularis_oculi_left",),
    "temple_right": ("orbicularis_oculi_right",),
    "cheek_left": ("zygomaticus_major_left", "risorius_left"),
    "cheek_right": ("zygomaticus_major_right", "risorius_right"),
    "jawline_left": ("masseter_left",),
    "jawline_right": ("masseter_right",),
    "upper_lip": ("orbicularis_oris_upper",),
}
"""Muscles beneath a region, both sides where none is named; nose and chin have none in the model."""
NEW_SCARS_BASIS = (
    "scars per lesion in 32 untreated persons, times the lesions forecast; toxin's effect on lesions is open"
)
SEVERITY_BASIS = (
    "muscle pull taken from fresh surgical scars healing under toxin, no adequate number for acne scars found; {grade}"
)


def pull_on(region: Region, force: Mapping[str, Array], like: Array) -> Array:
    """Mean relative force (draws, weeks) of the muscles beneath a region; ones, shaped `like`, where there are none."""
    names = PULLING.get(region, ())
    found = [course for muscle, course in force.items() if any(_is(muscle, name) for name in names)]
    return np.mean(found, axis=0) if found else np.ones_like(like)


def _is(muscle: str, name: str) -> bool:
    return muscle == name or muscle in (f"{name}_left", f"{name}_right")


def seen_severity(block: Mapping[str, Array], grade: Array, made: Array, pull: Array, days: Array) -> Array:
    """Grade as seen (draws, weeks): structure with new scars, less what slack muscles take off it.

    `grade` (draws,) of the scars there on the first day; `made` (draws, weeks) scars made since; `pull` relative.
    """
    present = present_of(made, days, block["scar_lasting_share"], LN2 / block["scar_fading_half_life"])
    weight = block["scar_motion_weight"]
    share = (1.0 - weight) * block["scar_pull_rest"] + weight * block["scar_pull_motion"]
    structural = structure(present, grade[:, None], block["scars_per_grade"][:, None])
    return severity(structural, pull, share[:, None])


def grade_now(case: Case, region: Region, block: Mapping[str, Array]) -> tuple[Array, str]:
    """Grade (draws,) of the scars already there, and where it comes from."""
    word = case.findings.scars.get(region)
    if word is None:
        return WORST_GRADE * block["scar_grade_unexamined"], "scars not recorded: anything from few to many"
    if word == "none":
        return np.zeros_like(block["scar_grade_error"]), "no scars found on this person"
    return np.clip(GRADES[word] + block["scar_grade_error"], 0.0, WORST_GRADE), "grade found on this person"


def scars_outcomes(case: Case, simulator: Simulator, simulation: Simulation, acne: AcneForecast) -> tuple[Outcome, ...]:
    """Per region that can carry acne: scars made since the session, and the grade (0 to 3) of all scars as seen."""
    block, days = simulator.draws.local, 7.0 * simulation.weeks
    found = []
    for region, made in acne.treated.new_scars.items():
        made_untreated = acne.untreated.new_scars[region]
        grade, source = grade_now(case, region, block)
        with_plan, without = (
            seen_severity(block, grade, scars, pull_on(region, force, scars), days)
            for scars, force in ((made, simulation.force), (made_untreated, simulation.force_untreated))
        )
        basis = SEVERITY_BASIS.format(grade=source)
        found += [
            Outcome("new_scars", "new scars made", region, "scars", made, made_untreated, "D", NEW_SCARS_BASIS),
            Outcome("scar_severity", "scar severity as seen", region, "grade (0-3)", with_plan, without, "D", basis),
        ]
    return tuple(found)
