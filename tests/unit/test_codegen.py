"""Generated source: elimination with fill-in, rates and outputs as declared, the Newton solve, rows that never meet."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from holocrine.errors import InternalError
from holocrine.modelling.codegen import LANES, Layout, System, elimination, expressions, generate, system
from holocrine.modelling.declaration import Assigned, Constant, Model, Piece, State, compose
from holocrine.models.onset import LEBEDA
from holocrine.models.site import SITE

Array = NDArray[np.float64]


class Plain:
    """The generated functions run as plain Python: compiling is Numba's business, tested elsewhere."""

    def __init__(self, model: Model) -> None:
        self.system: System = system(model)
        self.layout = Layout(self.system)
        source = re.sub(r"^@numba.*\n", "", generate(self.system, self.layout), flags=re.MULTILINE)
        module = ModuleType(model.name)
        module.__dict__.update(LANES=LANES, sqrt=math.sqrt, exp=math.exp, log=math.log, memory=lambda block: block)
        module.__dict__.update(peek=lambda b, i: b.flat[i], poke=lambda b, i, value: b.flat.__setitem__(i, value))
        exec(compile(source, model.name, "exec"), module.__dict__)
        self.module = module
        self.block = np.full((self.layout.rows, LANES), np.nan)

    def rows(self, first: int, count: int) -> Array:
        """A view of some rows of the block."""
        return self.block[first : first + count]

    def prepare(self, constants: Array) -> None:
        """Constants (LANES, constants) for every lane."""
        for lane, row in enumerate(constants):
            q = np.empty(self.layout.prepared)
            self.module.prepare(row, q)
            self.rows(self.layout.constant, q.size)[:, lane] = q

    def start(self, y: Array, shift: Array) -> Array:
        """The first stage (LANES, states) from states y (LANES, states)."""
        self.rows(self.layout.state, self.layout.states)[:] = y.T
        self.rows(self.layout.shift, 1)[:] = shift
        self.module.start(self.block)
        return self.rows(self.layout.current, self.layout.states).T.copy()

    def stage(self, at: Array, coupling: Array) -> Array:
        """A later stage (LANES, states) at states `at`, taking over `coupling`."""
        self.rows(self.layout.stage, self.layout.states)[:] = at.T
        current = self.rows(self.layout.current, self.layout.states)
        current[:] = coupling.T
        self.module.stage(self.block)
        return current.T.copy()

    def outputs(self, y: Array, constants: Array) -> Array:
        """Outputs (points, outputs) at states y (points, states) for one row of constants."""
        q, results = np.empty(self.layout.prepared), np.empty((len(y), self.layout.outputs))
        self.module.prepare(constants, q)
        self.module.outputs_along(y[:, self.system.interpolated].T, q, results, 0, len(y))
        return results


def declared(model: Model, y: Array, constants: Array) -> tuple[Array, Array]:
    """Rates and outputs from the declaration's text; complex numbers may be put in."""
    known: dict[str, object] = {"exp": np.exp, "log": np.log}
    known |= dict(zip((*model.state_names, *model.constant_names), (*y.tolist(), *constants.tolist()), strict=True))
    for assigned in model.assigned:
        known[assigned.symbol] = eval(assigned.expression, {}, known)
    rates = [eval(state.rate, {}, known) for state in model.states]
    return np.array(rates), np.array([known[name] for name in model.outputs])


def jacobian(model: Model, y: Array, constants: Array) -> Array:
    """Derivatives of the rates, exact to round-off: rates at y + 1e-30 i, whose imaginary part loses no digits."""
    step = 1e-30
    columns = [declared(model, y + step * 1j * unit, constants)[0].imag / step for unit in np.eye(y.size)]
    return np.stack(columns, axis=1)


PROBE = compose(
    "probe",
    (
        Piece(
            states=(
                State("x", "1", "k*(x*y - w)", 1.0, ""),
                State("y", "1", "k*exp(-x)*log(2 + y) - k*x**3/(1 + y)", 0.0, ""),
            ),
            constants=(Constant("k", "1/day", "", ""), Constant("n", "1", "", "")),
            assigned=(Assigned("v", "1", "x**n", ""), Assigned("w", "1", "v*v + y**(1/2)", "")),
        ),
    ),
    ("w", "x"),
)
MODELS = (SITE, LEBEDA, PROBE)


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: model.name)
def plain(request: pytest.FixtureRequest) -> Plain:
    return Plain(request.param)


def some_lanes(model: Model, seed: int) -> tuple[Array, Array, Array]:
    """States, constants and shifts (per day, as for steps from an hour's tenth to a year) of LANES lanes."""
    rng = np.random.default_rng(seed)
    y = rng.uniform(0.1, 0.9, (LANES, len(model.states)))
    constants = rng.uniform(0.2, 2.0, (LANES, len(model.constants)))
    return y, constants, 10.0 ** rng.uniform(-2.0, 3.0, LANES)


def test_stages_solve_the_declared_system(plain: Plain) -> None:
    """(shift*I - J) k = f at the start, and = f(u) + shift*coupling later on with the same matrix."""
    model = plain.system.model
    y, constants, shift = some_lanes(model, 8)
    at, coupling, _ = some_lanes(model, 9)
    coupling = np.resize(coupling, y.shape)
    plain.prepare(constants)
    first, later = plain.start(y, shift), plain.stage(at, coupling)
    for lane in range(LANES):
        newton = shift[lane] * np.eye(y.shape[1]) - jacobian(model, y[lane], constants[lane])
        for stage, right in (
            (first[lane], declared(model, y[lane], constants[lane])[0]),
            (later[lane], declared(model, at[lane], constants[lane])[0] + shift[lane] * coupling[lane]),
        ):
            # Elimination without pivoting may lose some digits of sixteen where the shift is small.
            assert np.abs(newton @ stage - right).max() < 1e-10 * np.abs(newton).max() * max(1.0, np.abs(stage).max())


