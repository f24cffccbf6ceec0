"""The model's equations for the peers: printed from its declaration as scalar Numba code in its fastest form.

Whatever depends on constants alone is worked out once per patient (`derive`), powers of quotients are split so that
their constant half is among it, and what several rates share is computed once. Rates, Jacobian and outputs are checked
against plain SymPy by `python -m engine_peers.equations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numba
import numpy as np
import sympy
from sympy.printing.pycode import PythonCodePrinter

from holocrine.modelling.declaration import Model


@dataclass(frozen=True)
class Hoisted:
    """Rates and outputs in terms of `states` and `derived` constants; `definitions` gives those from `constants`."""

    states: list[sympy.Symbol]
    constants: list[sympy.Symbol]
    derived: list[sympy.Symbol]
    definitions: list[sympy.Expr]
    rates: list[sympy.Expr]
    outputs: list[sympy.Expr]


def expressions(model: Model) -> tuple[list[sympy.Expr], list[sympy.Expr], dict[str, sympy.Symbol]]:
    """Rates and outputs in terms of states and constants, read from the declaration's text, and the symbols by name.

    Constants are taken as positive: it lets powers be split, and whatever is raised to a power here is positive.
    """
    names = {name: sympy.Symbol(name, real=True) for name in model.state_names}
    names |= {name: sympy.Symbol(name, positive=True) for name in model.constant_names}
    values: dict[str, sympy.Expr] = dict(names)
    for assigned in model.assigned:
        values[assigned.symbol] = sympy.sympify(assigned.expression, locals=values)
    rates = [sympy.sympify(state.rate, locals=values) for state in model.states]
    return rates, [sympy.sympify(name, locals=values) for name in model.outputs], names


def hoisted(model: Model) -> Hoisted:
    """Pull everything that depends on constants alone out of rates and outputs."""
    rates, outputs, symbols = expressions(model)
    names: dict[sympy.Expr, sympy.Symbol] = {}
    states = {symbols[name] for name in model.state_names}

    def constant(part: sympy.Expr) -> sympy.Expr:
        if part.is_Number:
            return part
        return names.setdefault(part, sympy.Symbol(f"d{len(names)}", positive=True))

    def pull(part: sympy.Expr) -> sympy.Expr:
        if not part.free_symbols & states:
            return constant(part)
        if not part.args:
            return part
        if part.is_Add or part.is_Mul:
            fixed = [each for each in part.args if not each.free_symbols & states]
            moving = [pull(each) for each in part.args if each.free_symbols & states]
            return part.func(constant(part.func(*fixed)), *moving) if fixed else part.func(*moving)
        return part.func(*(pull(each) for each in part.args))

    all_pulled = [pull(_split(each)) for each in (*rates, *outputs)]
    return Hoisted(
        [symbols[name] for name in model.state_names],
        [symbols[name] for name in model.constant_names],
        list(names.values()),
        list(names),
        all_pulled[: len(rates)],
        all_pulled[len(rates) :],
    )


def _split(expression: sympy.Expr) -> sympy.Expr:
    return sympy.powdenest(sympy.expand_power_base(expression, force=True), force=True)


class _Printer(PythonCodePrinter):
    """Small whole powers as products; other powers by exp and log, which here takes a tenth less time than `**`."""

    def _print_Pow(self, expr: sympy.Pow, **_: object) -> str:  # noqa: N802 - the name SymPy calls
        base, exponent = self._print(expr.base), expr.exp
        if exponent.is_Integer and abs(int(exponent)) <= 4:
            product = "*".join([f"({base})"] * abs(int(exponent)))
            return f"({product})" if exponent > 0 else f"(1.0/({product}))"
        return f"exp({self._print(exponent)}*log({base}))"


def _lines(target: str, indices: Sequence[str], values: Sequence[sympy.Expr]) -> list[str]:
    printer = _Printer({"fully_qualified_modules": False})
    common, reduced = sympy.cse(values, symbols=sympy.numbered_symbols("t_"))
    lines = [f"{symbol} = {printer.doprint(value)}" for symbol, value in common]
    return lines + [f"{target}[{i}] = {printer.doprint(value)}" for i, value in zip(indices, reduced, strict=True)]


def _function(name: str, arguments: Sequence[tuple[str, list[sympy.Symbol]]], lines: Sequence[str]) -> str:
    used = " ".join(lines)
    heads = [
        f"{symbol} = {array}[{i}]"
        for array, symbols in arguments
        for i, symbol in enumerate(symbols)
        if str(symbol) in used
    ]
    body = "\n".join(f"    {line}" for line in (*heads, *lines))
    taken = ", ".join(array for array, _ in arguments)
    return f"def {name}({taken}, out):\n{body}\n"


def source(model: Model) -> str:
    """`derive(p, out)`, `rates(y, d, out)`, `jacobian(y, d, out)` (its non-zeros) and `outputs(y, d, out)`."""
    found = hoisted(model)
    state, derived = ("y", found.states), ("d", found.derived)
    entries = {
        f"{i}, {j}": slope
        for i, rate in enumerate(found.rates)
        for j, symbol in enumerate(found.states)
        if (slope := sympy.diff(rate, symbol)) != 0
    }
    every = [str(i) for i in range(max(len(found.rates), len(found.definitions)))]
    counts = {"derive": found.definitions, "rates": found.rates, "outputs": found.outputs}
    printed = {name: _lines("out", every[: len(values)], values) for name, values in counts.items()}
    return "\n\n".join(
        [
            "from math import exp, log\n",
            _function("derive", [("p", found.constants)], printed["derive"]),
            _function("rates", [state, derived], printed["rates"]),
            _function("jacobian", [state, derived], _lines("out", list(entries), list(entries.values()))),
            _function("outputs", [state, derived], printed["outputs"]),
        ]
    )


def compiled(model: Model) -> SimpleNamespace:
    """The functions of `source`, compiled on first use, and `derived_of` and `outputs_of` over arrays.

    `derived` is the number of derived constants;
    `derived_of(constants)` (n, constants) -> (n, derived); `outputs_of(states, d, out)` (m, states) -> (m, outputs).
    """
    space: dict[str, object] = {}
    exec(compile(source(model), f"<{model.name} for the peers>", "exec"), space)
    jit = numba.njit(error_model="numpy", fastmath={"contract", "arcp", "nsz"})
    derive, rates, jacobian, outputs = (jit(space[name]) for name in ("derive", "rates", "jacobian", "outputs"))
    size = len(hoisted(model).derived)

    @numba.njit
    def derived_of(constants: np.ndarray) -> np.ndarray:
        found = np.empty((constants.shape[0], size))
        for i in range(constants.shape[0]):
            derive(constants[i], found[i])
        return found

    @numba.njit
    def outputs_of(states: np.ndarray, d: np.ndarray, out: np.ndarray) -> None:
        for i in range(states.shape[0]):
            outputs(states[i], d, out[i])

    return SimpleNamespace(
        derived=size,
        derive=derive,
        rates=rates,
        jacobian=jacobian,
        outputs=outputs,
        derived_of=derived_of,
        outputs_of=outputs_of,
    )


def check() -> float:
    """Largest relative difference of printed rates, Jacobian and outputs to SymPy's own numbers, over some states."""
    from engine_peers import problem
    from holocrine.models.site import SITE

    rates, outputs, names = expressions(SITE)
    slopes_of = sympy.Matrix(rates).jacobian([names[name] for name in SITE.state_names])
    symbols = [names[name] for name in (*SITE.state_names, *SITE.constant_names)]
    plain = sympy.lambdify(symbols, [*rates, *slopes_of, *outputs], "math")
    code = compiled(SITE)
    n, m = len(rates), len(outputs)
    given = problem.patients(64).constants
    worst = 0.0
    for p, d, y in zip(given, code.derived_of(given), np.random.default_rng(1).random((64, n)), strict=True):
        f, slopes, read = np.empty(n), np.zeros((n, n)), np.empty(m)
        code.rates(y, d, f)
        code.jacobian(y, d, slopes)
        code.outputs(y, d, read)
        truth = np.array(plain(*y, *p))
        found = np.concatenate([f, slopes.ravel(), read])
        worst = max(worst, float((np.abs(found - truth) / (np.abs(truth) + 1e-3)).max()))
    return worst


if __name__ == "__main__":
    print(f"largest relative difference to SymPy: {check():.1e}")
