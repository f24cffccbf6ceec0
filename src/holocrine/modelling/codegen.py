"""From a declaration to Python source: the functions a solver needs, each over LANES lanes of one flat block.

The block is rows of LANES doubles, one row a quantity, so that the compiler handles many lanes with one
instruction. What depends on constants alone is worked out once a lane (`prepare`). The Newton matrix
W = shift*I - J is factorised as straight-line code with its fill-in known beforehand, without pivoting: shift > 0
dominates for the step sizes the integrator accepts. Rows are listed in `Layout`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import sympy

from holocrine.modelling.declaration import Model
from holocrine.modelling.straightline import Graph, Node, program
from holocrine.modelling.translation import translate

LANES = 8
"""Lanes of a block: one of the widest registers (AVX-512) or two of the usual ones, and as small as that, because the
whole block with all stages then stays in the nearest cache (ADR 0008)."""
COMPILED = '@numba.njit(error_model="numpy", fastmath=CONTRACT)\n'
Entry = tuple[int, int]


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


@dataclass(frozen=True)
class System:
    """A model as graph nodes: `jacobian` holds the non-zero entries, `prepared` what depends on constants alone.

    `entries` are the LU factors of shift*I - J off the diagonal, `inverse` the inverse diagonal of U.
    """

    model: Model
    graph: Graph
    states: tuple[Node, ...]
    constants: tuple[Node, ...]
    shift: Node
    rates: tuple[Node, ...]
    outputs: tuple[Node, ...]
    jacobian: Mapping[Entry, Node]
    entries: Mapping[Entry, Node]
    inverse: tuple[Node, ...]
    prepared: tuple[Node, ...]

    @property
    def interpolated(self) -> tuple[int, ...]:
        """Numbers of the states the outputs depend on."""
        behind = set(self.graph.needed(self.outputs, self.prepared))
        return tuple(i for i, node in enumerate(self.states) if node in behind)


def system(model: Model) -> System:
    """Translate a declaration. Raises InternalError on an operation the kernels do not have."""
    rates, outputs, symbols = expressions(model)
    slopes = {
        (i, j): slope
        for i, rate in enumerate(rates)
        for j, symbol in enumerate(symbols)
        if (slope := sympy.diff(rate, symbol)) != 0
    }
    graph = Graph()
    states = tuple(graph.input(name) for name in model.state_names)
    constants = tuple(graph.input(name) for name in model.constant_names)
    names = dict(zip((*model.state_names, *model.constant_names), (*states, *constants), strict=True))
    varying = set(states)

    def translated(items: Iterable[sympy.Expr]) -> tuple[Node, ...]:
        return tuple(translate(graph, item, names, varying) for item in items)

    rate_nodes, output_nodes = translated(rates), translated(outputs)
    jacobian = dict(zip(slopes, translated(slopes.values()), strict=True))
    shift = graph.input("1/(gamma*h)")
    entries, inverse = _factorised(graph, jacobian, len(states), shift)
    results = (*rate_nodes, *output_nodes, *jacobian.values(), *entries.values(), *inverse)
    prepared = _prepared(graph, results, (*states, shift))
    return System(
        model, graph, states, constants, shift, rate_nodes, output_nodes, jacobian, entries, inverse, prepared
    )


def _prepared(graph: Graph, results: Sequence[Node], varying: Sequence[Node]) -> tuple[Node, ...]:
    """Nodes that do not vary, next to those that do; a sign alone is not worth keeping."""
    moving = graph.dependent(varying)
    behind = chain.from_iterable(graph.arguments(node) for node in graph.needed(results) if node in moving)
    fixed = {graph.unsigned(node) for node in (*behind, *results) if node not in moving}
    return tuple(sorted(node for node in fixed if graph.value(node) is None))


def elimination(size: int, nonzero: set[Entry]) -> list[tuple[int, int, list[int]]]:
    """The steps (pivot, row, columns touched) of an elimination without pivoting, fill-in included."""
    filled = set(nonzero) | {(i, i) for i in range(size)}
    steps = []
    for pivot in range(size):
        for row in range(pivot + 1, size):
            if (row, pivot) in filled:
                columns = [column for column in range(pivot + 1, size) if (pivot, column) in filled]
                filled |= {(row, column) for column in columns}
                steps.append((pivot, row, columns))
    return steps


def _factorised(
    graph: Graph, jacobian: Mapping[Entry, Node], size: int, shift: Node
) -> tuple[dict[Entry, Node], tuple[Node, ...]]:
    """LU factors of shift*I - J: entries off the diagonal, and the inverse diagonal of U."""
    zero = graph.number(0.0)
    matrix = {entry: graph.negative(node) for entry, node in jacobian.items()}
    for i in range(size):
        matrix[i, i] = graph.add(matrix.get((i, i), zero), shift)
    for pivot, row, columns in elimination(size, set(jacobian)):
        matrix[row, pivot] = factor = graph.multiply(matrix[row, pivot], graph.reciprocal(matrix[pivot, pivot]))
        for column in columns:
            taken = graph.multiply(factor, matrix[pivot, column])
            matrix[row, column] = graph.add(matrix.get((row, column), zero), graph.negative(taken))
    inverse = tuple(graph.reciprocal(matrix[i, i]) for i in range(size))
    return {entry: node for entry, node in matrix.items() if entry[0] != entry[1]}, inverse


class Layout:
    """Where each quantity's rows begin in the block; `rows` of them in all (a solver adds its own behind)."""

    def __init__(self, system: System) -> None:
        """Rows in the order of use."""
        self.states, self.outputs = len(system.states), len(system.outputs)
        self.prepared, self.entries = len(system.prepared), len(system.jacobian)
        self.rows = 0
        self.state = self.take(self.states)
        self.constant = self.take(self.prepared)
        self.stage = self.take(self.states)
        self.factor = self.take(len(system.entries))
        self.inverse = self.take(self.states)
        self.shift = self.take(1)
        self.current = self.take(self.states)

    def take(self, count: int) -> int:
        """Reserve `count` rows; returns the first."""
        first, self.rows = self.rows, self.rows + count
        return first


