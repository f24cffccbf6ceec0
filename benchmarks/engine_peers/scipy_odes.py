"""SciPy with compiled rates and Jacobian.

Modes: `lsoda` (odeint, which stays in compiled code between outputs), `bdf` (solve_ivp).
"""

from __future__ import annotations

import numba
import numpy as np
import scipy
import scipy.integrate

from engine_peers import equations, problem
from engine_peers.worker import Array, Prepared, Task, serve
from holocrine.models.site import SITE


def prepare(mode: str) -> Prepared:
    """Compile the equations; a run is a Python loop over patients and sessions."""
    code = equations.compiled(SITE)
    rates_into, jacobian_into, states = code.rates, code.jacobian, len(SITE.states)

    @numba.njit
    def rates(t: float, y: Array, d: Array) -> Array:  # noqa: ARG001 - SciPy's signature
        out = np.empty(states)
        rates_into(y, d, out)
        return out

    @numba.njit
    def jacobian(t: float, y: Array, d: Array) -> Array:  # noqa: ARG001 - SciPy's signature
        out = np.zeros((states, states))
        jacobian_into(y, d, out)
        return out

    def stretch(y: Array, grid: Array, d: Array, task: Task) -> Array:
        if mode == "lsoda":
            found = scipy.integrate.odeint(
                rates, y, grid, (d,), Dfun=jacobian, rtol=task.rtol, atol=task.atol, tfirst=True, mxstep=100_000
            )
            return np.asarray(found)
        solution = scipy.integrate.solve_ivp(
            rates,
            (grid[0], grid[-1]),
            y,
            "BDF",
            grid,
            args=(d,),
            jac=jacobian,
            rtol=task.rtol,
            atol=task.atol,
        )
        if not solution.success:
            raise RuntimeError(solution.message)
        return np.ascontiguousarray(solution.y.T)

    return Prepared(lambda task: each_patient(task, code, stretch), scipy.__version__)


def each_patient(task, code, stretch) -> Array:  # type: ignore[no-untyped-def]
    """Outputs of all patients from an engine that solves one stretch of one patient at a time."""
    results = np.empty((task.patients.n, task.times.size, len(SITE.outputs)))
    parts = problem.stretches(task.times)
    every_d = code.derived_of(task.patients.constants)
    for doses, d, result in zip(task.patients.doses, every_d, results, strict=True):
        y = problem.rest()
        for dose, part in zip(doses, parts, strict=True):
            found = stretch(y + dose, part.grid, d, task)
            code.outputs_of(found[part.points], d, result[part.rows])
            y = found[-1]
    return results


if __name__ == "__main__":
    serve(prepare)
