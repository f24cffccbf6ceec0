"""Steady diffusion with first-order loss in a three-dimensional box, for tissue whose layers are not flat.

Solves -div(D grad e) + k e = source by finite volumes on cells that are even in x and y and arbitrary in
z, with coefficients that may differ in every cell. This is the check on the axisymmetric shortcut and the
tool where layers are uneven. The symmetric positive definite system is solved by conjugate gradients; the
preconditioner solves every column of cells exactly, because thin cells couple far more strongly in depth
than sideways.

A ten-point forehead plan solved here on 0.5 mm cells differs from the same plan as a sum of axisymmetric
kernels by at most 1.2% of the peak bound dose, most of it this box's own error; a dermis that slants by
0.3 mm along the plan moves the exposure of its terminals by 14% (tests/verification/test_cartesian.py).

Boundaries: no flux through the top (z = 0); the four sides absorb; the bottom absorbs or reflects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse
import scipy.sparse.linalg
from numpy.typing import NDArray

from holocrine.errors import SolverError

Array = NDArray[np.float64]
Conductances = tuple[Array, Array, Array]


@dataclass(frozen=True)
class Box:
    """Cells and coefficients: `spacing` mm along x and y, `z_edges` (nz + 1,) mm from the surface down.

    `along`, `across` (diffusivity along the surface and into depth, mm2/day) and `loss_rate` (1/day) are
    (nx, ny, nz), or (nz,) for flat layers.
    """

    cells: tuple[int, int]
    spacing: float
    z_edges: Array
    along: Array
    across: Array
    loss_rate: Array
    absorbing_bottom: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Cells along x, y and z."""
        return (*self.cells, self.z_edges.size - 1)

    @property
    def thickness(self) -> Array:
        """Cell thickness (nz,) in mm."""
        return np.diff(self.z_edges)


@dataclass(frozen=True)
class BoxSolution:
    """Exposure (nx, ny, nz) in day/mm3 per unit, the share lost through the edges, and the solver's own account."""

    exposure: Array
    edge_flux: float
    iterations: int
    relative_residual: float


def solve_box(box: Box, source: Array, *, tolerance: float = 1e-9, limit: int = 2000) -> BoxSolution:
    """Exposure for `source` (nx, ny, nz), the amount put into each cell.

    Stops when the residual falls below `tolerance` times the source's norm. Raises SolverError with the
    residual reached when `limit` iterations do not suffice.
    """
    faces, edges = _inner_conductances(box), _edge_conductances(box)
    diagonal = _diagonal(box, faces, edges)
    operator = _operator(box.shape, diagonal, faces)
    taken = 0

    def count(_: Array) -> None:
        nonlocal taken
        taken += 1

    right = np.ascontiguousarray(source, dtype=np.float64).ravel()
    solution, status = scipy.sparse.linalg.cg(
        operator, right, rtol=tolerance, atol=0.0, maxiter=limit, M=_column_solver(diagonal, faces[2]), callback=count
    )
    residual = float(np.linalg.norm(right - operator @ solution) / np.linalg.norm(right))
    # The recurrence's residual, which stops the iteration, may drift from the true one by a few digits' round-off.
    if status != 0 or not residual <= 10.0 * tolerance:
        raise SolverError(f"box of {right.size} cells: relative residual {residual:.1e} after {taken} iterations")
    exposure = solution.reshape(box.shape)
    return BoxSolution(exposure, float(np.sum(edges * exposure)), taken, residual)


def _full(box: Box, values: Array) -> Array:
    return np.broadcast_to(np.asarray(values, dtype=np.float64), box.shape)


def _series(half: Array, axis: int) -> Array:
    """Conductance between neighbours from their half-cell resistances."""
    size = half.shape[axis]
    return np.asarray(1.0 / (np.take(half, range(size - 1), axis) + np.take(half, range(1, size), axis)))


def _half_resistances(box: Box) -> Conductances:
    """From a cell's centre to its face along x, y and z, day/mm3."""
    dz, h = box.thickness, box.spacing
    lateral = 0.5 / (_full(box, box.along) * dz)
    return lateral, lateral, 0.5 * dz / (_full(box, box.across) * h * h)


def _inner_conductances(box: Box) -> Conductances:
    x, y, z = _half_resistances(box)
    return _series(x, 0), _series(y, 1), _series(z, 2)


def _edge_conductances(box: Box) -> Array:
    """Conductance (nx, ny, nz) from a cell's centre out of the box, mm3/day."""
    x, y, z = _half_resistances(box)
    edges = np.zeros(box.shape)
    for side in (0, -1):
        edges[side] += 1.0 / x[side]
        edges[:, side] += 1.0 / y[:, side]
    if box.absorbing_bottom:
        edges[:, :, -1] += 1.0 / z[:, :, -1]
    return edges


def _diagonal(box: Box, faces: Conductances, edges: Array) -> Array:
    diagonal = edges + _full(box, box.loss_rate) * box.spacing**2 * box.thickness
    for axis, face in enumerate(faces):
        before = [(0, 0)] * 3
        after = [(0, 0)] * 3
        before[axis], after[axis] = (1, 0), (0, 1)
        diagonal += np.pad(face, before) + np.pad(face, after)
    return diagonal


def _operator(shape: tuple[int, int, int], diagonal: Array, faces: Conductances) -> scipy.sparse.csr_array:
    """The system matrix with z fastest; every pair of neighbours appears on both sides of the diagonal."""
    number = np.arange(diagonal.size).reshape(shape)
    rows, columns, values = [number.ravel()], [number.ravel()], [diagonal.ravel()]
    for axis, face in enumerate(faces):
        low = np.take(number, range(shape[axis] - 1), axis).ravel()
        high = np.take(number, range(1, shape[axis]), axis).ravel()
        rows += [low, high]
        columns += [high, low]
        values += [-face.ravel()] * 2
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return scipy.sparse.csr_array(entries, shape=(diagonal.size, diagonal.size))


def _column_solver(diagonal: Array, vertical: Array) -> scipy.sparse.linalg.LinearOperator:
    """All columns at once: end to end they form one tridiagonal matrix with zeros between columns."""
    below = np.zeros(diagonal.shape)
    below[:, :, :-1] = -vertical
    factor = scipy.linalg.cholesky_banded(np.stack([diagonal.ravel(), below.ravel()]), lower=True)

    def apply(right: Array) -> Array:
        return np.asarray(scipy.linalg.cho_solve_banded((factor, True), right, check_finite=False))

    return scipy.sparse.linalg.LinearOperator((diagonal.size, diagonal.size), matvec=apply, dtype=np.float64)
