"""From a case to what a simulation needs: regions, injector, earlier sessions, untreated sebum levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.face import Face
from holocrine.anatomy.sites import typical_sebum
from holocrine.domain.case import Case
from holocrine.domain.vocabulary import Region
from holocrine.simulation.draws import Draws, stream
from holocrine.simulation.history import remembered
from holocrine.simulation.scene import scene
from holocrine.simulation.simulator import Person

Array = NDArray[np.float64]


def person_of(case: Case, face: Face, regions: Sequence[Region]) -> Person:
    """The person of a case, read out over `regions`."""
    sessions = remembered(case.sessions, case.assessed_on)
    return Person(scene(face, regions), case.injector.experience, sessions)


def days_since_last(case: Case) -> float | None:
    """Days since the last session that still matters; None without one."""
    sessions = remembered(case.sessions, case.assessed_on)
    return float((case.assessed_on - sessions[-1].date).days) if sessions else None


def untreated_level(case: Case, region: Region, draws: Draws, ratio_now: Array) -> tuple[Array, str]:
    """Untreated casual sebum (draws,) in ug/cm2 and where it comes from.

    A measured level is divided by `ratio_now` (draws,), what earlier sessions still leave of it; without a
    measurement the population's level stands in, with its whole spread between people.
    """
    z = stream(draws.seed, "reading", 1).standard_normal(draws.n)
    if region in case.findings.sebum:
        spread = np.sqrt(np.log1p(draws.local["sebumeter_cv"] ** 2))
        return case.findings.sebum[region] * np.exp(spread * z) / ratio_now, "measured on this person"
    median, cv, source = typical_sebum(region)
    return median * np.exp(np.sqrt(np.log1p(cv**2)) * z), f"not measured; population: {source}"
