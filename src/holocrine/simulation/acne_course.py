"""Acne over the weeks: lesions of each type and scars made, per facial region, with and without the plan."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import FaceRegion, LesionType, Region
from holocrine.models.acne import ACNE
from holocrine.simulation.draws import stream
from holocrine.solvers.relaxation import relax

Array = NDArray[np.float64]

KNOTS_A_WEEK = 2
STEP = 7.0 / KNOTS_A_WEEK
"""Days between knots, and the integrator's step."""
LEAD_WEEKS = 24
"""What is simulated before the planned session, so that cycle, season and drugs taken now are in their stride."""
STOCKS: Mapping[LesionType, str] = {
    "closed_comedones": "cc",
    "open_comedones": "oc",
    "papules": "p",
    "pustules": "u",
    "nodules": "o",
    "macules": "a",
}
"""Symbol of each lesion type in the model."""
INPUTS = ("R", "E_K", "kill", "E_I", "f")
OWN = tuple(name for name in ACNE.state_names if name not in INPUTS)
AT_REST = np.array([state.initial for state in ACNE.states if state.symbol not in INPUTS])
DAYS_A_YEAR = 365.25
WIDEST_SWING = 0.95
"""Inflow never stops altogether."""
LEAST_SEBUM = 0.01
"""Sebum is never taken as less than this share, where powers and logarithms would run away."""


@dataclass(frozen=True)
class AcneCourses:
    """Lesions of one person under one treatment, over the weeks from the planned session.

    `stocks[region][lesion type]` (draws, weeks): lesions present, all types but scars; `new_scars[region]`
    (draws, weeks): scars made since week 0, a running number that starts at 0. Both for the regions read out;
    `face[lesion type]` (draws, weeks): lesions present on the whole face.
    """

    stocks: Mapping[Region, Mapping[LesionType, Array]]
    new_scars: Mapping[Region, Array]
    face: Mapping[LesionType, Array]


@dataclass(frozen=True)
class AcneForecast:
    """The same person with the plan and without it, under the same drugs."""

    treated: AcneCourses
    untreated: AcneCourses


class Actions(Protocol):
    """What drugs do, (draws, times)."""

    @property
    def sebum(self) -> Array:
        """Factor on sebum excretion, 1 without drugs."""

    @property
    def keratin(self) -> Array:
        """Share of plug formation removed."""

    @property
    def killing(self) -> Array:
        """Loss of C. acnes, 1/day."""

    @property
    def inflammation(self) -> Array:
        """Share of inflammation removed."""


@dataclass(frozen=True)
class Surroundings:
    """What acts on all regions alike besides the plan, at `knot_days`: drugs if there are any, flare (draws, knots)."""

    drugs: Actions | None
    flare: Array


def knot_days(weeks: int) -> Array:
    """Days of the knots: half a year before the planned session, then up to the week numbered `weeks`."""
    return STEP * np.arange(-LEAD_WEEKS * KNOTS_A_WEEK, weeks * KNOTS_A_WEEK + 1, dtype=np.float64)


def flare(values: Mapping[str, Array], *, premenstrual: bool, days: Array, seed: int) -> Array:
    """Factor (draws, times) on the inflow of lesions; its mean over time is 1.

    The year's worst season and the day of the cycle are unknown and drawn. The cycle's swing is that of papules;
    as lesions last, they smooth it, so the inflow swings more.
    """
    phase = stream(seed, "block", zlib.crc32(b"flare")).random((2, values["season_swing"].size, 1))
    yearly = np.minimum(values["season_swing"], WIDEST_SWING)[:, None]
    course = 1.0 + yearly * np.cos(2.0 * np.pi * (days / DAYS_A_YEAR + phase[0]))
    if premenstrual:
        turns = 2.0 * np.pi / values["cycle_days"]
        swing = np.minimum(values["cycle_swing"] * np.hypot(1.0, turns * values["papule_days"]), WIDEST_SWING)
        course = course * (1.0 + swing[:, None] * np.cos(turns[:, None] * days + 2.0 * np.pi * phase[1]))
    return np.asarray(course)


def relative_states(values: Mapping[str, Array], sebum: Array, around: Surroundings) -> Array:
    """States of the model, (weeks, states of `OWN`, courses, draws), under `sebum` (courses, draws, weeks from 0).

    Before the planned session sebum was what it is at week 0.
    """
    constants = {c.symbol: values[c.source] for c in ACNE.constants if c.source in values}
    lead = LEAD_WEEKS * KNOTS_A_WEEK
    firsts, which = distinct(list(np.round(sebum[..., 0], 6)))
    before = np.broadcast_to(np.stack(firsts), (lead + 1, len(firsts), sebum.shape[1]))
    start = np.broadcast_to(AT_REST[:, None, None], (AT_REST.size, *before.shape[1:]))
    start = relax(ACNE, start, constants, _inputs(before, around, slice(0, lead + 1)), STEP, lead)[-1]
    start[[OWN.index("s"), OWN.index("s_o")]] = 0.0
    after = np.moveaxis(_at_knots(sebum), -1, 0)
    return relax(ACNE, start[:, which], constants, _inputs(after, around, slice(lead, None)), STEP, KNOTS_A_WEEK)


