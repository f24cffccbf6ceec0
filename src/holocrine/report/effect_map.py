"""An expected effect as a colour wash with labelled isolines, on the face or on a sheet off it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.polygons import Polygon, signed_distance
from holocrine.report import svg
from holocrine.report.face_drawing import View
from holocrine.report.isolines import isolines
from holocrine.report.raster import data_uri, wash

_LEVELS = tuple(float(level) for level in range(10, 100, 10))
_LABEL_INSIDE = 3.0  # mm from the edge of the region, so that no label is cut
_CLEAR_ENOUGH = 5.5  # mm between a label and the next mark; further away is no better
_FINEST, _MOST_CELLS = 4, 150_000  # drawing cells per grid cell and side, and in all; nothing is computed from them


def effect_map(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    percent: NDArray[np.float64],
    outlines: Sequence[Polygon],
    taken: NDArray[np.float64],
    view: View,
    *,
    clip: str,
    frame: str | None = None,
    clear: float = 0.0,
) -> list[str]:
    """The wash and its isolines, cut to `outlines` so that no cell's corner sticks out.

    `percent` (ny, nx) at cell centres `x` (nx,) and `y` (ny,) in mm, NaN where nothing is known; labels keep clear of
    `taken` (n, 2) in mm, and one that would come within `clear` mm of them is left out. `clip` is the id of the cut,
    unique in the document; `frame` clips the labels.
    """
    if not np.isfinite(percent).any():
        return []
    x, y, values = _finer(x, y, _spread_into_gaps(percent))
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
    edges = svg.element("clipPath", *(svg.path(view.place(edge), "", closed=True) for edge in outlines), id=clip)
    lines, labels = _isolines(x, y, values, view, outlines, taken, clear)
    inner = svg.element("g", image, *lines, clip_path=f"url(#{clip})")
    return [edges, svg.element("g", inner, *labels, clip_path=frame)]


def _isolines(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    values: NDArray[np.float64],
    view: View,
    inside: Sequence[NDArray[np.float64]],
    taken: NDArray[np.float64],
    clear: float,
) -> tuple[list[str], list[str]]:
    """Lines of every level reached, and one label per level, `inside` the outlines and clear of `taken` (n, 2), mm."""
    drawn, labels = [], []
    for level in _LEVELS:
        lines = isolines(x, y, values, level)
        drawn += [svg.path(view.place(line), "iso", stroke_width=0.45 + level / 60.0) for line in lines]
        places = np.concatenate(lines) if lines else np.empty((0, 2))
        within = np.any([signed_distance(outline, places) < -_LABEL_INSIDE for outline in inside], axis=0)
        if within.any():
            spot = _clearest(places[within], taken, max(clear, _CLEAR_ENOUGH))
            if np.any(np.hypot(*(taken - spot).T) < clear):
                continue
            taken = np.concatenate([taken, spot[None, :]])
            across, down = (float(v) for v in view.place(spot)[0])
            labels.append(svg.text(across, down + 4, f"{level:.0f}", "mid outlined on-skin strong", font_size=11))
    return drawn, labels


def _clearest(places: NDArray[np.float64], taken: NDArray[np.float64], enough: float) -> NDArray[np.float64]:
    """The first of `places` (n, 2) that is `enough` mm from everything already drawn, otherwise the furthest."""
    if taken.size == 0:
        return np.asarray(places[0])
    away = np.hypot(*(places[:, None, :] - taken[None, :, :]).transpose(2, 0, 1)).min(axis=1)
    return np.asarray(places[int(np.argmax(np.minimum(away, enough)))])


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
    """Bilinear refinement of a raster (ny, nx), so that edges look smooth; NaN stays NaN around gaps."""
    finer = int(np.clip(np.sqrt(_MOST_CELLS / values.size), 2, _FINEST))
    fine_x = np.linspace(x[0], x[-1], (x.size - 1) * finer + 1)
    fine_y = np.linspace(y[0], y[-1], (y.size - 1) * finer + 1)
    column, along = _split(fine_x, x)
    row, up = _split(fine_y, y)
    lower = _mix(values[:, column], values[:, column + 1], along[None, :])
    return fine_x, fine_y, _mix(lower[row], lower[row + 1], up[:, None])


def _split(fine: NDArray[np.float64], coarse: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    index = np.clip(np.searchsorted(coarse, fine, side="right") - 1, 0, coarse.size - 2)
    return index, (fine - coarse[index]) / (coarse[index + 1] - coarse[index])


def _mix(first: NDArray[np.float64], second: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((1.0 - share) * first + share * second)
