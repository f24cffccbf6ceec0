"""A declared model under given inputs, all lanes in step: an exponential integrator for systems that relax to a target.

Far fewer operations than `stiff` where every rate is moderate and the inputs bend at the same days in all lanes; it
needs no compiling. Fourth order; the part of each rate that is linear in its own state is exact (Cox and Matthews 2002,
ETD4RK, doi 10.1006/jcph.2002.6995), so a fast relaxation does not limit the step.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holocrine.modelling.declaration import Model, State

Array = NDArray[np.float64]
Values = Mapping[str, Array]

FUNCTIONS: Mapping[str, Any] = {"exp": np.exp, "log": np.log, "__builtins__": {}}
NUDGE = 1e-4
"""Change of a state by which the slope of its rate is measured; the slope decides on accuracy, not on the answer."""
SMALL = 0.02
"""Where the closed forms of the weights lose digits and their series take over."""


def relax(model: Model, starts: Array, constants: Values, inputs: Values, step: float, every: int) -> Array:
    """States at every `every`-th knot, (kept knots, states that are no inputs, *lanes), the start included.

    `starts` (states that are no inputs, *lanes) in the model's order; `constants` by symbol and `inputs` (knots, ...)
    by the symbol of the state they prescribe, linear between knots `step` days apart, each broadcasting to *lanes.
    """
    system = driven(model, constants, tuple(inputs))
    at, between = system.worked_out(inputs), system.worked_out({n: 0.5 * (v[1:] + v[:-1]) for n, v in inputs.items()})
    knots = len(next(iter(inputs.values())))
    x = starts.copy()
    pace = _Pace(system.decay(x, _pick(at, 0)), step)
    kept = np.empty(((knots - 1) // every + 1, *x.shape))
    kept[0] = x
    for k in range(1, knots):
        x = pace.step(system.rates, x, _pick(at, k - 1), _pick(between, k - 1), _pick(at, k))
        if k % every == 0:
            kept[k // every] = x
    return kept


def _pick(values: Values, knot: int) -> dict[str, Array]:
    return {name: course[knot] for name, course in values.items()}


@dataclass(frozen=True)
class Driven:
    """A declared model as code, some of whose states are inputs: `fixed` depends on constants alone, `given` on inputs
    too, `moving` on the other states, `own`, as well."""

    fixed: Mapping[str, Any]
    given: tuple[tuple[str, CodeType], ...]
    moving: tuple[tuple[str, CodeType], ...]
    own: tuple[State, ...]
    codes: tuple[CodeType, ...]

    def worked_out(self, inputs: Values) -> dict[str, Array]:
        """The inputs and what depends on them and on constants alone; shapes as broadcast."""
        values: dict[str, Any] = {**self.fixed, **inputs}
        for symbol, code in self.given:
            values[symbol] = eval(code, dict(FUNCTIONS), values)
        return {symbol: values[symbol] for symbol in (*inputs, *(symbol for symbol, _ in self.given))}

    def rates(self, x: Array, given: Values) -> Array:
        """Rates of the own states (states, *lanes), per day, at states `x` and what `worked_out` says of a moment."""
        values: dict[str, Any] = {**self.fixed, **given, **dict(zip((s.symbol for s in self.own), x, strict=True))}
        for symbol, code in self.moving:
            values[symbol] = eval(code, dict(FUNCTIONS), values)
        out = np.empty_like(x)
        for i, code in enumerate(self.codes):
            out[i] = eval(code, dict(FUNCTIONS), values)
        return out

    def decay(self, x: Array, given: Values) -> Array:
        """How fast each state alone would relax (states, *lanes), 1/day, never below 0."""
        base = self.rates(x, given)
        decay = np.empty_like(x)
        for i in range(x.shape[0]):
            moved = x.copy()
            moved[i] += NUDGE
            decay[i] = (base[i] - self.rates(moved, given)[i]) / NUDGE
        return np.maximum(decay, 0.0)


def driven(model: Model, constants: Values, inputs: tuple[str, ...]) -> Driven:
    """The model with the states `inputs` prescribed and `constants` by symbol."""
    fixed: dict[str, Any] = dict(constants)
    given: list[tuple[str, CodeType]] = []
    moving: list[tuple[str, CodeType]] = []
    for assigned in model.assigned:
        code = compile(assigned.expression, assigned.symbol, "eval")
        needed = {node.id for node in ast.walk(ast.parse(assigned.expression)) if isinstance(node, ast.Name)}
        if needed <= {*fixed, *FUNCTIONS}:
            fixed[assigned.symbol] = eval(code, dict(FUNCTIONS), fixed)
        elif needed <= {*fixed, *FUNCTIONS, *inputs, *(symbol for symbol, _ in given)}:
            given.append((assigned.symbol, code))
        else:
            moving.append((assigned.symbol, code))
    own = tuple(state for state in model.states if state.symbol not in inputs)
    codes = tuple(compile(state.rate, state.symbol, "eval") for state in own)
    return Driven(fixed, tuple(given), tuple(moving), own, codes)


class _Pace:
    """One step of fixed length for states that relax at `decay` (states, *lanes)."""

    def __init__(self, decay: Array, step: float) -> None:
        """Weights of the scheme; `n` below is a rate without its linear part, relative to that at the step's start."""
        first, second, third = _weights(decay * step)
        self.decay = decay
        self.half = 0.5 * step * _weights(0.5 * decay * step)[0]
        self.whole = step * first
        self.middle = 2.0 * step * (second - 2.0 * third)
        self.end = step * (4.0 * third - second)

    def step(
        self, rates: Callable[[Array, Values], Array], x: Array, now: Values, between: Values, then: Values
    ) -> Array:
        """The states one step on."""
        rate = rates(x, now)
        a = x + self.half * rate
        n_a = rates(a, between) - rate + self.decay * (a - x)
        b = a + self.half * n_a
        n_b = rates(b, between) - rate + self.decay * (b - x)
        c = a + self.half * (2.0 * n_b + rate + self.decay * (x - a))
        n_c = rates(c, then) - rate + self.decay * (c - x)
        return np.asarray(x + self.whole * rate + self.middle * (n_a + n_b) + self.end * n_c)


def _weights(z: Array) -> tuple[Array, Array, Array]:
    """(1 - exp(-z))/z and, each from the one before, (1 - first)/z and (1/2 - second)/z; 1, 1/2 and 1/6 at 0."""
    far = np.maximum(z, SMALL)
    first = -np.expm1(-far) / far
    second = (1.0 - first) / far
    third = (0.5 - second) / far
    near_third = 1.0 / 6.0 - z / 24.0 + z**2 / 120.0 - z**3 / 720.0
    near_second = 0.5 - z * near_third
    near_first = 1.0 - z * near_second
    small = z < SMALL
    return np.where(small, near_first, first), np.where(small, near_second, second), np.where(small, near_third, third)
