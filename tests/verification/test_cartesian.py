"""The three-dimensional box: against its own closed form, against superposed kernels, and over an uneven layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from holocrine.anatomy.sites import layer_stack
from holocrine.errors import SolverError
from holocrine.models.exposure import Bolus, SkinColumn, bolus, skin_column
from holocrine.simulation.spread import DEPTHS, RADIUS_STEP, spread_kernels
from holocrine.solvers.cartesian import Box, solve_box
from holocrine.solvers.superposition import superpose

Array = NDArray[np.float64]

VOLUME_ML = 0.02
LEVEL = 2
"""Needle depth DEPTHS[LEVEL] (1.1 mm), where kernels are solved and not interpolated."""
MARGIN_MM = 14.0
"""Skin around the points: eight decay lengths."""


def cosine_error(cells: int) -> float:
    """Largest error for the exact solution sin(pi x/L) sin(pi y/L) cos(pi z/H) in a box of two diffusivities."""
    side, height, along, across, loss = 4.0, 2.0, 3.0, 0.4, 1.2
    h = side / cells
    z_edges = np.linspace(0.0, height, cells // 2 + 1)
    x = (np.arange(cells) + 0.5) * h
    z = 0.5 * (z_edges[1:] + z_edges[:-1])
    wave = np.sin(np.pi * x / side)
    exact = wave[:, None, None] * wave[None, :, None] * np.cos(np.pi * z / height)
    rate = 2.0 * along * (np.pi / side) ** 2 + across * (np.pi / height) ** 2 + loss
    ones = np.ones(z.size)
    box = Box((cells, cells), h, z_edges, along * ones, across * ones, loss * ones)
    solution = solve_box(box, rate * exact * h * h * np.diff(z_edges), tolerance=1e-11)
    return float(np.abs(solution.exposure - exact).max())


def test_second_order() -> None:
    errors = [cosine_error(cells) for cells in (16, 32, 64)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    # Order 2; 1.9 leaves room for the next term on the coarser pair.
    assert orders.min() > 1.9, f"errors {errors}"


def random_box(*, absorbing: bool) -> tuple[Box, Array]:
    rng = np.random.default_rng(5)
    shape = (7, 6, 9)
    z_edges = np.concatenate([[0.0], np.cumsum(rng.uniform(0.05, 0.4, 9))])
    coefficients = [10.0 ** rng.uniform(-1.0, 1.0, shape) for _ in range(3)]
    source = rng.random(shape)
    return Box(shape[:2], 0.7, z_edges, *coefficients, absorbing_bottom=absorbing), source / source.sum()


@pytest.mark.parametrize("absorbing", [False, True])
def test_balance_with_uneven_coefficients(absorbing: bool) -> None:
    box, source = random_box(absorbing=absorbing)
    solution = solve_box(box, source, tolerance=1e-12)
    lost = float(np.sum(solution.exposure * box.loss_rate * box.spacing**2 * box.thickness))
    # Conservative scheme: the balance closes to the residual asked for, times the condition number (below 1e3).
    assert lost + solution.edge_flux == pytest.approx(1.0, abs=1e-9)
    assert solution.relative_residual < 1e-11
    assert solution.iterations > 1


def test_reciprocity() -> None:
    """What cell b gets from cell a, a gets from b: the operator is symmetric also where coefficients jump."""
    box, _ = random_box(absorbing=True)
    places = [(1, 2, 3), (5, 4, 7)]
    answers = []
    for here, there in (places, places[::-1]):
        source = np.zeros(box.shape)
        source[here] = 1.0
        answers.append(solve_box(box, source, tolerance=1e-12).exposure[there])
    assert answers[0] == pytest.approx(answers[1], rel=1e-6)  # small values far off carry the solver's residual


def test_unconverged_solve_is_an_error() -> None:
    box, source = random_box(absorbing=False)
    with pytest.raises(SolverError, match=r"378 cells: relative residual .* after 2 iterations"):
        solve_box(box, source, tolerance=1e-12, limit=2)


def bleb_share(axes: tuple[Array, Array], z_edges: Array, at: Array, drop: Bolus, low: float, high: float) -> Array:
    """A bleb cut off at `low` and `high` on the box's cells (nx, ny, nz), by 8 x 8 verticals per cell."""
    fine = 8
    h = axes[0][1] - axes[0][0]
    offsets = (np.arange(fine) + 0.5) / fine * h - 0.5 * h
    x, y = ((axis[:, None] + offsets - centre).ravel() for axis, centre in zip(axes, at, strict=True))
    flat = 1.0 - (x[:, None] ** 2 + y[None, :] ** 2) / drop.radius**2
    i, j = np.nonzero(flat > 0.0)
    half = drop.half_height * np.sqrt(flat[i, j])
    depth = DEPTHS[LEVEL]
    top, bottom = np.clip(depth - half, low, high), np.clip(depth + half, low, high)
    inside = np.minimum(bottom[:, None], z_edges[1:]) - np.maximum(top[:, None], z_edges[:-1])
    share = np.zeros((axes[0].size, axes[1].size, z_edges.size - 1))
    np.add.at(share, (i // fine, j // fine), np.maximum(inside, 0.0))
    return share / share.sum()


def ten_points() -> tuple[Array, Array]:
    """Two rows of five points about 8 mm apart, off the grid, with 1 to 3 units each."""
    rng = np.random.default_rng(3)
    grid = np.stack(np.meshgrid(8.0 * np.arange(5) - 16.0, [-4.0, 4.0], indexing="ij"), axis=-1).reshape(-1, 2)
    return grid + rng.uniform(-1.0, 1.0, grid.shape), rng.uniform(1.0, 3.0, 10)


def box_axes(spacing: float) -> tuple[Array, Array]:
    sizes = [round((extent + 2.0 * MARGIN_MM) / spacing) for extent in (34.0, 10.0)]
    axes = [spacing * (np.arange(size) + 0.5 - 0.5 * size) for size in sizes]
    return axes[0], axes[1]


def plan_source(column: SkinColumn, axes: tuple[Array, Array], drop: Bolus, held: float) -> Array:
    """The ten blebs: a share held in the layer of the needle, the rest in all tissue."""
    bounds = column.layer_bounds
    layer = int(np.searchsorted(bounds, DEPTHS[LEVEL])) - 1
    source = np.zeros((axes[0].size, axes[1].size, column.edges.size - 1))
    for at, units in zip(*ten_points(), strict=True):
        own = bleb_share(axes, column.edges, at, drop, bounds[layer], bounds[layer + 1])
        everywhere = bleb_share(axes, column.edges, at, drop, 0.0, bounds[-1])
        source += units * (held * own + (1.0 - held) * everywhere)
    return source


def superposed(axes: tuple[Array, Array], spatial: Mapping[str, float]) -> Array:
    """Bound dose (3, nx, ny) of the ten points from axisymmetric kernels."""
    kernels = spread_kernels(
        layer_stack("forehead", "female"), VOLUME_ML, {name: np.array([value]) for name, value in spatial.items()}
    )
    points, units = ten_points()
    cells = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    nought = np.zeros(10, dtype=np.int64)
    levels = np.full((1, 10), float(LEVEL))
    sums = superpose(kernels.bound[None], RADIUS_STEP, nought, nought[:1], units[None], points[None], levels, cells)
    return sums[0].reshape(3, axes[0].size, axes[1].size)


@pytest.fixture(scope="module")
def spatial(typical_spatial: dict[str, float]) -> dict[str, float]:
    """Typical skin without the sheet along the plane: its 8 mm length would ask for a box of 30 cm."""
    return {**typical_spatial, "tail_fraction": 0.0}


@pytest.fixture(scope="module")
def column(spatial: dict[str, float]) -> SkinColumn:
    return skin_column(layer_stack("forehead", "female"), spatial)


def flat_box(column: SkinColumn, axes: tuple[Array, Array], spacing: float) -> Box:
    return Box((axes[0].size, axes[1].size), spacing, column.edges, column.along, column.across, column.loss_rate)


@pytest.mark.slow
def test_plan_in_three_dimensions_is_the_sum_of_kernels(column: SkinColumn, spatial: dict[str, float]) -> None:
    """Largest difference of bound dose over the peak, 0.5 mm cells: motor 1.1%, sudomotor 1.2%, sebaceous 0.7%.

    It is the box's own second-order error (at 1 mm cells: 3%, 1.5%, 1.4%) and 0.25% from reading kernels off
    at every 0.25 mm.
    """
    spacing = 0.5
    axes = box_axes(spacing)
    source = plan_source(column, axes, bolus(VOLUME_ML, spatial), spatial["planar_confinement"])
    solution = solve_box(flat_box(column, axes, spacing), source, tolerance=1e-8)
    assert solution.edge_flux < 1e-4 * source.sum(), "the box must be wide enough to stand for endless skin"
    bound = np.einsum("xyz,kz->kxy", solution.exposure, column.band * column.uptake)
    kernels = superposed(axes, spatial)
    peak = kernels.max(axis=(1, 2))
    # The errors measured above, with a fifth on top.
    assert np.all(np.abs(bound - kernels).max(axis=(1, 2)) < 0.015 * peak)
    assert np.allclose(bound.sum(axis=(1, 2)), kernels.sum(axis=(1, 2)), rtol=0.005)  # reading off every 0.25 mm


def slanted(column: SkinColumn, x: Array, shift: float) -> Array:
    """Dermal uptake (nx, nz) 1/day when the dermis ends `shift` mm deeper at x = 20 mm and higher at x = -20 mm."""
    dermal = column.uptake[1:].sum(axis=0)
    centres = 0.5 * (column.edges[1:] + column.edges[:-1])
    bottom = column.layer_bounds[2]
    local = bottom + shift * np.clip(x / 20.0, -1.0, 1.0)
    return np.stack([np.interp(centres * bottom / here, centres, dermal) for here in local])


@pytest.mark.slow
def test_uneven_layer_shows_what_the_shortcut_misses(column: SkinColumn, spatial: dict[str, float]) -> None:
    """How far flat layers misjudge the mean exposure of dermal terminals where the dermis is not even.

    Measured, over the peak: 4% when its lower border slants by 0.1 mm either way along 40 mm of skin, 14% at 0.3 mm
    (a third of its thickness). This belongs to the shortcut, not to a solver; it grows in proportion to the slant and
    stays below what thickness differs by between people (0.7 to 1.4 times, drawn in every forecast).
    """
    spacing = 1.0
    axes = box_axes(spacing)
    flat = flat_box(column, axes, spacing)
    source = plan_source(column, axes, bolus(VOLUME_ML, spatial), spatial["planar_confinement"])
    other_loss = column.loss_rate - column.uptake[1:].sum(axis=0)

    def mean_exposure(shift: float) -> Array:
        rates = slanted(column, axes[0], shift)
        solution = solve_box(replace(flat, loss_rate=(other_loss + rates)[:, None, :]), source, tolerance=1e-8)
        return np.einsum("xyz,xz->xy", solution.exposure, rates * flat.thickness) / (rates @ flat.thickness)[:, None]

    even = mean_exposure(0.0)
    errors = [float(np.abs(mean_exposure(shift) - even).max() / even.max()) for shift in (0.1, 0.3)]
    # Bands of a half round the measured values: they would be left if layers or source were misread.
    assert 0.02 < errors[0] < 0.06
    assert 0.07 < errors[1] < 0.21
