"""All read-outs of one simulated plan that matter to this person."""

from __future__ import annotations

from collections.abc import Iterator

from holocrine.anatomy.sheets import on_face
from holocrine.domain.case import Case
from holocrine.simulation.binding import Shots
from holocrine.simulation.course import Simulation
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.acne import acne_forecast, acne_outcomes
from holocrine.simulation.systems.bladder import bladder_outcomes
from holocrine.simulation.systems.brow import brow_outcomes
from holocrine.simulation.systems.jaw import jaw_outcomes
from holocrine.simulation.systems.lines import lines_outcomes
from holocrine.simulation.systems.nose_tip import nose_tip_outcomes
from holocrine.simulation.systems.outcome import Outcome
from holocrine.simulation.systems.pores import pores_outcomes
from holocrine.simulation.systems.scars import scars_outcomes
from holocrine.simulation.systems.sebum import sebum_outcomes
from holocrine.simulation.systems.sweat import sweat_outcomes
from holocrine.simulation.systems.upper_lip import upper_lip_outcomes


def outcomes_of(
    case: Case, simulator: Simulator, simulation: Simulation, shots: Shots, *, goals_only: bool = False
) -> tuple[Outcome, ...]:
    """Read-outs of the skin first, then of the muscles and of the bladder.

    Sebum, sweat, forehead and brow are always read where a plan reaches the face; everything else when it is a goal
    or, unless `goals_only`, was found on this person.
    """
    return tuple(_outcomes(case, simulator, simulation, shots, goals_only))


def _outcomes(
    case: Case, simulator: Simulator, simulation: Simulation, shots: Shots, goals_only: bool
) -> Iterator[Outcome]:
    regions, goals = simulator.person.scene.regions, case.goals
    facial = any(on_face(region) for region in regions)
    if facial:
        yield from sebum_outcomes(case, simulator, simulation)
    yield from sweat_outcomes(case, simulator, simulation)
    findings, all_found = case.findings, not goals_only
    acne_found = all_found and (findings.iga is not None or findings.lesions)
    if facial and (acne_found or {"acne", "scars"} & set(goals.targets)):
        acne = acne_forecast(case, simulator, simulation, drugs_alongside=bool(goals.drugs_alongside))
        yield from acne_outcomes(case, simulator, simulation, acne)
        if "scars" in goals.targets or (all_found and findings.scars):
            yield from scars_outcomes(case, simulator, simulation, acne)
    if facial and ("pores" in goals.targets or (all_found and findings.pores)):
        yield from pores_outcomes(case, simulator, simulation)
    if facial:
        yield from brow_outcomes(case, simulator, simulation)
        for of_muscle in (lines_outcomes, jaw_outcomes, nose_tip_outcomes, upper_lip_outcomes):
            yield from of_muscle(case, simulator, simulation)
    if "bladder" in regions:
        yield from bladder_outcomes(case, simulator, simulation, shots)
