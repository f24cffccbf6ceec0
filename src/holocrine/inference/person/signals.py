"""From the courses of a body to what each instrument would show of it, without the error of the reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Instrument, Region
from holocrine.inference.person.body import Body, score
from holocrine.inference.person.kinetics import Courses
from holocrine.inference.person.lesions import log_count, log_severity
from holocrine.inference.person.readings import Reading
from holocrine.inference.person.spreads import BROW_HEIGHT, RETURN_LEVEL
from holocrine.models.hdss import HIGHEST, LEAST_SWEAT, LOWEST
from holocrine.models.readout import HARMS
from holocrine.population.baseline import site_of
from holocrine.simulation.harms import lost_force, shift
from holocrine.simulation.systems.brow import brow_shift
from holocrine.simulation.systems.lines import LineKind, exponent, line_force
from holocrine.simulation.systems.retreatment import fallen_to
from holocrine.simulation.systems.sweat import glandular_share

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LEAST_SHARE = 0.01
"""Of untreated sebum: less is never read."""
LEAST_SHIFT_MM = 1e-6


def signals(body: Body, courses: Courses, readings: tuple[Reading, ...], anchor: Index, scores: Array) -> Array:
    """What each reading shows of people with `anchor` (n,) and correlated `scores` (n, columns); (n, readings).

    Sebumeter: log level; counts: log number; global assessment: log severity; grades: the grade before rounding; lid:
    log of its fall over what counts as drooping; brow: mm; returns: log weeks.
    """
    found = [_SIGNAL[reading.instrument](body, courses, reading, anchor, scores) for reading in readings]
    return np.stack(found, axis=1) if found else np.zeros((anchor.size, 0))


def depends(reading: Reading, name: str) -> bool:
    """Whether the score called `name`, one of the layout's `organs`, may move what the reading shows."""
    kind, _, rest = name.partition(" ")
    if kind in ("visit", "season") and rest != str(reading.visit):
        return False
    return reading.instrument in _MOVED_BY[kind]


def sebum_level(body: Body, region: Region, scores: Array) -> Array:
    """Log of the usual untreated casual level (n,) of a region."""
    spread = body.sebum[region]
    whole, own = score(body, scores, "sebum"), score(body, scores, f"sebum {site_of(region)}")
    mixed = np.sqrt(body.between_sites) * whole + np.sqrt(1.0 - body.between_sites) * own
    return np.asarray(np.log(spread.median) + body.sebum_shift + spread.usual * mixed)


def sweat_of_goals(body: Body, courses: Courses) -> Array:
    """Sweat (n, times) of the goal regions together, over never treated."""
    regions = [region for region in body.goals if region in courses.sweat] or list(courses.sweat)
    share = glandular_share(regions, body.areas)
    return np.asarray(np.sum([share[region] * courses.sweat[region] for region in regions], axis=0))


def sebum_of_goals(body: Body, courses: Courses) -> Array:
    """Sebum (n, times) of the facial goal regions together, over never treated."""
    regions = [region for region in body.goals if region in body.sebum] or list(body.sebum)
    whole = sum(body.areas[region] for region in regions)
    return np.asarray(np.sum([body.areas[region] / whole * courses.sebum[region] for region in regions], axis=0))


def hdss_course(body: Body, courses: Courses, scores: Array) -> Array:
    """Severity of sweating (n, times) before it is rounded to a grade."""
    place = body.organs["hdss_unrated"].from_normal(score(body, scores, "hdss"))
    start = LOWEST + (HIGHEST - LOWEST) * place
    mean, sd = body.log_moments("hdss_per_halving")
    per_halving = np.exp(mean + sd * score(body, scores, "hdss slope"))
    fall = np.log2(np.maximum(sweat_of_goals(body, courses), LEAST_SWEAT))
    return np.asarray(start[:, None] + per_halving[:, None] * fall)


def line_course(body: Body, courses: Courses, kind: LineKind, anchor: Index) -> Array:
    """Severity of lines (n, times) over never treated: a power of the force."""
    power = exponent(kind, {name: body.local(name, anchor) for name in _EXPONENTS})
    return np.asarray(line_force(kind, courses.force, body.sizes) ** power[:, None])


def line_grade(body: Body, scores: Array, kind: LineKind) -> Array:
    """Severity of lines never treated, (n,)."""
    return body.organs["line_grade_unknown"].from_normal(score(body, scores, f"lines {kind}"))


