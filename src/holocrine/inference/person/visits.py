"""Which reading, on which day, is expected to narrow the decision about the next session most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holocrine.inference.person.body import Body
from holocrine.inference.person.kinetics import Courses
from holocrine.inference.person.likelihoods import simulated
from holocrine.inference.person.problem import People, Problem
from holocrine.inference.person.readings import LINES_OF_REGION, Reading
from holocrine.inference.person.signals import signals
from holocrine.simulation.informative import variance_removed

Array = NDArray[np.float64]

DAYS_AHEAD = (14, 28, 42, 56, 84, 112, 140)
"""Days from today on which a visit is considered."""


class Option(NamedTuple):
    """A reading and the share (0 to 1) of the variance of the decision that it is expected to remove."""

    reading: Reading
    removed: float


def candidate_days(today: dt.date) -> tuple[dt.date, ...]:
    """Days on which a visit is considered."""
    return tuple(today + dt.timedelta(days=ahead) for ahead in DAYS_AHEAD)


def candidates(body: Body, first: dt.date, days: Sequence[dt.date]) -> tuple[Reading, ...]:
    """Every reading that bears on a target, on each of `days`."""
    since = body.session_days[-1]
    found = []
    for date in days:
        day = float((date - first).days)
        if "sebum" in body.targets:
            found += [
                Reading("Sebumeter", day, 1.0, date, since, region) for region in body.goals if region in body.sebum
            ]
        if "sweat" in body.targets:
            found.append(Reading("HDSS", day, 1.0, date, since))
        if "acne" in body.targets and body.sebum:
            found.append(Reading("IGA", day, 0.0, date, since))
        found += [
            Reading("line_severity", day, 0.0, date, since, region, lines=kind)
            for region, kind in LINES_OF_REGION.items()
            if kind in body.targets and not region.endswith("_right")
        ]
    return tuple(found)


def worth(
    problem: Problem, courses: Courses, people: People, options: Sequence[Reading], decision: Array, seed: int
) -> tuple[Option, ...]:
    """The options, the most informative first; `people` are equally likely, `decision` (n,) is what is to be known."""
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(102,))))
    scores = problem.body.correlated(people.z)
    seen = signals(problem.body, courses, tuple(options), people.anchor, scores)
    read = simulated(options, seen, problem.errors, random)
    # Ties of whole grades are broken at random: sorted by the order of people they would look informative.
    read = read + 1e-6 * random.random(read.shape)
    found = [Option(reading, variance_removed(read[:, k], decision)) for k, reading in enumerate(options)]
    return tuple(sorted(found, key=lambda option: -option.removed))
