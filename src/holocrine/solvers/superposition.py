"""Sums of tabulated radial kernels over many points, cells and draws."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from holocrine.solvers.threads import in_threads

Array = NDArray[np.float64]
Index = NDArray[np.int64]


CHUNK = 512
"""Cells whose distances are worked out together, so that this loop vectorises and stays in the nearest cache."""
STEPS_A_CELL = 10
"""Elementary steps of a logarithm and four sums, about."""
BLOCK = 4096
"""Cells of one piece of work; a single draw then still keeps every processor busy."""


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _tabulate(
    below: Array, above: Array, share: float, weight: float, values: Array, slopes: Array
) -> None:  # pragma: no cover - compiled
    """Blend two levels into `values` and differences to the next radius (kinds, radii); both end in zero."""
    reach = below.shape[1] - 1
    for kind in range(below.shape[0]):
        low, high, value, slope = below[kind], above[kind], values[kind], slopes[kind]
        for i in range(reach + 1):
            value[i] = weight * ((1.0 - share) * low[i] + share * high[i])
        for i in range(reach):
            slope[i] = value[i + 1] - value[i]
        value[reach] = 0.0
        slope[reach] = 0.0


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _add_point(
    place: Array, inverse_step: float, values: Array, slopes: Array, x: Array, y: Array, out: Array
) -> None:  # pragma: no cover - compiled
    """Add one point's kernels to `out` (kinds, cells); beyond the last radius they are zero."""
    reach = values.shape[1] - 1
    number = np.empty(CHUNK, np.uint32)
    part = np.empty(CHUNK)
    for start in range(0, x.size, CHUNK):
        end = min(start + CHUNK, x.size)
        x_here, y_here = x[start:end], y[start:end]
        for c in range(end - start):
            dx = x_here[c] - place[0]
            dy = y_here[c] - place[1]
            position = min(np.sqrt(dx * dx + dy * dy) * inverse_step, float(reach))
            number[c] = int(position)
            part[c] = position - int(position)
        for kind in range(out.shape[0]):
            value, slope, total = values[kind], slopes[kind], out[kind, start:end]
            for c in range(end - start):
                total[c] += value[number[c]] + part[c] * slope[number[c]]


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
    x: Array,
    y: Array,
    out: Array,
) -> None:  # pragma: no cover - compiled
    draws, points = levels.shape
    levels_max = kernels.shape[2] - 1
    values = np.empty(kernels.shape[3:])
    slopes = np.empty(kernels.shape[3:])
    blocks = (x.size + BLOCK - 1) // BLOCK
    for item in range(first, draws * blocks, stride):
        d, block = item // blocks, item % blocks
        start, end = x.size * block // blocks, x.size * (block + 1) // blocks
        total = out[d, :, start:end]
        for q in range(points):
            level = min(max(levels[d, q], 0.0), float(levels_max))
            low = min(int(level), levels_max - 1)
            table = kernels[kernel_of[q], row_of[d]]
            _tabulate(table[low], table[low + 1], level - low, weights[d, q], values, slopes)
            _add_point(places[d, q], inverse_step, values, slopes, x[start:end], y[start:end], total)


def superpose(
    kernels: Array,
    step: float,
    kernel_of: Index,
    row_of: Index,
    weights: Array,
    places: Array,
    levels: Array,
    cells: Array,
) -> Array:
    """Sum radial kernels of many points at many cells, for many draws.

    `kernels` (tables, rows, levels, kinds, radii) tabulated every `step` mm and zero beyond; point q uses
    table `kernel_of[q]`, draw d row `row_of[d]`; `weights` (draws, points); `places` (draws, points, 2) mm;
    `levels` (draws, points) positions between the kernel levels; `cells` (cells, 2) mm.
    Returns (draws, kinds, cells).
    """
    out = np.zeros((levels.shape[0], kernels.shape[3], cells.shape[0]))
    x, y = np.ascontiguousarray(cells[:, 0]), np.ascontiguousarray(cells[:, 1])
    weights, places = np.ascontiguousarray(weights), np.ascontiguousarray(places)  # one layout, one compilation

    def work(first: int, stride: int) -> None:
        _superpose(first, stride, kernels, 1.0 / step, kernel_of, row_of, weights, places, levels, x, y, out)

    in_threads(work, levels.shape[0] * -(-x.size // BLOCK), out.size * levels.shape[1])
    return out


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _bin_pairs(
    first: int, stride: int, one: Array, two: Array, nodes_one: int, nodes_two: int, out: Array
) -> None:  # pragma: no cover - compiled
    draws, count = two.shape
    for d in range(first, draws, stride):
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
    out = np.zeros((two.shape[0], nodes_one, nodes_two))
    one, two = np.ascontiguousarray(one), np.ascontiguousarray(two)  # one memory layout, one compilation

    def work(first: int, stride: int) -> None:
        _bin_pairs(first, stride, one, two, nodes_one, nodes_two, out)

    in_threads(work, two.shape[0], two.size)
    shares: Array = out / two.shape[1]
    return shares


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _bin_doses(
    first: int, stride: int, one: Array, dose: Array, half: Array, corner: float, begin: int, end: int, out: Array
) -> None:  # pragma: no cover - compiled
    draws, nodes_one, nodes_two = out.shape
    scale = (nodes_two - 1) / np.log1p(1.0 / corner)
    for d in range(first, draws, stride):
        for c in range(begin, end):
            i = min(int(one[d, c]), max(nodes_one - 2, 0))
            s = one[d, c] - i
            position = scale * np.log1p(dose[d, c] / (dose[d, c] + half[d]) / corner)
            j = min(int(position), nodes_two - 2)
            t = position - j
            out[d, i, j] += (1.0 - s) * (1.0 - t)
            out[d, i, j + 1] += (1.0 - s) * t
            if nodes_one > 1:
                out[d, i + 1, j] += s * (1.0 - t)
                out[d, i + 1, j + 1] += s * t


def bin_doses(
    one: Array, dose: Array, half: Array, corner: float, where: slice, nodes_one: int, nodes_two: int
) -> Array:
    """As `bin_pairs`, for the columns `where` of `one` and `dose` (draws, cells), all in one pass over the memory.

    The second position is that of the saturation dose/(dose + half) on nodes that are even up to `corner` and
    logarithmic above; `half` (draws,).
    """
    out = np.zeros((dose.shape[0], nodes_one, nodes_two))
    begin, end = where.start, where.stop

    def work(first: int, stride: int) -> None:
        _bin_doses(first, stride, one, dose, half, corner, begin, end, out)

    in_threads(work, dose.shape[0], STEPS_A_CELL * dose.shape[0] * (end - begin))
    shares: Array = out / (end - begin)
    return shares
