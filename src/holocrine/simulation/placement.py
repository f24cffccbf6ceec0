"""Where the needle really lands: placement error common to the face and of each point."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Experience
from holocrine.simulation.draws import Draws, stream

Array = NDArray[np.float64]

SHALLOWEST_MM = 0.1


def placed(
    xy: Array,
    depth: Array,
    draws: Draws,
    experience: Experience,
    *,
    numbers: Sequence[int] | None = None,
    salt: int = 0,
) -> tuple[Array, Array]:
    """Landing places (draws, points, 2) and depths (draws, points), all mm.

    `xy` (points, 2) and `depth` (points,) are what was planned. The error has a part shared by all points
    of a face (landmarks misread) and a part of each point. A point's error depends on the seed and on its
    number (its place in the list unless `numbers` says otherwise), so plans that share points share their
    errors. `salt` separates sessions.
    """
    numbers = range(depth.size) if numbers is None else numbers
    lanes = draws.n
    common = _normal(draws.seed, salt, 0, lanes)
    own = np.empty((lanes, depth.size, 3))
    for point, number in enumerate(numbers):
        own[:, point] = _normal(draws.seed, salt, number + 1, lanes)
    spread = draws.local[f"placement_sd_{experience}"][:, None, None]
    below = draws.local[f"depth_sd_{experience}"][:, None]
    shared = draws.local["shared_placement_share"][:, None, None]
    return landed(xy, depth, common[:, None, :], own, spread=spread, below=below, shared=shared)


def landed(
    xy: Array,
    depth: Array,
    common: Array,
    own: Array,
    *,
    spread: Array | float,
    below: Array | float,
    shared: Array | float,
) -> tuple[Array, Array]:
    """Where needles meant for `xy` (points, 2) and `depth` (points,) land, given standard-normal errors.

    `common` (n, 1, 3) is shared by a face, `own` (n, points, 3) is each point's; `spread` (n, 1, 1) and `below`
    (n, 1) are SDs in mm across and in depth, `shared` (n, 1, 1) the share of the variance that is common.
    Returns places (n, points, 2) and depths (n, points), mm.
    """
    error = np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own
    return xy + spread * error[:, :, :2], np.maximum(depth + below * error[:, :, 2], SHALLOWEST_MM)


@lru_cache(maxsize=512)
def _normal(seed: int, salt: int, number: int, lanes: int) -> Array:
    """Standard-normal errors (lanes, 3) of one point; read-only because shared."""
    errors = stream(seed, "placement", salt, number).standard_normal((lanes, 3))
    errors.setflags(write=False)
    return errors


def as_planned(xy: Array, depth: Array, draws: Draws) -> tuple[Array, Array]:
    """No error: every draw gets exactly what was planned."""
    n = draws.n
    return np.broadcast_to(xy, (n, *xy.shape)), np.broadcast_to(depth, (n, depth.size))
