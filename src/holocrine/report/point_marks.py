"""The injection points on the face: numbered, and their depth told by shape so that no colour is needed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np

from holocrine.domain.plan import InjectionPoint, Plan
from holocrine.domain.vocabulary import Region
from holocrine.report import svg, wording
from holocrine.report.face_drawing import View

Shape = Literal["circle", "square", "diamond", "triangle"]

DEPTH_SHAPES: tuple[tuple[float, Shape, str], ...] = (
    (1.0, "circle", "up to 1 mm deep"),
    (1.5, "square", "over 1 to 1.5 mm"),
    (2.5, "diamond", "over 1.5 to 2.5 mm"),
    (25.0, "triangle", "over 2.5 mm"),
)
"""Upper bound of depth (mm), its shape, its words; fixed, so that a shape means the same on every plan."""

_LONGEST_ID = 4
_LARGEST, _SMALLEST = 13.0, 8.0  # radius of a mark in drawing units: legible, yet marks of neighbours stay apart


def depth_shape(depth: float) -> Shape:
    """The shape that stands for a depth in mm; a micrometre of rounding in a file changes nothing."""
    return next(shape for bound, shape, _ in DEPTH_SHAPES if depth <= bound + 1e-3)


def point_labels(plan: Plan) -> list[str]:
    """What stands in each mark and in the table: the ids while they fit, otherwise numbers in the plan's order."""
    ids = [point.id for point in plan.points]
    if all(len(name) <= _LONGEST_ID for name in ids):
        return ids
    return [str(number) for number in range(1, len(ids) + 1)]


def part_of(plan: Plan, regions: Collection[Region]) -> Plan:
    """The plan with its points in `regions` alone, each bearing the label that it has in the whole plan."""
    labelled = zip(plan.points, point_labels(plan), strict=True)
    kept = [point.model_copy(update={"id": label}) for point, label in labelled if point.region in regions]
    return plan.model_copy(update={"points": tuple(kept)})


def draw_points(plan: Plan, view: View) -> list[str]:
    """Every point of the plan as a labelled mark with a tooltip."""
    radius = _radius(plan, view)
    labelled = zip(plan.points, point_labels(plan), strict=True)
    return [_point(point, label, radius, plan, view) for point, label in labelled]


def _radius(plan: Plan, view: View) -> float:
    """The mark's radius, a little under half the way to the nearest neighbour."""
    places = np.array([(point.x, point.y) for point in plan.points]).reshape(-1, 2)
    if len(places) < 2:
        return _LARGEST
    apart = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
    nearest = float(apart[~np.eye(len(places), dtype=bool)].min())
    return float(np.clip(0.42 * nearest * view.scale, _SMALLEST, _LARGEST))


def mark(shape: Shape, x: float, y: float, radius: float) -> str:
    """One white mark with a dark rim, centred at `x`, `y` in drawing coordinates."""
    if shape == "circle":
        return svg.element("circle", cx=x, cy=y, r=radius, class_="point", stroke_width=1.4)
    corners = {
        "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
        "diamond": ((0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)),
        "triangle": ((0.0, -1.3), (1.3, 0.95), (-1.3, 0.95)),
    }[shape]
    return svg.path(np.array([x, y]) + radius * np.array(corners), "point", closed=True, stroke_width=1.4)


def _point(point: InjectionPoint, label: str, radius: float, plan: Plan, view: View) -> str:
    (x, y) = (float(v) for v in view.place(np.array([[point.x, point.y]]))[0])
    product = plan.solution.product
    words = (
        f"{point.id}: {wording.dose(point.units, product)} in {wording.volume(point.volume)}, "
        f"{wording.length(point.depth)} deep, {point.plane}"
    )
    size = radius * (1.05, 1.05, 0.86, 0.68)[min(len(label), 4) - 1]
    return svg.element(
        "g",
        svg.tooltip(words),
        mark(depth_shape(point.depth), x, y, radius),
        svg.text(x, y + 0.36 * size, label, "mid strong point-text", font_size=size),
    )
