"""The places that matter: cells of the read-out regions and of the muscles that may be harmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.face import Face
from holocrine.anatomy.muscles import MuscleArea
from holocrine.anatomy.polygons import area_cm2, cells
from holocrine.anatomy.sheets import is_sheet, on_face, region_polygon, sheet
from holocrine.domain.vocabulary import Region

Array = NDArray[np.float64]

REGION_CELL_MM = 2.0
SHEET_CELL_MM = 3.0
"""Hands and feet are large: their mean sweat then differs by up to 0.3 percentage points from that of 1 mm cells."""
MUSCLE_CELL_MM = 4.0
SMALL_MUSCLE_CM2 = 2.0
"""Muscles below this area (upper lip, levator, risorius) get cells half as wide. Against cells of 1 mm the upper end of
a weak upper lip is then 25% too high; on cells of the full width it was 36% too low."""
SIDES = ("left", "right")


@dataclass(frozen=True)
class Scene:
    """Cell centres (n, 2) mm on the common plane per region and per muscle, with the regions' areas in cm2."""

    face: Face
    regions: Mapping[Region, Array]
    areas: Mapping[Region, float]
    muscles: Mapping[str, Array]

    def all_regions(self) -> tuple[Array, dict[Region, slice]]:
        """Cells of all regions in one array, and where each region sits in it."""
        return _join(self.regions)

    def muscle_cells(self, names: Sequence[str]) -> tuple[Array, dict[str, slice]]:
        """Cells of the named muscles in one array, and where each sits in it."""
        return _join({name: self.muscles[name] for name in names})


K = TypeVar("K")


def _join(parts: Mapping[K, Array]) -> tuple[Array, dict[K, slice]]:
    if not parts:
        return np.empty((0, 2)), {}
    ends = np.cumsum([part.shape[0] for part in parts.values()]).tolist()
    starts = [0, *ends[:-1]]
    places = {name: slice(start, end) for name, start, end in zip(parts, starts, ends, strict=True)}
    return np.concatenate(list(parts.values())), places


def scene(
    face: Face, regions: Sequence[Region], region_mm: float = REGION_CELL_MM, muscle_mm: float = MUSCLE_CELL_MM
) -> Scene:
    """Cells of `regions`, `region_mm` wide, and of muscles of the face and the sheets, `muscle_mm` wide or half of it.

    All on the common plane (see `anatomy.sheets`). Cells of a sheet are `SHEET_CELL_MM` wide at least, and its
    muscles are there only when the sheet is, as those of the face only when one of its regions is.
    """
    outlines = {region: region_polygon(face, region) for region in regions}
    widths = {region: max(region_mm, SHEET_CELL_MM) if is_sheet(region) else region_mm for region in regions}
    return Scene(
        face=face,
        regions={region: cells(outline, widths[region]) for region, outline in outlines.items()},
        areas={region: area_cm2(outline) for region, outline in outlines.items()},
        muscles={name: _muscle_cells(muscle, muscle_mm) for name, muscle in _muscles(face, regions).items()},
    )


def _muscle_cells(muscle: MuscleArea, width_mm: float) -> Array:
    small = area_cm2(muscle.polygon) < SMALL_MUSCLE_CM2
    return cells(muscle.polygon, 0.5 * width_mm if small else width_mm)


def _muscles(face: Face, regions: Sequence[Region]) -> dict[str, MuscleArea]:
    areas = dict(face.muscles) if any(on_face(region) for region in regions) else {}
    for region in regions:
        if is_sheet(region):
            areas |= sheet(region, face.sex).muscles
    return areas
