"""The face of one person as a flat map in millimetres.

Origin mid-glabella, x to the patient's left, y up. The map is a frontal view: the skin's curvature is not
unrolled, so lengths and areas on the sides of the face are shorter than along the skin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holocrine.anatomy.borders import border_lines, brow_line, orbital_rim
from holocrine.anatomy.curves import mirror
from holocrine.anatomy.landmarks import landmarks
from holocrine.anatomy.margins import NoGo, allowed, distance_to_rim, height_above_brow, no_go
from holocrine.anatomy.measurements import Measurement, complete
from holocrine.anatomy.muscles import MuscleArea, muscle_areas
from holocrine.anatomy.outlines import drawing_lines
from holocrine.anatomy.polygons import Polygon, contains
from holocrine.anatomy.regions import skin_regions
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.vocabulary import FaceRegion, Sex

__all__ = [
    "Face",
    "Measurement",
    "MuscleArea",
    "NoGo",
    "allowed",
    "build_face",
    "distance_to_rim",
    "height_above_brow",
    "no_go",
]


@dataclass(frozen=True, eq=False)
class Face:
    """Regions, muscles, landmarks and margins of one face; all coordinates in mm, all arrays read-only.

    `brow_line` (n, 2) holds both brows from the right tail to the left tail; between the brows it runs
    straight. `outlines` are for drawing: names ending in `_line` are open, the others closed.
    """

    sex: Sex
    regions: Mapping[FaceRegion, Polygon]
    muscles: Mapping[str, MuscleArea]
    landmarks: Mapping[str, tuple[float, float]]
    brow_line: NDArray[np.float64]
    orbital_rim_left: Polygon
    orbital_rim_right: Polygon
    measurements: Mapping[str, Measurement]
    outlines: Mapping[str, NDArray[np.float64]]

    def region_at(self, x: float, y: float) -> FaceRegion | None:
        """The region in which the point (mm) lies, None outside all of them."""
        return next((name for name, polygon in self.regions.items() if contains(polygon, [(x, y)])[0]), None)

    def brow_y(self, x: ArrayLike) -> NDArray[np.float64]:
        """Height (mm) of the brow line at x (mm), same shape; level beyond the tails."""
        heights: NDArray[np.float64] = np.interp(np.asarray(x), self.brow_line[:, 0], self.brow_line[:, 1])
        return heights


def build_face(sex: Sex, measurements: FaceMeasurements) -> Face:
    """The face map for one person; what was not measured comes from anthropometry for the sex.

    Raises FieldError when a measurement is implausible or contradicts another, KnowledgeError when a
    packaged table is faulty.
    """
    distances = complete(sex, measurements)
    marks = landmarks(sex, distances)
    borders = border_lines(marks)
    rim = orbital_rim(marks)
    return Face(
        sex=sex,
        regions={name: _frozen(polygon) for name, polygon in skin_regions(borders).items()},
        muscles=muscle_areas(sex, marks, borders),
        landmarks=marks,
        brow_line=_frozen(brow_line(marks)),
        orbital_rim_left=_frozen(rim),
        orbital_rim_right=_frozen(mirror(rim)),
        measurements=distances,
        outlines={name: _frozen(line) for name, line in drawing_lines(marks, borders).items()},
    )


def _frozen(line: NDArray[np.float64]) -> NDArray[np.float64]:
    line.setflags(write=False)
    return line
