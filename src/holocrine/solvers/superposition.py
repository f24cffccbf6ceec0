"""Sums of tabulated radial kernels over many points, cells and draws."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from holocrine.solvers.threads import in_threads

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _superpose(
    first: int,
    stride: int,
    kernels: Array,
    inverse_step: float,
    kernel_of: Index,
    row_of: Index,
    weights: Array,
    places: Array,
    levels: Array,
    cells: Array,
    out: Array,
) -> None:  # pragma: no cover - compiled
    draws, points = levels.shape
    levels_max = kernels.shape[2] - 1
    kinds = kernels.shape[3]
    reach = kernels.shape[4] - 1
    count = cells.shape[0]
    blend = np.empty((kinds, reach + 1))
    for d in range(first, draws, stride):
        row = row_of[d]
        out[d] = 0.0
        for q in range(points):
            level = min(max(levels[d, q], 0.0), float(levels_max))
            low = min(int(level), levels_max - 1)
            share = level - low
            weight = weights[d, q]
            for kind in range(kinds):
                below = kernels[kernel_of[q], row, low, kind]
                above = kernels[kernel_of[q], row, low + 1, kind]
                for i in range(reach + 1):
                    blend[kind, i] = weight * ((1.0 - share) * below[i] + share * above[i])
            x, y = places[d, q, 0], places[d, q, 1]
            for c in range(count):
                dx = cells[c, 0] - x
                dy = cells[c, 1] - y
                position = np.sqrt(dx * dx + dy * dy) * inverse_step
                if position < reach:
                    i = int(position)
                    t = position - i
                    for kind in range(kinds):
                        out[d, kind, c] += blend[kind, i] + t * (blend[kind, i + 1] - blend[kind, i])


def superpose(
    kernels: Array, step: float, kernel_of: Index, row_of: Index, weights: Array, places: Array, levels: Array, cells: Array
) -> Array:
    """Sum radial kernels of many points at many cells, for many draws.

    `kernels` (tables, rows, levels, kinds, radii) tabulated every `step` mm and zero beyond; point q uses
    table `kernel_of[q]`, draw d row `row_of[d]`; `weights` (draws, points); `places` (draws, points, 2) mm;
    `levels` (draws, points) positions between the kernel levels; `cells` (cells, 2) mm.
    Returns (draws, kinds, cells).
    """
    out = np.empty((levels.shape[0], kernels.shape[3], cells.shape[0]))

    def work(first: int, stride: int) -> None:
        _superpose(first, stride, kernels, 1.0 / step, kernel_of, row_of, weights, places, levels, cells, out)

    in_threads(work, levels.shape[0])
    return out


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _bin_pairs(
    first: int, stride: int, one: Array, two: Array, nodes_one: int, nodes_two: int, out: Array
) -> None:  # pragma: no cover - compiled
    draws, count = two.shape
    for d in range(first, draws, stride):
        out[d] = 0.0
        for c in range(count):
            i = min(int(one[d, c]), max(nodes_one - 2, 0))
            s = one[d, c] - i
            j = min(int(two[d, c]), nodes_two - 2)
            t = two[d, c] - j
            out[d, i, j] += (1.0 - s) * (1.0 - t)
            out[d, i, j + 1] += (1.0 - s) * t
            if nodes_one > 1:
                out[d, i + 1, j] += s * (1.0 - t)
                out[d, i + 1, j + 1] += s * t


def bin_pairs(one: Array, two: Array, nodes_one: int, nodes_two: int) -> Array:
    """Share the cells out over the nodes of a two-way grid by bilinear weights.

    `one`, `two` (draws, cells) are positions in node numbers; returns (draws, nodes_one, nodes_two) whose
    entries sum to one for each draw. `nodes_one` may be 1 (then `one` must be zero).
    """
    out = np.empty((two.shape[0], nodes_one, nodes_two))
    in_threads(lambda first, stride: _bin_pairs(first, stride, one, two, nodes_one, nodes_two, out), two.shape[0])
    return out / two.shape[1]
