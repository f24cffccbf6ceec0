"""What doses at many cells are worth: gains looked up over the loading they bring, draw by draw.

The gains of the response surfaces are laid out evenly over the loading, so that a lookup costs one division and no
logarithm; the search asks for some hundred million of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from holocrine.simulation.response import node_positions
from holocrine.solvers.threads import in_threads

Array = NDArray[np.float64]
Index = NDArray[np.int64]

FINE = 256
"""Even steps of the loading; between the nodes of the surfaces the gains then differ from the surfaces' own
interpolation by less than a thousandth of the largest gain."""


@dataclass(frozen=True)
class Worth:
    """Gains `fine` (draws, FINE + 1) over the loading, and the dose that brings half of it, `half_dose` (draws,)."""

    half_dose: Array
    fine: Array

    def subset(self, index: Index) -> Worth:
        """The same for some of the draws."""
        return Worth(self.half_dose[index], self.fine[index])

    def means(self, dose: Array, edges: Sequence[int]) -> Array:
        """Mean gain over the cells from each edge to the next, (edges - 1, draws), of `dose` (draws, cells)."""
        out = np.empty((len(edges) - 1, dose.shape[0]))
        where = np.asarray(edges, dtype=np.int64)

        def work(first: int, stride: int) -> None:
            _means(first, stride, dose, self.half_dose, self.fine, where, out)

        in_threads(work, dose.shape[0], 4 * dose.size)
        return out


def worth_of(gains: Array, half_dose: Array) -> Worth:
    """Gains (draws, nodes) at the nodes of a response surface, laid out evenly over the loading."""
    positions = node_positions(np.linspace(0.0, 1.0, FINE + 1), gains.shape[1])
    low = np.minimum(positions.astype(np.int64), gains.shape[1] - 2)
    share = positions - low
    return Worth(half_dose, np.ascontiguousarray((1.0 - share) * gains[:, low] + share * gains[:, low + 1]))


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _means(
    first: int, stride: int, dose: Array, half_dose: Array, fine: Array, edges: Index, out: Array
) -> None:  # pragma: no cover - compiled
    steps = fine.shape[1] - 1
    for d in range(first, dose.shape[0], stride):
        row, half = fine[d], half_dose[d]
        for part in range(edges.size - 1):
            total = 0.0
            for c in range(edges[part], edges[part + 1]):
                position = steps * (dose[d, c] / (dose[d, c] + half))
                j = min(int(position), steps - 1)
                t = position - j
                total += row[j] + t * (row[j + 1] - row[j])
            out[part, d] = total / (edges[part + 1] - edges[part])
