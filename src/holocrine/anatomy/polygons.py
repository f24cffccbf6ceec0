"""Plane geometry on the face map: which points lie inside an outline, how far, how large.

A polygon is an (n, 2) array of corners in mm, closed implicitly (the first corner is not repeated).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from holocrine.anatomy.face import Face
    from holocrine.domain.vocabulary import Region

Polygon: TypeAlias = NDArray[np.float64]
"""(n, 2) corners in mm."""

_PAIRS_AT_ONCE = 1_000_000
"""Point-edge pairs held in memory at a time (8 MB per array)."""


def contains(polygon: Polygon, points: ArrayLike) -> NDArray[np.bool_]:
    """Whether each of the points (n, 2), in mm, lies inside (even-odd rule); shape (n,).

    Of two polygons sharing an edge, a point on that edge belongs to one only.
    """
    places = _as_points(points)
    inside = np.zeros(len(places), dtype=np.bool_)
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    near = np.flatnonzero(np.all((places >= low) & (places <= high), axis=1))
    x1, y1 = polygon.T
    x2, y2 = np.roll(polygon, -1, axis=0).T
    rise = np.where(y2 == y1, 1.0, y2 - y1)  # level edges are never crossed, any divisor will do
    for part in _chunks(near, len(polygon)):
        x, y = places[part, 0:1], places[part, 1:2]
        crossed = ((y1 > y) != (y2 > y)) & (x < x1 + (y - y1) * (x2 - x1) / rise)
        inside[part] = np.count_nonzero(crossed, axis=1) % 2 == 1
    return inside


def area_cm2(polygon: Polygon) -> float:
    """Area in cm2 by the shoelace formula; the sense of rotation does not matter."""
    x, y = (polygon - polygon[0]).T  # near the origin, so that a far-away polygon loses no digits
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 200.0


def distance(line: Polygon, points: ArrayLike, *, closed: bool = True) -> NDArray[np.float64]:
    """Distance in mm of each of the points (n, 2) to the outline, 0 on it, positive on both sides; shape (n,).

    `closed` says whether the last corner is joined to the first (polygon) or not (polyline).
    """
    places = _as_points(points)
    start = line if closed else line[:-1]
    step = (np.roll(line, -1, axis=0) if closed else line[1:]) - start
    squared = np.maximum(np.einsum("ij,ij->i", step, step), 1e-18)  # repeated corners make empty edges
    nearest = np.empty(len(places), dtype=np.float64)
    for part in _chunks(np.arange(len(places)), len(start)):
        dx, dy = places[part, 0:1] - start[:, 0], places[part, 1:2] - start[:, 1]
        along = np.clip((dx * step[:, 0] + dy * step[:, 1]) / squared, 0.0, 1.0)
        nearest[part] = np.sqrt(((dx - along * step[:, 0]) ** 2 + (dy - along * step[:, 1]) ** 2).min(axis=1))
    return nearest


def signed_distance(polygon: Polygon, points: ArrayLike) -> NDArray[np.float64]:
    """Distance in mm to the polygon's outline, negative inside; shape (n,)."""
    away = distance(polygon, points)
    return np.where(contains(polygon, points), -away, away)


def cells(polygon: Polygon, spacing_mm: float) -> NDArray[np.float64]:
    """Centres (n, 2) in mm of the square cells inside the polygon, on a grid symmetrical about x = 0.

    Raises ValueError when `spacing_mm` is not positive.
    """
    x, y = _axes(polygon, spacing_mm)
    centres = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return centres[contains(polygon, centres)]


def raster(
    face: Face, spacing_mm: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int16], tuple[Region, ...]]:
    """The regions on a regular grid: x (nx,) and y (ny,) cell centres in mm, region_of (ny, nx), names.

    `region_of` indexes the names, -1 outside all regions. Raises ValueError when `spacing_mm` is not positive.
    """
    names = tuple(face.regions)
    x, y = _axes(np.concatenate([face.regions[name] for name in names]), spacing_mm)
    centres = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    region_of = np.full(len(centres), -1, dtype=np.int16)
    for index, name in enumerate(names):
        region_of[contains(face.regions[name], centres)] = index
    return x, y, region_of.reshape(len(y), len(x)), names


def _axes(corners: Polygon, spacing: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not spacing > 0.0:
        raise ValueError(f"the spacing must be positive, not {spacing!r} mm")
    low = np.floor(corners.min(axis=0) / spacing)
    high = np.ceil(corners.max(axis=0) / spacing)
    # centres at odd multiples of half a cell: the grid of the left half mirrors that of the right
    return (np.arange(low[0], high[0]) + 0.5) * spacing, (np.arange(low[1], high[1]) + 0.5) * spacing


def _as_points(points: ArrayLike) -> NDArray[np.float64]:
    places = np.asarray(points, dtype=np.float64)
    if places.size == 0:
        return np.empty((0, 2), dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != 2:
        raise ValueError(f"points must have shape (n, 2), not {places.shape}")
    return places


def _chunks(index: NDArray[np.intp], edges: int) -> list[NDArray[np.intp]]:
    size = max(1, _PAIRS_AT_ONCE // max(edges, 1))
    return [index[start : start + size] for start in range(0, len(index), size)]
