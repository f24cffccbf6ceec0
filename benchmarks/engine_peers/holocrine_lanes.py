"""Holocrine's own engine on the benchmark's patients; also what gradient.py and growth.py call it through."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine_peers import problem
from engine_peers.worker import Array, Prepared, Task, serve
from holocrine.models.site import SITE
from holocrine.solvers import stiff


def arguments(patients: problem.Patients) -> tuple[Array, Array, stiff.Events]:
    """Starts (n, states) with the first session in them, constants (n, constants), later sessions as events."""
    starts = problem.rest() + patients.doses[:, 0]
    later = patients.doses[:, 1:]
    targets = np.flatnonzero(patients.doses.any(axis=(0, 1)))
    shape = (patients.n, later.shape[1], targets.size)
    days = np.broadcast_to(np.array(problem.SESSION_DAYS[1:])[:, None], shape).reshape(patients.n, -1)
    into = np.broadcast_to(targets, shape).reshape(patients.n, -1).astype(np.int64)
    return starts, patients.constants, stiff.Events(days.copy(), into.copy(), later[:, :, targets].reshape(days.shape))


def simulate(patients: problem.Patients, times: Array, rtol: float, atol: float, threads: int | None = 1) -> Any:
    """Run the engine; `threads` None takes what it takes by itself. Raises SolverError when a patient fails."""
    starts, constants, events = arguments(patients)
    return stiff.simulate(
        SITE, starts, constants, times, events=events, rtol=rtol, atol=atol, threads=threads
    ).checked()


def prepare(mode: str) -> Prepared:  # noqa: ARG001 - one mode only
    """Nothing to prepare: the first run generates and compiles the kernels."""
    import holocrine

    def solve(task: Task) -> Array:
        return np.asarray(simulate(task.patients, task.times, task.rtol, task.atol).outputs)

    return Prepared(solve, holocrine.__version__)


if __name__ == "__main__":
    serve(prepare)
