"""Sebum: what the skin puts out, and what a Sebumeter would read of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sheets import on_face
from holocrine.domain.case import Case
from holocrine.simulation.course import Simulation
from holocrine.simulation.draws import Draws, stream
from holocrine.simulation.person import untreated_level
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.outcome import PERCENT, Outcome

Array = NDArray[np.float64]

BASIS = "four explanations of the sebum effect, weighted by prior judgement and published results"


def sebum_outcomes(case: Case, simulator: Simulator, simulation: Simulation) -> tuple[Outcome, ...]:
    """Per region of the face the share of untreated sebum, and the casual level (ug/cm2) as it would be read."""
    noise = _reading_noise(simulator.draws, simulation.weeks)
    found = []
    for region, treated in simulation.sebum.items():
        if not on_face(region):
            continue
        untreated, reading = simulation.sebum_untreated[region], simulation.sebum_reading[region]
        level, source = untreated_level(case, region, simulator.draws, untreated[:, 0])
        share = [100.0 * course for course in (treated, untreated, reading)]
        measured = [level[:, None] * course * noise for course in (treated, untreated, reading)]
        basis = f"as above, times the untreated level ({source}) and the reading's own error"
        found += [
            Outcome("sebum", "sebum", region, PERCENT, share[0], share[1], "D", BASIS, share[2]),
            Outcome(
                "sebum_level", "Sebumeter reading", region, "ug/cm2", measured[0], measured[1], "D", basis, measured[2]
            ),
        ]
    return tuple(found)


def _reading_noise(draws: Draws, weeks: Array) -> Array:
    spread = np.sqrt(np.log1p(draws.local["sebumeter_cv"] ** 2))[:, None]
    normal = stream(draws.seed, "reading", 2).standard_normal((draws.n, weeks.size))
    return np.asarray(np.exp(spread * normal))
