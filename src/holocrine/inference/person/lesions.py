"""Numbers of acne lesions of one person at a visit: a level per kind, a share per region, and the course."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import LesionType, Region
from holocrine.inference.person.body import Body, score
from holocrine.inference.person.kinetics import Courses
from holocrine.inference.person.readings import Reading
from holocrine.models.lesion_counts import severity
from holocrine.population.baseline import site_of
from holocrine.simulation.acne_baseline import COMEDONES, FACE, INFLAMED, SHARE, region_shares

Array = NDArray[np.float64]
Index = NDArray[np.int64]

KINDS: Mapping[str, tuple[tuple[LesionType, ...], str]] = {
    "inflamed": (INFLAMED, "inflammatory_count"),
    "comedones": (COMEDONES, "noninflammatory_count"),
}
"""Kind -> its lesion types, and the parameter that says how many a face has."""
LEAST = 1e-6
_SHAPES = (*SHARE.values(), *dict.fromkeys(f"share_{site_of(region)}" for region in FACE))
WORST_SEASON = float(np.sqrt(0.5))
"""SD over the year of a wave of height 1: on which day of it a visit falls is not known."""


def log_count(body: Body, courses: Courses, reading: Reading, anchor: Index, scores: Array) -> Array:
    """Log of the number of lesions (n,) there to be counted at a reading."""
    del anchor
    region, lesion = reading.region, reading.lesion
    assert region is not None
    assert lesion is not None
    kind = "inflamed" if lesion in INFLAMED else "comedones"
    place = _log_share(body, region) + np.log(_part(body, kind, lesion))
    patchy = _patchiness(body, region) * score(body, scores, f"lesions {region} {lesion}")
    course = courses.lesions[region][lesion][:, courses.at(max(reading.day, 0.0))]
    level = _face_number(body, scores, kind) + _season(body, reading, scores)
    return np.asarray(level + place + patchy + np.log(np.maximum(course, LEAST)))


def log_severity(body: Body, courses: Courses, reading: Reading, anchor: Index, scores: Array) -> Array:
    """Log of what a global assessment of the face weighs up, (n,); regions that are not followed count as untreated."""
    del anchor
    now = courses.at(max(reading.day, 0.0))
    shares = {region: float(np.exp(_log_share(body, region))) for region in FACE}
    parts: dict[LesionType, Array] = {}
    for kind, (lesions, _) in KINDS.items():
        number = np.exp(_face_number(body, scores, kind))
        for lesion in lesions:
            followed = {region: courses.lesions[region][lesion][:, now] for region in courses.lesions}
            there = sum(share * followed.get(region, 1.0) for region, share in shares.items())
            parts[lesion] = number * _part(body, kind, lesion) * np.asarray(there)
    comedones = np.sum([parts[lesion] for lesion in COMEDONES], axis=0)
    inflamed = parts["papules"] + parts["pustules"]
    weights = [np.asarray(body.middle(name)) for name in ("iga_nodule_weight", "iga_comedo_weight")]
    weighed = severity(inflamed, parts["nodules"], comedones, weights[0], weights[1])
    grader = body.log_moments("iga_threshold_2")[1] * score(body, scores, "grader")
    return np.asarray(np.log(np.maximum(weighed, LEAST)) + _season(body, reading, scores) - grader)


def acne_course(body: Body, courses: Courses, scores: Array) -> Array:
    """Lesions (n, times) that trials count, in the goal regions of the face together."""
    regions = [region for region in body.goals if region in courses.lesions] or list(courses.lesions)
    total = np.zeros((scores.shape[0], courses.times.size))
    for kind, (lesions, _) in KINDS.items():
        number = np.exp(_face_number(body, scores, kind))
        for region in regions:
            for lesion in lesions:
                there = number * np.exp(_log_share(body, region)) * _part(body, kind, lesion)
                total += there[:, None] * courses.lesions[region][lesion]
    return total


def _face_number(body: Body, scores: Array, kind: str) -> Array:
    """Log of the number of lesions of a kind (n,) on the untreated face, spread as in the draws."""
    mean, sd = body.log_moments(KINDS[kind][1])
    return np.asarray(mean + sd * score(body, scores, kind))


def _part(body: Body, kind: str, lesion: LesionType) -> float:
    """Share of one type among the lesions of its kind."""
    return body.middle(SHARE[lesion]) / sum(body.middle(SHARE[name]) for name in KINDS[kind][0])


def _log_share(body: Body, region: Region) -> float:
    """Log of the usual share of the face's lesions in a region."""
    middles = {name: np.array([body.middle(name)]) for name in _SHAPES}
    return float(np.log(region_shares(middles)[region][0]))  # type: ignore[index]  # counts are read on the face only


def _patchiness(body: Body, region: Region) -> float:
    """Log SD of a region's lesions round its usual share: between people, and what is not known of that share."""
    patches = np.sqrt(np.log1p(body.middle("region_spread") ** 2))
    return float(np.hypot(patches, body.log_moments(f"share_{site_of(region)}")[1]))


def _season(body: Body, reading: Reading, scores: Array) -> Array:
    return np.asarray(WORST_SEASON * body.middle("season_swing") * score(body, scores, f"season {reading.visit}"))
