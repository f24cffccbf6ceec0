"""Where the needles of a trial go and where sebum is read: points on one region of the typical face, and cells."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.face import Face, build_face
from holocrine.anatomy.polygons import cells as cells_of
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.trial_arm import ToxinDose
from holocrine.domain.vocabulary import FaceRegion
from holocrine.inference.arms.scenes import MUSCLE_CELL_MM, Scene, lattice, row

Array = NDArray[np.float64]
Ring = tuple[float, float] | None
LIDS = ("levator_palpebrae_left", "levator_palpebrae_right")
SIDES = ("left", "right")


@lru_cache(maxsize=64)
def whole_area(region: FaceRegion, dose: ToxinDose) -> Scene:
    """The points of `dose` in the middle of `region`, cells over the area ("skin") and in the muscles of the lids."""
    make = row if dose.pattern == "row" else lattice
    even = make(region, dose.plane, dose.points, dose.spacing, dose.volume_per_point)
    middle = face().regions[region].mean(axis=0) - even.xy.mean(axis=0)
    return _with_lids(even, even.xy + middle, {"skin": even.cells + middle}, np.ones(len(even.xy)))


@lru_cache(maxsize=64)
def two_sides(region: FaceRegion, dose: ToxinDose, left: float, right: float) -> Scene:
    """As `whole_area`, with the points of each side of the midline mirrored; `left` and `right` scale their doses.

    The points of a side are half of those of the region, the nearest half a spacing from the midline.
    """
    half = lattice(region, dose.plane, max(1, dose.points // 2), dose.spacing, dose.volume_per_point)
    height = np.array([0.0, face().regions[region][:, 1].mean() - half.xy[:, 1].mean()])
    inner = np.array([0.5 * dose.spacing - half.xy[:, 0].min(), 0.0])
    mirror = np.array([-1.0, 1.0])
    xy, cells = half.xy + inner + height, half.cells + inner + height
    parts = {"skin_left": cells, "skin_right": cells * mirror}
    doses = np.repeat([left, right], len(xy))
    return _with_lids(half, np.concatenate([xy, xy * mirror]), parts, doses)


def cells_read(scene: Scene, group: str, ring: Ring) -> NDArray[np.int64]:
    """Cells of a group at a distance (mm) from the nearest point within `ring`; all of them when none lies there."""
    cells = scene.groups[group]
    if ring is None:
        return cells
    near = scene.nearest_point[cells]
    inside = cells[(near >= ring[0]) & (near <= ring[1])]
    return inside if inside.size else cells


@lru_cache(maxsize=1)
def face() -> Face:
    """The typical face."""
    return build_face("female", FaceMeasurements())


def _with_lids(pattern: Scene, xy: Array, skin: Mapping[str, Array], doses: Array) -> Scene:
    """The pattern's needles at `xy` (p, 2) with these `doses` (p,); groups of skin cells, then the lids' muscles."""
    parts = {**skin, **{name: cells_of(face().muscles[name].polygon, MUSCLE_CELL_MM) for name in LIDS}}
    ends = np.cumsum([len(part) for part in parts.values()])
    starts = np.concatenate([[0], ends[:-1]])
    return Scene(
        xy=xy,
        depth=np.full(len(xy), pattern.depth[0]),
        plane=pattern.plane,
        stacks=[pattern.stacks[0]] * len(xy),
        volume_ml=pattern.volume_ml,
        doses=doses,
        cells=np.concatenate(list(parts.values())),
        groups={name: np.arange(a, b) for name, a, b in zip(parts, starts, ends, strict=True)},
        aimed=pattern.aimed,
    )
