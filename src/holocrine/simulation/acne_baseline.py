"""How many lesions of each type each facial region carries now: by count, or else by grade or the population.

Three levels: the face, a region's share of it, a lesion type in the region. A count speaks for its own region and
type and, through the face's number, for the regions that were not counted.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.case import Findings
from holocrine.domain.vocabulary import FaceRegion, LesionType, Region
from holocrine.models.lesion_counts import number_behind, severity
from holocrine.simulation.draws import stream

Array = NDArray[np.float64]
Values = Mapping[str, Array]

FACE: tuple[FaceRegion, ...] = get_args(FaceRegion)
SHARE: Mapping[LesionType, str] = {
    "closed_comedones": "closed_share",
    "open_comedones": "open_share",
    "papules": "papule_share",
    "pustules": "pustule_share",
    "nodules": "nodule_share",
    "macules": "macule_share",
}
"""Parameter that says how common each type is."""
COMEDONES: tuple[LesionType, ...] = ("closed_comedones", "open_comedones")
INFLAMED: tuple[LesionType, ...] = ("papules", "pustules", "nodules")
GRADE_SPAN = 3.0
"""How far the two open-ended grades reach beyond their threshold, as a factor on the severity."""
FIRM = 1e6
"""Shape of a number that is taken as known, where the draws do not spread."""


def lesions_now(findings: Findings, values: Values, seed: int) -> dict[FaceRegion, dict[LesionType, Array]]:
    """Lesions (draws,) to be expected at a visit now, per region of the face and type."""
    face = _graded(values["inflammatory_count"], values["noninflammatory_count"], findings.iga, values)
    shares = region_shares(values)
    found: dict[FaceRegion, dict[LesionType, Array]] = {region: {} for region in FACE}
    for kind, total in zip((INFLAMED, COMEDONES), face, strict=True):
        parts = _parts(kind, values)
        types = parts if kind is COMEDONES else {**parts, "macules": _macules(values)}
        told = _told(findings, kind, shares, parts)
        number = _face_number(total, told, values, stream(seed, "block", zlib.crc32(kind[0].encode())))
        for region, share in shares.items():
            for lesion, part in types.items():
                random = stream(seed, "block", zlib.crc32(f"{region} {lesion}".encode()))
                count = findings.lesions.get(region, {}).get(lesion)
                found[region][lesion] = _region_number(number * share * part, count, values, random)
    return found


def region_shares(values: Values) -> dict[FaceRegion, Array]:
    """Share (draws,) of the face's lesions in each region; together 1, and the two sides alike."""
    raw = {
        region: values[f"share_{_unsided(region)}"] / (1.0 if _unsided(region) == region else 2.0) for region in FACE
    }
    whole = np.sum(list(raw.values()), axis=0)
    return {region: share / whole for region, share in raw.items()}


def _unsided(region: Region) -> str:
    return region.removesuffix("_left").removesuffix("_right")


def _parts(kind: tuple[LesionType, ...], values: Values) -> dict[LesionType, Array]:
    whole = np.sum([values[SHARE[lesion]] for lesion in kind], axis=0)
    return {lesion: values[SHARE[lesion]] / whole for lesion in kind}


def _macules(values: Values) -> Array:
    """Macules per inflamed lesion."""
    return np.asarray(values["macule_share"] / np.sum([values[SHARE[lesion]] for lesion in INFLAMED], axis=0))


def _graded(inflamed: Array, comedones: Array, grade: int | None, values: Values) -> tuple[Array, Array]:
    """The face's two numbers (draws,), scaled so that their severity falls into `grade`, evenly on the log scale."""
    if grade is None:
        return inflamed, comedones
    part = _parts(INFLAMED, values)["nodules"]
    weights = values["iga_nodule_weight"], values["iga_comedo_weight"]
    weighed = severity((1.0 - part) * inflamed, part * inflamed, comedones, *weights)
    thresholds = np.maximum.accumulate([values[f"iga_threshold_{i}"] for i in range(1, 5)])
    edges = [thresholds[0] / GRADE_SPAN, *thresholds, GRADE_SPAN * thresholds[-1]]
    rank = (np.argsort(np.argsort(weighed)) + 0.5) / weighed.size
    factor = edges[grade] * (edges[grade + 1] / edges[grade]) ** rank / weighed
    return inflamed * factor, comedones * factor


def _told(
    findings: Findings,
    kind: tuple[LesionType, ...],
    shares: Mapping[FaceRegion, Array],
    parts: Mapping[LesionType, Array],
) -> tuple[int, Array, int]:
    """What was counted of a kind: lesions, the share (draws,) of the face's that this should be, number of regions."""
    counts = {
        (region, lesion): count
        for region in FACE
        for lesion, count in findings.lesions.get(region, {}).items()
        if lesion in kind
    }
    exposure = np.sum([shares[region] * parts[lesion] for region, lesion in counts] or [np.zeros(1)], axis=0)
    return sum(counts.values()), exposure, len({region for region, _ in counts})


def _face_number(total: Array, told: tuple[int, Array, int], values: Values, random: np.random.Generator) -> Array:
    """The face's number (draws,) of a kind, moved by what was counted of it."""
    count, exposure, regions = told
    if regions == 0:
        return total
    mean = np.full_like(total, total.mean())
    shape = np.full_like(total, min(FIRM, total.mean() ** 2 / max(float(total.var()), 1e-12)))
    size = regions / (1.0 / values["count_size"] + values["region_spread"] ** 2)
    return number_behind(mean, shape, count, exposure, size, random)


def _region_number(mean: Array, count: int | None, values: Values, random: np.random.Generator) -> Array:
    """A region's number (draws,) of one type, round its share of the face's."""
    shape = 1.0 / values["region_spread"] ** 2
    exposure = 0.0 if count is None else 1.0
    return number_behind(mean, shape, float(count or 0), exposure, values["count_size"], random)
