"""From a declaration to Python source: right-hand side, factorised Newton matrix, outputs.

The Newton matrix is W = shift*I - J. Its sparsity is known, so its LU factors (no pivoting: shift > 0
dominates for the step sizes the integrator accepts) are written out as straight-line code with the
fill-in worked out beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy.printing.pycode import PythonCodePrinter

from holocrine.modelling.declaration import Model

Entry = tuple[int, int]


class _Printer(PythonCodePrinter):  # type: ignore[misc]
    """Plain arithmetic that Numba compiles well: small whole powers become products."""

    def _print_Pow(self, expr: sympy.Pow, **_: object) -> str:  # noqa: N802 - the name SymPy calls
        base, exponent = expr.as_base_exp()
        if exponent.is_Integer and 2 <= int(exponent) <= 4:
            return "(" + "*".join([f"({self._print(base)})"] * int(exponent)) + ")"
        if exponent.is_Integer and int(exponent) == -1:
            return f"(1.0/({self._print(base)}))"
        return f"(({self._print(base)})**({self._print(exponent)}))"


_PRINT = _Printer({"fully_qualified_modules": False}).doprint


def expressions(model: Model) -> tuple[list[sympy.Expr], list[sympy.Expr], list[sympy.Symbol]]:
    """Rates and outputs in terms of states and constants alone, and the state symbols."""
    names = {name: sympy.Symbol(name, real=True) for name in model.units}
    values = dict(names)
    for assigned in model.assigned:
        values[assigned.symbol] = sympy.sympify(assigned.expression, locals=values)
    states = [names[name] for name in model.state_names]
    rates = [sympy.sympify(state.rate, locals=values) for state in model.states]
    outputs = [sympy.sympify(name, locals=values) for name in model.outputs]
    return rates, outputs, states


def elimination(size: int, nonzero: set[Entry]) -> tuple[list[Entry], list[tuple[int, int, list[int]]]]:
    """Entries of L+U including fill-in, and the steps (pivot, row, columns touched) of the elimination."""
    filled = set(nonzero) | {(i, i) for i in range(size)}
    steps = []
    for pivot in range(size):
        for row in range(pivot + 1, size):
            if (row, pivot) in filled:
                columns = [column for column in range(pivot + 1, size) if (pivot, column) in filled]
                filled |= {(row, column) for column in columns}
                steps.append((pivot, row, columns))
    return sorted(filled), steps


def _unpack(model: Model) -> list[str]:
    lines = [f"{name} = _y[{i}]" for i, name in enumerate(model.state_names)]
    return lines + [f"{name} = _p[{i}]" for i, name in enumerate(model.constant_names)]


def _assign(targets: Sequence[str], values: Sequence[sympy.Expr]) -> list[str]:
    common, reduced = sympy.cse(values, symbols=sympy.numbered_symbols("_t"))
    lines = [f"{symbol} = {_PRINT(value)}" for symbol, value in common]
    return lines + [f"{target} = {_PRINT(value)}" for target, value in zip(targets, reduced, strict=True)]


def _function(signature: str, meaning: str, lines: Sequence[str]) -> str:
    body = "\n".join(f"    {line}" for line in (f'"""{meaning}"""', *lines))
    return f"@numba.njit(error_model='numpy')\ndef {signature}:\n{body}\n"


def _newton_lines(
    model: Model, rates: list[sympy.Expr], states: list[sympy.Symbol]
) -> tuple[list[str], list[str], int]:
    size = len(states)
    jacobian = {(i, j): d for i in range(size) for j in range(size) if (d := sympy.diff(rates[i], states[j])) != 0}
    entries, steps = elimination(size, set(jacobian))
    slot = {entry: number for number, entry in enumerate(entries)}
    present = [entry for entry in entries if entry in jacobian]
    factor = _unpack(model) + _assign([f"_w_{i}_{j}" for i, j in present], [-jacobian[entry] for entry in present])
    for i, j in entries:
        start = f"_w_{i}_{j}" if (i, j) in jacobian else "0.0"
        factor.append(f"_w_{i}_{j} = {start}{' + _shift' if i == j else ''}")
    for pivot, row, columns in steps:
        factor.append(f"_w_{row}_{pivot} = _w_{row}_{pivot}/_w_{pivot}_{pivot}")
        factor += [f"_w_{row}_{c} = _w_{row}_{c} - _w_{row}_{pivot}*_w_{pivot}_{c}" for c in columns]
    factor += [f"_lu[{slot[entry]}] = _w_{entry[0]}_{entry[1]}" for entry in entries]
    solve = [f"b[{row}] -= lu[{slot[row, pivot]}]*b[{pivot}]" for pivot, row, _ in steps]
    for row in reversed(range(size)):
        solve += [f"b[{row}] -= lu[{slot[row, c]}]*b[{c}]" for c in range(row + 1, size) if (row, c) in slot]
        solve.append(f"b[{row}] /= lu[{slot[row, row]}]")
    return factor, solve, len(entries)


def generate(model: Model) -> str:
    """Source of a module with `rhs`, `factorise`, `solve`, `outputs` and the sizes of the arrays they take.

    Names of its own begin with an underscore, so that no symbol of a declaration can hide them.
    """
    rates, outputs, states = expressions(model)
    factor, solve, entries = _newton_lines(model, rates, states)
    unpack = _unpack(model)
    parts = [
        f'"""Generated from the declaration of model {model.name} ({model.hash}). Do not edit."""\n',
        "from math import exp, log\n\nimport numba\n",
        f"STATES = {len(states)}\nCONSTANTS = {len(model.constants)}\nOUTPUTS = {len(outputs)}\nENTRIES = {entries}\n",
        _function("rhs(_y, _p, _dy)", "Rates.", unpack + _assign([f"_dy[{i}]" for i in range(len(rates))], rates)),
        _function("factorise(_y, _p, _shift, _lu)", "LU factors of shift*I - J.", factor),
        _function("solve(lu, b)", "Solve in place with the factors.", solve),
        _function(
            "outputs(_y, _p, _out)", "Outputs.", unpack + _assign([f"_out[{i}]" for i in range(len(outputs))], outputs)
        ),
    ]
    return "\n\n".join(parts)
