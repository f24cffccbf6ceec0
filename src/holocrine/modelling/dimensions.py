"""The unit check: every rate and expression of a declaration must come out in its declared unit."""

from __future__ import annotations

import ast
from collections import Counter
from fractions import Fraction

from holocrine.errors import InternalError
from holocrine.modelling.declaration import Model

Dimension = dict[str, Fraction]
_DIMENSIONLESS_FUNCTIONS = ("exp", "log")
_COMPARING_FUNCTIONS = ("Min", "Max")


def parse_unit(text: str) -> Dimension:
    """'unit/mm3/day' -> {'unit': 1, 'mm': -3, 'day': -1}. Units are never converted, only compared."""
    dimension: Counter[str] = Counter()
    for position, token in enumerate(text.split("/")):
        for factor in token.split("*"):
            name = factor.rstrip("0123456789")
            if name:
                power = int(factor[len(name) :] or 1)
                dimension[name] += power if position == 0 else -power
    return {name: Fraction(power) for name, power in dimension.items() if power}


def check_units(model: Model) -> None:
    """Raise InternalError listing every expression whose unit differs from the declared one."""
    faults = []
    for assigned in model.assigned:
        faults.append(_compare(model, assigned.symbol, assigned.expression, assigned.unit))
    for state in model.states:
        faults.append(_compare(model, f"d{state.symbol}/dt", state.rate, f"{state.unit}/day"))
    found = [fault for fault in faults if fault]
    if found:
        raise InternalError(f"model {model.name}: " + "; ".join(found))


def _compare(model: Model, label: str, expression: str, unit: str) -> str:
    try:
        dimension = _evaluate(ast.parse(expression, mode="eval").body, model.units)
    except ValueError as error:
        return f"{label}: {error}"
    if dimension != parse_unit(unit):
        return f"{label} has unit {_write(dimension)}, declared {unit}"
    return ""


def _write(dimension: Dimension) -> str:
    return "*".join(f"{name}^{power}" for name, power in sorted(dimension.items())) or "1"


def _scaled(dimension: Dimension, factor: Fraction) -> Dimension:
    return {name: power * factor for name, power in dimension.items() if power * factor}


def _times(left: Dimension, right: Dimension) -> Dimension:
    return {name: p for name in {*left, *right} if (p := left.get(name, Fraction(0)) + right.get(name, Fraction(0)))}


def _evaluate(node: ast.expr, units: dict[str, str]) -> Dimension:
    match node:
        case ast.Constant():
            return {}
        case ast.Name(id=name):
            if name not in units:
                raise ValueError(f"unknown symbol {name}")
            return parse_unit(units[name])
        case ast.UnaryOp(operand=operand):
            return _evaluate(operand, units)
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _evaluate(left, units), _evaluate(right, units), right)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, [_evaluate(argument, units) for argument in arguments])
    raise ValueError(f"expression not understood: {ast.dump(node)}")


def _binary(op: ast.operator, left: Dimension, right: Dimension, exponent: ast.expr) -> Dimension:
    match op:
        case ast.Add() | ast.Sub():
            if left != right:
                raise ValueError(f"adds {_write(left)} and {_write(right)}")
            return left
        case ast.Mult():
            return _times(left, right)
        case ast.Div():
            return _times(left, _scaled(right, Fraction(-1)))
        case ast.Pow():
            if right:
                raise ValueError("exponent has a unit")
            if not left:
                return {}
            if isinstance(exponent, ast.Constant) and isinstance(exponent.value, int):
                return _scaled(left, Fraction(exponent.value))
            raise ValueError(f"raises {_write(left)} to a power that is not a whole number")
    raise ValueError(f"operator not understood: {op}")


def _call(name: str, arguments: list[Dimension]) -> Dimension:
    if name in _DIMENSIONLESS_FUNCTIONS:
        if any(arguments):
            raise ValueError(f"{name} of a quantity with a unit")
        return {}
    if name in _COMPARING_FUNCTIONS:
        if any(argument != arguments[0] for argument in arguments):
            raise ValueError(f"{name} of different units")
        return arguments[0]
    raise ValueError(f"function {name} not allowed")
