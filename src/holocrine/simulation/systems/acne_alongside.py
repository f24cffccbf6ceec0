"""Toxin alone, the planned drugs alone, both and neither, in the same virtual person."""

from __future__ import annotations

import numpy as np

from holocrine.domain.acne import AcneArm
from holocrine.domain.case import Case
from holocrine.simulation.acne_course import AcneCourses
from holocrine.simulation.course import Simulation
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.summary import interval
from holocrine.simulation.systems.acne import COUNTED, acne_forecast

READ_WEEK = 12.0
"""When acne trials count lesions."""


def acne_arms(case: Case, simulator: Simulator, simulation: Simulation) -> tuple[AcneArm, ...]:
    """Fall of the lesions from today to week 12 in each of the four; nothing without planned drugs."""
    if not case.goals.drugs_alongside:
        return ()
    alone = acne_forecast(case, simulator, simulation)
    joined = acne_forecast(case, simulator, simulation, drugs_alongside=True)
    drugs = " and ".join(name.replace("_", " ") for name in case.goals.drugs_alongside)
    arms = {
        "neither": alone.untreated,
        "toxin alone": alone.treated,
        f"{drugs} alone": joined.untreated,
        f"toxin and {drugs}": joined.treated,
    }
    return tuple(_arm(name, courses, simulator) for name, courses in arms.items() if courses.stocks)


def _arm(name: str, courses: AcneCourses, simulator: Simulator) -> AcneArm:
    number = np.sum([stock[lesion] for stock in courses.stocks.values() for lesion in COUNTED], axis=0)
    week = int(np.searchsorted(simulator.weeks, READ_WEEK))
    fall = 100.0 * (1.0 - number[:, week] / np.maximum(number[:, 0], 1e-9))
    return AcneArm(name=name, week=READ_WEEK, fall=interval(fall), mean=float(fall.mean()))
