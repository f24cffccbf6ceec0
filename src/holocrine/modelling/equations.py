"""A declaration as a readable chapter: equations, states, constants with their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import sympy

from holocrine.errors import InternalError
from holocrine.knowledge.parameters import Parameter
from holocrine.modelling.declaration import Constant, Model

HEADER = """# Equations

Written by `scripts/equations.py` from the declarations in `src/holocrine/models` and the tables
`src/holocrine/knowledge/data/parameters*.csv`: edit those, never this page. Time is in days; a unit of 1 means a share
or a ratio. Where a constant comes from rows of the table, their values stand beside it with the 90% interval and the
grade of evidence (A best, D assumption). Half-lives enter as rates, ln 2 over the half-life.
"""
_NAME = re.compile(r"(?P<base>[A-Za-z]+)_?(?P<below>\w*)")

Row = tuple[str, ...]


def document(models: Iterable[Model], parameters: Mapping[str, Parameter]) -> str:
    """The whole page: one chapter per model, in the order given. Raises InternalError as `chapter` does."""
    return "\n".join([HEADER, *(chapter(model, parameters) for model in models)])


def chapter(model: Model, parameters: Mapping[str, Parameter]) -> str:
    """One model as Markdown with LaTeX. Raises InternalError when an expression names an unknown symbol."""
    names = {name: sympy.Symbol(name, real=True) for name in model.units}
    states = [(_symbol(s.symbol), s.unit, f"{s.initial:g}", s.meaning) for s in model.states]
    assigned = [(_symbol(a.symbol), a.unit, a.meaning) for a in model.assigned]
    constants = [_constant_row(constant, parameters) for constant in model.constants]
    outputs = ", ".join(_symbol(name) for name in model.outputs)
    parts = [
        f"## Model `{model.name}`\n",
        f"A simulation returns {outputs}. Declaration `{model.hash}`.\n",
        *_equations(model, names),
        _table(("State", "Unit", "At rest", "Meaning"), states),
        _table(("Quantity", "Unit", "Meaning"), assigned) if assigned else "",
        _table(("Constant", "Unit", "Meaning", "Value and 90% interval", "Grade", "Source"), constants),
    ]
    return "\n".join(part for part in parts if part)


def _latex(expression: sympy.Basic) -> str:
    names = {symbol: _printed(symbol.name) for symbol in expression.free_symbols}
    return str(sympy.latex(expression, symbol_names=names))


def _printed(name: str) -> str:
    """A symbol's name in LaTeX: Greek letters, subscripts, words upright; `lambda_` is how Python must write lambda."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise InternalError(f"symbol {name!r} cannot be printed")
    base, below = str(sympy.latex(sympy.Symbol(match["base"]))), match["below"]
    if len(match["base"]) > 1 and not base.startswith("\\"):
        base = f"\\mathrm{{{base}}}"
    if below.isalpha() and len(below) > 1:
        below = f"\\mathrm{{{below}}}"
    return f"{base}_{{{below}}}" if below else base


def _symbol(name: str) -> str:
    return f"${_latex(sympy.Symbol(name, real=True))}$"


def _parsed(model: Model, label: str, text: str, names: Mapping[str, sympy.Symbol]) -> sympy.Expr:
    expression = sympy.sympify(text, locals=dict(names))
    unknown = sorted(symbol.name for symbol in expression.free_symbols if symbol.name not in names)
    if unknown:
        raise InternalError(f"model {model.name}: {label} names unknown symbols {', '.join(unknown)}")
    return expression


def _equations(model: Model, names: Mapping[str, sympy.Symbol]) -> Iterator[str]:
    for state in model.states:
        rate = _parsed(model, f"the rate of {state.symbol}", state.rate, names)
        yield _block(f"\\frac{{\\mathrm{{d}} {_latex(names[state.symbol])}}}{{\\mathrm{{d}} t}} = {_latex(rate)}")
    for assigned in model.assigned:
        value = _parsed(model, assigned.symbol, assigned.expression, names)
        yield _block(f"{_latex(names[assigned.symbol])} = {_latex(value)}")


def _block(formula: str) -> str:
    return f"```math\n{formula}\n```\n"


def _constant_row(constant: Constant, parameters: Mapping[str, Parameter]) -> Row:
    rows = _rows_behind(constant.source, parameters)
    head = (_symbol(constant.symbol), constant.unit, constant.meaning)
    if not rows:
        return (*head, "", "", constant.source)
    family = constant.source not in parameters
    values = [(f"`{row.name}`: " if family else "") + _value(row) for row in rows]
    sources = [f"`{row.name}`: {row.basis}" for row in rows]
    return (*head, "<br>".join(values), "<br>".join(row.grade for row in rows), "<br>".join(sources))


def _rows_behind(source: str, parameters: Mapping[str, Parameter]) -> list[Parameter]:
    """The row a source names, or the rows of its family, which differ between terminal types."""
    if source in parameters:
        return [parameters[source]]
    return [parameter for name, parameter in parameters.items() if name.startswith(f"{source}_")]


def _value(parameter: Parameter) -> str:
    unit = "" if parameter.unit == "1" else f" {parameter.unit}"
    interval = "" if parameter.distribution == "fixed" else f" ({parameter.low90:g} to {parameter.high90:g})"
    return f"{parameter.value:g}{unit}{interval}"


def _table(header: Row, rows: Sequence[Row]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
