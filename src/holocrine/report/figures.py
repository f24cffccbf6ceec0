"""The face: points, expected effect as a colour wash with isolines, and the places to stay away from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.face import Face
from holocrine.anatomy.sheets import region_polygon
from holocrine.domain.maps import FaceMaps
from holocrine.domain.plan import Plan
from holocrine.domain.vocabulary import Target
from holocrine.report import svg, wording
from holocrine.report.effect_map import effect_map
from holocrine.report.face_drawing import (
    FRAME,
    View,
    backdrop,
    hatching,
    muscle_outlines,
    region_outlines,
    view_of,
)
from holocrine.report.face_legend import legend
from holocrine.report.point_marks import draw_points, part_of

Layer = Literal["sebum", "sweat", "frontalis"]

LAYER_WORDS: Mapping[Layer, str] = {
    "sebum": "expected fall in sebum, percent",
    "sweat": "expected fall in sweat, percent",
    "frontalis": "expected loss of frontalis force, percent",
}
_LAYER_OF: Mapping[Target, Layer] = {
    "sebum": "sebum",
    "pores": "sebum",
    "acne": "sebum",
    "scars": "sebum",
    "sweat": "sweat",
    "forehead_lines": "frontalis",
}
"""What is mapped for a target; the other muscles have no map."""


def layer_of(targets: Sequence[Target]) -> Layer | None:
    """The layer that shows the first of `targets` that has one."""
    return next((_LAYER_OF[target] for target in targets if target in _LAYER_OF), None)


def plot_face(
    plan: Plan,
    face: Face,
    maps: FaceMaps | None,
    week: float = 4,
    layer: Layer | None = "sebum",
    targets: Sequence[Target] = (),
) -> str:
    """SVG of the face with the plan's points over the effect expected in the map week nearest to `week`.

    The colour scale is fixed at 0-100 percent, so that weeks and plans can be laid side by side; no effect is drawn
    without `maps` or `layer`. Muscles that are to be weakened for `targets` are outlined. Raises ValueError when
    `layer` is unknown.
    """
    if layer is not None and layer not in LAYER_WORDS:
        raise ValueError(f"unknown layer {layer!r}; allowed: {', '.join(LAYER_WORDS)}")
    own, view = part_of(plan, face.regions), view_of(face, plan)
    muscles = muscle_outlines(face, targets, view)
    title, description = "Injection points", _points_in_words(own)
    wash: list[str] = []
    words, shown = None, week
    if maps is not None and layer is not None:
        shown, words = min(maps.weeks, key=lambda w: abs(w - week)), LAYER_WORDS[layer]
        percent = layer_values(maps, shown, layer)
        wash = _effect(face, maps, percent, view, own)
        title = f"{title} and {words}, week {wording.decimal(shown, 1)}"
        description = f"{description} {_effect_in_words(percent, words, shown)}"
    below, height = legend(own, view, words, shown, muscles=bool(muscles))
    content = [
        *backdrop(face, view),
        *wash,
        *region_outlines(face, own, view),
        *hatching(face, view),
        *muscles,
        *draw_points(own, view),
        *below,
    ]
    return svg.figure(f"face-{layer or 'points'}", title, description, (view.width, view.height + height), content)


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


def _points_in_words(plan: Plan) -> str:
    """How many points lie in which region."""
    names = list(dict.fromkeys(point.region for point in plan.points))
    parts = [
        f"{wording.count(sum(p.region == name for p in plan.points), 'point')} in the {wording.region(name)}"
        for name in names
    ]
    points = wording.listing(parts) or "no points"
    return f"Face seen from the front, patient's right on the left. {wording.capital(points)}."


def _effect_in_words(percent: NDArray[np.float64], words: str, week: float) -> str:
    """The strongest and the mean expected effect."""
    if not np.isfinite(percent).any():
        return "No effect is mapped."
    peak, mean = float(np.nanmax(percent)), float(np.nanmean(percent))
    return (
        f"{wording.capital(words.removesuffix(', percent'))} in week {wording.decimal(week, 1)}: up to "
        f"{wording.percent(peak)} beside the points, {wording.percent(mean)} on average over the regions mapped."
    )
