"""Straight-line code as a graph: every value is computed once, from values before it.

Equal subexpressions are one node from the start (hash-consing). Expressions come in from SymPy
(`translation`), derivatives are added by reverse accumulation (`reverse`), and `program` writes a set of values out as
lines of Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from holocrine.errors import InternalError

Node = int
"""Number of a value in its graph."""


@dataclass
class Graph:
    """Values in the order in which they can be computed: `nodes[i]` is (operation, arguments)."""

    nodes: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    _known: dict[tuple[str, tuple[object, ...]], Node] = field(default_factory=dict)

    def _add(self, operation: str, *arguments: object) -> Node:
        key = (operation, arguments)
        if key not in self._known:
            self._known[key] = len(self.nodes)
            self.nodes.append(key)
        return self._known[key]

    def number(self, value: float) -> Node:
        """A literal."""
        return self._add("number", float(value))

    def input(self, name: str) -> Node:
        """A value given from outside."""
        return self._add("input", name)

    def value(self, node: Node) -> float | None:
        """The number a node stands for; None when it is not a literal."""
        operation, arguments = self.nodes[node]
        return float(arguments[0]) if operation == "number" else None  # type: ignore[arg-type]

    def unsigned(self, node: Node) -> Node:
        """The node behind a minus sign, or the node itself."""
        operation, arguments = self.nodes[node]
        return arguments[0] if operation == "negative" else node  # type: ignore[return-value]

    def arguments(self, node: Node) -> tuple[Node, ...]:
        """The nodes a node is computed from."""
        operation, arguments = self.nodes[node]
        return () if operation in ("number", "input") else arguments  # type: ignore[return-value]

    def add(self, a: Node, b: Node) -> Node:
        """a + b."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.number(x + y)
        if x == 0.0:
            return b
        if y == 0.0:
            return a
        return self._add("add", *sorted((a, b)))

    def multiply(self, a: Node, b: Node) -> Node:
        """a times b."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.number(x * y)
        for one, other in ((x, b), (y, a)):
            if one == 0.0:
                return self.number(0.0)
            if one == 1.0:
                return other
            if one == -1.0:
                return self.negative(other)
        for one, other in ((a, b), (b, a)):
            if self.nodes[one][0] == "negative":
                return self.negative(self.multiply(self.arguments(one)[0], other))
        return self._add("multiply", *sorted((a, b)))

    def negative(self, a: Node) -> Node:
        """-a."""
        x = self.value(a)
        if x is not None:
            return self.number(-x)
        operation, arguments = self.nodes[a]
        return arguments[0] if operation == "negative" else self._add("negative", a)  # type: ignore[return-value]

    def reciprocal(self, a: Node) -> Node:
        """1/a."""
        x = self.value(a)
        return self.number(1.0 / x) if x is not None else self._add("reciprocal", a)

    def root(self, a: Node) -> Node:
        """Square root."""
        return self._add("root", a)

    def exponential(self, a: Node) -> Node:
        """e to the a."""
        return self._add("exponential", a)

    def logarithm(self, a: Node) -> Node:
        """Natural logarithm; that of a root needs no root."""
        operation, arguments = self.nodes[a]
        if operation == "root":
            return self.multiply(self.number(0.5), self.logarithm(arguments[0]))  # type: ignore[arg-type]
        return self._add("logarithm", a)

    def needed(self, targets: Iterable[Node], given: Iterable[Node] = ()) -> list[Node]:
        """Nodes that must be computed for `targets`, in order; `given` ones and what is behind them are not."""
        known, wanted = set(given), set()
        stack = list(targets)
        while stack:
            node = stack.pop()
            if node not in wanted:
                wanted.add(node)
                if node not in known:
                    stack += self.arguments(node)
        return sorted(wanted)

    def dependent(self, inputs: Iterable[Node]) -> set[Node]:
        """All nodes that depend on one of `inputs`."""
        found = set(inputs)
        for node in range(len(self.nodes)):
            if any(argument in found for argument in self.arguments(node)):
                found.add(node)
        return found


_LINES = {
    "add": "{0} + {1}",
    "multiply": "{0} * {1}",
    "negative": "-{0}",
    "reciprocal": "1.0 / {0}",
    "root": "sqrt({0})",
    "exponential": "exp({0})",
    "logarithm": "log({0})",
}


def program(graph: Graph, results: Sequence[Node], read: Mapping[Node, str]) -> tuple[list[str], list[str]]:
    """Lines that compute `results`, and their names; `read` says how to get the nodes that are given."""

    def name(node: Node) -> str:
        value = graph.value(node)
        return f"v{node}" if value is None else repr(value)

    lines = []
    for node in graph.needed(results, read):
        if node in read:
            lines.append(f"v{node} = {read[node]}")
        elif graph.value(node) is None:
            operation, arguments = graph.nodes[node]
            if operation == "input":
                raise InternalError(f"{arguments[0]} is not given")
            lines.append(f"v{node} = " + _LINES[operation].format(*map(name, graph.arguments(node))))
    return lines, [name(node) for node in results]
