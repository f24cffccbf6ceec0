"""What acne trials report: lesions left, success by the global assessment, people's own judgement, sebum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.inference.arms.acne_arms import Entry, Regimen
from holocrine.inference.arms.acne_trials import (
    Kind,
    courses,
    lesions_at_entry,
    lesions_left,
    on_day,
    thresholds,
    weighed,
)
from holocrine.inference.blocks.world import BlockWorld
from holocrine.simulation.acne_course import OWN

Array = NDArray[np.float64]
Counted = Literal["inflammatory", "noninflammatory", "total"]
KINDS: dict[Counted, tuple[Kind, ...]] = {
    "inflammatory": ("inflammatory",),
    "noninflammatory": ("noninflammatory",),
    "total": ("inflammatory", "noninflammatory"),
}
SYMPTOM_POINTS = 30.0
"""Symptoms domain of the Acne-Specific Quality of Life questionnaire (Acne-QoL) without any symptom."""


@dataclass(frozen=True)
class Visit:
    """A visit of one group: what it was given, who was in it, and the day."""

    regimen: Regimen
    entry: Entry
    day: float


@dataclass(frozen=True)
class OfVisits:
    """The mean of `read` over groups whose number was reported as one."""

    visits: tuple[Visit, ...]
    read: Callable[[BlockWorld, Visit], float]

    @property
    def needs(self) -> tuple[Regimen, ...]:
        """The regimens whose courses are read."""
        return tuple(visit.regimen for visit in self.visits)

    def __call__(self, world: BlockWorld) -> float:
        """The statistic in `world`."""
        return float(np.mean([self.read(world, visit) for visit in self.visits]))


@dataclass(frozen=True)
class OfTwoArms:
    """A comparison of the same statistic in two arms."""

    one: OfVisits
    other: OfVisits
    compare: Callable[[float, float], float]

    @property
    def needs(self) -> tuple[Regimen, ...]:
        """The regimens whose courses are read."""
        return self.one.needs + self.other.needs

    def __call__(self, world: BlockWorld) -> float:
        """The comparison in `world`."""
        return self.compare(self.one(world), self.other(world))


def left(world: BlockWorld, visit: Visit, counted: Counted) -> Array:
    """Lesions over those at the start as expected of each person, (people,)."""
    start = lesions_at_entry(world, visit.entry)
    now = {kind: start[kind] * lesions_left(world, visit.regimen, kind, visit.day) for kind in KINDS[counted]}
    return np.asarray(sum(now.values()) / sum(start[kind] for kind in now))


def change(world: BlockWorld, visit: Visit, counted: Counted, *, median: bool = False) -> float:
    """Mean or median change of lesions in percent.

    People scatter round what the model expects of them by a log-normal factor of mean 1, so their median is lower.
    """
    expected = left(world, visit, counted)
    if not median:
        return float(100.0 * (expected.mean() - 1.0))
    scatter = world.typical["lesion_response_sd"]
    return float(100.0 * (np.exp(np.median(np.log(expected)) - 0.5 * scatter**2) - 1.0))


def number(world: BlockWorld, visit: Visit, counted: Counted, *, fall: bool) -> float:
    """Mean number of lesions left, or by how many they fell."""
    start = lesions_at_entry(world, visit.entry)
    before = np.sum([start[kind] for kind in KINDS[counted]], axis=0)
    now = before * left(world, visit, counted)
    return float((before - now if fall else now).mean())


def success(world: BlockWorld, visit: Visit, *, by_grades: bool) -> float:
    """Percent of people who are clear or almost clear, or (`by_grades`) whose grade fell by two or more."""
    highest = max(1, visit.entry.grade - 2) if by_grades else 1
    return _percent_below(world, _weighed_left(world, visit), thresholds(world)[highest])


def symptom_points(world: BlockWorld, visit: Visit) -> float:
    """Mean Acne-QoL symptoms, 0 to 30 and higher is better.

    Points fall with the lesions of a global assessment, along a normal curve in their logarithm, so that the scatter
    of people adds to its width.
    """
    half, width = world.typical["symptoms_half"], world.typical["symptoms_width"]
    return SYMPTOM_POINTS / 100.0 * _percent_below(world, _weighed_left(world, visit), half, width)


def improved(world: BlockWorld, visit: Visit, *, well: bool) -> float:
    """Percent of people who remember a fall of lesions that they call a partial or (`well`) a good response."""
    limit = 1.0 - world.typical["response_partial_from"]
    if well:
        limit *= 1.0 - world.typical["response_good_step"]
    return _percent_below(world, left(world, visit, "total"), limit, world.typical["response_noise"] / limit)


def sebum_change(world: BlockWorld, visit: Visit) -> float:
    """Mean change of sebum excretion in percent."""
    return float(100.0 * (on_day(courses(world, visit.regimen).sebum.T, visit.day).mean() - 1.0))


def casts_change(world: BlockWorld, visit: Visit) -> float:
    """Mean change of follicular casts in percent: of micro-comedones, without what a trial does by itself."""
    state = on_day(courses(world, visit.regimen).states, visit.day)
    return float(100.0 * (state[OWN.index("m")].mean() - 1.0))


def _weighed_left(world: BlockWorld, visit: Visit) -> Array:
    """What a global assessment weighs up at a visit, as expected of each person, (people,)."""
    start = lesions_at_entry(world, visit.entry)
    return weighed(world, {kind: start[kind] * lesions_left(world, visit.regimen, kind, visit.day) for kind in start})


def _percent_below(world: BlockWorld, expected: Array, limit: float, more_scatter: float = 0.0) -> float:
    """Percent of people below `limit`, who scatter round their expected values (people,) by a log-normal factor."""
    scatter = world.typical["lesion_response_sd"]
    score = (np.log(limit / expected) + 0.5 * scatter**2) / np.hypot(scatter, more_scatter)
    return float(100.0 * scipy.special.ndtr(score).mean())


def odds_ratio(one: float, other: float) -> float:
    """Of two percentages."""
    return (one / (100.0 - one)) / (other / (100.0 - other))
