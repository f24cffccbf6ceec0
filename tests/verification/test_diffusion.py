"""The steady diffusion solver against closed forms, a sparse LU and integrals done another way."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.integrate
import scipy.sparse.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from holocrine.solvers.diffusion import (
    LayeredMedium,
    assemble_axisymmetric,
    exponential_disc_share,
    graded_edges,
    radial_mesh,
    solve_axisymmetric,
    spheroid_share,
)

Array = NDArray[np.float64]

D, K, BALL = 4.0, 1.5, 2.0
"""mm2/day, 1/day, mm: near the typical skin."""
DEPTH = 30.0
"""mm from the ball's centre to top and to bottom: 18 decay lengths, so the walls add less than exp(-36)."""


def ball_exposure(distance: Array) -> Array:
    """Exposure outside a uniform ball holding one unit in an endless medium."""
    length = np.sqrt(D / K)
    a = BALL / length
    factor = 3.0 * (a * np.cosh(a) - np.sinh(a)) / a**3
    return factor * np.exp(-distance / length) / (4.0 * np.pi * D * distance)


def ball_errors(step: float) -> tuple[float, float]:
    """Largest relative errors outside the ball along the radius and along the depth, from 1.3 to 5 radii."""
    z_edges = np.linspace(0.0, 2.0 * DEPTH, round(2.0 * DEPTH / step) + 1)
    mesh = radial_mesh(graded_edges(6.0 * BALL, step, 1.05, DEPTH))
    ones = np.ones(z_edges.size - 1)
    source = spheroid_share(
        mesh.edges, z_edges, depth=DEPTH, radius=BALL, half_height=BALL, top=0.0, bottom=2.0 * DEPTH
    )
    exposure = solve_axisymmetric(mesh, LayeredMedium(z_edges, D * ones, D * ones, K * ones), source).exposure
    z = 0.5 * (z_edges[1:] + z_edges[:-1]) - DEPTH
    distance = np.hypot(mesh.centres[:, None], z[None, :])
    outside = (distance > 1.3 * BALL) & (distance < 5.0 * BALL)
    error = np.where(outside, np.abs(exposure / ball_exposure(np.maximum(distance, BALL)) - 1.0), 0.0)
    return float(error[:, z.size // 2].max()), float(error[0].max())


def test_ball_in_an_endless_medium() -> None:
    coarse, fine = ball_errors(0.4), ball_errors(0.2)
    for along, before in zip(fine, coarse, strict=True):
        # Second order: the leading error of one decay length (1.63 mm) at 0.2 mm is (h/l)^2/24 per length of
        # path, 0.4% over the six lengths looked at; 1% leaves room for the curvature near the ball.
        assert along < 0.01
        # Halving the step quarters a second-order error; 3.3 allows for the next term.
        assert before / along > 3.3


def uneven_problem(seed: int) -> tuple[Array, LayeredMedium, Array]:
    """A random medium, mesh and source with a thousand-fold contrast."""
    rng = np.random.default_rng(seed)
    r_edges = np.concatenate([[0.0], np.cumsum(rng.uniform(0.05, 0.6, 24))])
    z_edges = np.concatenate([[0.0], np.cumsum(rng.uniform(0.02, 0.3, 18))])
    along, across, loss = (10.0 ** rng.uniform(-1.5, 1.5, 18) for _ in range(3))
    medium = LayeredMedium(z_edges, along, across, loss, absorbing_bottom=bool(seed % 2))
    source = rng.random((24, 18))
    return r_edges, medium, source / source.sum()


@pytest.mark.parametrize("seed", range(6))
def test_direct_solve_is_the_sparse_lu(seed: int) -> None:
    r_edges, medium, source = uneven_problem(seed)
    mesh = radial_mesh(r_edges)
    direct = solve_axisymmetric(mesh, medium, source).exposure
    reference = (
        scipy.sparse.linalg.splu(assemble_axisymmetric(mesh, medium)).solve(source.ravel()).reshape(direct.shape)
    )
    # Both solve the same equations; a condition number near 1e3 leaves 1e-12 of the 1e-16 of double precision.
    assert np.abs(direct - reference).max() < 1e-11 * np.abs(reference).max()


@pytest.mark.parametrize("seed", range(6))
def test_balance_of_an_uneven_problem(seed: int) -> None:
    r_edges, medium, source = uneven_problem(seed)
    mesh = radial_mesh(r_edges)
    solution = solve_axisymmetric(mesh, medium, source)
    lost = float(np.sum(mesh.areas[:, None] * solution.exposure * (medium.loss_rate * medium.thickness)))
    # Finite volumes conserve exactly; only round-off is left.
    assert lost + solution.edge_flux == pytest.approx(1.0, abs=1e-11)
    assert solution.edge_flux > 1e-4, "the problem is meant to leak, or the edge's share is not tested"
    # An M-matrix has a positive inverse; the modes add it up with round-off of the peak.
    assert solution.exposure.min() > -1e-13 * solution.exposure.max()


def test_radial_modes_diagonalise_the_operator() -> None:
    mesh = radial_mesh(graded_edges(3.0, 0.1, 1.12, 40.0))
    gram = mesh.modes.T @ (mesh.areas[:, None] * mesh.modes)
    assert np.abs(gram - np.eye(gram.shape[0])).max() < 1e-12  # orthonormal to round-off
    assert mesh.rates.min() > 0.0, "an absorbing rim leaves no mode undamped"


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    depth=st.floats(0.2, 3.0),
    radius=st.floats(0.7, 5.0),
    half_height=st.floats(0.2, 4.0),
    top=st.sampled_from([0.0, 0.15]),
    thickness=st.sampled_from([1.0, 3.0, 6.0]),
)
def test_spheroid_share_against_counting(
    depth: float, radius: float, half_height: float, top: float, thickness: float
) -> None:
    bottom = max(top + thickness, depth + 0.1)
    r_edges = np.array([0.0, 0.3, 0.8, 1.5, 2.4, 4.0, 9.0])
    z_edges = np.array([0.0, 0.15, 0.4, 1.0, 1.9, 3.0, 4.5, 12.0])
    share = spheroid_share(
        r_edges, z_edges, depth=depth, radius=radius, half_height=half_height, top=top, bottom=bottom
    )
    assert share.sum() == pytest.approx(1.0, abs=1e-12)  # normalised by construction, round-off only
    # Thin discs, each uniform out to the spheroid's width at its depth: independent of the formula under test.
    z = (np.arange(40_000) + 0.5) / 40_000 * 2.0 * half_height + depth - half_height
    z = z[(z > top) & (z < bottom)]
    width2 = radius**2 * np.maximum(0.0, 1.0 - ((z - depth) / half_height) ** 2)
    rings = np.diff(np.minimum(r_edges[:, None] ** 2, width2[None, :]), axis=0)
    row = np.searchsorted(z_edges, z, side="right") - 1
    counted = np.stack([np.bincount(row, ring, minlength=z_edges.size - 1) for ring in rings])
    # 40,000 discs: each of the few cut edges misplaces at most one disc, 1e-4 of the whole.
    assert np.abs(share - counted / counted.sum()).max() < 2e-4


def test_spheroid_outside_the_tissue_is_refused() -> None:
    edges = np.linspace(0.0, 5.0, 11)
    with pytest.raises(ValueError, match="outside the tissue"):
        spheroid_share(edges, edges, depth=4.0, radius=1.0, half_height=0.5, top=0.0, bottom=2.0)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(length=st.floats(1.0, 20.0), top=st.floats(0.0, 1.0), thickness=st.floats(0.1, 2.0))
def test_sheet_share_against_quadrature(length: float, top: float, thickness: float) -> None:
    r_edges = np.concatenate([np.linspace(0.0, 10.0, 21), [400.0]])
    z_edges = np.linspace(0.0, 4.0, 17)
    share = exponential_disc_share(r_edges, z_edges, length=length, top=top, bottom=top + thickness)
    assert share.sum() == pytest.approx(1.0, abs=1e-12)  # normalised by construction
    rings = [
        scipy.integrate.quad(lambda r: r * np.exp(-r / length), low, high)[0]
        for low, high in itertools.pairwise(r_edges[:21])
    ]
    # The whole integral is length^2; 1e-7 covers what 400 mm cut off at 20 mm length (2e-8) and the quadrature.
    assert np.abs(share.sum(axis=1)[:20] - np.array(rings) / length**2).max() < 1e-7
    deep = np.clip(np.minimum(z_edges[1:], top + thickness) - np.maximum(z_edges[:-1], top), 0.0, None)
    assert np.allclose(share.sum(axis=0), deep / thickness, atol=1e-12)  # proportional to overlap, round-off


def test_graded_edges_reach_the_radius() -> None:
    edges = graded_edges(3.0, 0.1, 1.12, 50.0)
    steps = np.diff(edges)
    assert edges[0] == 0.0
    assert edges[-1] >= 50.0
    assert np.allclose(steps[edges[1:] <= 3.0 + 1e-9], 0.1)  # even part, round-off
    assert np.all(steps[1:] / steps[:-1] < 1.12 + 1e-9)
