"""What counts as the benefit for each target: one read-out, its fall against no new session, over all goal regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.forecast import Quantity
from holocrine.domain.vocabulary import Region, Target
from holocrine.simulation.systems.outcome import PERCENT, Outcome, fall

Array = NDArray[np.float64]

BENEFIT_OF: Mapping[Target, Quantity] = {
    "sebum": "sebum",
    "sweat": "sweat",
    "pores": "pore_area",
    "acne": "lesions",
    "scars": "scar_severity",
    "forehead_lines": "forehead_lines",
    "glabellar_lines": "glabellar_lines",
    "crows_feet": "crows_feet",
    "jaw": "masseter_thickness",
    "nose_tip": "septi_pull",
    "upper_lip": "lip_pull",
    "bladder": "leak_episodes",
}
"""The read-out by which each target is judged; lower is better in all of them."""
RESOLUTION = 0.01
"""Percent: differences this small are the integrator's, not the skin's."""


def fall_course(outcomes: Sequence[Outcome], target: Target, areas: Mapping[Region, float]) -> Array:
    """Fall of a target's read-out against no new session, percent, over all its regions together; (draws, weeks).

    Shares of the untreated state are weighted by area (cm2); numbers, grades and sizes are summed over the regions.
    """
    own = [outcome for outcome in outcomes if outcome.quantity == BENEFIT_OF[target]]
    if own[0].unit == PERCENT:
        weights = [areas[outcome.region] if outcome.region else 1.0 for outcome in own]
        course = sum((w / sum(weights) * o.improvement for w, o in zip(weights, own, strict=True)), np.zeros(()))
    else:
        treated, untreated = (np.sum([getattr(o, name) for o in own], axis=0) for name in ("treated", "untreated"))
        course = fall(treated, untreated, relative=True)
    return np.where(np.abs(course) < RESOLUTION, 0.0, course)
