"""Manufactured solutions: the diffusion solver converges at second order in radius and depth at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import sympy
from numpy.typing import NDArray

from holocrine.solvers.diffusion import LayeredMedium, radial_mesh, solve_axisymmetric

Array = NDArray[np.float64]

RADIUS, HEIGHT, EDGE = 6.0, 3.0, 1.2
"""Domain (mm) and the depth of the layer edge; EDGE is a cell edge on every mesh used."""
r, z = sympy.symbols("r z", positive=True)


@dataclass(frozen=True)
class Layer:
    """A stretch of depth with its solution and coefficients as expressions."""

    top: float
    bottom: float
    exact: sympy.Expr
    along: sympy.Expr
    across: sympy.Expr
    loss: sympy.Expr

    @property
    def source(self) -> sympy.Expr:
        """What must be put in for `exact` to solve the equation."""
        radial = sympy.diff(r * self.along * sympy.diff(self.exact, r), r) / r
        return -radial - sympy.diff(self.across * sympy.diff(self.exact, z), z) + self.loss * self.exact


BELL = sympy.exp(-(r**2))
"""exp(-36) = 2e-16 at the rim: zero for the purpose."""

SMOOTH = (
    Layer(
        0.0,
        HEIGHT,
        BELL * (2 + sympy.cos(sympy.pi * z / HEIGHT)),
        along=3 + sympy.sin(2 * z),
        across=1 + z**2 / 4,
        loss=2 + sympy.cos(z),
    ),
)
ABSORBED = (
    Layer(
        0.0,
        HEIGHT,
        BELL * sympy.cos(sympy.pi * z / (2 * HEIGHT)),
        along=3 + sympy.sin(2 * z),
        across=1 + z**2 / 4,
        loss=2 + sympy.cos(z),
    ),
)


def layered() -> tuple[Layer, Layer]:
    """Ten-fold jump of diffusivity and loss; value and flux are continuous, the slope is not."""
    upper, lower, v, w = 5.0, 0.5, 0.9, 0.8
    slope = -upper * v * np.sin(v * EDGE) / lower
    b = slope / (w * np.sin(w * (HEIGHT - EDGE)))
    c = np.cos(v * EDGE) - b * np.cos(w * (HEIGHT - EDGE))
    first = BELL * (4 + sympy.cos(v * z))
    second = BELL * (4 + c + b * sympy.cos(w * (HEIGHT - z)))
    return (
        Layer(0.0, EDGE, first, along=sympy.Float(8), across=sympy.Float(upper), loss=sympy.Float(10)),
        Layer(EDGE, HEIGHT, second, along=sympy.Float(1), across=sympy.Float(lower), loss=sympy.Float(1)),
    )


def on_cells(expression: sympy.Expr, radii: Array, depths: Array) -> Array:
    values = sympy.lambdify((r, z), expression, "numpy")(radii[:, None], depths[None, :])
    return np.broadcast_to(np.asarray(values, dtype=np.float64), (radii.size, depths.size))


def cell_integrals(expression: sympy.Expr, r_edges: Array, z_edges: Array) -> Array:
    """Integral over every ring cell by three-point Gauss quadrature in both directions (mm3)."""
    nodes, weights = np.polynomial.legendre.leggauss(3)
    total = np.zeros((r_edges.size - 1, z_edges.size - 1))
    for a, wa in zip(nodes, weights, strict=True):
        radii = 0.5 * (r_edges[1:] + r_edges[:-1]) + 0.5 * a * np.diff(r_edges)
        for b, wb in zip(nodes, weights, strict=True):
            depths = 0.5 * (z_edges[1:] + z_edges[:-1]) + 0.5 * b * np.diff(z_edges)
            ring = 2.0 * np.pi * radii * 0.5 * wa * np.diff(r_edges)
            total += ring[:, None] * on_cells(expression, radii, depths) * (0.5 * wb * np.diff(z_edges))
    return total


def largest_error(layers: tuple[Layer, ...], cells: int, *, absorbing: bool) -> float:
    """Largest error at the cell centres over the largest value, on `cells` x `cells` of a mesh that widens fourfold."""
    even = np.linspace(0.0, 1.0, cells + 1)
    mesh = radial_mesh(RADIUS * even * (0.5 + 0.5 * even**2))
    z_edges = np.linspace(0.0, HEIGHT, cells + 1)
    depths = 0.5 * (z_edges[1:] + z_edges[:-1])
    along, across, loss = np.empty(cells), np.empty(cells), np.empty(cells)
    source, exact = np.empty((cells, cells)), np.empty((cells, cells))
    for layer in layers:
        here = (depths > layer.top) & (depths < layer.bottom)
        part = z_edges[np.flatnonzero(here)[0] : np.flatnonzero(here)[-1] + 2]
        for values, expression in ((along, layer.along), (across, layer.across), (loss, layer.loss)):
            values[here] = on_cells(expression, np.ones(1), depths[here])[0]
        source[:, here] = cell_integrals(layer.source, mesh.edges, part)
        exact[:, here] = on_cells(layer.exact, mesh.centres, depths[here])
    medium = LayeredMedium(z_edges, along, across, loss, absorbing_bottom=absorbing)
    exposure = solve_axisymmetric(mesh, medium, source).exposure
    return float(np.abs(exposure - exact).max() / np.abs(exact).max())


@pytest.mark.parametrize(
    ("layers", "absorbing"),
    [(SMOOTH, False), (ABSORBED, True), (layered(), False)],
    ids=["smooth coefficients", "absorbing bottom", "jump at a layer edge"],
)
def test_second_order_in_both_directions(layers: tuple[Layer, ...], absorbing: bool) -> None:
    errors = [largest_error(layers, cells, absorbing=absorbing) for cells in (40, 80, 160)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    # The scheme is of order 2; 1.9 leaves room for the higher terms on the coarser pair of meshes.
    assert orders.min() > 1.9, f"errors {errors}, orders {orders}"
    # h^2/24 times second derivatives near one per mm2, on cells of 0.02 to 0.07 mm: some 1e-4 of the peak at most.
    assert errors[-1] < 1e-4


def test_jump_keeps_the_flux() -> None:
    """The manufactured jump really jumps: continuous value and flux, slope ten times steeper below."""
    upper, lower = layered()
    at = {r: 0.5, z: EDGE}
    value = [float(layer.exact.subs(at)) for layer in (upper, lower)]
    slope = [float(sympy.diff(layer.exact, z).subs(at)) for layer in (upper, lower)]
    assert value[0] == pytest.approx(value[1], rel=1e-12)  # round-off
    assert 5.0 * slope[0] == pytest.approx(0.5 * slope[1], rel=1e-12)  # round-off
    assert abs(slope[0]) > 0.1
