"""Even patterns of points that a hand can follow: hexagonal, symmetrical about the midline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sheets import on_face, region_polygon
from holocrine.planning.setting import Setting

Array = NDArray[np.float64]

SPACINGS_MM = (6.0, 8.0, 10.0, 12.0, 14.0, 17.0)
"""Distances between neighbours that are tried. Published work names none (TE-19); droplets stay a bleb apart."""
BODY_SPACINGS_MM = (12.0, 15.0, 18.0, 22.0, 26.0)
"""The same for armpits, palms and soles, where 10 to 20 mm are customary."""


def spacings(setting: Setting) -> tuple[float, ...]:
    """Distances (mm) that are tried over the goal regions."""
    return SPACINGS_MM if any(on_face(region) for region in setting.regions) else BODY_SPACINGS_MM


def hexagonal(setting: Setting, spacing: float, *, centred: bool) -> Array:
    """Places (n, 2) mm of a hexagonal pattern over the goal regions; allowed ones only, top row first.

    `centred` puts a column on the midline in every other row, otherwise the midline runs between two.
    """
    corners = np.concatenate([region_polygon(setting.face, region) for region in setting.regions])
    low, high = corners.min(axis=0), corners.max(axis=0)
    rows = np.arange(high[1] - 2.5, low[1], -spacing * np.sqrt(3.0) / 2.0)
    reach = int(np.ceil(max(-low[0], high[0]) / spacing)) + 1
    columns = np.arange(-reach, reach + 1) * spacing
    places = [
        np.column_stack([columns + (0.5 * spacing if (row % 2 == 1) == centred else 0.0), np.full(columns.size, y)])
        for row, y in enumerate(rows)
    ]
    every = np.round(np.concatenate(places), 1)
    return every[setting.may_inject(every)]


def mirror_groups(places: Array) -> list[list[int]]:
    """Indices of places that belong together: a place and its mirror image, or a place on the midline."""
    groups: list[list[int]] = []
    taken: set[int] = set()
    for i, (x, y) in enumerate(places):
        if i in taken:
            continue
        twin = np.flatnonzero(np.hypot(places[:, 0] + x, places[:, 1] - y) < 0.05)
        group = [i, *(int(j) for j in twin if j != i)]
        taken |= set(group)
        groups.append(group)
    return groups
