"""Acne trials in one world: the course of sebum and lesions under every regimen, and the people who take part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import LesionType
from holocrine.inference.arms.acne_arms import Entry, Regimen
from holocrine.inference.blocks.world import BlockWorld
from holocrine.models.acne import ACNE
from holocrine.models.lesion_counts import severity, vehicle_factor
from holocrine.simulation.acne_baseline import COMEDONES, INFLAMED, SHARE
from holocrine.simulation.acne_course import AT_REST, LEAST_SEBUM, OWN, STOCKS
from holocrine.simulation.systems.drugs import drug_effects
from holocrine.solvers.relaxation import relax

Array = NDArray[np.float64]
Kind = Literal["inflammatory", "noninflammatory"]

WEEKS = 26
"""Trials are followed so long; later visits are read as the last week, when effects have settled (assumption)."""
STEP = 7.0
"""Step of the integrator, days; against a quarter of it the share of lesions left in week 12 differs by under 0.005."""
DAYS: Array = STEP * np.arange(WEEKS + 1, dtype=np.float64)
LESIONS: Mapping[Kind, tuple[LesionType, ...]] = {"inflammatory": INFLAMED, "noninflammatory": COMEDONES}


@dataclass(frozen=True, eq=False)
class Courses:
    """A regimen in every person, relative to the start: sebum (people, weeks), model states (weeks, states, people)."""

    sebum: Array
    states: Array


def courses(world: BlockWorld, regimen: Regimen) -> Courses:
    """The courses of one regimen; those of all regimens and worlds at hand are integrated at one go."""
    return world.together("acne courses", _integrate)[regimen]


def _integrate(worlds: Sequence[BlockWorld]) -> list[dict[Regimen, Courses]]:
    """All regimens and the people of all worlds side by side as lanes of one integration, from rest on day 0."""
    values = {name: np.concatenate([world.values[name] for world in worlds]) for name in worlds[0].values}
    asked = [need for need in worlds[0].needs if isinstance(need, Regimen)]
    effects = [drug_effects(regimen.courses, values, DAYS, sex=regimen.sex) for regimen in asked]

    def lanes(name: str) -> Array:
        return np.moveaxis(np.stack([getattr(effect, name) for effect in effects]), -1, 0)

    sebum = lanes("sebum")
    inputs = {
        "R": np.maximum(sebum, LEAST_SEBUM),
        "E_K": lanes("keratin"),
        "kill": lanes("killing"),
        "E_I": lanes("inflammation"),
        "f": np.ones((DAYS.size, 1, 1)),
    }
    constants = {c.symbol: values[c.source] for c in ACNE.constants if c.source in values}
    starts = np.broadcast_to(AT_REST[:, None, None], (AT_REST.size, *sebum.shape[1:]))
    states = relax(ACNE, starts, constants, inputs, STEP, 1)
    mine = np.split(np.arange(sebum.shape[-1]), len(worlds))
    return [
        {regimen: Courses(sebum[:, i, own].T, states[:, :, i, own]) for i, regimen in enumerate(asked)} for own in mine
    ]


def on_day(course: Array, day: float) -> Array:
    """A course (weeks, ...) interpolated to a day; before the first and after the last week it stays."""
    position = float(np.clip(day / STEP, 0.0, WEEKS))
    low = min(int(position), WEEKS - 1)
    return np.asarray(course[low] + (position - low) * (course[low + 1] - course[low]))


def lesions_left(world: BlockWorld, regimen: Regimen, kind: Kind, day: float) -> Array:
    """Lesions of a kind over those at the start, expected at a visit of a trial, (people,).

    What happens in every arm of a trial, vehicle or not, is included.
    """
    return world.once(("left", regimen, kind, day), lambda: _left(world, regimen, kind, day))


def _left(world: BlockWorld, regimen: Regimen, kind: Kind, day: float) -> Array:
    state = on_day(courses(world, regimen).states, day)
    values = world.values
    now = np.sum([values[SHARE[t]] * state[OWN.index(STOCKS[t])] for t in LESIONS[kind]], axis=0)
    start = np.sum([values[SHARE[t]] for t in LESIONS[kind]], axis=0)
    share, pace = np.array([world.typical[f"vehicle_{kind}"]]), np.array([world.typical["vehicle_days"]])
    return np.asarray(now / start * vehicle_factor(share, np.array([day]), pace)[0, 0])


def lesions_at_entry(world: BlockWorld, entry: Entry) -> dict[Kind, Array]:
    """Lesions of each kind at the start, (people,).

    Whoever has too few for the grade let in is replaced by somebody with just enough, in the same proportions.
    """
    return world.once(("at entry", entry), lambda: _at_entry(world, entry))


def _at_entry(world: BlockWorld, entry: Entry) -> dict[Kind, Array]:
    numbers: dict[Kind, Array] = {kind: world.persons(f"{kind}_count") for kind in LESIONS}
    enough = np.maximum(thresholds(world)[entry.grade - 1] / weighed(world, numbers), 1.0)
    printed = {"inflammatory": entry.inflammatory, "noninflammatory": entry.noninflammatory}
    for kind, number in numbers.items():
        number = number * enough
        mean = printed[kind]
        numbers[kind] = number if mean is None else number * mean / number.mean()
    return numbers


def weighed(world: BlockWorld, numbers: Mapping[Kind, Array]) -> Array:
    """What a global assessment weighs up, (people,)."""
    values = world.values
    nodules = values["nodule_share"] / np.sum([values[SHARE[t]] for t in INFLAMED], axis=0)
    return severity(
        numbers["inflammatory"] * (1.0 - nodules),
        numbers["inflammatory"] * nodules,
        numbers["noninflammatory"],
        values["iga_nodule_weight"],
        values["iga_comedo_weight"],
    )


def thresholds(world: BlockWorld) -> Array:
    """Severities from which the global grade is 1 to 4, (4,), rising."""
    return np.maximum.accumulate([world.typical[f"iga_threshold_{grade}"] for grade in range(1, 5)])
