"""What becomes of a plan when the needle goes elsewhere: slips, depth, another hand; and the advice that follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import get_args

import numpy as np

from holocrine.domain.forecast import HARM_LABELS
from holocrine.domain.plan import Misplacement, Placement
from holocrine.domain.vocabulary import Experience, Harm
from holocrine.simulation.binding import Shots
from holocrine.simulation.course import harms_of
from holocrine.simulation.simulator import Simulator

SLIPS_MM = (1.0, 2.0, 3.0)
"""How far all points together may lie too low: a landmark misread."""
DEEPER_MM = (0.5, 1.0)
"""How far every needle may go too deep."""
AS_PLANNED = "as planned"
SMALLEST = 1e-5
"""Mean probability below which an upper end is not scaled but taken as the mean."""


@dataclass(frozen=True)
class Studied:
    """The misplacements of a plan and the advice that follows from them."""

    cases: tuple[Misplacement, ...]
    placement: Placement


def studied(
    simulator: Simulator, shots: Shots, highs: Mapping[Harm, float], limits: Mapping[Harm, float]
) -> Studied | None:
    """Upper ends of every harm's probability under each misplacement; None where nothing can be harmed or is injected.

    `highs` (0-1) are the upper ends of the plan as it is, `limits` what they are held against. Means can be told from
    fewer landings than upper ends, so an upper end is taken to grow as the mean does.
    """
    if not limits or shots.units.size == 0:
        return None
    once = _means(simulator, shots)
    scale = {harm: highs[harm] / once[harm] if once[harm] > SMALLEST else 1.0 for harm in limits}
    cases = [Misplacement(change=AS_PLANNED, harms={harm: round(100.0 * highs[harm], 4) for harm in limits})]
    for change, who, where in _changes(simulator, shots):
        means = _means(who, where)
        harms = {harm: round(100.0 * min(1.0, scale[harm] * means[harm]), 4) for harm in limits}
        cases.append(Misplacement(change=change, harms=harms))
    return Studied(
        tuple(cases), Placement(experience=simulator.person.experience, advice=tuple(_advice(cases, limits)))
    )


def _changes(simulator: Simulator, shots: Shots) -> Iterator[tuple[str, Simulator, Shots]]:
    for slip in SLIPS_MM:
        yield f"all points {slip:g} mm lower", simulator, replace(shots, xy=shots.xy - np.array([0.0, slip]))
    for deeper in DEEPER_MM:
        yield f"every needle {deeper:g} mm deeper", simulator, replace(shots, depth=shots.depth + deeper)
    for hand in get_args(Experience):
        if hand != simulator.person.experience:
            person = replace(simulator.person, experience=hand)
            yield f"placed by {'an' if hand[0] in 'ei' else 'a'} {hand} hand", replace(simulator, person=person), shots


def _means(simulator: Simulator, shots: Shots) -> dict[Harm, float]:
    """Mean probability of every harm with one landing per draw."""
    return {harm: float(chance.mean()) for harm, (chance, _) in harms_of(simulator, shots, replicates=1).items()}


def _advice(cases: Sequence[Misplacement], limits: Mapping[Harm, float]) -> Iterator[str]:
    for harm, limit in limits.items():
        allowed, label = 100.0 * limit, HARM_LABELS[harm]
        if (slip := _reached([(0.0, cases[0]), *zip(SLIPS_MM, cases[1:], strict=False)], harm, allowed)) is not None:
            yield (
                f"Measure the lowest row from the bone and not from the hair of the brow: with all points "
                f"{slip:.1f} mm too low the upper end for {label} reaches its limit of {allowed:g}%."
            )
        deep = cases[1 + len(SLIPS_MM) :]
        if (depth := _reached([(0.0, cases[0]), *zip(DEEPER_MM, deep, strict=False)], harm, allowed)) is not None:
            yield (
                f"Watch the weal rise at every point: {depth:.1f} mm deeper the upper end for {label} reaches its "
                f"limit of {allowed:g}%."
            )
        for case in cases[1 + len(SLIPS_MM) + len(DEEPER_MM) :]:
            if case.harms[harm] > allowed:
                yield (
                    f"{case.change.capitalize()} the same plan breaks the limit for {label} ({case.harms[harm]:.1f}% "
                    f"against {allowed:g}%): plan again for that hand."
                )


def _reached(path: Sequence[tuple[float, Misplacement]], harm: Harm, allowed: float) -> float | None:
    """How far (mm) along a path of misplacements the upper end reaches `allowed` percent; None if it does not."""
    for (near, before), (far, after) in pairwise(path):
        low, high = before.harms[harm], after.harms[harm]
        if low <= allowed < high:
            return near + (far - near) * (allowed - low) / (high - low)
    return None
