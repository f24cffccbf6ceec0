"""The compiled loops of the ledgers: what columns would change, looked at or carried out."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Number = NDArray[np.int32]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _at(fine: Array, line: int, dose: float, half: float) -> float:  # pragma: no cover - compiled
    """Worth of a dose."""
    steps = fine.shape[1] - 1
    position = steps * (dose / (dose + half))
    j = min(int(position), steps - 1)
    return float(fine[line, j] + (position - j) * (fine[line, j + 1] - fine[line, j]))


@numba.njit(cache=True, nogil=True, error_model="numpy")
def gains(
    first: int,
    stride: int,
    columns: Index,
    starts: Index,
    rows: Number,
    values: Single,
    dose: Array,
    worth: Array,
    fine: Array,
    table: Number,
    half: Array,
    out: Array,
) -> None:  # pragma: no cover - compiled
    """By how much each of `columns` alone raises the sum of all worth, into `out` (columns,)."""
    for k in range(first, columns.size, stride):
        total = 0.0
        for i in range(starts[columns[k]], starts[columns[k] + 1]):
            r = rows[i]
            total += _at(fine, table[r], dose[r] + values[i], half[r]) - worth[r]
        out[k] = total


@numba.njit(cache=True, nogil=True, error_model="numpy")
def change(
    at: Number,
    values: Single,
    sign: float,
    dose: Array,
    worth: Array,
    fine: Array,
    table: Number,
    half: Array,
    of_sum: Number,
    sums: Array,
) -> None:  # pragma: no cover - compiled
    """Add one column, or take it away: `dose`, `worth` and `sums` are brought up to date."""
    for i in range(at.size):
        r = at[i]
        dose[r] = max(dose[r] + sign * values[i], 0.0)
        value = _at(fine, table[r], dose[r], half[r])
        sums[of_sum[r]] += value - worth[r]
        worth[r] = value


@numba.njit(cache=True, nogil=True, error_model="numpy")
def means_with(
    first: int,
    stride: int,
    columns: Index,
    starts: Index,
    rows: Number,
    values: Single,
    dose: Array,
    worth: Array,
    fine: Array,
    table: Number,
    half: Array,
    of_sum: Number,
    sums: Array,
    out: Array,
    share: Array,
    members: Number,
    together: Flags,
    probability: Array,
) -> None:  # pragma: no cover - compiled
    """Mean probability of every harm with each of `columns` alone added; lines of untouched ones stay as they are."""
    for k in range(first, columns.size, stride):
        begin, end = starts[columns[k]], starts[columns[k] + 1]
        if begin == end:
            continue
        changed = sums.copy()
        for i in range(begin, end):
            r = rows[i]
            changed[of_sum[r]] += _at(fine, table[r], dose[r] + values[i], half[r]) - worth[r]
        harm_means(changed, out[k], share, members, together, probability)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def harm_means(
    sums: Array, out: Array, share: Array, members: Number, together: Flags, probability: Array
) -> None:  # pragma: no cover - compiled
    """Mean probability of every harm, into `out` (harms,); `sums` run over draws and, within them, muscles."""
    harms, sides, most = members.shape
    muscles, draws, steps = share.size, probability.shape[1], probability.shape[2] - 1
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
                        weakest = max(weakest, sums[d * muscles + m] * share[m])
                worst = max(worst, weakest)
                mean += weakest
                count += 1
            loss = mean / max(count, 1) if together[h] else worst
            position = steps * min(max(loss, 0.0), 1.0)
            j = min(int(position), steps - 1)
            total += probability[h, d, j] + (position - j) * (probability[h, d, j + 1] - probability[h, d, j])
        out[h] = total / draws
