"""Sums over any number of patients in memory that does not grow, exact in any order.

Values are rounded once to whole multiples of a fine step and added as whole numbers, so that the order of the
patients, their batches and the number of workers cannot change a single bit of the result.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FINE = 30
"""Values are rounded to steps of 2**-30 of the grid's upper end: 1e-9 of a baseline, 3e-6 ug/cm2 of sebum."""
LARGEST = 16.0
"""Values may reach this many times the grid's upper end; 64 bits then hold every partial sum of a chunk."""
CHUNK = 8192
HALF = 17
"""Bits of the lower half of a value; squares are summed by halves, so that they stay exact."""


@dataclass(frozen=True)
class Grid:
    """Bins for quantiles from `low` to `high`, even in the value or, `logarithmic`, in its logarithm."""

    low: float
    high: float
    bins: int
    logarithmic: bool = False

    @property
    def edges(self) -> Array:
        """Borders of the bins, (bins + 1,)."""
        even = np.linspace(0.0, 1.0, self.bins + 1)
        if self.logarithmic:
            return np.asarray(self.low * (self.high / self.low) ** even)
        return np.asarray(self.low + (self.high - self.low) * even)


@dataclass
class Tally:
    """Running sums of `columns` quantities, such as the weeks of one course; quantiles are as fine as the grid."""

    grid: Grid
    columns: int
    n: int = 0
    total: NDArray[np.object_] = field(init=False)
    squares: NDArray[np.object_] = field(init=False)
    counts: NDArray[np.int64] = field(init=False)
    least: Array = field(init=False)
    most: Array = field(init=False)

    def __post_init__(self) -> None:
        self.total = np.array([0] * self.columns, dtype=object)
        self.squares = np.array([0] * self.columns, dtype=object)
        self.counts = np.zeros((self.columns, self.grid.bins + 2), dtype=np.int64)
        self.least = np.full(self.columns, np.inf)
        self.most = np.full(self.columns, -np.inf)

    def add(self, values: Array) -> None:
        """Add rows of values (n, columns). Raises ValueError on one that is not finite or far beyond the grid."""
        for first in range(0, values.shape[0], CHUNK):
            self._add(values[first : first + CHUNK])

    def merge(self, other: Tally) -> None:
        """Add what another tally of the same grid has counted."""
        self.n += other.n
        self.total, self.squares = self.total + other.total, self.squares + other.squares
        self.counts += other.counts
        self.least, self.most = np.minimum(self.least, other.least), np.maximum(self.most, other.most)

    def mean(self) -> Array:
        """Mean of each column, (columns,); nan without patients."""
        if self.n == 0:
            return np.full(self.columns, np.nan)
        return np.array([self.grid.high * (total / (self.n << FINE)) for total in self.total])

    def sd(self) -> Array:
        """Standard deviation of each column, (columns,), by n - 1; nan below two patients."""
        if self.n < 2:
            return np.full(self.columns, np.nan)
        spare = [square * self.n - total**2 for total, square in zip(self.total, self.squares, strict=True)]
        return np.array([self.grid.high * (rest / (self.n * (self.n - 1) << 2 * FINE)) ** 0.5 for rest in spare])

    def quantile(self, share: float) -> Array:
        """Value below which `share` (0 to 1) of the patients lie, (columns,), off by at most one bin."""
        if self.n == 0:
            return np.full(self.columns, np.nan)
        edges = np.concatenate([[np.nan], self.grid.edges, [np.nan]])
        found = np.empty(self.columns)
        for column in range(self.columns):
            reached = np.cumsum(self.counts[column])
            place = int(np.searchsorted(reached, max(share * self.n, 1.0)))
            inside = int(self.counts[column, place])
            part = (share * self.n - (int(reached[place]) - inside)) / inside
            low = self.least[column] if place == 0 else edges[place]
            high = self.most[column] if place == self.grid.bins + 1 else edges[place + 1]
            found[column] = low + min(max(part, 0.0), 1.0) * (high - low)
        return np.clip(found, self.least, self.most)

    def _add(self, values: Array) -> None:
        scaled = values / self.grid.high
        if not np.all(np.abs(scaled) < LARGEST):
            raise ValueError(f"values must be finite and below {LARGEST * self.grid.high:g}")
        whole = np.rint(scaled * 2.0**FINE).astype(np.int64)
        upper, lower = whole >> HALF, whole & ((1 << HALF) - 1)
        self.n += values.shape[0]
        self.total = self.total + _sum(whole)
        self.squares = (
            self.squares + (_sum(upper * upper) << 2 * HALF) + (_sum(upper * lower) << HALF + 1) + _sum(lower * lower)
        )
        bins = np.searchsorted(self.grid.edges, values, side="right")
        for column in range(self.columns):
            self.counts[column] += np.bincount(bins[:, column], minlength=self.grid.bins + 2)
        self.least = np.minimum(self.least, values.min(axis=0, initial=np.inf))
        self.most = np.maximum(self.most, values.max(axis=0, initial=-np.inf))


def _sum(whole: NDArray[np.int64]) -> NDArray[np.object_]:
    """Column sums as Python's whole numbers, which never overflow."""
    return np.asarray(whole.sum(axis=0).astype(object))
