"""Bound dose at every cell of a growing plan and what it is worth there, kept so that a column costs microseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Harm
from holocrine.models.harms import EVERY_HARM
from holocrine.planning.columns import GOAL_DRAWS, Columns, Sparse
from holocrine.planning.objective import PlanObjective
from holocrine.simulation.harms import harm_probability

Array = NDArray[np.float64]
Number = NDArray[np.int32]

LOSS_STEPS = 256
"""Even steps of the lost force at which a harm's probability is tabulated."""


@dataclass(frozen=True)
class Rows:
    """What the rows read: `table` (rows,) names a line of `fine` (lines, steps + 1), which is worth over the loading.

    `half` (rows,) is the dose at half loading, `sums` (rows,) the sum out of `count` that a row adds to.
    """

    fine: Array
    table: Number
    half: Array
    sums: Number
    count: int


class Ledger:
    """Doses, worths and sums over `rows` as columns are added and taken away."""

    def __init__(self, rows: Rows, columns: Sparse) -> None:
        """Nothing is injected yet."""
        self.rows, self.columns = rows, columns
        self.dose = np.zeros(rows.table.size)
        self.worth = rows.fine[rows.table, 0]
        self.sums: Array = np.bincount(rows.sums, weights=self.worth, minlength=rows.count).astype(np.float64)

    @property
    def total(self) -> float:
        """Sum of all worth."""
        return float(self.sums.sum())

    def gain(self, column: int) -> float:
        """By how much the column would raise the total."""
        return float((self.sums_with(column) - self.sums).sum())

    def sums_with(self, column: int) -> Array:
        """The sums (count,) if the column were added."""
        sums = self.sums.copy()
        rows = self.rows
        _look(*self._of(column), self.dose, self.worth, rows.fine, rows.table, rows.half, rows.sums, sums)
        return sums

    def add(self, column: int, sign: float) -> None:
        """Add the column, or take it away with `sign` -1."""
        rows = self.rows
        _change(*self._of(column), sign, self.dose, self.worth, rows.fine, rows.table, rows.half, rows.sums, self.sums)

    def touches(self, column: int) -> bool:
        """Whether the column reaches any row."""
        return bool(self.columns.starts[column + 1] > self.columns.starts[column])

    def _of(self, column: int) -> tuple[Number, NDArray[np.float32]]:
        at = slice(self.columns.starts[column], self.columns.starts[column + 1])
        return self.columns.rows[at], self.columns.values[at]


def goal_ledger(objective: PlanObjective, columns: Columns) -> Ledger:
    """Expected fall over all aims in percent, as one sum, on the draws of `columns`."""
    fine, table, half = [], [], []
    lines = 0
    for place, cells in objective.places.items():
        aims = zip(objective.aims, objective.worths, strict=True)
        own = [(aim.share, worth) for aim, worth in aims if (aim.terminal, aim.place) == place]
        draws = min(GOAL_DRAWS, own[0][1].half_dose.size)
        weight = 1.0 / (len(objective.aims) * draws * len(cells))
        fine.append(weight * np.sum([share * worth.fine[:draws] for share, worth in own], axis=0))
        table.append(lines + np.repeat(np.arange(draws), len(cells)))
        half.append(np.repeat(own[0][1].half_dose[:draws], len(cells)))
        lines += draws
    numbers = np.concatenate(table).astype(np.int32)
    rows = Rows(np.concatenate(fine), numbers, np.concatenate(half), np.zeros(numbers.size, np.int32), 1)
    return Ledger(rows, columns.goal)


class HarmLedger:
    """Mean probability of every harm as columns are added and taken away."""

    def __init__(self, objective: PlanObjective, columns: Sparse) -> None:
        """Nothing is injected yet."""
        draws, places = objective.harm_draws, objective.harm_places
        cells = len(objective.harm_cells)
        counts = np.array([at.stop - at.start for at in places.values()], dtype=np.int64)
        muscle = np.repeat(np.arange(len(places)), counts)
        line = np.repeat(np.arange(draws.n), cells)
        sums = (line * len(places) + np.tile(muscle, draws.n)).astype(np.int32)
        share = 1.0 / np.maximum(counts, 1)
        half = np.repeat(objective.loss.half_dose, cells)
        rows = Rows(objective.loss.fine, line.astype(np.int32), half, sums, draws.n * len(places))
        self.names: tuple[Harm, ...] = tuple(objective.harms)
        self._ledger, self._share = Ledger(rows, columns), share
        self._members, self._together = _sides(objective.harms, list(places))
        self._probability = _tables(self.names, draws.local)
        self.means = self._means(self._ledger.sums)

    def means_with(self, column: int) -> Array:
        """Mean probability of every harm (harms,) if the column were added."""
        return self._means(self._ledger.sums_with(column)) if self._ledger.touches(column) else self.means

    def add(self, column: int, sign: float) -> None:
        """Add the column, or take it away with `sign` -1."""
        if self._ledger.touches(column):
            self._ledger.add(column, sign)
            self.means = self._means(self._ledger.sums)

    def _means(self, sums: Array) -> Array:
        out = np.zeros(len(self.names))
        if out.size:
            _harm_means(
                sums.reshape(-1, self._share.size), self._share, self._members, self._together, self._probability, out
            )
        return out


