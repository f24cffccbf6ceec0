"""Where the needle really lands: placement error common to the face and of each point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Experience
from holocrine.simulation.draws import Draws, stream

Array = NDArray[np.float64]

SHALLOWEST_MM = 0.1


def placed(
    xy: Array, depth: Array, draws: Draws, experience: Experience, *, replicates: int = 1, salt: int = 0
) -> tuple[Array, Array]:
    """Landing places (replicates*draws, points, 2) and depths (replicates*draws, points), all mm.

    `xy` (points, 2) and `depth` (points,) are what was planned. The error has a part shared by all points
    of a face (landmarks misread) and a part of each point. `salt` separates sessions. The stream depends
    on the seed and the point's number alone, so plans that share points share their errors.
    """
    rng = stream(draws.seed + 7919 * salt, "placement")
    points, n = depth.size, draws.n
    normal = np.stack([rng.standard_normal((replicates * n, 3)) for _ in range(points + 1)], axis=1)
    spread = np.tile(draws.local[f"placement_sd_{experience}"], replicates)[:, None, None]
    below = np.tile(draws.local[f"depth_sd_{experience}"], replicates)[:, None]
    shared = np.tile(draws.local["shared_placement_share"], replicates)[:, None, None]
    lateral = np.sqrt(shared) * normal[:, :1, :2] + np.sqrt(1.0 - shared) * normal[:, 1:, :2]
    vertical = np.sqrt(shared[:, :, 0]) * normal[:, :1, 2] + np.sqrt(1.0 - shared[:, :, 0]) * normal[:, 1:, 2]
    return xy + spread * lateral, np.maximum(depth + below * vertical, SHALLOWEST_MM)


def as_planned(xy: Array, depth: Array, draws: Draws) -> tuple[Array, Array]:
    """No error: every draw gets exactly what was planned."""
    n = draws.n
    return np.broadcast_to(xy, (n, *xy.shape)), np.broadcast_to(depth, (n, depth.size))


def coordinates(points: Sequence[tuple[float, float, float]]) -> tuple[Array, Array]:
    """Split (x, y, depth) triples into (points, 2) and (points,)."""
    table = np.array(points, dtype=np.float64).reshape(-1, 3)
    return table[:, :2], table[:, 2]
