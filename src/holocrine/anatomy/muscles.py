"""Where toxin weakens a muscle: flat areas with their depth below the skin, and the harm that follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.borders import BROW_HALF_HEIGHT, Marks, brow_line, orbital_rim
from holocrine.anatomy.curves import Curve, ellipse, join, mirror, straight, strip
from holocrine.anatomy.polygons import Polygon
from holocrine.anatomy.tables import Row, provenance, read_rows
from holocrine.domain.vocabulary import Sex

Harm = Literal["brow_drop", "lid_ptosis", "smile_change"]
Side = Literal["left", "right", "both"]
_Sizes: TypeAlias = Mapping[str, float]

_GAP_AT_BROW = 1.5
"""mm from the midline; assumption: the bellies nearly meet at the brow."""
_BELLY_REACH = 0.93
"""Share of the temporal half-width; assumption: the belly ends just medial to the temporal crest."""


class _Ground(NamedTuple):
    """What a muscle's outline is drawn on."""

    marks: Marks
    borders: Mapping[str, Curve]


@dataclass(frozen=True, eq=False)
class MuscleArea:
    """A muscle, or the part of one, on the face map.

    `polygon` (n, 2) in mm. Depths in mm below the skin surface, `depth_sd_mm` between people. `harm` is
    what weakness here causes, None where it is harmless or wanted.
    """

    name: str
    side: Side
    polygon: Polygon
    depth_top_mm: float
    depth_bottom_mm: float
    depth_sd_mm: float
    harm: Harm | None
    source: str


def muscle_areas(sex: Sex, marks: Marks, borders: Mapping[str, Curve]) -> dict[str, MuscleArea]:
    """Every muscle area by name (`procerus`, otherwise `..._left` and `..._right`).

    The frontalis comes in two parts per side that do not overlap: `frontalis_lower` below the line of
    convergence lifts the brow, `frontalis_upper` above it pulls the hairline down. Raises KnowledgeError
    when the table is faulty.
    """
    rows = _rows_by_muscle(sex)
    areas: dict[str, MuscleArea] = {}
    for name, (table_name, harm, outline) in _MUSCLES.items():
        own = rows[table_name]
        polygon = outline({quantity: float(row["value"]) for quantity, row in own.items()}, _Ground(marks, borders))
        if name == "procerus":
            areas[name] = _area(name, "both", polygon, harm, own)
            continue
        areas[f"{name}_left"] = _area(name, "left", polygon, harm, own)
        areas[f"{name}_right"] = _area(name, "right", mirror(polygon), harm, own)
    return areas


def _rows_by_muscle(sex: Sex) -> dict[str, dict[str, Row]]:
    table = read_rows("muscles.csv", text=("muscle", "quantity", "sex", "unit"), numbers=("value", "sd"))
    rows: dict[str, dict[str, Row]] = {}
    for row in table:
        if row["sex"] in (sex, "both"):
            rows.setdefault(row["muscle"], {})[row["quantity"]] = row
    return rows


def _area(name: str, side: Side, polygon: Polygon, harm: Harm | None, rows: Mapping[str, Row]) -> MuscleArea:
    polygon.setflags(write=False)
    top, thickness = float(rows["depth_top"]["value"]), float(rows["thickness"]["value"])
    return MuscleArea(
        name=name if side == "both" else f"{name}_{side}",
        side=side,
        polygon=polygon,
        depth_top_mm=top,
        depth_bottom_mm=top + thickness,
        depth_sd_mm=float(rows["depth_top"]["sd"]),
        harm=harm,
        source=" | ".join(f"{quantity}: {provenance(row)}" for quantity, row in rows.items()),
    )


