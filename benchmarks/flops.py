"""Floating-point operations of the engine's compiled step, counted in its source, and the core's measured peak.

Additions, subtractions, multiplications, divisions and square roots count one each, a fused multiply-add two; exp and
log count as the arithmetic they are made of. Comparisons, absolute values, moves and index arithmetic count nothing.
Only the step, its error estimate and the outputs are counted (no interpolation), so the share of peak is a low one.
"""

from __future__ import annotations

import ast
import inspect
import time
from functools import cache
from types import ModuleType

import numba
import numpy as np
from numpy.typing import NDArray

from engine_peers import holocrine_lanes, problem
from holocrine.models.site import SITE
from holocrine.solvers.kernels import kernel_module

Array = NDArray[np.float64]

_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_CHAIN, _LENGTH, _PASSES = 12, 512, 20_000


@cache
def _functions(module: ModuleType) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(module))
    return {item.name: item for item in tree.body if isinstance(item, ast.FunctionDef)}


@cache
def operations(module: ModuleType, name: str) -> float:
    """Operations of one call of a function of a generated module (or of lane_math), over all lanes."""
    return _of_block(module, _functions(module)[name].body)


def _of_block(module: ModuleType, block: list[ast.stmt]) -> float:
    total = 0.0
    for statement in block:
        if isinstance(statement, ast.For):
            total += _turns(module, statement.iter) * _of_block(module, statement.body)
        elif isinstance(statement, ast.Expr | ast.Assign | ast.Return) and statement.value is not None:
            total += _of_value(module, statement.value)
    return total


def _turns(module: ModuleType, bounds: ast.expr) -> int:
    """How often a loop runs; one whose bounds are the function's own arguments counts once."""
    try:
        return len(eval(ast.unparse(bounds), dict(vars(module))))
    except NameError:
        return 1


def _of_value(module: ModuleType, value: ast.expr) -> float:
    if isinstance(value, ast.Subscript | ast.Constant | ast.Name):
        return 0.0
    if isinstance(value, ast.Call):
        return _of_call(module, value)
    own = float(isinstance(value, ast.BinOp) and isinstance(value.op, _ARITHMETIC) and not _idle(value))
    return own + sum(_of_value(module, part) for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr))


def _idle(value: ast.BinOp) -> bool:
    """A multiplication by one, which the compiler drops."""
    return isinstance(value.left, ast.Constant) and value.left.value == 1.0 and isinstance(value.op, ast.Mult)


def _of_call(module: ModuleType, call: ast.Call) -> float:
    name = ast.unparse(call.func)
    if name == "peek":
        return 0.0
    arguments = sum(_of_value(module, argument) for argument in (call.args[2:] if name == "poke" else call.args))
    if name in _functions(module):
        return operations(module, name) + arguments
    if name in ("exp", "log"):
        from holocrine.modelling import lane_math

        return operations(lane_math, name) + arguments
    return arguments + (name == "sqrt")


def of_runs(patients: problem.Patients, times: Array, rtol: float) -> dict[str, float]:
    """Mean number of steps a patient, and operations over all patients: of steps tried and of outputs."""
    module = kernel_module(SITE)
    lanes = module.LANES
    steps = holocrine_lanes.simulate(patients, times, rtol, problem.ATOL_OVER_RTOL * rtol).steps
    step = (operations(module, "attempt") + operations(module, "judge")) / lanes
    output = operations(module, "outputs_along")
    return {
        "steps": float(np.mean(steps)),
        "flops_per_step": step,
        "flops": float(np.sum(steps)) * step + patients.n * times.size * output,
    }


@numba.njit(fastmath={"contract"})
def _chains(x: Array, passes: int) -> None:
    for _ in range(passes):
        for i in range(x.size):
            v = x[i]
            y = v
            for _ in range(_CHAIN):
                y = y * v + 0.01
            x[i] = y


def peak() -> float:
    """Multiply-adds of doubles this core does, operations per second (two each): many short chains side by side."""
    x = np.full(_LENGTH, 0.01)
    _chains(x, 1)
    begin = time.process_time()
    _chains(x, _PASSES)
    return 2.0 * _CHAIN * _LENGTH * _PASSES / (time.process_time() - begin)
