"""From SymPy's expressions to straight-line code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import sympy

from holocrine.errors import InternalError
from holocrine.modelling.straightline import Graph, Node


def translate(graph: Graph, expression: sympy.Basic, names: Mapping[str, Node], varying: set[Node]) -> Node:
    """Put a SymPy expression into the graph; `names` are its symbols, `varying` the nodes that change in time.

    Factors and terms that do not vary are gathered first, so that they can be computed beforehand. `varying` grows by
    the nodes that are added. Raises InternalError on an operation the kernels do not have.
    """
    match expression:
        case sympy.Number():
            return graph.number(float(expression))
        case sympy.Symbol():
            return names[expression.name]
    arguments = [translate(graph, argument, names, varying) for argument in expression.args]
    fixed = [node for node in arguments if node not in varying]
    moving = [node for node in arguments if node in varying]
    zero, one = graph.number(0.0), graph.number(1.0)
    before = len(graph.nodes)
    match expression:
        case sympy.Add():
            result = graph.add(reduce(graph.add, fixed, zero), reduce(graph.add, moving, zero))
        case sympy.Mul():
            result = graph.multiply(reduce(graph.multiply, fixed, one), reduce(graph.multiply, moving, one))
        case sympy.Pow():
            result = _power(graph, expression, arguments, varying)
        case sympy.exp():
            result = graph.exponential(arguments[0])
        case sympy.log():
            result = graph.logarithm(arguments[0])
        case _:
            raise InternalError(f"kernels have no operation {type(expression).__name__} ({expression})")
    for node in range(before, len(graph.nodes)):
        if any(argument in varying for argument in graph.arguments(node)):
            varying.add(node)
    return result


def _power(graph: Graph, expression: sympy.Pow, arguments: Sequence[Node], varying: set[Node]) -> Node:
    base, exponent = arguments
    power = expression.exp
    if power.is_Integer:
        return _whole_power(graph, base, int(power))
    if power == sympy.Rational(1, 2):
        return graph.root(base)
    if expression.base is sympy.E:
        return graph.exponential(exponent)
    return graph.exponential(graph.multiply(exponent, _logarithm_of_product(graph, base, varying)))


def _logarithm_of_product(graph: Graph, node: Node, varying: set[Node]) -> Node:
    """log(c x) as log(c) + log(x) when c does not vary: bases of real powers are positive, and log(c) is then known."""
    operation, _ = graph.nodes[node]
    if operation == "multiply" and node in varying:
        a, b = graph.arguments(node)
        if (a in varying) != (b in varying):
            return graph.add(graph.logarithm(a), graph.logarithm(b))
    return graph.logarithm(node)


def _whole_power(graph: Graph, a: Node, power: int) -> Node:
    """a to a whole power, by squaring."""
    if power < 0:
        return _whole_power(graph, graph.reciprocal(a), -power)
    result, square = graph.number(1.0), a
    while power:
        if power & 1:
            result = graph.multiply(result, square)
        power >>= 1
        square = graph.multiply(square, square) if power else square
    return result
