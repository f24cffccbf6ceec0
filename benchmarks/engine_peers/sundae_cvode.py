"""scikit-sundae: CVODE of SUNDIALS with compiled rates and Jacobian and its dense solver."""

from __future__ import annotations

import numba
import numpy as np

from engine_peers import equations
from engine_peers.scipy_odes import each_patient
from engine_peers.worker import Array, Prepared, Task, serve
from holocrine.models.site import SITE


def prepare(mode: str) -> Prepared:
    """Compile the equations; one solver object per tolerance is used for all patients."""
    import sksundae
    from sksundae.cvode import CVODE

    code = equations.compiled(SITE)
    rates_into, jacobian_into = code.rates, code.jacobian
    current = np.empty(code.derived)
    solvers: dict[tuple[float, float], CVODE] = {}

    @numba.njit
    def rates(t, y, dy, d):  # type: ignore[no-untyped-def] # noqa: ARG001 - the signature CVODE calls
        rates_into(y, d, dy)

    @numba.njit
    def jacobian(t, y, dy, out, d):  # type: ignore[no-untyped-def] # noqa: ARG001 - the signature CVODE calls
        jacobian_into(y, d, out)

    def stretch(y: Array, grid: Array, d: Array, task: Task) -> Array:
        key = (task.rtol, task.atol)
        if key not in solvers:
            solvers[key] = CVODE(
                lambda t, y, dy, held: rates(t, y, dy, held[0]),
                jacfn=None if mode == "differences" else (lambda t, y, dy, out, held: jacobian(t, y, dy, out, held[0])),
                userdata=(current,),
                rtol=task.rtol,
                atol=task.atol,
                max_num_steps=100_000,
            )
        current[:] = d
        solution = solvers[key].solve(grid, y)
        if not solution.success:
            raise RuntimeError(str(solution.message))
        return np.ascontiguousarray(solution.y)

    return Prepared(lambda task: each_patient(task, code, stretch), sksundae.__version__)


if __name__ == "__main__":
    serve(prepare)