def _at_knots(weekly: Array) -> Array:
    """Weekly values (..., weeks) at the knots between them, on straight lines."""
    part = np.arange(KNOTS_A_WEEK) / KNOTS_A_WEEK
    between = weekly[..., :-1, None] + np.diff(weekly, axis=-1)[..., None] * part
    return np.concatenate([between.reshape(*weekly.shape[:-1], -1), weekly[..., -1:]], axis=-1)


def _inputs(sebum: Array, around: Surroundings, knots: slice) -> dict[str, Array]:
    """Inputs of the model at the knots, each (knots, courses or 1, draws)."""

    def lined_up(course: Array) -> Array:
        return course.T[knots, None, :]

    flares = lined_up(around.flare)
    none = np.zeros((len(flares), 1, 1))
    drugs = around.drugs
    return {
        "R": np.maximum(sebum if drugs is None else sebum * lined_up(drugs.sebum), LEAST_SEBUM),
        "E_K": none if drugs is None else lined_up(drugs.keratin),
        "kill": none if drugs is None else lined_up(drugs.killing),
        "E_I": none if drugs is None else lined_up(drugs.inflammation),
        "f": flares,
    }


def distinct(courses: Sequence[Array]) -> tuple[list[Array], list[int]]:
    """The courses that differ, and for each course the number of the one it equals."""
    kept: list[Array] = []
    which = []
    for course in courses:
        same = [i for i, other in enumerate(kept) if other is course or np.array_equal(other, course)]
        which.append(same[0] if same else len(kept))
        kept += [] if same else [course]
    return kept, which


def courses_of(
    states: Array, start: Array, numbers: Mapping[LesionType, Array], values: Mapping[str, Array]
) -> tuple[dict[LesionType, Array], Array]:
    """Lesions (draws, weeks) by type and scars made (draws, weeks) of one region.

    `states` (weeks, states, draws); in `start` (states, draws) the person's present `numbers` (draws,) were counted.
    """
    scale = {lesion: numbers[lesion] / start[OWN.index(symbol)] for lesion, symbol in STOCKS.items()}
    stocks = {lesion: (states[:, OWN.index(symbol)] * scale[lesion]).T for lesion, symbol in STOCKS.items()}
    # Scars are counted per papule at rest; pustules and nodules enter by the papules that usually go with them.
    papules, pustules, nodules = (values[f"{name}_share"] for name in ("papule", "pustule", "nodule"))
    shallow = (scale["papules"] + scale["pustules"]) * papules / (papules + pustules)
    deep = scale["nodules"] * papules / nodules
    scars = states[:, OWN.index("s")] * shallow + states[:, OWN.index("s_o")] * deep
    return stocks, scars.T


def forecast_of(
    numbers: Mapping[FaceRegion, Mapping[LesionType, Array]],
    values: Mapping[str, Array],
    sebum: tuple[Mapping[Region, Array], Mapping[Region, Array]],
    around: Surroundings,
) -> AcneForecast:
    """The course of the present `numbers` (draws,) per region and type; regions without sebum courses stay untreated.

    `sebum`: courses (draws, weeks) relative to the untreated person, with the plan and without it.
    """
    weeks = next(iter(sebum[0].values())).shape[1]
    still = np.ones((around.flare.shape[0], weeks))
    wanted = [plan.get(region, still) for plan in sebum for region in numbers]
    courses, which = distinct(wanted)
    states = np.moveaxis(relative_states(values, np.stack(courses), around), 2, 0)
    without = which[len(numbers) :]
    built = []
    for plan in (which[: len(numbers)], without):
        stocks: dict[Region, Mapping[LesionType, Array]] = {}
        scars: dict[Region, Array] = {}
        for region, course, base in zip(numbers, plan, without, strict=True):
            stocks[region], scars[region] = courses_of(states[course], states[base][0], numbers[region], values)
        face = {lesion: np.sum([stock[lesion] for stock in stocks.values()], axis=0) for lesion in STOCKS}
        shown = [region for region in stocks if region in sebum[0]]
        built.append(AcneCourses({r: stocks[r] for r in shown}, {r: scars[r] for r in shown}, face))
    return AcneForecast(treated=built[0], untreated=built[1])
