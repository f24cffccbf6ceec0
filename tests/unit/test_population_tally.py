"""Sums that no order can change: against NumPy on all values at once, and bin by bin for the quantiles."""

from __future__ import annotations

import numpy as np
import pytest

from holocrine.population.tally import CHUNK, Grid, Tally

VALUES = np.random.default_rng(5).lognormal(0.0, 0.7, (20_000, 3)) * np.array([0.1, 0.2, 0.3])
LINEAR = Grid(0.0, 2.0, 2000)
SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def tally(values: np.ndarray, grid: Grid = LINEAR) -> Tally:
    made = Tally(grid, values.shape[1])
    made.add(values)
    return made


def contents(made: Tally) -> tuple[object, ...]:
    exact = (made.n, made.total.tolist(), made.squares.tolist())
    return (*exact, made.counts.tobytes(), made.least.tobytes(), made.most.tobytes())


def test_mean_and_sd_are_those_of_the_values() -> None:
    made = tally(VALUES)
    # Values are rounded to 2 * 2**-30 = 2e-9.
    assert made.mean() == pytest.approx(VALUES.mean(axis=0), abs=2e-9)
    assert made.sd() == pytest.approx(VALUES.std(axis=0, ddof=1), abs=4e-9)


@pytest.mark.parametrize("grid", [LINEAR, Grid(1e-3, 20.0, 2000, logarithmic=True)])
def test_quantiles_are_within_one_bin(grid: Grid) -> None:
    made = tally(VALUES, grid)
    for share in SHARES:
        exact = np.quantile(VALUES, share, axis=0, method="inverted_cdf")
        place = np.clip(np.searchsorted(grid.edges, exact), 1, grid.bins)
        width = np.maximum(np.diff(grid.edges)[place - 1], 0.0)
        inside = (exact < grid.edges[-1]) & (exact > grid.edges[0])
        # Neighbouring order statistics of the sparse upper tail may lie in the next bin.
        assert np.all(np.abs(made.quantile(share) - exact)[inside] <= 2.0 * width[inside])


def test_values_beyond_the_grid_keep_their_ends() -> None:
    made = tally(np.array([[-1.0], [0.5], [5.0]]))
    assert made.quantile(0.0) == -1.0
    assert made.quantile(1.0) == 5.0
    assert made.mean() == pytest.approx(4.5 / 3.0, abs=2e-9)


def test_one_value_for_everyone_has_no_spread() -> None:
    made = tally(np.ones((50_000, 1)))
    assert made.sd() == 0.0
    for share in SHARES:
        assert made.quantile(share) == 1.0
    assert made.mean() == 1.0


def test_order_split_and_merging_change_nothing() -> None:
    whole = tally(VALUES)
    order = np.random.default_rng(1).permutation(VALUES.shape[0])
    assert contents(tally(VALUES[order])) == contents(whole)
    first, second = tally(VALUES[order[:777]]), tally(VALUES[order[777:]])
    first.merge(second)
    assert contents(first) == contents(whole)


def test_sums_do_not_overflow() -> None:
    """The largest values allowed, more of them than 64 bits could hold squared."""
    values = np.full((4 * CHUNK, 1), 31.9)
    made = tally(values)
    assert made.mean() == pytest.approx(31.9, abs=2e-9)
    assert made.sd() == 0.0
    assert made.squares[0] > 2**63


def test_empty_tallies_say_so() -> None:
    empty = Tally(LINEAR, 2)
    empty.add(np.empty((0, 2)))
    assert empty.n == 0
    for result in (empty.mean(), empty.sd(), empty.quantile(0.5)):
        assert np.all(np.isnan(result))


@pytest.mark.parametrize("value", [np.nan, np.inf, 33.0])
def test_what_cannot_be_summed_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite and below 32"):
        tally(np.array([[1.0], [value]]))
