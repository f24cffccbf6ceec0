"""The face: points, expected effect as a colour wash with isolines, and the places to stay away from."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.face import Face
from holocrine.anatomy.sheets import region_polygon
from holocrine.domain.maps import FaceMaps
from holocrine.domain.plan import Plan
from holocrine.report import svg, wording
from holocrine.report.effect_map import effect_map
from holocrine.report.face_drawing import FRAME, View, backdrop, hatching, region_outlines, view_of
from holocrine.report.face_legend import LEGEND_HEIGHT, legend
from holocrine.report.point_marks import draw_points

Layer = Literal["sebum", "sweat", "frontalis"]

LAYER_WORDS = {
    "sebum": "expected fall in sebum, percent",
    "sweat": "expected fall in sweat, percent",
    "frontalis": "expected loss of frontalis force, percent",
}


def plot_face(plan: Plan, face: Face, maps: FaceMaps, week: float = 4, layer: Layer = "sebum") -> str:
    """SVG of the face with the plan's points over the effect expected in the map week nearest to `week`.

    The colour scale is fixed at 0-100 percent, so that weeks and plans can be laid side by side. Raises
    ValueError when `layer` is unknown.
    """
    if layer not in LAYER_WORDS:
        raise ValueError(f"unknown layer {layer!r}; allowed: {', '.join(LAYER_WORDS)}")
    shown = min(maps.weeks, key=lambda w: abs(w - week))
    percent = layer_values(maps, shown, layer)
    view = view_of(face, plan)
    content = [
        *backdrop(face, view),
        *_effect(face, maps, percent, view, plan),
        *region_outlines(face, plan, view),
        *hatching(face, view),
        *draw_points(plan, view),
        *legend(plan, view, LAYER_WORDS[layer], shown),
    ]
    title = f"Injection points and {LAYER_WORDS[layer]}, week {wording.decimal(shown, 1)}"
    size = (view.width, view.height + LEGEND_HEIGHT)
    return svg.figure(f"face-{layer}", title, _describe(plan, percent, layer, shown), size, content)


def layer_values(maps: FaceMaps, week: float, layer: Layer) -> NDArray[np.float64]:
    """The raster (ny, nx) in percent of one layer in one of the map's weeks."""
    rasters = {"sebum": maps.sebum_fall, "sweat": maps.sweat_fall, "frontalis": maps.frontalis_loss}
    return np.asarray(rasters[layer][maps.weeks.index(week)], dtype=np.float64)


def _effect(face: Face, maps: FaceMaps, percent: NDArray[np.float64], view: View, plan: Plan) -> list[str]:
    """The wash over the regions of the face that are mapped."""
    mapped = {maps.regions[i] for i in np.unique(maps.region_of[np.isfinite(percent)]) if i >= 0}
    inside = [region_polygon(face, name) for name in sorted(mapped)]
    taken = np.array([(point.x, point.y) for point in plan.points]).reshape(-1, 2)
    return effect_map(maps.x, maps.y, percent, inside, taken, view, clip="face-clip", frame=FRAME)


def _describe(plan: Plan, percent: NDArray[np.float64], layer: Layer, week: float) -> str:
    """The figure in words: the points per region and the strongest expected effect."""
    names = list(dict.fromkeys(point.region for point in plan.points))
    parts = [
        f"{wording.count(sum(p.region == name for p in plan.points), 'point')} in the {wording.region(name)}"
        for name in names
    ]
    points = wording.listing(parts) or "no points"
    if not np.isfinite(percent).any():
        return f"Face seen from the front, patient's right on the left. {wording.capital(points)}. No effect is mapped."
    peak, mean = float(np.nanmax(percent)), float(np.nanmean(percent))
    return (
        f"Face seen from the front, patient's right on the left. {wording.capital(points)}. "
        f"{wording.capital(LAYER_WORDS[layer].removesuffix(', percent'))} in week {wording.decimal(week, 1)}: up to "
        f"{wording.percent(peak)} beside the points, {wording.percent(mean)} on average over the regions mapped."
    )
