"""What a person's targets do over time, and what another session would bring, for each of many people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Region, Target
from holocrine.inference.person.body import Body
from holocrine.inference.person.kinetics import Courses
from holocrine.inference.person.lesions import acne_course
from holocrine.inference.person.problem import People
from holocrine.inference.person.signals import (
    hdss_course,
    line_course,
    line_grade,
    sebum_level,
    sebum_of_goals,
    sweat_of_goals,
    weeks_to_return,
)
from holocrine.models.hdss import HIGHEST, LOWEST
from holocrine.models.lines import MOST_SEVERE
from holocrine.simulation.summary import BENEFIT_WEEKS
from holocrine.simulation.systems.lines import LINES, LineKind
from holocrine.simulation.systems.outcome import PERCENT
from holocrine.simulation.systems.retreatment import SMALLEST_PEAK

Array = NDArray[np.float64]

FOLLOWED: tuple[Target, ...] = ("sebum", "sweat", "acne", "forehead_lines", "glabellar_lines", "crows_feet")
"""Targets that some reading tells of."""
WEEK = 7.0


class Shown(NamedTuple):
    """One course (n, times) to show."""

    target: Target
    label: str
    region: Region | None
    unit: str
    values: Array


def remaining(body: Body, courses: Courses, target: Target, people: People) -> Array:
    """What is left of a target (n, times) over never treated."""
    if target == "sebum":
        return sebum_of_goals(body, courses)
    if target == "sweat":
        return sweat_of_goals(body, courses)
    if target == "acne":
        course = acne_course(body, courses, body.correlated(people.z))
        return np.asarray(course / course[:, :1])
    return line_course(body, courses, _kind(target), people.anchor)


def benefit(body: Body, treated: Courses, untreated: Courses, target: Target, people: People, day: float) -> Array:
    """Fall (n,) in percent of the target in weeks 2 to 16 after a session on `day`.

    Sebum and sweat in percent of never treated, as a plan's benefit is; everything else of the course without it.
    """
    first, last = (day + WEEK * week for week in BENEFIT_WEEKS)
    weekly = np.flatnonzero((treated.times >= first) & (treated.times <= last) & (np.mod(treated.times, WEEK) == 0.0))
    with_it, without = (remaining(body, courses, target, people)[:, weekly] for courses in (treated, untreated))
    fall = without - with_it if target in ("sebum", "sweat") else 1.0 - with_it / np.maximum(without, 1e-9)
    return np.asarray(100.0 * fall.mean(axis=1))


def weeks_of_half(body: Body, courses: Courses, target: Target, people: People) -> tuple[Array, NDArray[np.bool_]]:
    """Weeks (n,) from the last session until half of its effect is gone, and who has any effect at all (n,)."""
    effect = 1.0 - remaining(body, courses, target, people)
    last = body.session_days[-1]
    seen = 100.0 * effect[:, courses.times >= last].max(axis=1) >= SMALLEST_PEAK
    return weeks_to_return(effect, courses.times, last, np.inf), seen


def falls_now(body: Body, courses: Courses, target: Target, day: float) -> dict[Region, Array]:
    """Fall (n,) in percent of untreated today, by goal region, for targets that are read region by region."""
    of = {"sebum": courses.sebum, "sweat": courses.sweat}.get(target, {})
    now = courses.at(day)
    return {region: 100.0 * (1.0 - of[region][:, now]) for region in body.goals if region in of}


def shown(body: Body, courses: Courses, people: People) -> list[Shown]:
    """Every course of the followed targets that this person's readings bear on."""
    return [course for target in body.targets if target in FOLLOWED for course in _SHOWN[target](body, courses, people)]


def _sebum(body: Body, courses: Courses, people: People) -> list[Shown]:
    scores = body.correlated(people.z)
    found = [Shown("sebum", "sebum", None, PERCENT, 100.0 * sebum_of_goals(body, courses))]
    for region in body.goals:
        if region in body.sebum:
            level = np.exp(sebum_level(body, region, scores))[:, None] * courses.sebum[region]
            found.append(Shown("sebum", "casual sebum level", region, "ug/cm2", level))
    return found


def _sweat(body: Body, courses: Courses, people: People) -> list[Shown]:
    grade = hdss_course(body, courses, body.correlated(people.z))
    return [
        Shown("sweat", "sweat", None, PERCENT, 100.0 * sweat_of_goals(body, courses)),
        Shown("sweat", "sweating severity (HDSS)", None, "grade", np.clip(grade, LOWEST, HIGHEST)),
    ]


def _acne(body: Body, courses: Courses, people: People) -> list[Shown]:
    number = acne_course(body, courses, body.correlated(people.z))
    return [Shown("acne", "acne lesions of the goal regions", None, "lesions", number)]


def _lines(kind: LineKind) -> Callable[[Body, Courses, People], list[Shown]]:
    def found(body: Body, courses: Courses, people: People) -> list[Shown]:
        start = np.clip(line_grade(body, body.correlated(people.z), kind), 0.0, MOST_SEVERE)
        grade = start[:, None] * line_course(body, courses, kind, people.anchor)
        return [Shown(kind, LINES[kind].label, LINES[kind].region, "grade", grade)]

    return found


def _kind(target: Target) -> LineKind:
    return next(kind for kind in LINES if kind == target)


_SHOWN: Mapping[Target, Callable[[Body, Courses, People], list[Shown]]] = {
    "sebum": _sebum,
    "sweat": _sweat,
    "acne": _acne,
    **{kind: _lines(kind) for kind in LINES},
}
