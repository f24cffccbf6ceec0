"""Where the needles of a study arm go and where its effect is read: points, tissue below them, and cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.curves import ellipse
from holocrine.anatomy.face import Face, build_face, distance_to_rim
from holocrine.anatomy.polygons import cells as cells_of
from holocrine.anatomy.sites import LayerStack, layer_stack
from holocrine.anatomy.stacks import SIDES, is_deep, stack_at
from holocrine.anatomy.standard_points import standard_points
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.vocabulary import BodySite, Plane, Region, Target
from holocrine.simulation.spread import DEPTHS, needle_depths

Array = NDArray[np.float64]

LANDINGS = 6
"""Ways in which the points of one arm land; every arm of a fit uses the same errors."""
MUSCLE_CELL_MM = 5.0
MUSCLES = (
    "procerus",
    *(
        f"{name}_{side}"
        for name in ("corrugator", "frontalis_lower", "frontalis_upper", "orbicularis_oculi", "levator_palpebrae")
        for side in ("left", "right")
    ),
)
"""Muscles read in labelled treatments; of the orbicularis only the part lateral to the eye."""
SMILE = tuple(f"{name}_{side}" for name in ("zygomaticus_major", "risorius") for side in SIDES)
"""Muscles of the smile."""
MASSETER = tuple(f"{name}_{side}" for name in ("masseter", "masseter_lower") for side in SIDES)
LIP_EDGE = tuple(f"orbicularis_oris_upper_{side}" for side in SIDES)
LOWER_FACE: Mapping[str, tuple[Target, tuple[str, ...]]] = {
    "masseter": ("jaw", (*MASSETER, *SMILE)),
    "upper lip": ("upper_lip", LIP_EDGE),
}
"""Areas of the lower face: the target whose standard points are injected, and the muscles read."""
CROSSED = "frontalis at the row of points"
CROSSED_MM = 7.0
"""Half the height of the strip of frontalis that a row of points crosses."""
SMALL_MUSCLES: Mapping[str, tuple[float, float]] = {
    "extensor digitorum brevis": (10.0, 6.0),
    "depressor anguli oris": (8.0, 2.0),
    "upper lip elevators": (6.0, 2.0),
    "neck (cervical dystonia)": (15.0, 6.0),
}
"""Muscles treated as a whole: radius of the disc that one point is for, and thickness, mm (assumptions by textbook
size)."""
UNDER_BROW_MM = 4.0
"""How far below the tail of the brow its lateral depressor is treated (assumption)."""
RIM_DISTANCE_MM = 10.0
"""Labels ask for glabellar points at least this far above the orbital rim."""
NEEDLE_DEPTHS: Mapping[Plane, Array] = {
    "intradermal": DEPTHS[:4],
    "subcutaneous": DEPTHS[2:7],
    "intramuscular": DEPTHS[3:],
}
"""Depths (mm) at which kernels are solved for a plane; needles land on or between them, as in forecasts."""
SHALLOWEST_DEEP_MM = 8.0
"""Above this no needle ends that is meant for the middle of a deep muscle."""


@dataclass(frozen=True, eq=False)
class Scene:
    """Points `xy` (p, 2) mm at `depth` (p,) mm with the layers below each, and cells (c, 2) mm in named groups.

    `doses` (p,) are shares of the arm's unit: 1 for every point unless areas are dosed differently. `aimed` says that
    the effect was read round where the needle went in, so that missing the planned place does not matter.
    """

    xy: Array
    depth: Array
    plane: Plane
    stacks: Sequence[LayerStack]
    volume_ml: float
    doses: Array
    cells: Array
    groups: Mapping[str, NDArray[np.int64]]
    aimed: bool = False

    @property
    def needle_depths(self) -> Array:
        """Depths (mm) at which kernels are solved for the needles of this scene."""
        if not is_deep(self.stacks[0]):
            return NEEDLE_DEPTHS[self.plane]
        depths = needle_depths(self.stacks[0])
        return depths[depths >= SHALLOWEST_DEEP_MM]

    @property
    def nearest_point(self) -> Array:
        """Distance of every cell from the nearest point, (c,), mm."""
        return np.asarray(np.linalg.norm(self.cells[:, None] - self.xy[None], axis=2).min(axis=1))


def lattice(site: Region | BodySite, plane: Plane, count: int, spacing_mm: float, volume_ml: float) -> Scene:
    """`count` points in even rows over an area; the effect is read evenly over that area."""
    columns = max(1, round(np.sqrt(count)))
    order = np.arange(count)
    xy = spacing_mm * np.stack([order % columns, order // columns], axis=1).astype(np.float64)
    rows = int(order[-1] // columns) + 1
    x = spacing_mm * ((np.arange(8) + 0.5) / 8.0 * columns - 0.5)
    y = spacing_mm * ((np.arange(8) + 0.5) / 8.0 * rows - 0.5)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return _even(site, plane, volume_ml, xy, grid)


def single(site: Region | BodySite, plane: Plane, volume_ml: float) -> Scene:
    """One point; the effect is read along a ray of 60 cells, 0.5 mm apart."""
    ray = np.stack([0.5 * (np.arange(60) + 0.5), np.zeros(60)], axis=1)
    return _even(site, plane, volume_ml, np.zeros((1, 2)), ray, aimed=True)


def small_muscle(name: str, volume_ml: float) -> Scene:
    """One point in the middle of one of `SMALL_MUSCLES`, read over its disc, under skin as thin as the forehead's."""
    radius, thickness = SMALL_MUSCLES[name]
    skin = layer_stack("forehead", "female")
    layers = tuple(replace(layer, thickness_mm=thickness) if layer.name == "muscle" else layer for layer in skin.layers)
    stack = replace(skin, layers=layers)
    grid = cells_of(ellipse((0.0, 0.0), radius, radius), 2.0)
    depth = np.array([_depth(stack, "intramuscular")])
    everything = {"skin": np.arange(len(grid))}
    return Scene(np.zeros((1, 2)), depth, "intramuscular", [stack], volume_ml, np.ones(1), grid, everything, aimed=True)


