"""numbalsoda: LSODA in C++ or DOP853 in Fortran, called for patient after patient without leaving compiled code.

Modes: `lsoda`, `dop853`. LSODA works its Jacobian out from differences: numbalsoda takes none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numba
import numpy as np
from numpy.typing import NDArray

from engine_peers import equations, problem
from engine_peers.worker import Array, Prepared, Task, serve
from holocrine.models.site import SITE

Index = NDArray[np.int64]

MOST_STEPS = 1_000_000


def loop(mode: str) -> Callable[..., Array]:
    """Compile the equations and the loop over patients and stretches.

    What comes back takes constants (n, constants), `doses` (n, stretches, states) added at their beginnings, the two
    arrays of `flat`, the number of outputs' times, and both tolerances, and gives outputs (n, times, 7).
    """
    import numbalsoda

    code = equations.compiled(SITE)
    rates, outputs = code.rates, code.outputs
    states, derived = len(SITE.states), code.derived
    integrate = {"lsoda": numbalsoda.lsoda, "dop853": numbalsoda.dop853}[mode]

    @numba.cfunc(numbalsoda.lsoda_sig)
    def rates_for_c(t, y, dy, d):  # type: ignore[no-untyped-def] # noqa: ARG001 - the signature numbalsoda calls
        rates(numba.carray(y, (states,)), numba.carray(d, (derived,)), numba.carray(dy, (states,)))

    @numba.njit
    def all_patients(address, rest, doses, every_d, grids, places, rtol, atol, results):  # type: ignore[no-untyped-def]
        failed = 0
        for i in range(doses.shape[0]):
            y, d = rest.copy(), every_d[i]
            for s in range(doses.shape[1]):
                y += doses[i, s]
                begin, end, point, row, count = places[s]
                found, fine = integrate(address, y, grids[begin:end], d, rtol, atol, MOST_STEPS)
                failed += not fine
                for k in range(count):
                    outputs(found[point + k], d, results[i, row + k])
                y = found[-1].copy()
        return failed

    def solve(
        constants: Array, doses: Array, grids: Array, places: Index, count: int, rtol: float, atol: float
    ) -> Array:
        results = np.empty((constants.shape[0], count, len(SITE.outputs)))
        d = code.derived_of(constants)
        if all_patients(rates_for_c.address, problem.rest(), doses, d, grids, places, rtol, atol, results):
            raise RuntimeError("an integration failed")
        return results

    return solve


def prepare(mode: str) -> Prepared:
    """Compile; a run stays in compiled code."""
    from importlib.metadata import version

    solve = loop(mode)

    def run(task: Task) -> Array:
        grids, places = flat(problem.stretches(task.times))
        patients, times = task.patients, task.times
        return solve(patients.constants, patients.doses, grids, places, times.size, task.rtol, task.atol)

    return Prepared(run, version("numbalsoda"))


def flat(stretches: Sequence[problem.Stretch]) -> tuple[Array, Index]:
    """The stretches' days in one array, and per stretch: first, last, first point read, its row, how many."""
    ends = np.cumsum([stretch.grid.size for stretch in stretches])
    places = [
        (end - part.grid.size, end, part.points.start, part.rows.start, part.rows.stop - part.rows.start)
        for part, end in zip(stretches, ends, strict=True)
    ]
    return np.concatenate([stretch.grid for stretch in stretches]), np.array(places)


if __name__ == "__main__":
    serve(prepare)
