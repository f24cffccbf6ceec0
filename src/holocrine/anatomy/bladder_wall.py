"""The bladder wall as a flat sheet: unrolled without changing areas, with the rows of injections of the label.

The bladder filled for cystoscopy is taken as a sphere and unrolled by Lambert's equal-area projection about the middle
of its back wall, which keeps every area and, where the injections go, distances to within 15%. The rim of the disc is
one place, the front wall. Its four layers stand in `layers.csv` under the names that skin has there: epidermis is the
urothelium, dermis and subcutis are the dense and the loose part of the lamina propria, muscle is the detrusor.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np

from holocrine.anatomy.polygons import Polygon, cells, contains

FILL_ML = 150.0
"""Filling while injecting; assumption: the middle of 100 to 200 mL, where the wall is smooth but not stretched."""
SPHERE_RADIUS_MM = float(np.cbrt(3000.0 * FILL_ML / (4.0 * np.pi)))
"""Radius of a sphere of that volume."""
DISC_RADIUS_MM = 2.0 * SPHERE_RADIUS_MM
"""Radius of the whole sphere when unrolled."""
TRIGONE = np.array([(-17.0, -34.0), (17.0, -34.0), (0.0, -58.0)])
"""Both ureters and the neck, (3, 2) mm, never injected; assumption: about 30 mm a side, 20 mm below the lowest row."""
SPACING_MM = 10.0
"""Distance between injections, as labelled for onabotulinumtoxinA."""
DEPTH_MM = 2.2
"""Depth from the inner surface, inside the detrusor; the label asks for about 2 mm."""
CELL_MM = 4.0
"""Width of the cells over which the wall is averaged."""

PointCount = Literal[20, 30]
_COLUMNS: dict[PointCount, int] = {20: 5, 30: 6}


def wall_outline(corners: int = 180) -> Polygon:
    """The rim of the unrolled wall, (corners, 2) mm about the middle of the back wall; x to the left, y to the dome."""
    angle = np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)
    return DISC_RADIUS_MM * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def standard_points(count: PointCount = 20) -> Polygon:
    """Places (count, 2) mm of the labelled 20 (idiopathic) or 30 (neurogenic overactivity) injections, row by row."""
    columns = _COLUMNS[count]
    x, y = (SPACING_MM * (np.arange(n) - (n - 1) / 2.0) for n in (columns, count // columns))
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


@lru_cache(maxsize=1)
def wall_cells() -> Polygon:
    """Centres (n, 2) mm of the cells of the wall without its trigone; read-only because shared."""
    whole = cells(wall_outline(), CELL_MM)
    places = whole[~contains(TRIGONE, whole)]
    places.setflags(write=False)
    return places
