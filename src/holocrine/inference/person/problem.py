"""A person, the readings so far, and how well people with given scores explain them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holocrine.inference.person.body import Body
from holocrine.inference.person.kinetics import Courses
from holocrine.inference.person.likelihoods import Errors, log_likelihoods
from holocrine.inference.person.readings import Reading
from holocrine.inference.person.signals import signals

Array = NDArray[np.float64]
Index = NDArray[np.int64]

WIDTH_90 = 2.0 * 1.6448536269514722


@dataclass(frozen=True)
class People:
    """People with an anchor (n,) and independent standard-normal scores `z` (n, columns)."""

    anchor: Index
    z: Array

    @property
    def n(self) -> int:
        """How many."""
        return self.anchor.size


@dataclass(frozen=True)
class Problem:
    """`body` and its `readings` in the order of days. `trust` (0 to 1) is the power of the likelihood: less than 1
    where readings contradict each other, so that they say less."""

    body: Body
    readings: tuple[Reading, ...]
    trust: float = 1.0

    @cached_property
    def errors(self) -> Errors:
        """What is known of the instruments."""
        body = self.body
        grade = body.organs["line_grade_error"]
        rising = np.maximum.accumulate([body.middle(f"iga_threshold_{number}") for number in range(1, 5)])
        return Errors(
            sebumeter=float(np.sqrt(np.log1p(body.middle("sebumeter_cv") ** 2))),
            count_size=body.middle("count_size"),
            sweat_grade=body.middle("hdss_rating_sd"),
            line_grade=(grade.high90 - grade.low90) / WIDTH_90,
            thresholds=tuple(float(edge) for edge in np.log(rising)),
        )

    def signals(self, people: People, courses: Courses | None = None) -> Array:
        """What the readings show of these people, (n, readings); `courses` spares simulating them again."""
        scores = self.body.correlated(people.z)
        courses = courses or self.body.courses(self.times, people.anchor, scores)
        return signals(self.body, courses, self.readings, people.anchor, scores)

    def log_likelihood(self, people: People, courses: Courses | None = None) -> Array:
        """Log-likelihood of all readings, nats, to the power of `trust`; (n,)."""
        each = log_likelihoods(self.readings, self.signals(people, courses), self.errors)
        return np.asarray(self.trust * each.sum(axis=1))

    @cached_property
    def times(self) -> Array:
        """Days that must be simulated for the readings."""
        return times_for(self.readings)


def times_for(readings: Sequence[Reading], until: float = 0.0) -> Array:
    """Days to simulate: those of the readings, and every week up to the last of them or up to day `until`, which
    returns and lesions need."""
    days = [max(reading.day, 0.0) for reading in readings]
    return np.unique([0.0, *days, *np.arange(0.0, max([until, *days]) + 7.0, 7.0)])
