"""From a declaration to the source of its derivatives: what a backward sweep through the solver needs.

All by reverse accumulation on the graph of the model, so that each costs a few times what it differentiates. What
depends on constants alone (`prepared`) is an input here; `prepare_pullback` takes its derivatives on to the constants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from holocrine.modelling.codegen import Entry, Layout, System, along_path, at, lane_function, path_function, put
from holocrine.modelling.reverse import pullback
from holocrine.modelling.straightline import Graph, Node, program

_SUMMING = '@numba.njit(error_model="numpy", fastmath={"contract", "reassoc", "nsz"})\n'
"""Sums over the points of a path may be taken in several parts at once."""


class AdjointLayout:
    """The rows of the block that derivatives need behind those of model and method; `bar` is d(scalar)/d(quantity)."""

    def __init__(self, system: System, layout: Layout, stages: int, interpolated: int, dense: int) -> None:
        """Rows for states, prepared constants, the Jacobian and `stages` stages."""
        states = layout.states
        self.entries = tuple(system.jacobian)
        self.later = layout.take(states)
        self.state = layout.take(states)
        self.prepared = layout.take(layout.prepared)
        self.jacobian = layout.take(len(self.entries))
        self.given = layout.take(states)
        self.taken = layout.take(2 * states)
        self.late = layout.take(states)
        self.moved = [layout.take(2 * states) for _ in range(stages)]
        self.coupled = [first + states for first in self.moved]
        self.dense = [layout.take(interpolated) for _ in range(dense)]
        self.rows = layout.rows


@dataclass(frozen=True)
class _Local:
    """The model on a graph of its own in which prepared constants are inputs."""

    graph: Graph
    states: tuple[Node, ...]
    prepared: tuple[Node, ...]
    rates: tuple[Node, ...]
    outputs: tuple[Node, ...]
    jacobian: Mapping[Entry, Node]


def _local(system: System) -> _Local:
    source, graph = system.graph, Graph()
    moved: dict[Node, Node] = {node: graph.input(f"state {i}") for i, node in enumerate(system.states)}
    moved |= {node: graph.input(f"prepared {i}") for i, node in enumerate(system.prepared)}

    def move(nodes: Sequence[Node]) -> tuple[Node, ...]:
        for node in source.needed(nodes, (*system.states, *system.prepared)):
            if node not in moved:
                moved[node] = _copied(source, node, graph, moved)
        return tuple(moved[node] for node in nodes)

    return _Local(
        graph,
        move(system.states),
        move(system.prepared),
        move(system.rates),
        move(system.outputs),
        dict(zip(system.jacobian, move(list(system.jacobian.values())), strict=True)),
    )


def _copied(graph: Graph, node: Node, other: Graph, moved: Mapping[Node, Node]) -> Node:
    """The same operation in another graph, on the arguments as they are there."""
    value = graph.value(node)
    if value is not None:
        return other.number(value)
    operation, _ = graph.nodes[node]
    make: Mapping[str, Callable[..., Node]] = {
        "add": other.add,
        "multiply": other.multiply,
        "negative": other.negative,
        "reciprocal": other.reciprocal,
        "root": other.root,
        "exponential": other.exponential,
        "logarithm": other.logarithm,
    }
    return make[operation](*(moved[argument] for argument in graph.arguments(node)))


def generate_adjoint(system: System, layout: Layout, bars: AdjointLayout) -> str:
    """Source of `prepare_pullback`, `stage_pullback`, `jacobian_pullback` and `outputs_pullback`."""
    parts = [
        _prepare_pullback(system),
        _stage_pullback(system, layout, bars),
        _jacobian_pullback(system, layout, bars),
        _outputs_pullback(system),
    ]
    return "\n\n".join(parts)


def _prepare_pullback(system: System) -> str:
    graph = system.graph
    seeds = {node: graph.input(f"bar {i}") for i, node in enumerate(system.prepared)}
    read = {node: f"p[{i}]" for i, node in enumerate(system.constants)}
    read |= {seed: f"qbar[{i}]" for i, seed in enumerate(seeds.values())}
    lines, names = program(graph, pullback(graph, seeds, system.constants), read)
    lines += [f"pbar[{i}] += {name}" for i, name in enumerate(names)]
    body = "\n".join(f"    {line}" for line in lines)
    meaning = "Add to pbar the derivatives that arrive at prepared constants as qbar."
    return f'@numba.njit(error_model="numpy")\ndef prepare_pullback(p, qbar, pbar):\n    """{meaning}"""\n{body}\n'


def _adding(row: int, value: str) -> str:
    return put(row, f"{at(row)} + {value}")


def _inputs(local: _Local, layout: Layout, state_row: int) -> dict[Node, str]:
    read = {node: at(state_row + i) for i, node in enumerate(local.states)}
    return read | {node: at(layout.constant + i) for i, node in enumerate(local.prepared)}


def _transposed(system: System, layout: Layout) -> list[str]:
    """Substitution on x0, x1, ... with the transposed factors."""
    slot = {entry: at(layout.factor + i) for i, entry in enumerate(system.entries)}
    size = layout.states
    lines = []
    for i in range(size):
        lines += [f"x{i} = x{i} - {slot[j, i]} * x{j}" for j in range(i) if (j, i) in slot]
        lines.append(f"x{i} = x{i} * {at(layout.inverse + i)}")
    for i in reversed(range(size)):
        lines += [f"x{i} = x{i} - {slot[j, i]} * x{j}" for j in range(i + 1, size) if (j, i) in slot]
    return lines


def _stage_pullback(system: System, layout: Layout, bars: AdjointLayout) -> str:
    local = _local(system)
    size = range(layout.states)
    lines = [f"x{i} = {at(bars.given + i)}" for i in size] + _transposed(system, layout)
    lines += [put(bars.taken + layout.states + i, f"{at(layout.shift)} * x{i}") for i in size]
    lines += [
        _adding(bars.jacobian + number, f"x{i} * {at(layout.current + j)}")
        for number, (i, j) in enumerate(bars.entries)
    ]
    seeds = {node: local.graph.input(f"seed {i}") for i, node in enumerate(local.rates)}
    read = _inputs(local, layout, layout.stage) | {seed: f"x{i}" for i, seed in enumerate(seeds.values())}
    results = pullback(local.graph, seeds, (*local.states, *local.prepared))
    computing, names = program(local.graph, results, read)
    lines += computing + [put(bars.taken + i, names[i]) for i in size]
    lines += _added(bars.prepared, names[layout.states :])
    meaning = (
        "Back through the current stage from its bar (`given`); `taken` are the bars of its state and its coupling."
    )
    return lane_function("stage_pullback", meaning, lines)


def _added(first: int, names: Sequence[str]) -> list[str]:
    return [_adding(first + i, name) for i, name in enumerate(names) if name != "0.0"]


def _jacobian_pullback(system: System, layout: Layout, bars: AdjointLayout) -> str:
    local = _local(system)
    seeds: dict[Node, Node] = {}
    read = _inputs(local, layout, layout.state)
    for number, entry in enumerate(bars.entries):
        node, seed = local.jacobian[entry], local.graph.input(f"seed {number}")
        read[seed] = at(bars.jacobian + number)
        seeds[node] = local.graph.add(seeds[node], seed) if node in seeds else seed
    computing, names = program(local.graph, pullback(local.graph, seeds, (*local.states, *local.prepared)), read)
    lines = computing + _added(bars.state, names[: layout.states]) + _added(bars.prepared, names[layout.states :])
    return lane_function(
        "jacobian_pullback", "Back through the Jacobian to the state and the prepared constants.", lines
    )


def _outputs_pullback(system: System) -> str:
    local = _local(system)
    read = along_path(local.states, local.prepared, system.interpolated)
    seeds: dict[Node, Node] = {}
    for i, node in enumerate(local.outputs):
        seed = local.graph.input(f"seed {i}")
        read[seed] = f"peek(seeds, j * {len(local.outputs)} + {i})"
        seeds[node] = local.graph.add(seeds[node], seed) if node in seeds else seed
    states = [local.states[state] for state in system.interpolated]
    lines, names = program(local.graph, pullback(local.graph, seeds, (*states, *local.prepared)), read)
    lines += [f"poke(pathbar, {m} * points + j, {names[m]})" for m in range(len(states))]
    sums = {i: name for i, name in enumerate(names[len(states) :]) if name != "0.0"}
    lines += [f"s{i} += {name}" for i, name in sums.items()]
    before = [f"q{i} = q[{i}]" for i in range(len(local.prepared))] + [f"s{i} = 0.0" for i in sums]
    head = "outputs_pullback(path, q, seeds, first, last, pathbar, qbar)"
    meaning = "Back through the outputs at points first, ..., last - 1 of a path."
    return _SUMMING + path_function(head, meaning, before, lines, [f"qbar[{i}] += s{i}" for i in sums])