def at(row: int) -> str:
    """Where a lane finds a row of the block."""
    return f"peek(m, {row * LANES} + lane)"


def put(row: int, value: str) -> str:
    """Put a value into a lane's place in a row of the block."""
    return f"poke(m, {row * LANES} + lane, {value})"


def lane_function(name: str, meaning: str, lines: Sequence[str], arguments: str = "b") -> str:
    """A function that does `lines` for every lane."""
    text = [f'"""{meaning}"""', "m = memory(b)", "for lane in range(LANES):", *(f"    {line}" for line in lines)]
    return f"{COMPILED}def {name}({arguments}):\n" + "\n".join(f"    {line}" for line in text) + "\n"


def _computed(system: System, results: Sequence[Node], read: Mapping[Node, int]) -> tuple[list[str], list[str]]:
    """Lines that read rows and compute, and the names of the results."""
    return program(system.graph, results, {node: at(row) for node, row in read.items()})


def _rows(first: int, nodes: Sequence[Node]) -> dict[Node, int]:
    return {node: first + i for i, node in enumerate(nodes)}


def _prepare(system: System) -> str:
    lines, names = program(system.graph, system.prepared, {node: f"p[{i}]" for i, node in enumerate(system.constants)})
    lines += [f"q[{i}] = {name}" for i, name in enumerate(names)]
    body = "\n".join(f"    {line}" for line in lines)
    return f'@numba.njit(error_model="numpy")\ndef prepare(p, q):\n    """What depends on constants alone."""\n{body}\n'


