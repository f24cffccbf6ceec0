"""Sweat: its rate per region, and how the person rates it on the hyperhidrosis disease severity scale (HDSS)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sites import sweat_gland_density
from holocrine.domain.case import Case
from holocrine.domain.forecast import EvidenceGrade
from holocrine.domain.vocabulary import Region
from holocrine.models.hdss import HIGHEST, LOWEST, severity, untreated_severity
from holocrine.simulation.course import Simulation
from holocrine.simulation.draws import stream
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.outcome import PERCENT, Outcome

Array = NDArray[np.float64]

BASIS: Mapping[str, tuple[EvidenceGrade, str]] = {
    "axilla": ("B", "fitted to sweat rates and durations of axillary trials"),
    "palm": ("C", "skin as thick as in the palm, everything else as fitted to axillae and halos"),
    "sole": ("C", "skin as thick as in the sole, everything else as fitted to axillae and halos"),
}
"""Grade and basis by site; every other site is `ELSEWHERE`."""
ELSEWHERE: tuple[EvidenceGrade, str] = ("C", "fitted to dry halos around single points, and to durations in axillae")
HDSS_BASIS = "{origin}; mean sweat of the goal regions, one grade for about half the sweat (assumption)"


def sweat_outcomes(case: Case, simulator: Simulator, simulation: Simulation) -> tuple[Outcome, ...]:
    """Sweat per skin region in percent of untreated and, where sweat matters to the person, their HDSS grade.

    The grade is one for all goal regions together, as the question is asked. It is given when sweat is a target or
    the grade was found; an unrated person may start anywhere on the scale.
    """
    skin = [region for region in simulation.sweat if region != "bladder"]
    rates = tuple(_rate(region, simulation) for region in skin)
    goals = [region for region in skin if region in case.goals.regions]
    if not goals or ("sweat" not in case.goals.targets and case.findings.sweat_hdss is None):
        return rates
    share = glandular_share(goals, simulator.person.scene.areas)
    treated, untreated = (
        sum((share[region] * courses[region] for region in goals), np.zeros(()))
        for courses in (simulation.sweat, simulation.sweat_untreated)
    )
    return (*rates, _hdss(case, simulator, treated, untreated))


def glandular_share(regions: Sequence[Region], areas: Mapping[Region, float]) -> dict[Region, float]:
    """Share of each region in all sweat glands of `regions`; `areas` in cm2."""
    glands = {region: areas[region] * sweat_gland_density(region).median for region in regions}
    return {region: number / sum(glands.values()) for region, number in glands.items()}


def hdss_courses(
    rated: int | None, treated: Array, untreated: Array, block: Mapping[str, Array], seed: int
) -> tuple[Array, Array, Array]:
    """HDSS with the session, without it, and as it would be rated with it; each (draws, weeks), 1 to 4.

    `rated` is the whole grade found in week 0, None when nobody asked; `treated` and `untreated` (draws, weeks) are
    sweat over never treated; `block` holds the draws of the sweat block, (draws,) each.
    """
    per_halving = block["hdss_per_halving"][:, None]
    random = stream(seed, "reading", 3)
    lapse = block["hdss_rating_sd"][:, None] * random.standard_normal((treated.shape[0], treated.shape[1] + 1))
    if rated is None:
        start = LOWEST + (HIGHEST - LOWEST) * block["hdss_unrated"][:, None]
    else:
        unrounded = rated + random.uniform(-0.5, 0.5, (treated.shape[0], 1)) + lapse[:, :1]
        start = untreated_severity(unrounded, untreated[:, :1], per_halving)
    with_session, without = (severity(start, sweat, per_halving) for sweat in (treated, untreated))
    return with_session, without, np.clip(np.rint(with_session + lapse[:, 1:]), LOWEST, HIGHEST)


def _rate(region: Region, simulation: Simulation) -> Outcome:
    grade, basis = BASIS.get(region.partition("_")[0], ELSEWHERE)
    treated, untreated = (100.0 * courses[region] for courses in (simulation.sweat, simulation.sweat_untreated))
    return Outcome("sweat", "sweat", region, PERCENT, treated, untreated, grade, basis)


def _hdss(case: Case, simulator: Simulator, treated: Array, untreated: Array) -> Outcome:
    rated = case.findings.sweat_hdss
    courses = hdss_courses(rated, treated, untreated, simulator.draws.local, simulator.draws.seed)
    basis = HDSS_BASIS.format(origin="not rated" if rated is None else "starts from this person's rating")
    return Outcome("sweat_hdss", "sweating severity (HDSS)", None, "grade", *courses[:2], "D", basis, courses[2])