def row(site: Region | BodySite, plane: Plane, count: int, spacing_mm: float, volume_ml: float) -> Scene:
    """`count` points side by side; read round the middle point, half way to its neighbours and 26 mm up and down."""
    xy = np.stack([spacing_mm * (np.arange(count) - count // 2), np.zeros(count)], axis=1).astype(np.float64)
    x = spacing_mm * ((np.arange(8) + 0.5) / 8.0 - 0.5)
    y = np.arange(-25.0, 26.0, 2.0)
    return _even(site, plane, volume_ml, xy, np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2), aimed=True)


def _even(
    site: Region | BodySite, plane: Plane, volume_ml: float, xy: Array, grid: Array, *, aimed: bool = False
) -> Scene:
    stack = layer_stack(site, "female")
    depth = np.full(len(xy), _depth(stack, plane))
    everything = {"skin": np.arange(len(grid))}
    return Scene(xy, depth, plane, [stack] * len(xy), volume_ml, np.ones(len(xy)), grid, everything, aimed)


def labelled(units: Mapping[str, float], volume_ml: float) -> Scene:
    """Labelled points of the upper face, read in `MUSCLES`; `units` per point by area ("glabella", "forehead", ...)."""
    face = _face()
    places = [(x, y, region, dose) for area, dose in units.items() for x, y, region in _label_points(area)]
    stacks = [
        _beside_the_eye() if region.startswith("temple") else layer_stack(region, "female")
        for _, _, region, _ in places
    ]
    parts = _muscle_cells(MUSCLES)
    for side in SIDES:
        lids = parts[f"orbicularis_oculi_{side}"]
        parts[f"orbicularis_oculi_{side}"] = lids[np.abs(lids[:, 0]) > face.orbital_rim_left[:, 0].max() - 3.0]
    cells, groups = _grouped(parts)
    return Scene(
        xy=np.array([(x, y) for x, y, _, _ in places]),
        depth=np.array([_depth(stack, "intramuscular") for stack in stacks]),
        plane="intramuscular",
        stacks=stacks,
        volume_ml=volume_ml,
        doses=np.array([dose for _, _, _, dose in places]),
        cells=cells,
        groups=groups | {CROSSED: _crossed(cells, groups, places)},
    )


def lower_face(area: str, volume_ml: float) -> Scene:
    """The standard points of one of the areas in `LOWER_FACE`, both sides, read in its muscles.

    The layers under the first point stand for all.
    """
    face, (target, muscles) = _face(), LOWER_FACE[area]
    points = standard_points(face, target)
    x, y, region, _ = points[0]
    stacks = [stack_at(face, region, x, y, "intramuscular")] * len(points)
    cells, groups = _grouped(_muscle_cells(muscles))
    return Scene(
        xy=np.array([(point.x, point.y) for point in points]),
        depth=np.array([_depth(stack, "intramuscular") for stack in stacks]),
        plane="intramuscular",
        stacks=stacks,
        volume_ml=volume_ml,
        doses=np.ones(len(points)),
        cells=cells,
        groups=groups,
    )


def parotid(count: int, spacing_mm: float, volume_ml: float) -> Scene:
    """`count` intradermal points in even rows over the left parotid and masseter, read in the muscles of the smile."""
    face = _face()
    even = lattice("cheek_left", "intradermal", count, spacing_mm, volume_ml)
    middle = face.muscles["masseter_left"].polygon.mean(axis=0) - even.xy.mean(axis=0)
    cells, groups = _grouped(_muscle_cells([name for name in SMILE if name.endswith("left")]))
    return replace(even, xy=even.xy + middle, cells=cells, groups=groups)


def _muscle_cells(names: Sequence[str]) -> dict[str, Array]:
    """Cells (n, 2) mm of muscles of the typical face by name."""
    return {name: cells_of(_face().muscles[name].polygon, MUSCLE_CELL_MM) for name in names}


def _grouped(parts: Mapping[str, Array]) -> tuple[Array, dict[str, NDArray[np.int64]]]:
    """All cells in one list, and where each part sits in it."""
    ends = np.cumsum([len(part) for part in parts.values()])
    starts = np.concatenate([[0], ends[:-1]])
    groups = {name: np.arange(a, b) for name, a, b in zip(parts, starts, ends, strict=True)}
    return np.concatenate(list(parts.values())), groups


def _crossed(
    cells: Array, groups: Mapping[str, NDArray[np.int64]], places: Sequence[tuple[float, float, Region, float]]
) -> NDArray[np.int64]:
    """Cells of the frontalis at the height of the forehead's row of points; all of it when there is no such row.

    The fibres run up and down, and a fibre pulls no harder than where it is weakest.
    """
    frontalis = np.concatenate([cell for name, cell in groups.items() if name.startswith("frontalis")])
    heights = [y for _, y, _, _ in places]
    row = max(set(heights), key=heights.count)
    near = frontalis[np.abs(cells[frontalis, 1] - row) <= CROSSED_MM] if heights.count(row) >= 5 else frontalis
    return near if near.size else frontalis


def _depth(stack: LayerStack, plane: Plane) -> float:
    """Middle of the layer a needle is meant for, mm; intradermal needles sit a little below the middle."""
    if plane == "intradermal":
        return stack.top("dermis") + 0.6 * stack.thickness("dermis")
    if plane == "subcutaneous":
        return stack.top("subcutis") + 0.5 * min(stack.thickness("subcutis"), 3.0)
    if is_deep(stack):
        return stack.top("muscle") + 0.5 * stack.thickness("muscle")
    return min(stack.top("muscle") + 0.5 * min(stack.thickness("muscle"), 2.0), 5.0)


@lru_cache(maxsize=1)
def _beside_the_eye() -> LayerStack:
    """The temple's skin over the orbicularis oculi instead of over the temporalis."""
    temple, muscle = layer_stack("temple_left", "female"), _face().muscles["orbicularis_oculi_left"]
    fat = muscle.depth_top_mm - temple.top("subcutis")
    heights = {"subcutis": max(fat, 0.2), "muscle": muscle.depth_bottom_mm - muscle.depth_top_mm}
    layers = tuple(replace(layer, thickness_mm=heights.get(layer.name, layer.thickness_mm)) for layer in temple.layers)
    return replace(temple, layers=layers)


@lru_cache(maxsize=1)
def _face() -> Face:
    return build_face("female", FaceMeasurements())


@lru_cache(maxsize=8)
def _label_points(area: str) -> tuple[tuple[float, float, Region], ...]:
    """Where the labels put their points on the typical face, (x, y, region)."""
    face = _face()
    if area == "glabella":
        belly = cells_of(face.muscles["corrugator_left"].polygon, 1.0)
        middle, outer = (float(at) for at in np.quantile(belly[:, 0], [0.2, 0.65]))
        spots = [
            (at, _above_rim(face, at, float(belly[np.abs(belly[:, 0] - at) < 2.0, 1].mean()))) for at in (middle, outer)
        ]
        procerus = cells_of(face.muscles["procerus"].polygon, 1.0).mean(axis=0)
        both = [(sign * a, b) for sign in (-1.0, 1.0) for a, b in spots]
        return tuple((a, b, _region(face, a, b)) for a, b in [*both, (0.0, float(procerus[1]))])
    if area == "forehead":
        polygon = face.regions["forehead"]
        y = float(np.mean([face.brow_y(0.0), polygon[:, 1].max()]))
        return tuple((a, y, "forehead") for a in (-34.0, -17.0, 0.0, 17.0, 34.0))
    if area == "brow depressors":
        edge = float(face.orbital_rim_left[:, 0].max())
        y = float(face.brow_y(edge)) - UNDER_BROW_MM
        return ((-edge, y, "temple_right"), (edge, y, "temple_left"))
    x, y = float(face.orbital_rim_left[:, 0].max()), float(face.orbital_rim_left[:, 1].mean())
    spots = [(x + 10.0, y), (x + 9.0, y + 11.0), (x + 9.0, y - 11.0)]
    sides: tuple[tuple[float, Region], ...] = ((-1.0, "temple_right"), (1.0, "temple_left"))
    return tuple((sign * a, b, region) for sign, region in sides for a, b in spots)


def _above_rim(face: Face, x: float, y: float) -> float:
    """The height at or above y (mm) at which a point keeps the labels' distance from the orbital rim."""
    heights = y + np.arange(0.0, 25.0, 0.5)
    far = distance_to_rim(face, np.stack([np.full_like(heights, x), heights], axis=1)) >= RIM_DISTANCE_MM
    return float(heights[far][0])


def _region(face: Face, x: float, y: float) -> Region:
    return face.region_at(x, y) or "glabella"