def _substitution(entries: Mapping[Entry, str], inverse: Sequence[str]) -> list[str]:
    """Forward and back substitution on x0, x1, ..."""
    size = len(inverse)

    def take(i: int, others: Iterable[int]) -> list[str]:
        return [f"x{i} = x{i} - {entries[i, j]} * x{j}" for j in others if (i, j) in entries]

    lines = [line for i in range(size) for line in take(i, range(i))]
    for i in reversed(range(size)):
        lines += [*take(i, range(i + 1, size)), f"x{i} = x{i} * {inverse[i]}"]
    return lines


def _start(system: System, layout: Layout, constants: dict[Node, int]) -> str:
    read = _rows(layout.state, system.states) | constants | {system.shift: layout.shift}
    lines, names = _computed(system, (*system.rates, *system.entries.values(), *system.inverse), read)
    size, count = layout.states, len(system.entries)
    entries, inverse = names[size : size + count], names[size + count :]
    lines += [put(layout.factor + i, name) for i, name in enumerate(entries)]
    lines += [put(layout.inverse + i, name) for i, name in enumerate(inverse)]
    lines += [f"x{i} = {names[i]}" for i in range(size)]
    lines += _substitution(dict(zip(system.entries, entries, strict=True)), inverse)
    lines += [put(layout.current + i, f"x{i}") for i in range(size)]
    return lane_function("start", "First stage from the state; keeps the LU factors of shift*I - J.", lines)


def _stage(system: System, layout: Layout, constants: dict[Node, int]) -> str:
    lines, names = _computed(system, system.rates, _rows(layout.stage, system.states) | constants)
    lines.append(f"shift = {at(layout.shift)}")
    lines += [f"x{i} = {name} + shift * {at(layout.current + i)}" for i, name in enumerate(names)]
    entries = {entry: at(layout.factor + i) for i, entry in enumerate(system.entries)}
    lines += _substitution(entries, [at(layout.inverse + i) for i in range(layout.states)])
    lines += [put(layout.current + i, f"x{i}") for i in range(layout.states)]
    return lane_function("stage", "Solve for the current stage, which comes in as its coupling over the shift.", lines)


def along_path(states: Sequence[Node], prepared: Sequence[Node], interpolated: Sequence[int]) -> dict[Node, str]:
    """How to read states and prepared constants at point j of a path (INTERPOLATED, times)."""
    read = {node: f"q{i}" for i, node in enumerate(prepared)}
    return read | {states[state]: f"peek(path, {m} * points + j)" for m, state in enumerate(interpolated)}


def path_function(head: str, meaning: str, before: Sequence[str], lines: Sequence[str], after: Sequence[str]) -> str:
    """A function that does `lines` for the points first, ..., last - 1 of a path (INTERPOLATED, points)."""
    blocks = [name for name in ("path", "results", "seeds", "pathbar") if name in head]
    text = [
        f'"""{meaning}"""',
        "points = path.shape[1]",
        *(f"{name} = memory({name})" for name in blocks),
        *before,
        "for j in range(first, last):",
    ]
    text += [*(f"    {line}" for line in lines), *after]
    return f"def {head}:\n" + "\n".join(f"    {line}" for line in text) + "\n"


def _outputs_along(system: System) -> str:
    lines, names = program(
        system.graph, system.outputs, along_path(system.states, system.prepared, system.interpolated)
    )
    lines += [f"poke(results, j * {len(names)} + {i}, {name})" for i, name in enumerate(names)]
    before = [f"q{i} = q[{i}]" for i in range(len(system.prepared))]
    meaning = "Outputs at the points first, ..., last - 1 of a path."
    return COMPILED + path_function("outputs_along(path, q, results, first, last)", meaning, before, lines, ())


def generate(system: System, layout: Layout) -> str:
    """Source of `prepare`, `start`, `stage` and `outputs_along`."""
    constants = _rows(layout.constant, system.prepared)
    return "\n\n".join(
        [
            _prepare(system),
            _start(system, layout, constants),
            _stage(system, layout, constants),
            _outputs_along(system),
        ]
    )