def _belly_heights(
    x: NDArray[np.float64], sizes: _Sizes, ground: _Ground
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Upper brow edge, line of convergence and hairline at the places x, (n,) each in mm."""
    brow, hairline = brow_line(ground.marks), ground.borders["hairline"]
    bottom = np.interp(x, brow[:, 0], brow[:, 1]) + BROW_HALF_HEIGHT
    top = np.interp(x, hairline[:, 0], hairline[:, 1])
    convergence = bottom + sizes["line_of_convergence"] / 100.0 * (ground.marks["trichion"][1] - bottom)
    return bottom, np.minimum(convergence, top - 3.0), top  # the hairline falls off to the side


def _frontalis_lower(sizes: _Sizes, ground: _Ground) -> Polygon:
    x = np.linspace(_GAP_AT_BROW, _BELLY_REACH * ground.marks["frontotemporale_left"][0], 40)
    bottom, convergence, _ = _belly_heights(x, sizes, ground)
    return join(np.stack([x, bottom], axis=1), np.stack([x, convergence], axis=1)[::-1])


def _frontalis_upper(sizes: _Sizes, ground: _Ground) -> Polygon:
    gap = sizes["midline_gap"]
    at_convergence = _GAP_AT_BROW + sizes["line_of_convergence"] / 100.0 * (gap - _GAP_AT_BROW)
    x = np.linspace(at_convergence, _BELLY_REACH * ground.marks["frontotemporale_left"][0], 40)
    _, convergence, top = _belly_heights(x, sizes, ground)
    upper = np.stack([x, top], axis=1)[x >= gap]
    return join(np.stack([x, convergence], axis=1), upper[::-1])


def _corrugator(sizes: _Sizes, ground: _Ground) -> Polygon:
    """From its bony origin beside the midline obliquely up into the skin above the brow's middle."""
    tilt = np.deg2rad(sizes["inclination"])
    start = (sizes["medial_origin"], ground.marks["brow_head_left"][1] - 1.0)
    end = (start[0] + sizes["length"] * float(np.cos(tilt)), start[1] + sizes["length"] * float(np.sin(tilt)))
    return strip(start, end, sizes["width"], taper=0.55)


def _procerus(sizes: _Sizes, ground: _Ground) -> Polygon:
    wide, narrow, nasion = sizes["width_glabella"] / 2.0, sizes["width_sellion"] / 2.0, ground.marks["nasion"][1]
    return straight(
        (-narrow, nasion - 6.0), (narrow, nasion - 6.0), (wide, 0.0), (wide, 6.0), (-wide, 6.0), (-wide, 0.0)
    )


def _orbicularis(sizes: _Sizes, ground: _Ground) -> Polygon:
    """Orbital and lid part together: the rim moved out, by its measured reach laterally, less elsewhere."""
    rim = orbital_rim(ground.marks)
    low, high = rim.min(axis=0), rim.max(axis=0)
    reach = sizes["reach_beyond_rim"]
    centre = (0.5 * (low[0] + high[0] + reach - 1.0), 0.5 * (low[1] + high[1]))
    # assumption: 1 mm beyond the rim medially and 8 mm above and below
    return ellipse(centre, 0.5 * (high[0] - low[0] + reach + 1.0), 0.5 * (high[1] - low[1]) + 8.0, power=2.1)


def _levator(sizes: _Sizes, ground: _Ground) -> Polygon:
    x, rim = ground.marks["orbitale_superius_left"]
    return ellipse((x, rim - 1.0 - sizes["height"] / 2.0), sizes["width"] / 2.0, sizes["height"] / 2.0, power=3.0)


def _zygomaticus(sizes: _Sizes, ground: _Ground) -> Polygon:
    """From the cheekbone in front of its suture to the knot of muscles beside the mouth."""
    cheekbone, arch = ground.marks["zygion_left"]
    x, y = ground.marks["cheilion_left"]
    return strip((0.80 * cheekbone, arch - 4.0), (x + 6.0, y + 2.0), sizes["width"], taper=0.7)


def _risorius(sizes: _Sizes, ground: _Ground) -> Polygon:
    """From the fascia in front of the parotid to the corner of the mouth."""
    jaw, _ = ground.marks["gonion_left"]
    x, y = ground.marks["cheilion_left"]
    return strip((0.96 * jaw, y + 5.0), (x + 6.0, y), sizes["width"], taper=0.7)


def _masseter(sizes: _Sizes, ground: _Ground) -> Polygon:
    """From the cheekbone's arch to the angle of the mandible."""
    cheekbone, arch = ground.marks["zygion_left"]
    jaw, angle = ground.marks["gonion_left"]
    return strip((0.82 * cheekbone, arch - 5.0), (0.78 * jaw, angle), sizes["width"], taper=0.85)


_Outline: TypeAlias = Callable[[_Sizes, _Ground], Polygon]
_MUSCLES: dict[str, tuple[str, Harm | None, _Outline]] = {
    "frontalis_lower": ("frontalis", "brow_drop", _frontalis_lower),
    "frontalis_upper": ("frontalis", None, _frontalis_upper),
    "corrugator": ("corrugator", None, _corrugator),
    "procerus": ("procerus", None, _procerus),
    "orbicularis_oculi": ("orbicularis_oculi", None, _orbicularis),
    "levator_palpebrae": ("levator_palpebrae", "lid_ptosis", _levator),
    "zygomaticus_major": ("zygomaticus_major", "smile_change", _zygomaticus),
    "risorius": ("risorius", "smile_change", _risorius),
    "masseter": ("masseter", None, _masseter),
}
