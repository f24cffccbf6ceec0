"""Sites off the face as flat sheets: their outlines, the muscles under them, and their place on one common plane.

The engine knows a single plane. The face keeps its place on it; every sheet lies a metre away from the face and
from the next sheet, so that no kernel reaches from one to another. A clinician's coordinates are mm from the
sheet's own centre, seen as when sitting opposite: x to the patient's left, y up (fingers, toes or raised arm on
top). Centres: the apex of the axilla; the middle of the palm on the axis of the middle finger; half the length of
the foot on its axis; the middle of the bladder's back wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holocrine.anatomy.bladder_wall import FILL_ML, wall_outline
from holocrine.anatomy.curves import mirror
from holocrine.anatomy.face import Face
from holocrine.anatomy.muscles import MuscleArea, Side
from holocrine.anatomy.polygons import Polygon, area_cm2
from holocrine.anatomy.sheet_outlines import outline, thenar
from holocrine.anatomy.sites import layer_stack
from holocrine.anatomy.tables import Row, provenance, read_rows
from holocrine.domain.vocabulary import FaceRegion, Region, Sex, SheetRegion
from holocrine.errors import KnowledgeError

ORIGINS: Mapping[SheetRegion, tuple[float, float]] = MappingProxyType(
    {
        "axilla_left": (1000.0, 0.0),
        "axilla_right": (-1000.0, 0.0),
        "palm_left": (2000.0, 0.0),
        "palm_right": (-2000.0, 0.0),
        "sole_left": (3000.0, 0.0),
        "sole_right": (-3000.0, 0.0),
        "bladder": (0.0, -1000.0),
    }
)
"""Centre of each sheet on the common plane, mm; left and right at mirrored places, so that their cells mirror too."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """One flat site.

    `outline` (n, 2) in mm about the sheet's own centre; `origin` is that centre on the common plane. `muscles`
    lie on the common plane, as those of the face do.
    """

    region: SheetRegion
    outline: Polygon
    origin: tuple[float, float]
    muscles: Mapping[str, MuscleArea]
    source: str

    @property
    def area_cm2(self) -> float:
        """Area in cm2."""
        return area_cm2(self.outline)

    @property
    def polygon(self) -> Polygon:
        """The outline (n, 2) on the common plane, mm."""
        return to_plane(self.region, self.outline)


def is_sheet(region: Region) -> TypeGuard[SheetRegion]:
    """Whether a region is a sheet of its own."""
    return region in ORIGINS


def on_face(region: Region) -> TypeGuard[FaceRegion]:
    """Whether a region is a part of the face."""
    return region not in ORIGINS


def to_plane(region: Region, xy: ArrayLike) -> NDArray[np.float64]:
    """Places (..., 2) in a region's own coordinates (mm) on the common plane; those of the face stay as they are."""
    places: NDArray[np.float64] = np.asarray(xy, dtype=np.float64) + _origin(region)
    return places


def to_sheet(region: Region, xy: ArrayLike) -> NDArray[np.float64]:
    """Places (..., 2) on the common plane (mm) in a region's own coordinates: the inverse of `to_plane`."""
    places: NDArray[np.float64] = np.asarray(xy, dtype=np.float64) - _origin(region)
    return places


def region_polygon(face: Face, region: Region) -> Polygon:
    """The outline (n, 2) of a region of the face or of a sheet, on the common plane, mm."""
    if on_face(region):
        return face.regions[region]
    return sheet(region, face.sex).polygon


@lru_cache(maxsize=16)
def sheet(region: SheetRegion, sex: Sex) -> Sheet:
    """One sheet in the mean size for the sex. Raises KnowledgeError when the table is faulty."""
    if region == "bladder":
        source = f"assumption: unrolled sphere filled with {FILL_ML:g} mL"
        return Sheet(region, _on_side(wall_outline(), ""), ORIGINS[region], MappingProxyType({}), source)
    kind, _, side = region.partition("_")
    rows = _rows(kind, sex)
    sizes = {name: float(row["value"]) for name, row in rows.items()}
    try:
        edge = _on_side(outline(kind, sizes), side)
    except KeyError as missing:
        raise KnowledgeError(f"sheets.csv: {kind} ({sex}) has no {missing.args[0]}") from missing
    muscles = [_thenar(region, sizes, sex)] if kind == "palm" else []
    source = " | ".join(f"{name}: {provenance(row)}" for name, row in rows.items())
    return Sheet(region, edge, ORIGINS[region], MappingProxyType({area.name: area for area in muscles}), source)


def _origin(region: Region) -> NDArray[np.float64]:
    return np.asarray(ORIGINS[region] if is_sheet(region) else (0.0, 0.0))


def _thenar(region: SheetRegion, sizes: Mapping[str, float], sex: Sex) -> MuscleArea:
    """The short muscles of the thumb, as deep as the palm's layers say."""
    side: Side = "left" if region.endswith("left") else "right"
    stack = layer_stack(region, sex)
    above = stack.layers[:-1]
    return MuscleArea(
        name=f"thenar_{side}",
        side=side,
        polygon=to_plane(region, _on_side(thenar(sizes), side)),
        depth_top_mm=stack.top("muscle"),
        depth_bottom_mm=stack.depth_mm,
        depth_sd_mm=float(np.hypot.reduce([layer.cv * layer.thickness_mm for layer in above])),
        harm="grip_weakness",
        source=" | ".join(f"{layer.name}: {layer.source}" for layer in stack.layers),
    )


def _on_side(left: Polygon, side: str) -> Polygon:
    line = mirror(left) if side == "right" else left
    line.setflags(write=False)
    return line


def _rows(kind: str, sex: Sex) -> Mapping[str, Row]:
    """Rows of the table for a kind of sheet, by quantity."""
    table = read_rows("sheets.csv", text=("sheet", "quantity", "sex", "unit"), numbers=("value", "sd"))
    return {row["quantity"]: row for row in table if row["sheet"] == kind and row["sex"] in (sex, "both")}
