"""Generated source: elimination order with fill-in, straight-line LU, and expressions as declared."""

from __future__ import annotations

import re
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from holocrine.modelling.codegen import elimination, expressions, generate
from holocrine.modelling.declaration import Assigned, Constant, Model, Piece, State, compose
from holocrine.models.muscle import MUSCLE
from holocrine.models.sebum import SEBUM
from holocrine.models.sweat import SWEAT

Array = NDArray[np.float64]


def plain_module(model: Model) -> ModuleType:
    """The generated functions run as plain Python: compiling is Numba's business, tested elsewhere."""
    source = re.sub(r"^@numba.*\n", "", generate(model), flags=re.MULTILINE).replace("import numba\n", "")
    module = ModuleType(model.name)
    exec(compile(source, model.name, "exec"), module.__dict__)
    return module


patterns = st.integers(2, 7).flatmap(
    lambda n: st.tuples(st.just(n), st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=n * n))
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(patterns, st.integers(0, 2**31))
def test_elimination_covers_every_fill_in(pattern: tuple[int, set[tuple[int, int]]], seed: int) -> None:
    size, nonzero = pattern
    entries, steps = elimination(size, nonzero)
    rng = np.random.default_rng(seed)
    matrix = np.zeros((size, size))
    for i, j in nonzero:
        matrix[i, j] = rng.uniform(-1.0, 1.0)
    matrix += np.eye(size) * 2.0 * size  # dominant, so no pivoting is called for
    factors = matrix.copy()
    for pivot, row, columns in steps:
        factors[row, pivot] /= factors[pivot, pivot]
        for column in columns:
            factors[row, column] -= factors[row, pivot] * factors[pivot, column]
    lower, upper = np.tril(factors, -1) + np.eye(size), np.triu(factors)
    assert np.abs(lower @ upper - matrix).max() < 1e-12 * np.abs(matrix).max()  # round-off of a dominant matrix
    outside = np.ones((size, size), dtype=bool)
    outside[tuple(np.array(entries).T)] = False
    assert not factors[outside].any(), "a filled entry was not foreseen"


def test_fill_in_of_an_arrow() -> None:
    """First row and column full: eliminating the first unknown fills everything."""
    arrow = {(0, j) for j in range(4)} | {(i, 0) for i in range(4)} | {(i, i) for i in range(4)}
    assert len(elimination(4, arrow)[0]) == 16
    reverse = {(3 - i, 3 - j) for i, j in arrow}
    assert elimination(4, reverse)[0] == sorted(reverse), "arrow pointing down: no fill-in at all"


@pytest.mark.parametrize("model", [MUSCLE, SWEAT, SEBUM], ids=lambda model: model.name)
def test_straight_line_lu_solves(model: Model) -> None:
    module = plain_module(model)
    rng = np.random.default_rng(8)
    n = module.STATES
    constants = rng.uniform(0.5, 2.0, module.CONSTANTS)
    for shift in (0.5, 50.0, 5e4):
        y = rng.uniform(0.1, 0.9, n)
        lu, rates = np.empty(module.ENTRIES), np.empty(n)
        module.factorise(y, constants, shift, lu)
        module.rhs(y, constants, rates)
        newton = np.empty((n, n))
        for column in range(n):
            ahead, behind = y.copy(), y.copy()
            ahead[column] += 1e-6
            behind[column] -= 1e-6
            up, down = np.empty(n), np.empty(n)
            module.rhs(ahead, constants, up)
            module.rhs(behind, constants, down)
            newton[:, column] = -(up - down) / 2e-6
        newton += shift * np.eye(n)
        right = rng.standard_normal(n)
        solved = right.copy()
        module.solve(lu, solved)
        # Central differences of step 1e-6 leave about 1e-9 in the matrix.
        assert np.abs(newton @ solved - right).max() < 1e-6 * max(1.0, np.abs(newton).max() * np.abs(solved).max())


def probe() -> Model:
    return compose(
        "probe",
        (
            Piece(
                states=(
                    State("x", "1", "k*(Max(x, y) - w)", 1.0, ""),
                    State("y", "1", "k*exp(-x)*log(2 + y) - k*x**3/(1 + y)", 0.0, ""),
                ),
                constants=(Constant("k", "1/day", "", ""), Constant("n", "1", "", "")),
                assigned=(Assigned("v", "1", "x**n", ""), Assigned("w", "1", "v*v + y", "")),
            ),
        ),
        ("w", "x"),
    )


def test_assigned_quantities_are_put_in_order() -> None:
    rates, outputs, states = expressions(probe())
    assert [str(state) for state in states] == ["x", "y"]
    free = {str(symbol) for expression in (*rates, *outputs) for symbol in expression.free_symbols}
    assert free == {"x", "y", "k", "n"}, "only states and constants may be left"


def test_generated_rates_and_outputs() -> None:
    module = plain_module(probe())
    x, y, k, n = 0.7, 0.3, 1.5, 2.5
    rates, outputs = np.empty(2), np.empty(2)
    module.rhs(np.array([x, y]), np.array([k, n]), rates)
    module.outputs(np.array([x, y]), np.array([k, n]), outputs)
    w = x ** (2 * n) + y
    expected = [k * (max(x, y) - w), k * np.exp(-x) * np.log(2 + y) - k * x**3 / (1 + y)]
    assert rates == pytest.approx(expected, rel=1e-14)  # the same arithmetic, round-off
    assert outputs == pytest.approx([w, x], rel=1e-14)


def test_same_declaration_same_source() -> None:
    assert generate(probe()) == generate(probe())
    assert probe().hash in generate(probe())


def test_symbols_may_be_called_like_the_arguments() -> None:
    names = ("y", "p", "dy", "lu", "shift", "out", "b", "w_0_0", "t_0")
    states = tuple(
        State(name, "1", f"k*({after} - {name})", 0.0, "")
        for name, after in zip(names, names[1:] + names[:1], strict=True)
    )
    module = plain_module(compose("names", (Piece(states, (Constant("k", "1/day", "", ""),)),), ("lu", "y")))
    values = np.arange(9.0) ** 2
    rates, outputs = np.empty(9), np.empty(2)
    module.rhs(values, np.array([2.0]), rates)
    module.outputs(values, np.array([2.0]), outputs)
    assert np.array_equal(rates, 2.0 * (np.roll(values, -1) - values))
    assert outputs.tolist() == [9.0, 0.0]
    lu, right = np.empty(module.ENTRIES), np.ones(9)
    module.factorise(values, np.array([2.0]), 3.0, lu)
    module.solve(lu, right)
    # Each row of shift*I - J sums to the shift, so a right side of ones is answered by 1/shift; round-off.
    assert right == pytest.approx(np.full(9, 1.0 / 3.0), rel=1e-14)
