"""From the points of a plan to the injections that are simulated."""

from __future__ import annotations

import numpy as np

from holocrine.anatomy.face import Face
from holocrine.anatomy.sheets import to_plane
from holocrine.anatomy.stacks import stack_at
from holocrine.domain.plan import Plan
from holocrine.simulation.binding import Shots


def shots_of_points(plan: Plan, face: Face) -> Shots:
    """The plan's injections as arrays, places on the common plane of face and sheets."""
    points = plan.points
    table = np.array([(p.depth, p.units, p.volume) for p in points], dtype=np.float64).reshape(-1, 3)
    places = [to_plane(point.region, (point.x, point.y)) for point in points]
    stacks = [
        stack_at(face, p.region, float(xy[0]), float(xy[1]), p.plane) for p, xy in zip(points, places, strict=True)
    ]
    xy = np.array(places, dtype=np.float64).reshape(-1, 2)
    return Shots(plan.solution.product, xy, table[:, 0], table[:, 1], table[:, 2], stacks)
