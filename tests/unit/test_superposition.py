"""Sums of radial kernels against a plain loop, and what must hold for any plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from holocrine.solvers import superposition
from holocrine.solvers.superposition import bin_doses, bin_pairs, superpose

Array = NDArray[np.float64]
Index = NDArray[np.int64]

STEP = 0.5
REACH = STEP * 20


@dataclass(frozen=True)
class Problem:
    """Arguments of `superpose`."""

    kernels: Array
    kernel_of: Index
    row_of: Index
    weights: Array
    places: Array
    levels: Array
    cells: Array

    def solve(self) -> Array:
        return superpose(
            self.kernels, STEP, self.kernel_of, self.row_of, self.weights, self.places, self.levels, self.cells
        )


def problem(seed: int, *, draws: int = 4, points: int = 3, cells: int = 17) -> Problem:
    rng = np.random.default_rng(seed)
    radii = STEP * np.arange(21)
    length = rng.uniform(1.0, 4.0, (2, 5, 3, 2, 1))
    kernels = rng.uniform(0.5, 2.0, (2, 5, 3, 2, 1)) * np.exp(-radii / length)
    return Problem(
        kernels=kernels,
        kernel_of=rng.integers(0, 2, points),
        row_of=rng.integers(0, 5, draws),
        weights=rng.uniform(0.0, 4.0, (draws, points)),
        places=rng.uniform(-8.0, 8.0, (draws, points, 2)),
        levels=rng.uniform(-0.5, 2.5, (draws, points)),
        cells=rng.uniform(-10.0, 10.0, (cells, 2)),
    )


def plain(p: Problem) -> Array:
    """The same sum with NumPy's own interpolation, one term at a time."""
    out = np.zeros((p.levels.shape[0], p.kernels.shape[3], p.cells.shape[0]))
    radii = STEP * np.arange(p.kernels.shape[4])
    for d, q in np.ndindex(p.levels.shape):
        level = np.clip(p.levels[d, q], 0.0, p.kernels.shape[2] - 1)
        low = min(int(level), p.kernels.shape[2] - 2)
        table = p.kernels[p.kernel_of[q], p.row_of[d]]
        distance = np.hypot(*(p.cells - p.places[d, q]).T)
        for kind in range(out.shape[1]):
            kernel = (1.0 - level + low) * table[low, kind] + (level - low) * table[low + 1, kind]
            reached = distance < radii[-1]
            out[d, kind, reached] += p.weights[d, q] * np.interp(distance[reached], radii, kernel)
    return out


@pytest.mark.parametrize("seed", range(4))
def test_against_a_plain_loop(seed: int) -> None:
    p = problem(seed)
    assert np.allclose(p.solve(), plain(p), rtol=1e-12, atol=1e-13)  # another order of adding


def test_more_cells_than_one_block_holds() -> None:
    p = problem(9, draws=2, cells=2 * getattr(superposition, "BLOCK", 4096) + 5)
    assert np.allclose(p.solve(), plain(p), rtol=1e-12, atol=1e-13)  # another order of adding


seeds = st.integers(0, 10_000)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seeds, st.floats(0.1, 30.0))
def test_linear_in_units(seed: int, factor: float) -> None:
    p, q = problem(seed), problem(seed + 1)
    both = replace(p, weights=p.weights + factor * q.weights)
    other = replace(p, weights=q.weights)
    # Linear up to round-off of sums of a few terms.
    assert np.allclose(both.solve(), p.solve() + factor * other.solve(), rtol=1e-10, atol=1e-10)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seeds, st.floats(-50.0, 50.0), st.floats(-50.0, 50.0), st.floats(0.0, 6.3))
