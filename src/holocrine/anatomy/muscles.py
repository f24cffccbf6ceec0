"""Where toxin weakens a muscle: flat areas with their depth below the skin, and the harm that follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from holocrine.anatomy import muscle_outlines as shapes
from holocrine.anatomy.borders import Marks
from holocrine.anatomy.curves import Curve, mirror
from holocrine.anatomy.muscle_outlines import Ground, Sizes
from holocrine.anatomy.polygons import Polygon
from holocrine.anatomy.tables import Row, provenance, read_rows
from holocrine.domain.vocabulary import Harm, Sex

Side = Literal["left", "right", "both"]


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
    """Every muscle area by name: those across the midline (`procerus`, `depressor_septi`) once, the others as
    `..._left` and `..._right`.

    The frontalis comes in two parts per side that do not overlap: `frontalis_lower` below the line of
    convergence lifts the brow, `frontalis_upper` above it pulls the hairline down. `middle_frontalis`,
    `masseter_lower` and `orbicularis_oculi_lateral` are parts of other areas, read on their own. Raises
    KnowledgeError when the table is faulty.
    """
    rows = _rows_by_muscle(sex)
    areas: dict[str, MuscleArea] = {}
    for name, (table_name, harm, outline) in _MUSCLES.items():
        own = rows[table_name]
        polygon = outline({quantity: float(row["value"]) for quantity, row in own.items()}, Ground(marks, borders))
        if name in _MIDLINE:
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


_Outline: TypeAlias = Callable[[Sizes, Ground], Polygon]
_MIDLINE = ("procerus", "depressor_septi")
_MUSCLES: dict[str, tuple[str, Harm | None, _Outline]] = {
    "frontalis_lower": ("frontalis", "brow_drop", shapes.frontalis_lower),
    "frontalis_upper": ("frontalis", None, shapes.frontalis_upper),
    "corrugator": ("corrugator", None, shapes.corrugator),
    "procerus": ("procerus", None, shapes.procerus),
    "orbicularis_oculi": ("orbicularis_oculi", None, shapes.orbicularis),
    "levator_palpebrae": ("levator_palpebrae", "lid_ptosis", shapes.levator),
    "zygomaticus_major": ("zygomaticus_major", "smile_change", shapes.zygomaticus),
    "risorius": ("risorius", "smile_change", shapes.risorius),
    "masseter": ("masseter", "bite_weakness", shapes.masseter),
    "middle_frontalis": ("frontalis", None, shapes.middle_frontalis),
    "masseter_lower": ("masseter", None, shapes.masseter_lower),
    "orbicularis_oculi_lateral": ("orbicularis_oculi", None, shapes.orbicularis_lateral),
    "depressor_septi": ("depressor_septi", None, shapes.depressor_septi),
    "orbicularis_oris_upper": ("orbicularis_oris_upper", "lip_weakness", shapes.orbicularis_oris_upper),
}
"""By name: its rows in the table, the harm of its weakness, its outline on the left half (or across the midline)."""