def test_outputs_are_the_declared_ones(plain: Plain) -> None:
    model = plain.system.model
    y, constants, _ = some_lanes(model, 10)
    found = plain.outputs(y, constants[0])
    expected = [declared(model, point, constants[0])[1] for point in y]
    assert found == pytest.approx(np.array(expected), rel=1e-12)  # the same arithmetic in another order


def test_outputs_of_some_points_leave_the_others_alone() -> None:
    plain = Plain(PROBE)
    q, results = np.empty(plain.layout.prepared), np.full((5, 2), np.nan)
    plain.module.prepare(np.array([1.5, 2.5]), q)
    plain.module.outputs_along(np.full((len(plain.system.interpolated), 5), 0.5), q, results, 1, 3)
    assert np.isfinite(results).all(axis=1).tolist() == [False, True, True, False, False]


def test_prepared_values_depend_on_constants_alone(plain: Plain) -> None:
    made = plain.system
    moving = made.graph.dependent((*made.states, made.shift))
    assert made.prepared
    assert not moving & set(made.prepared)
    behind = {node for node in made.graph.needed((*made.rates, *made.outputs), made.prepared) if node not in moving}
    left = behind - set(made.prepared)
    # What does not vary is worked out once a lane: in the loop only literals and signs are left of it.
    assert all(made.graph.value(node) is not None or made.graph.unsigned(node) != node for node in left)


def test_only_states_behind_outputs_are_interpolated() -> None:
    made = system(SITE)
    names = {SITE.state_names[i] for i in made.interpolated}
    assert names == {"S_m", "N", "M", "S_s", "G", "S_g", "R"}


def test_rows_never_meet(plain: Plain) -> None:
    layout, made = plain.layout, plain.system
    pieces = [
        *((layout.state, layout.states), (layout.constant, layout.prepared), (layout.stage, layout.states)),
        *((layout.factor, len(made.entries)), (layout.inverse, layout.states), (layout.shift, 1)),
        (layout.current, layout.states),
    ]
    rows = [row for first, count in pieces for row in range(first, first + count)]
    assert sorted(rows) == list(range(layout.rows))
    assert layout.take(3) == len(rows)
    assert layout.rows == len(rows) + 3


patterns = st.integers(2, 7).flatmap(
    lambda n: st.tuples(st.just(n), st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=n * n))
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(patterns, st.integers(0, 2**31))
def test_elimination_covers_every_fill_in(pattern: tuple[int, set[tuple[int, int]]], seed: int) -> None:
    size, nonzero = pattern
    steps = elimination(size, nonzero)
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


def test_fill_in_of_an_arrow() -> None:
    """First row and column full: eliminating the first unknown fills everything. Pointing down: nothing."""
    arrow = {(0, j) for j in range(4)} | {(i, 0) for i in range(4)}
    assert [len(columns) for _, _, columns in elimination(4, arrow)] == [3, 3, 3, 2, 2, 1]
    reverse = {(3 - i, 3 - j) for i, j in arrow}
    assert elimination(4, reverse) == [(0, 3, [3]), (1, 3, [3]), (2, 3, [3])]


def test_assigned_quantities_are_put_in_order() -> None:
    rates, outputs, states = expressions(PROBE)
    assert [str(state) for state in states] == ["x", "y"]
    free = {str(symbol) for expression in (*rates, *outputs) for symbol in expression.free_symbols}
    assert free == {"x", "y", "k", "n"}, "only states and constants may be left"


def test_same_declaration_same_source() -> None:
    first, second = (system(SITE) for _ in range(2))
    assert generate(first, Layout(first)) == generate(second, Layout(second))


def test_symbols_may_be_called_like_the_arguments() -> None:
    names = ("b", "k", "q", "p", "lane", "shift", "x0", "v3", "path")
    model = compose("names", (Piece(ring(names), (Constant("rate", "1/day", "", ""),)),), ("lane", "b"))
    plain = Plain(model)
    y = np.tile(np.arange(9.0) ** 2, (LANES, 1))
    constants, shift = np.full((LANES, 1), 2.0), np.full(LANES, 3.0)
    plain.prepare(constants)
    plain.start(y, shift)
    # Rates of equal values are zero, and rows of shift*I - J sum to the shift: ones come back as they are; round-off.
    assert plain.stage(np.ones((LANES, 9)), np.ones((LANES, 9))) == pytest.approx(np.ones((LANES, 9)), rel=1e-14)
    assert plain.outputs(y, constants[0])[0].tolist() == [16.0, 0.0]


def ring(names: tuple[str, ...]) -> tuple[State, ...]:
    """Every state is drawn towards the next."""
    after: Mapping[str, str] = dict(zip(names, names[1:] + names[:1], strict=True))
    return tuple(State(name, "1", f"rate*({after[name]} - {name})", 0.0, "") for name in names)


def test_an_operation_kernels_do_not_have_is_an_error_of_ours() -> None:
    piece = Piece((State("x", "1", "k*Max(x, 2)", 1.0, ""),), (Constant("k", "1/day", "", ""),))
    with pytest.raises(InternalError, match="no operation Max"):
        system(compose("wrong", (piece,), ("x",)))
