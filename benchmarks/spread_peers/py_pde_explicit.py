"""py-pde: explicit time stepping with its compiled right-hand side until 0.5% of the dose is left.

The fluxes across the skin are forward differences of backward ones, so that layers meet as in finite volumes.
"""

from __future__ import annotations

import argparse

import numpy as np

from spread_peers import problem
from spread_peers.worker import Array, Prepared, serve


def prepare(arguments: argparse.Namespace) -> Prepared:
    """Build the equation; a run steps from the source to the end."""
    import pde

    given = problem.box(arguments.step, arguments.height)
    shape = given.source.shape
    dt = 1.98 / given.largest_rate
    space = pde.CartesianGrid([(0.0, length) for length in problem.SIZE], shape)

    def field(of_depth: Array) -> object:
        return pde.ScalarField(space, np.broadcast_to(of_depth, shape).copy())

    between = np.concatenate([given.conductance * given.height, [0.0]])
    equation = pde.PDE(
        {
            "c": "along * (d2_dx2(c) + d2_dy2(c)) + d_dz_backward(between * d_dz_forward(c)) - loss * c",
            "e": "c",
        },
        bc={"derivative": 0.0},
        bc_ops={"c:d_dz_backward": {"virtual_point": 0.0}},
        consts={"along": field(given.along), "between": field(between), "loss": field(given.loss)},
    )
    steps = int(np.ceil(problem.days_until_done(given) / dt))
    start = pde.FieldCollection([pde.ScalarField(space, given.source), pde.ScalarField(space, 0.0)])

    stepper = pde.EulerSolver(equation, backend="numba").make_stepper(start, dt=dt)

    def solve() -> Array:
        state = start.copy()
        result = stepper(state, 0.0, steps * dt)
        end = state if result is None or np.isscalar(result) else result
        return problem.bound_maps(end[1].data, given)

    return Prepared(solve, given.step, pde.__version__, {"cells": int(given.source.size), "steps": steps})


if __name__ == "__main__":
    serve(prepare)
