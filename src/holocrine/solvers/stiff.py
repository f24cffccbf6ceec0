"""Many lanes of one declared model at once, by compiled kernels kept in the user's cache folder.

A kernel's file name carries the model's hash, the integrator's source and the versions of Numba and
NumPy; it is written under another name and moved into place, so two processes never see half a file.
"""

from __future__ import annotations

import ast
import inspect
import platform
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from holocrine.errors import SolverError
from holocrine.modelling.cache import cached_module, fingerprint
from holocrine.modelling.declaration import Model
from holocrine.modelling.dimensions import check_units
from holocrine.solvers import rosenbrock
from holocrine.solvers.threads import in_threads

Array = NDArray[np.float64]

_COMPILE = '@numba.njit(error_model="numpy")\n'
_DRIVER = '''

@numba.njit(cache=True, nogil=True, error_model="numpy")
def run(first, stride, starts, constants, constant_of, times, rtol, atol, limit, results, finals, causes):
    """Integrate lanes first, first + stride, ... from 0 through `times`; see solvers.stiff.simulate."""
    k = np.empty((7, STATES))
    lu = np.empty(ENTRIES)
    work = np.empty(STATES)
    y = np.empty(STATES)
    for lane in range(first, starts.shape[0], stride):
        p = constants[constant_of[lane]]
        for i in range(STATES):  # loops, because slice assignment triples the time to compile
            y[i] = starts[lane, i]
        h = 0.05
        t = 0.0
        cause = 0
        for j in range(times.size):
            if cause == 0 and times[j] > t:
                cause, h = integrate(y, times[j] - t, h, rtol, atol, limit, p, k, lu, work)
                t = times[j]
            outputs(y, p, results[lane, j])
        for i in range(STATES):
            finals[lane, i] = y[i]
        causes[lane] = cause
'''


@dataclass(frozen=True)
class Runs:
    """`outputs` (lanes, times, outputs of the model) and the state at the end, `finals` (lanes, states)."""

    outputs: Array
    finals: Array


def _source(model: Model) -> str:
    check_units(model)
    from holocrine.modelling.codegen import generate

    names = "COUPLING, DONE, GAMMA, NOT_FINITE, STAGE, TOO_MANY_STEPS"
    head = f"import numpy as np\n\nfrom holocrine.solvers.rosenbrock import {names}"
    method = [_COMPILE + _without_annotations(function) for function in (rosenbrock.attempt, rosenbrock.integrate)]
    return "\n\n".join([generate(model), head, *method]) + _DRIVER


def _without_annotations(function: Any) -> str:
    tree = ast.parse(inspect.getsource(function))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    for argument in definition.args.args:
        argument.annotation = None
    definition.returns = None
    return ast.unparse(tree)


@cache
def kernel_module(model: Model) -> ModuleType:
    """The compiled module of `model`; generated on first use, then loaded from the cache folder."""
    versions = (numba.__version__, np.__version__, platform.machine(), platform.processor())
    key = fingerprint(("holocrine.modelling.codegen", rosenbrock.__name__, __name__), model.hash, versions)
    return cached_module(f"model_{model.name}_{key}", lambda: _source(model))


def simulate(
    model: Model,
    starts: Array,
    constants: Array,
    constant_of: NDArray[np.int64],
    times: Array,
    *,
    rtol: float = 1e-5,
    atol: float = 1e-7,
    limit: int = 100_000,
) -> Runs:
    """Integrate many lanes of one model.

    `starts` (lanes, states); `constants` (sets, constants) in the model's order, lane i using row
    `constant_of[i]`; `times` (nt,) days, increasing, from 0. Raises SolverError naming the first failed
    lane, its constants' row and the cause.
    """
    module: Any = kernel_module(model)
    results = np.empty((starts.shape[0], times.size, module.OUTPUTS))
    finals = np.empty_like(starts)
    causes = np.zeros(starts.shape[0], dtype=np.int64)

    def work(first: int, stride: int) -> None:
        module.run(first, stride, starts, constants, constant_of, times, rtol, atol, limit, results, finals, causes)

    in_threads(work, starts.shape[0], starts.size * times.size * 100)
    failed = np.flatnonzero(causes)
    if failed.size:
        lane = int(failed[0])
        raise SolverError(
            f"model {model.name}: {failed.size} of {causes.size} lanes failed, first lane {lane} "
            f"(parameter set {int(constant_of[lane])}): {rosenbrock.CAUSES[int(causes[lane])]}"
        )
    return Runs(results, finals)
