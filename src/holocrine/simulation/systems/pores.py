"""Visible pores per region, from the courses of sebum and of the dermal block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.domain.case import Case
from holocrine.models.pores import lax_share, pore_area
from holocrine.simulation.course import Simulation
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.outcome import PERCENT, Outcome

Array = NDArray[np.float64]

BASIS = (
    "three explanations weighted by judgement: less sebum in the opening, less tone of its rim, no true effect; "
    "studies disagree and print few numbers; what needles alone did in a saline control is not counted"
)


@dataclass(frozen=True)
class PoreConstants:
    """What turns a course of sebum and of dermal drive into one of pores, one value per draw, (n,)."""

    content_time: Array
    tone_time: Array
    area: Mapping[str, Array]


def pore_constants(block: Mapping[str, Array], age: Array) -> PoreConstants:
    """From the draws of the block "skin" and `age` in years, (n,)."""
    score = scipy.special.ndtr(block["pore_explanation"])
    sebum, tone = block["pore_weight_sebum"], block["pore_weight_tone"]
    area = {
        "c_V": block["pore_sebum_share"],
        "a_V": block["pore_area_exponent"],
        "c_Y": block["pore_tone_share"],
        "lax": lax_share(block["pore_lax_share"], block["pore_lax_per_decade"], age),
        "e_V": (score < sebum).astype(np.float64),
        "e_Y": ((score >= sebum) & (score < sebum + tone)).astype(np.float64),
    }
    return PoreConstants(block["pore_content_time"], block["pore_tone_time"], area)


def pore_course(constants: PoreConstants, sebum: Array, drive: Array, weeks: Array) -> Array:
    """Visible pore area over baseline, (draws, weeks), when sebum and dermal drive (relative, same shape) take their
    course. On the first day content and tone are taken to be settled to both (an assumption after a recent session)."""
    content = following(sebum, constants.content_time, weeks)
    tone = following(drive, constants.tone_time, weeks)
    return pore_area(content, tone, {symbol: value[:, None] for symbol, value in constants.area.items()})


def following(course: Array, days: Array, weeks: Array) -> Array:
    """What follows `course` (draws, weeks) with the time constants `days` (draws,): x' = (course - x)/days.

    Exact for a course that is straight between the weeks; x starts on the course.
    """
    state = np.empty_like(course)
    state[:, 0] = course[:, 0]
    for i, step in enumerate(7.0 * np.diff(weeks)):
        kept = np.exp(-step / days)
        slope = (course[:, i + 1] - course[:, i]) / step
        ahead = course[:, i + 1] - slope * days
        state[:, i + 1] = ahead + (state[:, i] - course[:, i] + slope * days) * kept
    return state


def needle_reading(block: Mapping[str, Array], weeks: Array) -> Array:
    """Factor (draws, weeks) on the pore area that a study reads after needles alone: 1 at first, lowest at a month.

    For comparing with studies, not part of a person's course: needling, hope and return to the mean cannot be told
    apart in the one saline-controlled study.
    """
    days = 7.0 * weeks
    built = np.minimum(days / 30.0, 1.0)
    fading = np.exp(-np.maximum(days - 30.0, 0.0) / block["pore_needle_time"][:, None])
    return np.asarray(1.0 - block["pore_needle_fall"][:, None] * built * fading)


def pores_outcomes(case: Case, simulator: Simulator, simulation: Simulation) -> tuple[Outcome, ...]:
    """Per region the visible pore area, with and without the plan."""
    block, weeks = simulator.draws.local, simulation.weeks
    age = block["unrecorded_age"] if case.patient.age is None else np.full(simulator.draws.n, float(case.patient.age))
    constants = pore_constants(block, age)
    found = []
    for region, sebum in simulation.sebum.items():
        treated = 100.0 * pore_course(constants, sebum, simulation.sweat[region], weeks)
        untreated = 100.0 * pore_course(
            constants, simulation.sebum_untreated[region], simulation.sweat_untreated[region], weeks
        )
        found.append(Outcome("pore_area", "visible pore area", region, PERCENT, treated, untreated, "D", BASIS))
    return tuple(found)
