"""FiPy: the steady equation for the time integral on the box's cells, by its preconditioned conjugate gradients.

FiPy would also step through time implicitly; summed over all steps that gives the same integral for one such
solution per step, so the steady equation is its strongest form.
"""

from __future__ import annotations

import argparse
import os

import numpy as np

from spread_peers import problem
from spread_peers.worker import Array, Prepared, serve

TOLERANCE = 1e-4
"""Relative residual, as for SciPy's conjugate gradients."""


def prepare(arguments: argparse.Namespace) -> Prepared:
    """Mesh and coefficients once; a run assembles, solves and reads the maps."""
    os.environ.setdefault("FIPY_SOLVERS", "scipy")
    import fipy
    from fipy.solvers import JacobiPreconditioner, LinearPCGSolver

    grid = problem.box(arguments.step, arguments.height)
    nx, ny, nz = grid.source.shape
    mesh = fipy.Grid3D(nx=nx, ny=ny, nz=nz, dx=grid.step, dy=grid.step, dz=grid.height)
    across_faces = np.abs(np.asarray(mesh.faceNormals[2])) > 0.5
    depth = np.asarray(mesh.faceCenters[2]) / grid.height
    between = np.concatenate([[0.0], grid.conductance * grid.height, [0.0]])
    spreading = np.where(
        across_faces,
        between[np.rint(depth).astype(int)],
        grid.along[np.clip(np.floor(depth).astype(int), 0, nz - 1)],
    )
    layers = np.repeat(np.arange(nz), nx * ny)
    coefficient = fipy.FaceVariable(mesh=mesh, value=spreading)
    loss = fipy.CellVariable(mesh=mesh, value=grid.loss[layers])
    source = fipy.CellVariable(mesh=mesh, value=np.transpose(grid.source, (2, 1, 0)).ravel())
    exposure = fipy.CellVariable(mesh=mesh, value=0.0)
    equation = fipy.DiffusionTerm(coeff=coefficient) - fipy.ImplicitSourceTerm(coeff=loss) + source == 0.0

    def solve() -> Array:
        exposure.setValue(0.0)
        solver = LinearPCGSolver(tolerance=TOLERANCE, iterations=2000, precon=JacobiPreconditioner())
        equation.solve(var=exposure, solver=solver)
        cells = np.transpose(exposure.value.reshape(nz, ny, nx), (2, 1, 0))
        return problem.bound_maps(cells, grid)

    return Prepared(solve, grid.step, fipy.__version__, {"cells": int(grid.source.size)})


if __name__ == "__main__":
    serve(prepare)
