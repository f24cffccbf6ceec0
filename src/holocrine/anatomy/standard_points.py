"""Where muscles are treated: the muscle areas of every target, and published patterns of injection points.

Needles go into the muscle (intramuscular) in all of them. Glabella, forehead and crow's feet are the product labels'
points, placed as in the population fit; the others follow practice: three to four points in the lower half of the
masseter (Peng 2018, doi:10.1111/jocd.12473), one at the base of the columella, four at the edge of the upper lip.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.face import Face, distance_to_rim
from holocrine.anatomy.margins import BROW_MARGIN, RIM_MARGIN
from holocrine.anatomy.polygons import cells
from holocrine.domain.vocabulary import FaceRegion, Target

Place = tuple[float, float]


class StandardPoint(NamedTuple):
    """One injection: place in mm, its region, and its share of the target's dose (0..1; they add up to 1)."""

    x: float
    y: float
    region: FaceRegion
    share: float


def _both(*muscles: str) -> tuple[str, ...]:
    return tuple(f"{muscle}_{side}" for muscle in muscles for side in ("left", "right"))


TARGET_MUSCLES: Mapping[Target, tuple[str, ...]] = MappingProxyType(
    {
        "forehead_lines": _both("middle_frontalis"),
        "glabellar_lines": (*_both("corrugator"), "procerus"),
        "crows_feet": _both("orbicularis_oculi_lateral"),
        "jaw": _both("masseter_lower"),
        "nose_tip": ("depressor_septi",),
        "upper_lip": _both("orbicularis_oris_upper"),
    }
)
"""Muscle areas whose weakness is the aim of a target."""

MARGINS_BROKEN: Mapping[Target, tuple[str, str]] = MappingProxyType(
    {
        "glabellar_lines": (
            "brow",
            "labels put the outer corrugator points over the brow, 10 mm above the orbital rim; the frontalis is weak "
            "there, and what reaches it counts in the risk of brow drop",
        ),
        "upper_lip": (
            "upper_vermilion",
            "the muscle to be weakened lies at the lip's edge; what this does to closing the lips counts in the risk "
            "of lip weakness",
        ),
    }
)
"""The margin for intradermal points that a target's pattern has to break, and why. The orbital margin holds for all."""

_SLACK_MM = 0.2
"""Kept beyond a margin, so that rounding a coordinate to 0.1 mm does not break it."""
_FOREHEAD_COLUMNS_MM = (-34.0, -17.0, 0.0, 17.0, 34.0)
_BESIDE_EYE_MM = ((0.0, 0.0), (-1.0, 11.0), (-1.0, -11.0))
"""From the place beside the middle of the rim; assumption within the labels' drawing."""
_MASSETER_PLACES = ((0.64, 0.0), (0.76, 0.2), (0.76, -0.2), (0.88, 0.0))
"""Way from origin to angle of the jaw, and sideways in widths of the muscle; assumption within its lower half."""
_LIP_COLUMNS = (0.16, 0.5)
"""Shares of the way to the corner of the mouth: the peak of the bow and the middle of each half (assumption)."""
_ABOVE_LIP_EDGE_MM = 1.0


def standard_points(face: Face, target: Target) -> tuple[StandardPoint, ...]:
    """The published pattern for a target on this face, in equal shares; empty for targets without one.

    Places that lie beyond the map's edge, as beside the eye of a narrow face, are left out.
    """
    places = _PATTERNS[target](face) if target in _PATTERNS else []
    homes = [(x, y, region) for x, y in places if (region := face.region_at(x, y)) is not None]
    return tuple(StandardPoint(x, y, region, 1.0 / len(homes)) for x, y, region in homes)


def _glabella(face: Face) -> list[Place]:
    """Two points in each corrugator, raised to the labels' distance from the rim, and one in the procerus."""
    belly = cells(face.muscles["corrugator_left"].polygon, 1.0)
    spots = []
    for x in (float(at) for at in np.quantile(belly[:, 0], [0.2, 0.65])):
        height = float(belly[np.abs(belly[:, 0] - x) < 2.0, 1].mean())
        spots.append((x, _above_rim(face, x, height)))
    procerus = cells(face.muscles["procerus"].polygon, 1.0)
    return [*_mirrored(spots), (0.0, float(procerus[:, 1].mean()))]


def _above_rim(face: Face, x: float, y: float) -> float:
    """The height at or above y (mm) at which a point keeps the margin from the orbital rim."""
    heights = y + np.arange(0.0, 25.0, 0.5)
    far = distance_to_rim(face, np.stack([np.full_like(heights, x), heights], axis=1)) >= RIM_MARGIN
    return float(heights[far][0])


def _forehead(face: Face) -> list[Place]:
    """One row of five half way between brow and hairline, higher where the brow margin asks for it."""
    middle = 0.5 * (float(face.brow_y(0.0)) + float(face.regions["forehead"][:, 1].max()))
    lowest = float(face.brow_y(np.array(_FOREHEAD_COLUMNS_MM)).max()) + BROW_MARGIN + _SLACK_MM
    return [(x, max(middle, lowest)) for x in _FOREHEAD_COLUMNS_MM]


def _crows_feet(face: Face) -> list[Place]:
    """Three points a side beside the lateral rim, one above the other."""
    rim = face.orbital_rim_left
    beside, middle = float(rim[:, 0].max()) + RIM_MARGIN + _SLACK_MM, float(rim[:, 1].mean())
    return _mirrored([(beside + aside, middle + up) for aside, up in _BESIDE_EYE_MM])


def _jaw(face: Face) -> list[Place]:
    """Four points a side as a diamond in the lower half of the masseter."""
    corners = face.muscles["masseter_left"].polygon  # two at the cheekbone, two at the angle of the jaw
    origin, end = corners[[0, 3]].mean(axis=0), corners[[1, 2]].mean(axis=0)
    sideways = corners[0] - corners[3]
    return _mirrored([_pair(origin + along * (end - origin) + aside * sideways) for along, aside in _MASSETER_PLACES])


def _nose_tip(face: Face) -> list[Place]:
    """One point at the base of the columella."""
    return [face.landmarks["subnasale"]]


def _upper_lip(face: Face) -> list[Place]:
    """Two points a side just above the red of the lip."""
    band = face.muscles["orbicularis_oris_upper_left"].polygon
    edge = band[: len(band) // 2][::-1]  # along the red of the lip, outwards from the midline
    columns = [share * face.landmarks["cheilion_left"][0] for share in _LIP_COLUMNS]
    return _mirrored([(x, float(np.interp(x, *edge.T)) + _ABOVE_LIP_EDGE_MM) for x in columns])


def _mirrored(left: list[Place]) -> list[Place]:
    return [(sign * x, y) for sign in (1.0, -1.0) for x, y in left]


def _pair(place: NDArray[np.float64]) -> Place:
    return float(place[0]), float(place[1])


_PATTERNS: Mapping[Target, Callable[[Face], list[Place]]] = MappingProxyType(
    {
        "forehead_lines": _forehead,
        "glabellar_lines": _glabella,
        "crows_feet": _crows_feet,
        "jaw": _jaw,
        "nose_tip": _nose_tip,
        "upper_lip": _upper_lip,
    }
)
