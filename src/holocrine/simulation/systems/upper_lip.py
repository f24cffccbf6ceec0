"""The upper lip: the pull that holds its edge in, and the red that shows when it rolls out."""

from __future__ import annotations

import numpy as np

from holocrine.anatomy.standard_points import TARGET_MUSCLES
from holocrine.domain.case import Case
from holocrine.models.lip import red_gained
from holocrine.simulation.course import Simulation
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.outcome import PERCENT, Outcome

PULL_BASIS = "motor terminals of the orbicularis oris at the lip's edge; its depth is an assumption"
SHOW_BASIS = (
    "no adequate number found: the mm gained at full effect are an assumption with a wide interval; one series saw "
    "the red of the lip grow (Li 2020)"
)


def upper_lip_outcomes(case: Case, simulator: Simulator, simulation: Simulation) -> tuple[Outcome, ...]:
    """Pull of the lip's edge in percent of never treated, and the red of the lip gained in mm over never treated."""
    if "upper_lip" not in case.goals.targets:
        return ()
    full = simulator.draws.local["lip_flip_full"][:, None]
    courses = (simulation.force, simulation.force_untreated)
    pulls = [np.mean([course[name] for name in TARGET_MUSCLES["upper_lip"]], axis=0) for course in courses]
    gained = [red_gained(full, pull) for pull in pulls]
    return (
        Outcome(
            "lip_pull",
            "pull of the upper lip's edge",
            "upper_lip",
            PERCENT,
            100.0 * pulls[0],
            100.0 * pulls[1],
            "D",
            PULL_BASIS,
        ),
        Outcome(
            "upper_lip_show",
            "red of the upper lip gained",
            "upper_lip",
            "mm",
            gained[0],
            gained[1],
            "D",
            SHOW_BASIS,
        ),
    )
