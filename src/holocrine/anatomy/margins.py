"""Where no needle goes: around the orbit, above the brow, on eyelids and lips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holocrine.anatomy.polygons import Polygon, contains, signed_distance

if TYPE_CHECKING:
    from holocrine.anatomy.face import Face
    from holocrine.domain.vocabulary import Region

RIM_MARGIN = 10.0
"""mm outside the bony orbital rim; hard."""
BROW_MARGIN = 20.0
"""mm above the middle line of the brow; default."""
VERMILION_MARGIN = 5.0
"""mm; assumption: keeps a bleb off the lip's edge and the marginal orbicularis."""

_RIM_SOURCE = (
    "assumption: the product labels' 1 cm above the supraorbital ridge for corrugator injections, "
    "taken all round the orbit"
)
_BROW_SOURCE = (
    "IDNPS injection technique guide: 2-2.5 cm above the brow (practice opinion); "
    "prabotulinumtoxinA label: at least 1 cm above the central eyebrow"
)
_NOT_ABOVE_BROW: tuple[Region, ...] = ("glabella", "temple_left", "temple_right")
"""Exempt from the brow rule: muscles between the brows pull down and temples have no brow lifter. The orbital
margin still applies, and what reaches the frontalis from here counts in the risk of brow drop."""


@dataclass(frozen=True, eq=False)
class NoGo:
    """An area and the margin around it in which nothing is injected.

    `polygon` (n, 2) in mm; points inside it or closer than `margin_mm` are out. For the brow the polygon
    is the brow line and the margin is measured straight up from it.
    """

    name: str
    polygon: Polygon
    margin_mm: float
    source: str


def no_go(face: Face) -> tuple[NoGo, ...]:
    """Every forbidden area with its default margin and source."""
    lips = "assumption: keeps a bleb off the lip's edge and the marginal orbicularis oris"
    sides = (("left", face.orbital_rim_left), ("right", face.orbital_rim_right))
    return (
        *(NoGo(f"orbital_rim_{side}", rim, RIM_MARGIN, _RIM_SOURCE) for side, rim in sides),
        *(NoGo(f"eyelids_{side}", rim, 0.0, "anatomy: the lids lie inside the orbital rim") for side, rim in sides),
        NoGo("brow", face.brow_line, BROW_MARGIN, _BROW_SOURCE),
        NoGo("upper_vermilion", face.outlines["upper_lip"], VERMILION_MARGIN, lips),
        NoGo("lower_vermilion", face.outlines["lower_lip"], VERMILION_MARGIN, lips),
    )


def distance_to_rim(face: Face, points: ArrayLike) -> NDArray[np.float64]:
    """Distance in mm of each point (n, 2) to the nearer bony orbital rim, negative inside the orbit; (n,)."""
    return np.minimum(signed_distance(face.orbital_rim_left, points), signed_distance(face.orbital_rim_right, points))


def height_above_brow(face: Face, points: ArrayLike) -> NDArray[np.float64]:
    """Height in mm of each point (n, 2) over the brow's middle line, negative below; (n,)."""
    places = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return places[:, 1] - face.brow_y(places[:, 0])


def allowed(
    face: Face, points: ArrayLike, *, brow_margin_mm: float = BROW_MARGIN, rim_margin_mm: float = RIM_MARGIN
) -> NDArray[np.bool_]:
    """Whether each point (n, 2) in mm may be injected: in a region and outside every margin; (n,).

    The brow margin holds for the forehead and whatever else lies above the brow line, except glabella and
    temples, for which only the orbital margin applies.
    """
    places = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    in_region = np.zeros(len(places), dtype=np.bool_)
    exempt = np.zeros(len(places), dtype=np.bool_)
    for name, polygon in face.regions.items():
        inside = contains(polygon, places)
        in_region |= inside
        if name in _NOT_ABOVE_BROW:
            exempt |= inside
    height = height_above_brow(face, places)
    too_low = (height >= 0.0) & (height < brow_margin_mm) & ~exempt
    off_lips = np.minimum(
        signed_distance(face.outlines["upper_lip"], places), signed_distance(face.outlines["lower_lip"], places)
    )
    clear_of_rim = distance_to_rim(face, places) >= rim_margin_mm
    return in_region & ~too_low & clear_of_rim & (off_lips >= VERMILION_MARGIN)
