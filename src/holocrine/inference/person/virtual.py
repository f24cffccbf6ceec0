"""Virtual persons with virtual readings: what the update is tested on, since nobody knows a real person's truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holocrine.inference.person.body import Body
from holocrine.inference.person.likelihoods import simulated
from holocrine.inference.person.posterior import Posterior, weighted_quantiles
from holocrine.inference.person.problem import People, Problem
from holocrine.inference.person.readings import Reading
from holocrine.inference.person.signals import signals

Array = NDArray[np.float64]

ALPHA = 0.1
"""Share outside the intervals that are scored."""


@dataclass(frozen=True)
class VirtualPersons:
    """`people` of `body` with the `values` (n, readings) that each would be read with at the `readings`."""

    body: Body
    people: People
    readings: tuple[Reading, ...]
    values: Array

    def readings_of(self, number: int) -> tuple[Reading, ...]:
        """All readings of one person."""
        return tuple(
            replace(reading, value=float(value))
            for reading, value in zip(self.readings, self.values[number], strict=True)
        )


def virtual_persons(body: Body, readings: Sequence[Reading], n: int, seed: int) -> VirtualPersons:
    """`n` persons from the prior: doubt about the population, differences between people and between sessions, visits
    and the errors of the readings. `readings` say what is read when; their values do not matter."""
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(104,))))
    anchor = random.choice(body.anchors.n, n, p=body.anchors.weight)
    people = People(anchor, random.standard_normal((n, len(body.layout.names))))
    problem = Problem(body, tuple(readings))
    return VirtualPersons(
        body, people, problem.readings, simulated(problem.readings, problem.signals(people), problem.errors, random)
    )


def predicted(of: Posterior, readings: Sequence[Reading], seed: int) -> Array:
    """What the people of a posterior would be read with, (people, readings); its courses must hold those days."""
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(105,))))
    body, people = of.problem.body, of.people
    shown = signals(body, of.courses, tuple(readings), people.anchor, body.correlated(people.z))
    return simulated(readings, shown, of.problem.errors, random)


@dataclass(frozen=True)
class Score:
    """Of m readings: distance of the median, the 90% interval's score (its width, plus 2/0.1 times how far the reading
    lies outside; Gneiting and Raftery 2007, doi:10.1198/016214506000001437), and whether the reading lies inside; (m,).
    """

    error: Array
    interval: Array
    inside: NDArray[np.bool_]


def score(drawn: Array, weight: Array, truth: Array) -> Score:
    """Scores of predictions `drawn` (n, m) with `weight` (n,) for what came, `truth` (m,), all on one scale."""
    low, middle, high = weighted_quantiles(drawn, weight, (ALPHA / 2.0, 0.5, 1.0 - ALPHA / 2.0))
    missed = np.maximum(low - truth, 0.0) + np.maximum(truth - high, 0.0)
    return Score(np.abs(truth - middle), high - low + 2.0 / ALPHA * missed, missed == 0.0)
