"""The face: points, expected effect as a colour wash with isolines, and the places to stay away from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.face import Face
from holocrine.anatomy.polygons import signed_distance
from holocrine.domain.maps import FaceMaps
from holocrine.domain.plan import Plan
from holocrine.report import svg, wording
from holocrine.report.face_drawing import FRAME, View, backdrop, hatching, region_outlines, view_of
from holocrine.report.face_legend import LEGEND_HEIGHT, legend
from holocrine.report.isolines import isolines
from holocrine.report.point_marks import draw_points
from holocrine.report.raster import data_uri, wash

Layer = Literal["sebum", "sweat", "frontalis"]

LAYER_WORDS = {
    "sebum": "expected fall in sebum, percent",
    "sweat": "expected fall in sweat, percent",
    "frontalis": "expected loss of frontalis force, percent",
}
_LEVELS = tuple(float(level) for level in range(10, 100, 10))
_LABEL_INSIDE = 3.0  # mm from the edge of the region, so that no label is cut
_CLEAR_ENOUGH = 5.5  # mm between a label and the next mark; further away is no better
_FINER = 4  # drawing cells per grid cell and side, so that edges look smooth; nothing is computed from it


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
    """The wash and its isolines, cut to the outlines of the regions so that no cell's corner sticks out."""
    if not np.isfinite(percent).any():
        return []
    x, y, values = _finer(maps.x, maps.y, _spread_into_gaps(percent))
    half_x, half_y = (x[1] - x[0]) / 2.0, (y[1] - y[0]) / 2.0
    (left, top), (right, bottom) = view.place(
        np.array([[x[0] - half_x, y[-1] + half_y], [x[-1] + half_x, y[0] - half_y]])
    )
    image = svg.element(
        "image",
        href=data_uri(wash(values[::-1])),
        x=float(left),
        y=float(top),
        width=float(right - left),
        height=float(bottom - top),
        preserveAspectRatio="none",
    )
    mapped = {maps.regions[i] for i in np.unique(maps.region_of[np.isfinite(percent)]) if i >= 0}
    outlines = [svg.path(view.place(face.regions[name]), "", closed=True) for name in sorted(mapped)]
    clip = svg.element("clipPath", *outlines, id="face-clip")
    taken = np.array([(point.x, point.y) for point in plan.points]).reshape(-1, 2)
    inside = [face.regions[name] for name in sorted(mapped)]
    lines, labels = _isolines(x, y, values, view, inside, taken)
    inner = svg.element("g", image, *lines, clip_path="url(#face-clip)")
    return [clip, svg.element("g", inner, *labels, clip_path=FRAME)]


def _isolines(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    values: NDArray[np.float64],
    view: View,
    inside: Sequence[NDArray[np.float64]],
    taken: NDArray[np.float64],
) -> tuple[list[str], list[str]]:
    """Lines of every level reached, and one label per level, `inside` the outlines and clear of `taken` (n, 2), mm."""
    drawn, labels = [], []
    for level in _LEVELS:
        lines = isolines(x, y, values, level)
        drawn += [svg.path(view.place(line), "iso", stroke_width=0.45 + level / 60.0) for line in lines]
        places = np.concatenate(lines) if lines else np.empty((0, 2))
        within = np.any([signed_distance(outline, places) < -_LABEL_INSIDE for outline in inside], axis=0)
        if within.any():
            spot = _clearest(places[within], taken)
            taken = np.concatenate([taken, spot[None, :]])
            across, down = (float(v) for v in view.place(spot)[0])
            labels.append(svg.text(across, down + 4, f"{level:.0f}", "mid outlined on-skin strong", font_size=11))
    return drawn, labels


def _clearest(places: NDArray[np.float64], taken: NDArray[np.float64]) -> NDArray[np.float64]:
    """The one of `places` (n, 2) furthest from everything already drawn; ties go to the first."""
    if taken.size == 0:
        return np.asarray(places[0])
    away = np.hypot(*(places[:, None, :] - taken[None, :, :]).transpose(2, 0, 1)).min(axis=1)
    return np.asarray(places[int(np.argmax(np.minimum(away, _CLEAR_ENOUGH)))])


def _spread_into_gaps(values: NDArray[np.float64], rounds: int = 3) -> NDArray[np.float64]:
    """Fill NaN beside known cells with their neighbours' mean, `rounds` cells deep; for smooth edges only."""
    filled = values.copy()
    for _ in range(rounds):
        padded = np.pad(filled, 1, constant_values=np.nan)
        around = np.stack([padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]])
        known = np.isfinite(around)
        total, number = np.where(known, around, 0.0).sum(axis=0), known.sum(axis=0)
        gaps = ~np.isfinite(filled) & (number > 0)
        filled[gaps] = total[gaps] / number[gaps]
    return filled


def _finer(
    x: NDArray[np.float64], y: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Bilinear refinement of a raster (ny, nx) to `_FINER` cells per cell and side; NaN stays NaN around gaps."""
    fine_x = np.linspace(x[0], x[-1], (x.size - 1) * _FINER + 1)
    fine_y = np.linspace(y[0], y[-1], (y.size - 1) * _FINER + 1)
    column, along = _split(fine_x, x)
    row, up = _split(fine_y, y)
    lower = _mix(values[:, column], values[:, column + 1], along[None, :])
    return fine_x, fine_y, _mix(lower[row], lower[row + 1], up[:, None])


def _split(fine: NDArray[np.float64], coarse: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    index = np.clip(np.searchsorted(coarse, fine, side="right") - 1, 0, coarse.size - 2)
    return index, (fine - coarse[index]) / (coarse[index + 1] - coarse[index])


def _mix(first: NDArray[np.float64], second: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((1.0 - share) * first + share * second)


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
