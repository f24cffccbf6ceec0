"""Expressions and units of a declaration in libSBML's terms, and back."""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import ModuleType
from typing import Any

from holocrine.errors import InputError, InternalError
from holocrine.modelling.dimensions import parse_unit

BASE_UNITS: dict[str, tuple[tuple[str, int, int, float], ...]] = {
    "day": (("second", 1, 0, 86400.0),),
    "hour": (("second", 1, 0, 3600.0),),
    "minute": (("second", 1, 0, 60.0),),
    "mm": (("metre", 1, -3, 1.0),),
    "cm": (("metre", 1, -2, 1.0),),
    "mL": (("litre", 1, -3, 1.0),),
    "pg": (("gram", 1, -12, 1.0),),
    "ug": (("gram", 1, -6, 1.0),),
    "pM": (("mole", 1, -12, 1.0), ("litre", -1, 0, 1.0)),
    "unit": (("item", 1, 0, 1.0),),
}
"""What a unit of the declarations is in SBML: (kind, exponent, scale, multiplier) per factor.

A `unit` of potency belongs to its product's assay and has no SI equivalent; it is counted as SBML's `item`.
"""

_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}
_FUNCTIONS = {"exp": "exp", "log": "ln", "Min": "min", "Max": "max"}


def library() -> ModuleType:
    """The module libsbml. Raises InputError naming the extra when it is not installed."""
    try:
        import libsbml
    except ImportError as error:
        raise InputError('libSBML is not installed. Install it with: pip install "holocrine[sbml]"') from error
    module: ModuleType = libsbml
    return module


def infix(expression: str) -> str:
    """A declaration's Python expression as SBML's text notation, every operation in parentheses, every bare
    number marked dimensionless. Raises InternalError on anything a declaration may not hold.

    The parentheses matter: Python and libSBML rank minus and power differently.
    """
    return _infix(ast.parse(expression, mode="eval").body)


def _infix(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=int() | float() as number):
            return f"{number!r} dimensionless"
        case ast.Name(id=name):
            return name
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"(-({_infix(operand)}))"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return f"({_infix(left)} {_BINARY[type(op)]} {_infix(right)})"
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in _FUNCTIONS:
            return f"{_FUNCTIONS[name]}({', '.join(map(_infix, arguments))})"
    raise InternalError(f"SBML has no counterpart of {ast.unparse(node)}")


def math_of(text: str, model: Any) -> Any:
    """The MathML tree of text in SBML's notation; names of `model` (libSBML) hide built-in ones.

    Raises InternalError when libSBML cannot read it.
    """
    sbml = library()
    settings = sbml.L3ParserSettings()
    settings.setModel(model)
    settings.setParseUnits(sbml.L3P_PARSE_UNITS)
    tree = sbml.parseL3FormulaWithSettings(text, settings)
    if tree is None:
        raise InternalError(f"libSBML does not read {text!r}: {sbml.getLastParseL3Error()}")
    return tree


def unit_id(unit: str) -> str:
    """'1/day' -> 'per_day', 'unit/mm3' -> 'unit_per_mm3', '1' -> 'dimensionless'."""
    return unit.replace("*", "_").replace("/", "_per_").removeprefix("1_") if parse_unit(unit) else "dimensionless"


def add_unit(model: Any, unit: str) -> str:
    """Define `unit` in a libSBML model unless it is there; its id. Raises InternalError on a unit not in BASE_UNITS."""
    identifier = unit_id(unit)
    if identifier == "dimensionless" or model.getUnitDefinition(identifier) is not None:
        return identifier
    definition = model.createUnitDefinition()
    definition.setId(identifier)
    definition.setName(unit)
    for name, power in parse_unit(unit).items():
        if name not in BASE_UNITS or power.denominator != 1:
            raise InternalError(f"unit {unit} has no SBML definition: add {name} to BASE_UNITS")
        for kind, exponent, scale, multiplier in BASE_UNITS[name]:
            factor = definition.createUnit()
            factor.setKind(library().UnitKind_forName(kind))
            factor.setExponent(exponent * int(power))
            factor.setScale(scale)
            factor.setMultiplier(multiplier)
    return identifier


def python_text(node: Any, name_of: Callable[[str], str]) -> str:
    """A MathML tree as a declaration's Python expression; `name_of` turns SBML's identifiers into symbols.

    Raises InputError on what a declaration cannot hold: time, delays, conditions, trigonometry.
    """
    sbml = library()
    children = [python_text(node.getChild(i), name_of) for i in range(node.getNumChildren())]
    kind = node.getType()
    joined = {sbml.AST_PLUS: ("+", "0"), sbml.AST_TIMES: ("*", "1")}
    if kind in joined:
        operator, empty = joined[kind]
        return f"({f' {operator} '.join(children)})" if children else empty
    if kind == sbml.AST_MINUS:
        return f"(-{children[0]})" if len(children) == 1 else f"({children[0]} - {children[1]})"
    if kind == sbml.AST_DIVIDE:
        return f"({children[0]}/{children[1]})"
    if kind in (sbml.AST_POWER, sbml.AST_FUNCTION_POWER):
        return f"({children[0]}**{children[1]})"
    functions = {sbml.AST_FUNCTION_EXP: "exp", sbml.AST_FUNCTION_LN: "log"}
    functions |= {sbml.AST_FUNCTION_MIN: "Min", sbml.AST_FUNCTION_MAX: "Max"}
    if kind in functions:
        return f"{functions[kind]}({', '.join(children)})"
    if kind == sbml.AST_NAME:
        return name_of(node.getName())
    if node.isNumber():
        number = node.getInteger() if node.isInteger() else node.getValue()
        return repr(number) if number >= 0 else f"({number!r})"
    raise InputError(f"SBML: {sbml.formulaToL3String(node)} cannot be read. Allowed: + - * / ^, exp, ln, min, max.")
