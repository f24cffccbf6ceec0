"""Derivatives of straight-line code by reverse accumulation, added to its graph: a few times the cost of the values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from holocrine.modelling.straightline import Graph, Node


def pullback(graph: Graph, seeds: Mapping[Node, Node], inputs: Sequence[Node]) -> list[Node]:
    """Derivatives of the sum of seed*node over `seeds` with respect to `inputs`, by reverse accumulation."""
    concerned = graph.dependent(inputs)
    adjoint: dict[Node, Node] = {}

    def give(node: Node, amount: Node) -> None:
        if node in concerned:
            adjoint[node] = graph.add(adjoint[node], amount) if node in adjoint else amount

    for node, seed in seeds.items():
        give(node, seed)
    for node in reversed(graph.needed(seeds)):
        if node in adjoint:
            _give_back(graph, node, adjoint[node], give)
    zero = graph.number(0.0)
    return [adjoint.get(node, zero) for node in inputs]


def _give_back(graph: Graph, node: Node, amount: Node, give: Callable[[Node, Node], None]) -> None:
    operation, _ = graph.nodes[node]
    arguments = graph.arguments(node)
    match operation:
        case "add":
            give(arguments[0], amount)
            give(arguments[1], amount)
        case "multiply":
            give(arguments[0], graph.multiply(amount, arguments[1]))
            give(arguments[1], graph.multiply(amount, arguments[0]))
        case "negative":
            give(arguments[0], graph.negative(amount))
        case "reciprocal":
            give(arguments[0], graph.negative(graph.multiply(amount, graph.multiply(node, node))))
        case "root":
            half = graph.multiply(graph.number(0.5), graph.reciprocal(node))
            give(arguments[0], graph.multiply(amount, half))
        case "exponential":
            give(arguments[0], graph.multiply(amount, node))
        case "logarithm":
            give(arguments[0], graph.multiply(amount, graph.reciprocal(arguments[0])))