def artefact(body: Body, courses: Courses, anchor: Index, scores: Array) -> Array:
    """How far treated skin reads off (n, times) under H3b, in shares of untreated sebum, after the last session."""
    size = np.where(body.anchors.draws.hypothesis_ids[anchor] == "H3b", body.local("artefact_sd", anchor), 0.0)
    days = np.asarray(body.session_days)
    last = days[np.maximum(np.searchsorted(days, courses.times, side="right") - 1, 0)]
    weeks = (courses.times - last) / 7.0
    fade = np.minimum(weeks / 2.0, 1.0) * np.exp(-np.maximum(weeks - 8.0, 0.0) / 6.0)
    return np.asarray((size * score(body, scores, "artefact"))[:, None] * fade)


def weeks_to_return(effect: Array, times: Array, since: float, before: float) -> Array:
    """Weeks (n,) after day `since` when an `effect` (n, times) is down to half of its peak, at the latest `before`."""
    window = (times >= since) & (times <= before)
    return fallen_to(RETURN_LEVEL, effect[:, window], (times[window] - since) / 7.0)


def _sebumeter(body: Body, courses: Courses, reading: Reading, anchor: Index, scores: Array) -> Array:
    region = reading.region
    assert region is not None
    now = courses.at(max(reading.day, 0.0))
    share = courses.sebum[region][:, now] + artefact(body, courses, anchor, scores)[:, now]
    day = body.sebum[region].occasion * score(body, scores, f"visit {reading.visit}")
    return np.asarray(sebum_level(body, region, scores) + day + np.log(np.maximum(share, LEAST_SHARE)))


def _hdss(body: Body, courses: Courses, reading: Reading, anchor: Index, scores: Array) -> Array:
    del anchor
    return np.asarray(hdss_course(body, courses, scores)[:, courses.at(max(reading.day, 0.0))])


def _lines(body: Body, courses: Courses, reading: Reading, anchor: Index, scores: Array) -> Array:
    kind = reading.lines
    assert kind is not None
    now = courses.at(max(reading.day, 0.0))
    return np.asarray(line_grade(body, scores, kind) * line_course(body, courses, kind, anchor)[:, now])


def _lid(body: Body, courses: Courses, reading: Reading, anchor: Index, scores: Array) -> Array:
    del scores
    readout = HARMS["lid_ptosis"]
    sides = [tuple(f"{muscle}_{side}" for muscle in readout.muscles) for side in ("left", "right")]
    now = courses.at(max(reading.day, 0.0))
    force = {name: course[:, now] for name, course in courses.force.items()}
    fallen = shift(readout, lost_force(readout, sides, force), {readout.full: body.local(readout.full, anchor)})
    return np.asarray(np.log(np.maximum(fallen, LEAST_SHIFT_MM) / readout.threshold))


def _brow(body: Body, courses: Courses, reading: Reading, anchor: Index, scores: Array) -> Array:
    local = {name: body.local(name, anchor) for name in _BROW}
    now = courses.at(max(reading.day, 0.0))
    force = {name: course[:, now : now + 1] for name, course in courses.force.items()}
    start = BROW_HEIGHT.value * score(body, scores, "brow") if body.measured_brow else 0.0
    return np.asarray(start + brow_shift(force, local)[:, 0])


def _return(body: Body, courses: Courses, reading: Reading, anchor: Index, scores: Array) -> Array:
    del scores
    if reading.instrument == "sebum_return":
        left = sebum_of_goals(body, courses)
    elif reading.instrument == "sweat_return":
        left = sweat_of_goals(body, courses)
    else:
        assert reading.lines is not None
        left = line_course(body, courses, reading.lines, anchor)
    later = [day for day in body.session_days if day > reading.since]
    weeks = weeks_to_return(1.0 - left, courses.times, reading.since, min(later, default=np.inf))
    return np.asarray(np.log(np.maximum(weeks, 0.1)))


_MOVED_BY: Mapping[str, tuple[Instrument, ...]] = {
    **dict.fromkeys(("sebum", "artefact", "visit"), ("Sebumeter",)),
    "hdss": ("HDSS",),
    "brow": ("brow_height",),
    "lines": ("line_severity",),
    **dict.fromkeys(("inflamed", "comedones", "season"), ("lesion_count", "IGA")),
    "lesions": ("lesion_count",),
    "grader": ("IGA",),
}
_EXPONENTS = ("line_exponent", "line_exponent_forehead", "line_exponent_canthus")
_BROW = ("brow_full_drop", "brow_reserve", "brow_lift_lateral", "brow_lift_medial")
_SIGNAL: Mapping[Instrument, Callable[[Body, Courses, Reading, Index, Array], Array]] = {
    "Sebumeter": _sebumeter,
    "HDSS": _hdss,
    "IGA": log_severity,
    "lesion_count": log_count,
    "line_severity": _lines,
    "lid_ptosis": _lid,
    "brow_height": _brow,
    "sebum_return": _return,
    "sweat_return": _return,
    "line_return": _return,
}
