"""The compiled module of a model: generated functions and the steppers that use them, kept in the user's cache folder.

A module's name carries the model's hash, the source of everything that made it and the versions of Numba and
NumPy; it is written under another name and moved into place, so two processes never see half a file.
"""

from __future__ import annotations

import ast
import inspect
import platform
from collections.abc import Callable, Sequence
from functools import cache
from types import ModuleType
from typing import Any

import numba
import numpy as np

from holocrine.modelling.adjoint import AdjointLayout, generate_adjoint
from holocrine.modelling.cache import cached_module, fingerprint
from holocrine.modelling.codegen import LANES, Layout, generate, system
from holocrine.modelling.declaration import Model
from holocrine.modelling.dimensions import check_units
from holocrine.solvers import backward, lanes, rodas5p, rodas5p_adjoint, tape

_GENERATORS = ("straightline", "translation", "reverse", "codegen", "adjoint", "lane_math")
_STEPPERS = ("rodas5p", "rodas5p_adjoint", "lane_memory", "lanes", "tape", "backward", "kernels")
_MADE_BY = tuple(
    f"holocrine.{room}.{name}" for room, names in (("modelling", _GENERATORS), ("solvers", _STEPPERS)) for name in names
)
_FORWARD = (
    *(lanes.prepare_lane, lanes.write_outputs, lanes.apply_events, lanes.seat, lanes.choose_steps, lanes.due_until),
    *(lanes.trace, lanes.finish, lanes.settle, lanes.admit, tape.forget, tape.copy_round, tape.remember),
)
_BACKWARD = (
    *(backward.flush, backward.take_outputs, backward.undo_events, backward.seat_at_end, backward.unseat),
    backward.take_paths,
)
_HEAD = """
from math import sqrt

import numba
import numpy as np

from holocrine.modelling.lane_math import CONTRACT, exp, log, memory, peek, poke
from holocrine.solvers.lane_memory import Tape
"""
# No wrappers: they take as long to compile as the functions. So these can be called from compiled code only.
_INNER = '@numba.njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)'
_OUTER = '@numba.njit(error_model="numpy", cache=True, nogil=True, no_cfunc_wrapper=True)'


def _numbers(**values: object) -> str:
    return "\n".join(f"{name} = {value!r}" for name, value in values.items())


def _constants_of(module: ModuleType) -> dict[str, object]:
    """A module's own numbers in capitals, except those that stand for a model's."""
    return {name: value for name, value in vars(module).items() if name.isupper() and isinstance(value, int | float)}


def _source(model: Model) -> str:
    check_units(model)
    translated = system(model)
    layout = Layout(translated)
    step = rodas5p.StepLayout(layout, translated.interpolated)
    bars = AdjointLayout(translated, layout, rodas5p.STAGES, len(step.interpolated), len(rodas5p.DENSE))
    sizes = {
        "LANES": LANES,
        "STATES": layout.states,
        "CONSTANTS": len(model.constants),
        "OUTPUTS": layout.outputs,
        "PREPARED": layout.prepared,
        "INTERPOLATED": len(step.interpolated),
        "INTERPOLATED_STATES": step.interpolated,
        "ROWS": layout.rows,
        "STATE": layout.state,
        "CONSTANT": layout.constant,
        "DURATION": step.duration,
        "NEW": step.new,
        "ERROR": step.error,
        "FACTOR": step.factor,
        "MOVING": step.moving,
        "BEND": step.dense[0],
        "LATER_BAR": bars.later,
        "STATE_BAR": bars.state,
        "PREPARED_BAR": bars.prepared,
        "DENSE_BAR": bars.dense[0],
    }
    parts = [
        f'"""Generated from the declaration of model {model.name} ({model.hash}). Do not edit."""\n{_HEAD}',
        _numbers(**(_constants_of(lanes) | _constants_of(backward) | sizes)),
        generate(translated, layout),
        rodas5p.source(translated, step),
        *_compiled(_FORWARD, _INNER),
        *_compiled((lanes.run,), _OUTER),
        _taping(*_compiled((lanes.run,), _OUTER)),
        generate_adjoint(translated, layout, bars),
        rodas5p_adjoint.source(step, bars),
        *_compiled(_BACKWARD, _INNER),
        *_compiled((backward.back,), _OUTER),
    ]
    return "\n\n\n".join(parts) + "\n"


def _compiled(functions: Sequence[Callable[..., Any]], decorator: str) -> list[str]:
    return [f"{decorator}\n{_without_annotations(function)}" for function in functions]


def _taping(run: str) -> str:
    """The same function with every round kept on the tape."""
    return run.replace("def run(", "def run_taping(").replace("forget(", "remember(")


def _without_annotations(function: Callable[..., Any]) -> str:
    definition = ast.parse(inspect.getsource(function)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    for argument in definition.args.args:
        argument.annotation = None
    definition.returns = None
    return ast.unparse(definition)


@cache
def made_by(model: Model) -> str:
    """Fingerprint of everything the kernels of `model` depend on: declaration, generators, compiler, processor."""
    versions = (numba.__version__, np.__version__, platform.machine(), platform.processor())
    return fingerprint(_MADE_BY, model.hash, versions)


@cache
def kernel_module(model: Model) -> ModuleType:
    """The compiled module of `model`; generated on first use, then loaded from the cache folder."""
    return cached_module(f"model_{model.name}_{made_by(model)}", lambda: _source(model))