def _sides(harms: Mapping[Harm, Sequence[Sequence[str]]], muscles: Sequence[str]) -> tuple[Number, NDArray[np.bool_]]:
    """Muscle numbers by harm and side (harms, sides, muscles), -1 where there is none; whether sides work together."""
    sides = max((len(of) for of in harms.values()), default=0)
    most = max((len(side) for of in harms.values() for side in of), default=0)
    members = np.full((len(harms), sides, most), -1, dtype=np.int32)
    for h, of in enumerate(harms.values()):
        for s, side in enumerate(of):
            members[h, s, : len(side)] = [muscles.index(name) for name in side]
    return members, np.array([EVERY_HARM[harm].together for harm in harms], dtype=np.bool_)


def _tables(harms: Sequence[Harm], local: Mapping[str, Array]) -> Array:
    """Probability of every harm over the lost force, (harms, draws, LOSS_STEPS + 1)."""
    n = next(iter(local.values())).size
    steps = np.linspace(0.0, 1.0, LOSS_STEPS + 1)
    found = [
        np.stack([harm_probability(EVERY_HARM[harm], np.full(n, loss), local) for loss in steps], axis=1)
        for harm in harms
    ]
    return np.array(found).reshape(len(harms), n, LOSS_STEPS + 1)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _at(fine: Array, line: int, dose: float, half: float) -> float:  # pragma: no cover - compiled
    """Worth of a dose."""
    steps = fine.shape[1] - 1
    position = steps * (dose / (dose + half))
    j = min(int(position), steps - 1)
    return float(fine[line, j] + (position - j) * (fine[line, j + 1] - fine[line, j]))


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _look(
    at: Number,
    values: NDArray[np.float32],
    dose: Array,
    worth: Array,
    fine: Array,
    table: Number,
    half: Array,
    sums: Number,
    out: Array,
) -> None:  # pragma: no cover - compiled
    for i in range(at.size):
        r = at[i]
        out[sums[r]] += _at(fine, table[r], dose[r] + values[i], half[r]) - worth[r]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _change(
    at: Number,
    values: NDArray[np.float32],
    sign: float,
    dose: Array,
    worth: Array,
    fine: Array,
    table: Number,
    half: Array,
    sums: Number,
    out: Array,
) -> None:  # pragma: no cover - compiled
    for i in range(at.size):
        r = at[i]
        dose[r] = max(dose[r] + sign * values[i], 0.0)
        value = _at(fine, table[r], dose[r], half[r])
        out[sums[r]] += value - worth[r]
        worth[r] = value


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _harm_means(
    sums: Array, share: Array, members: Number, together: NDArray[np.bool_], probability: Array, out: Array
) -> None:  # pragma: no cover - compiled
    harms, sides, most = members.shape
    draws, steps = sums.shape[0], probability.shape[2] - 1
    for h in range(harms):
        total = 0.0
        for d in range(draws):
            worst, mean, count = 0.0, 0.0, 0
            for s in range(sides):
                if members[h, s, 0] < 0:
                    continue
                weakest = 0.0
                for k in range(most):
                    m = members[h, s, k]
                    if m >= 0:
                        weakest = max(weakest, sums[d, m] * share[m])
                worst = max(worst, weakest)
                mean += weakest
                count += 1
            loss = mean / max(count, 1) if together[h] else worst
            position = steps * min(max(loss, 0.0), 1.0)
            j = min(int(position), steps - 1)
            total += probability[h, d, j] + (position - j) * (probability[h, d, j + 1] - probability[h, d, j])
        out[h] = total / draws