def test_moving_and_turning_the_face_changes_nothing(seed: int, dx: float, dy: float, angle: float) -> None:
    p = problem(seed)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = replace(p, places=p.places @ turn + [dx, dy], cells=p.cells @ turn + [dx, dy])
    # Distances keep 13 digits; a cell within 1e-12 of the table's end may fall in or out of it.
    distance = np.hypot(*(p.cells[None, None] - p.places[:, :, None]).transpose(3, 0, 1, 2))
    if np.abs(distance - REACH).min() > 1e-9:
        assert np.allclose(moved.solve(), p.solve(), rtol=1e-9, atol=1e-10)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seeds)
def test_order_of_points_and_draws_is_free(seed: int) -> None:
    p = problem(seed)
    points, draws = np.random.default_rng(seed).permutation(3), np.random.default_rng(seed).permutation(4)
    shuffled = Problem(
        p.kernels,
        p.kernel_of[points],
        p.row_of[draws],
        p.weights[draws][:, points],
        np.ascontiguousarray(p.places[draws][:, points]),
        p.levels[draws][:, points],
        p.cells,
    )
    assert np.allclose(shuffled.solve(), p.solve()[draws], rtol=1e-12, atol=1e-13)  # another order of adding


def test_levels_outside_the_table_take_its_ends() -> None:
    p = problem(3)
    low, high = replace(p, levels=np.full_like(p.levels, -9.0)), replace(p, levels=np.full_like(p.levels, 99.0))
    assert np.array_equal(low.solve(), replace(p, levels=np.zeros_like(p.levels)).solve())
    assert np.array_equal(high.solve(), replace(p, levels=np.full_like(p.levels, 2.0)).solve())


def test_nothing_beyond_the_last_radius() -> None:
    p = problem(5, points=1)
    far = replace(p, cells=p.places[0] + [[REACH + 1e-6, 0.0]], weights=np.ones_like(p.weights))
    assert not far.solve()[0].any()
    near = replace(far, cells=p.places[0] + [[REACH - 0.1, 0.0]])
    assert near.solve()[0].all()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seeds, st.sampled_from([1, 2, 6]), st.sampled_from([2, 14]))
def test_cells_are_shared_out_whole(seed: int, nodes_one: int, nodes_two: int) -> None:
    rng = np.random.default_rng(seed)
    one = rng.uniform(0.0, nodes_one - 1.0, (3, 11)) if nodes_one > 1 else np.zeros((3, 11))
    two = rng.uniform(0.0, nodes_two - 1.0, (3, 11))
    two[0, 0], two[0, 1] = 0.0, nodes_two - 1.0
    weights = bin_pairs(one, two, nodes_one, nodes_two)
    assert weights.min() >= 0.0
    assert weights.sum(axis=(1, 2)) == pytest.approx(np.ones(3), abs=1e-12)  # round-off
    # Bilinear weights give back any bilinear function of the positions.
    i, j = np.arange(nodes_one)[:, None], np.arange(nodes_two)[None, :]
    for function in (lambda a, b: 2.0 * a - 3.0 * b, lambda a, b: a * b + 1.0):
        expected = function(one, two).mean(axis=1)
        assert (weights * function(i, j)).sum(axis=(1, 2)) == pytest.approx(expected, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("nodes_one", [1, 5])
def test_doses_are_binned_as_their_positions(nodes_one: int) -> None:
    random, corner, nodes = np.random.default_rng(5), 0.03, 20
    dose, half = random.lognormal(-3.0, 3.0, (7, 40)), random.lognormal(-3.0, 1.0, 7)
    one = random.uniform(0.0, nodes_one - 1.0, (7, 40))
    two = (nodes - 1) * np.log1p(dose / (dose + half[:, None]) / corner) / np.log1p(1.0 / corner)
    where = slice(11, 29)
    weights = bin_doses(one, dose, half, corner, where, nodes_one, nodes)
    assert weights == pytest.approx(bin_pairs(one[:, where], two[:, where], nodes_one, nodes), abs=1e-14)
    assert weights.sum(axis=(1, 2)) == pytest.approx(1.0)
