"""SciPy: the steady equation for the time integral on the box's cells, by conjugate gradients.

Modes: `jacobi` (diagonal preconditioner), `multigrid` (smoothed aggregation of PyAMG).
"""

from __future__ import annotations

import argparse

import numpy as np
import scipy
import scipy.sparse
import scipy.sparse.linalg

from spread_peers import problem
from spread_peers.worker import Array, Prepared, serve

TOLERANCE = 1e-4
"""Relative residual; the maps then differ by less than 1e-3 from those at 1e-10, well below the grid's own error."""


def assemble(grid: problem.Box) -> scipy.sparse.csr_array:
    """The finite-volume operator per mm3 (cells square, depth fastest), symmetric."""
    nx, ny, nz = grid.source.shape
    across = np.zeros(nz)
    across[:-1] += grid.conductance
    across[1:] += grid.conductance
    column = scipy.sparse.diags_array(
        [-grid.conductance, across, -grid.conductance], offsets=[-1, 0, 1], shape=(nz, nz)
    )
    depth = column / grid.height + scipy.sparse.diags_array(grid.loss)
    along = scipy.sparse.diags_array(grid.along / grid.step**2)
    eye_x, eye_y = scipy.sparse.eye_array(nx), scipy.sparse.eye_array(ny)
    matrix = (
        scipy.sparse.kron(eye_x, scipy.sparse.kron(eye_y, depth))
        + scipy.sparse.kron(_second_difference(nx), scipy.sparse.kron(eye_y, along))
        + scipy.sparse.kron(eye_x, scipy.sparse.kron(_second_difference(ny), along))
    )
    return scipy.sparse.csr_array(matrix)


def _second_difference(count: int) -> scipy.sparse.dia_array:
    diagonal = np.full(count, 2.0)
    diagonal[[0, -1]] = 1.0
    off = -np.ones(count - 1)
    return scipy.sparse.diags_array([off, diagonal, off], offsets=[-1, 0, 1], shape=(count, count))


def prepare(arguments: argparse.Namespace) -> Prepared:
    """Assemble once; a run is the preconditioner, the solution and the maps."""
    grid = problem.box(arguments.step, arguments.height)
    matrix = assemble(grid)
    steps = 0

    def count(_: Array) -> None:
        nonlocal steps
        steps += 1

    def solve() -> Array:
        if arguments.mode == "multigrid":
            import pyamg

            helper = pyamg.smoothed_aggregation_solver(scipy.sparse.csr_matrix(matrix)).aspreconditioner()
        else:
            helper = scipy.sparse.diags_array(1.0 / matrix.diagonal())
        exposure, _ = scipy.sparse.linalg.cg(matrix, grid.source.ravel(), rtol=TOLERANCE, M=helper, callback=count)
        return problem.bound_maps(exposure.reshape(grid.source.shape), grid)

    version = scipy.__version__
    if arguments.mode == "multigrid":
        import pyamg

        version += f", PyAMG {pyamg.__version__}"
    return Prepared(solve, grid.step, version, {"cells": int(grid.source.size)})


if __name__ == "__main__":
    serve(prepare)
