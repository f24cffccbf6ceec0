"""Bound dose at every cell of a growing plan and what it is worth there, kept so that a column costs microseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Harm
from holocrine.models.harms import EVERY_HARM
from holocrine.planning.columns import GOAL_DRAWS, Columns, Sparse
from holocrine.planning.ledger_loops import change, gains, harm_means, means_with
from holocrine.planning.objective import PlanObjective
from holocrine.simulation.harms import harm_probability
from holocrine.solvers.threads import in_threads

Array = NDArray[np.float64]
Number = NDArray[np.int32]
Index = NDArray[np.int64]

LOSS_STEPS = 256
"""Even steps of the lost force at which a harm's probability is tabulated."""
STEPS_A_ROW = 10
"""Elementary steps that a look at one row takes, about."""


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
        self.clear()

    def clear(self) -> None:
        """Take everything away."""
        rows = self.rows
        self.dose = np.zeros(rows.table.size)
        self.worth = rows.fine[rows.table, 0]
        self.sums: Array = np.bincount(rows.sums, weights=self.worth, minlength=rows.count).astype(np.float64)

    @property
    def total(self) -> float:
        """Sum of all worth."""
        return float(self.sums.sum())

    def gains(self, columns: Index) -> Array:
        """By how much each of the columns alone would raise the total, (columns,)."""
        rows, out = self.rows, np.empty(columns.size)

        def work(first: int, stride: int) -> None:
            gains(first, stride, columns, *self.stored, self.dose, self.worth, rows.fine, rows.table, rows.half, out)

        in_threads(work, columns.size, STEPS_A_ROW * self.rows_of(columns))
        return out

    def add(self, column: int, sign: float) -> None:
        """Add the column, or take it away with `sign` -1."""
        rows = self.rows
        at = slice(self.columns.starts[column], self.columns.starts[column + 1])
        own = self.columns.rows[at], self.columns.values[at]
        change(*own, sign, self.dose, self.worth, rows.fine, rows.table, rows.half, rows.sums, self.sums)

    def touches(self, column: int) -> bool:
        """Whether the column reaches any row."""
        return bool(self.columns.starts[column + 1] > self.columns.starts[column])

    @property
    def stored(self) -> tuple[Index, Number, NDArray[np.float32]]:
        """The columns' starts, rows and values."""
        return self.columns.starts, self.columns.rows, self.columns.values

    def rows_of(self, columns: Index) -> int:
        """How many rows the columns reach together."""
        return int((self.columns.starts[columns + 1] - self.columns.starts[columns]).sum())


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
        self._ledger = Ledger(rows, columns)
        self._reading = share, *_sides(objective.harms, list(places)), _tables(self.names, draws.local)
        self.means = self._means()

    def clear(self) -> None:
        """Take everything away."""
        self._ledger.clear()
        self.means = self._means()

    def means_with(self, columns: Index) -> Array:
        """Mean probability of every harm if each of the columns alone were added, (columns, harms)."""
        out = np.empty((columns.size, len(self.names)))
        if not self.names:
            return out
        out[:] = self.means
        ledger, rows = self._ledger, self._ledger.rows
        starts, stored, values = ledger.stored

        def work(first: int, stride: int) -> None:
            means_with(
                first,
                stride,
                columns,
                starts,
                stored,
                values,
                ledger.dose,
                ledger.worth,
                rows.fine,
                rows.table,
                rows.half,
                rows.sums,
                ledger.sums,
                out,
                *self._reading,
            )

        in_threads(work, columns.size, STEPS_A_ROW * ledger.rows_of(columns))
        return out

    def add(self, column: int, sign: float) -> None:
        """Add the column, or take it away with `sign` -1."""
        if self._ledger.touches(column):
            self._ledger.add(column, sign)
            self.means = self._means()

    def _means(self) -> Array:
        out = np.zeros(len(self.names))
        if self.names:
            harm_means(self._ledger.sums, out, *self._reading)
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
