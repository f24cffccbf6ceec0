"""The graph behind generated code: every value once, the same meaning as SymPy, the same derivatives as sympy.diff."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from holocrine.errors import InternalError
from holocrine.modelling.reverse import pullback
from holocrine.modelling.straightline import Graph, Node, program
from holocrine.modelling.translation import translate

DIGITS = 40
"""Programs are run and expressions worked out with this many digits, so that only literals are doubles."""
LARGEST, AGREEMENT = 1e3, 1e-9
"""No step of a program may be larger than the one (other examples are dropped): then literals, rounded at 1e-16,
stay far below the other, relative with a floor of one."""
SYMBOLS = tuple(sympy.Symbol(name, positive=True) for name in ("x", "y", "c", "d"))
VARYING = {"x", "y"}
"""c and d stand for constants."""
VALUES = {"x": 0.75, "y": 1.375, "c": 0.3125, "d": 2.25}


def graph_of(expression: sympy.Expr) -> tuple[Graph, dict[str, Node], Node]:
    graph = Graph()
    inputs = {symbol.name: graph.input(symbol.name) for symbol in SYMBOLS}
    varying = {inputs[name] for name in VARYING}
    return graph, inputs, translate(graph, expression, inputs, varying)


def run(graph: Graph, results: list[Node], inputs: dict[str, Node]) -> tuple[list[Any], bool]:
    """Write the program out and run it, with many digits: the results, and whether no step was too large."""
    read = {node: f"given[{name!r}]" for name, node in inputs.items()}
    lines, names = program(graph, results, read)
    known: dict[str, Any] = {"sqrt": mpmath.sqrt, "exp": mpmath.exp, "log": mpmath.log}
    known["given"] = {name: mpmath.mpf(value) for name, value in VALUES.items()}
    exec("\n".join(lines), known)
    tame = all(abs(value) < LARGEST for name, value in known.items() if name.startswith("v"))
    return [eval(name, known) for name in names], tame


def worked_out(expression: sympy.Expr) -> Any:
    values = {symbol: sympy.Float(VALUES[symbol.name], DIGITS) for symbol in SYMBOLS}
    return mpmath.mpf(sympy.N(expression.subs(values), DIGITS))


def close(found: Any, expected: Any) -> bool:
    return bool(abs(found - expected) <= AGREEMENT * max(1, abs(expected)))


literals = st.sampled_from([sympy.Integer(2), sympy.Integer(-1), sympy.Rational(1, 2), sympy.Rational(-5, 3)])
drawn = st.sampled_from(SYMBOLS)
exponents = st.sampled_from([2, 3, 7, -1, -2, sympy.Rational(1, 2), sympy.Rational(-3, 2), SYMBOLS[2], SYMBOLS[0]])


def larger(smaller: st.SearchStrategy[sympy.Expr]) -> st.SearchStrategy[sympy.Expr]:
    """Bases of powers and arguments of logarithms stay positive, as in every declared model."""
    positive = smaller.map(lambda item: 1 + item**2)
    return st.one_of(
        st.tuples(smaller, smaller).map(lambda two: two[0] + two[1]),
        st.tuples(smaller, smaller).map(lambda two: two[0] - two[1]),
        st.tuples(smaller, smaller).map(lambda two: two[0] * two[1]),
        st.tuples(smaller, positive).map(lambda two: two[0] / two[1]),
        st.tuples(positive, exponents).map(lambda two: two[0] ** two[1]),
        st.tuples(drawn, exponents).map(lambda two: two[0] ** two[1]),
        positive.map(sympy.log),
        positive.map(lambda item: sympy.exp(-1 / item)),
    )


random_expressions = st.recursive(st.one_of(drawn, literals), larger, max_leaves=5)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(random_expressions)
def test_programs_mean_what_sympy_means(expression: sympy.Expr) -> None:
    graph, inputs, node = graph_of(expression)
    with mpmath.workdps(DIGITS):
        (found,), tame = run(graph, [node], inputs)
        assume(tame)
        assert close(found, worked_out(expression))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(random_expressions, random_expressions)
def test_pullback_is_the_derivative(one: sympy.Expr, two: sympy.Expr) -> None:
    """1.5 times the derivatives of `one` plus c times those of `two`: a literal and a node as seeds."""
    graph, inputs, first = graph_of(one)
    second = translate(graph, two, inputs, {inputs[name] for name in VARYING})
    seeds = {first: graph.number(1.5)}
    seeds[second] = graph.add(seeds.get(second, graph.number(0.0)), inputs["c"])
    with mpmath.workdps(DIGITS):
        found, tame = run(graph, pullback(graph, seeds, list(inputs.values())), inputs)
        assume(tame)
        expected = [
            1.5 * worked_out(sympy.diff(one, symbol)) + VALUES["c"] * worked_out(sympy.diff(two, symbol))
            for symbol in SYMBOLS
        ]
    assert all(close(slope, wanted) for slope, wanted in zip(found, expected, strict=True))


X, Y = SYMBOLS[:2]


@pytest.mark.parametrize(
    "expression",
    [X + Y, -X, X * Y, 1 / X, sympy.sqrt(X), sympy.exp(X), sympy.log(X), X**7, X**Y, X ** sympy.Rational(-3, 2)],
    ids=str,
)
def test_derivative_of_every_operation(expression: sympy.Expr) -> None:
    graph, inputs, node = graph_of(expression)
    with mpmath.workdps(DIGITS):
        found, _ = run(graph, pullback(graph, {node: inputs["c"]}, [inputs["x"], inputs["y"]]), inputs)
        for slope, symbol in zip(found, (X, Y), strict=True):
            assert close(slope, VALUES["c"] * worked_out(sympy.diff(expression, symbol)))


def test_pullback_of_pullback_is_the_second_derivative() -> None:
    x = SYMBOLS[0]
    expression = sympy.exp(-x) * sympy.log(1 + x**2) + x ** sympy.Rational(5, 2) / (1 + x)
    graph, inputs, node = graph_of(expression)
    one = graph.number(1.0)
    slope = pullback(graph, {node: one}, [inputs["x"]])[0]
    curvature = pullback(graph, {slope: one}, [inputs["x"]])
    with mpmath.workdps(DIGITS):
        found, _ = run(graph, curvature, inputs)
        assert close(found[0], worked_out(sympy.diff(expression, x, 2)))


def test_pullback_of_what_does_not_depend_is_nothing() -> None:
    graph, inputs, node = graph_of(SYMBOLS[0] ** 2)
    slopes = pullback(graph, {node: graph.number(1.0)}, [inputs["y"], inputs["x"]])
    assert graph.value(slopes[0]) == 0.0
    assert graph.value(slopes[1]) is None


def test_equal_values_are_one_node() -> None:
    graph = Graph()
    a, b = graph.input("a"), graph.input("b")
    assert graph.input("a") == a
    assert graph.number(2) == graph.number(2.0)
    assert graph.add(a, b) == graph.add(b, a)
    assert graph.multiply(a, b) == graph.multiply(b, a)
    assert graph.exponential(graph.add(a, b)) == graph.exponential(graph.add(b, a))
    before = len(graph.nodes)
    graph.multiply(graph.exponential(graph.add(b, a)), graph.number(2.0))
    assert len(graph.nodes) == before + 1, "only the product is new"


def test_what_needs_no_computing_is_not_computed() -> None:
    graph = Graph()
    a, b = graph.input("a"), graph.input("b")
    nought, one = graph.number(0.0), graph.number(1.0)
    before = len(graph.nodes)
    assert graph.add(a, nought) == graph.add(nought, a) == a
    assert graph.multiply(a, one) == graph.multiply(one, a) == a
    assert graph.multiply(a, nought) == nought
    assert graph.unsigned(a) == a
    assert len(graph.nodes) == before
    negative = graph.negative(a)
    assert graph.negative(negative) == a
    assert graph.multiply(graph.number(-1.0), a) == negative
    assert graph.unsigned(graph.multiply(negative, b)) == graph.multiply(a, b), "signs move outwards"
    assert graph.multiply(negative, graph.negative(b)) == graph.multiply(a, b)
    assert graph.value(graph.reciprocal(graph.number(4.0))) == 0.25
    assert graph.value(graph.add(graph.number(1.5), graph.number(2.0))) == 3.5


@pytest.mark.parametrize(("power", "products"), [(1, 0), (2, 1), (3, 2), (8, 3), (9, 4), (-4, 2)])
def test_whole_powers_by_squaring(power: int, products: int) -> None:
    graph, _, node = graph_of(SYMBOLS[0] ** power)
    operations = [graph.nodes[i][0] for i in graph.needed([node])]
    assert operations.count("multiply") == products
    assert operations.count("reciprocal") == (1 if power < 0 else 0)
    assert not {"exponential", "logarithm"} & set(operations)


def test_what_is_constant_is_gathered() -> None:
    """In c*x*d and (c*x)**d the constants meet first, so that they can be worked out before the first step."""
    x, _, c, d = SYMBOLS
    graph, inputs, node = graph_of(c * x * d)
    assert graph.multiply(inputs["c"], inputs["d"]) in graph.arguments(node)
    graph, inputs, node = graph_of(sympy.Pow(1.5 * x * c, d, evaluate=False))
    fixed = graph.logarithm(graph.multiply(graph.number(1.5), inputs["c"]))
    assert fixed in graph.needed([node])
    graph, inputs, node = graph_of(sympy.log(sympy.sqrt(x)))
    assert "root" not in {graph.nodes[i][0] for i in graph.needed([node])}, "the log of a root needs no root"


def test_needed_and_dependent() -> None:
    graph = Graph()
    a, b, c = (graph.input(name) for name in "abc")
    product = graph.multiply(a, b)
    total = graph.add(product, c)
    aside = graph.exponential(c)
    assert graph.needed([total]) == sorted([a, b, c, product, total])
    assert graph.needed([total], given=[product]) == sorted([c, product, total])
    assert graph.dependent([a]) == {a, product, total}
    assert graph.dependent([c]) == {c, total, aside}


def test_a_given_node_is_read_and_not_computed() -> None:
    graph = Graph()
    a, b = graph.input("a"), graph.input("b")
    product = graph.multiply(a, b)
    lines, names = program(graph, [graph.add(product, a), graph.number(2.5)], {product: "row[3]", a: "row[0]"})
    assert sorted(line.split(" = ")[1] for line in lines[:2]) == ["row[0]", "row[3]"]
    assert len(lines) == 3
    assert names[1] == "2.5"


def test_what_cannot_be_written_is_an_error_of_ours() -> None:
    with pytest.raises(InternalError, match=r"no operation sin \(sin\(x\)\)"):
        graph_of(sympy.sin(SYMBOLS[0]))
    graph, inputs, node = graph_of(SYMBOLS[0] + SYMBOLS[1])
    with pytest.raises(InternalError, match="y is not given"):
        program(graph, [node], {inputs["x"]: "x"})
