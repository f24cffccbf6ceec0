"""The stiff integrator: order, agreement with independent integrators, generated code, failures by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from math import exp, log

import numpy as np
import pytest
import scipy.integrate
from numpy.typing import NDArray

from holocrine.errors import SolverError
from holocrine.modelling.declaration import Constant, Model, Piece, State, compose
from holocrine.models.junction import TERMINALS, Terminal
from holocrine.simulation.draws import Draws
from holocrine.simulation.response import MODELS, _constants
from holocrine.solvers import rosenbrock, stiff

Array = NDArray[np.float64]
NOUGHT = np.zeros(1, dtype=np.int64)


# The method itself, in plain Python: no generated code takes part.


def brusselator(y: Array, p: Array, dy: Array) -> None:
    dy[0] = p[0] + y[0] ** 2 * y[1] - (p[1] + 1.0) * y[0]
    dy[1] = p[1] * y[0] - y[0] ** 2 * y[1]


def brusselator_matrix(y: Array, p: Array, shift: float, lu: Array) -> None:
    """Stores the inverse of shift*I - J in `lu` (4,)."""
    jacobian = np.array([[2.0 * y[0] * y[1] - p[1] - 1.0, y[0] ** 2], [p[1] - 2.0 * y[0] * y[1], -(y[0] ** 2)]])
    lu[:] = np.linalg.inv(shift * np.eye(2) - jacobian).ravel()


def apply_inverse(lu: Array, b: Array) -> None:
    b[:] = lu.reshape(2, 2) @ b


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rosenbrock, "rhs", brusselator)
    monkeypatch.setattr(rosenbrock, "factorise", brusselator_matrix)
    monkeypatch.setattr(rosenbrock, "solve", apply_inverse)


CONSTANTS = np.array([1.0, 3.0])
START = np.array([1.5, 3.0])
END = 2.0


@pytest.fixture(scope="module")
def exact() -> Array:
    def rates(_: float, y: Array) -> Array:
        dy = np.empty(2)
        brusselator(y, CONSTANTS, dy)
        return dy

    return np.asarray(scipy.integrate.solve_ivp(rates, (0.0, END), START, "DOP853", rtol=1e-13, atol=1e-14).y[:, -1])


def fixed_steps(count: int) -> tuple[Array, float]:
    """State at END after `count` equal steps, and the largest error estimate on the way."""
    y, k, lu, work = START.copy(), np.empty((7, 2)), np.empty(4), np.empty(2)
    estimate = 0.0
    for _ in range(count):
        rosenbrock.attempt(y, CONSTANTS, END / count, k, lu, work)
        y[:] = k[6]
        estimate = max(estimate, float(np.abs(k[5]).max()))
    return y, estimate


@pytest.mark.usefixtures("plain")
def test_fourth_order(exact: Array) -> None:
    counts = (40, 80, 160)
    errors = [float(np.abs(fixed_steps(count)[0] - exact).max()) for count in counts]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    # Order 4; a quarter either way for the next term, which is still seen at 40 steps.
    assert np.all(np.abs(orders - 4.0) < 0.25), f"errors {errors}, orders {orders}"


@pytest.mark.usefixtures("plain")
def test_error_estimate_is_that_of_a_third_order_method() -> None:
    estimates = [fixed_steps(count)[1] for count in (40, 80, 160)]
    orders = np.log2(np.array(estimates[:-1]) / np.array(estimates[1:]))
    # Local error of an embedded method of order 3 falls with the fourth power.
    assert np.all(np.abs(orders - 4.0) < 0.3), f"estimates {estimates}, orders {orders}"


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-8])
def test_error_control_delivers(rtol: float, exact: Array) -> None:
    y, k, lu, work = START.copy(), np.empty((7, 2)), np.empty(4), np.empty(2)
    cause, step = rosenbrock.integrate(y, END, 0.01, rtol, rtol, 10_000, CONSTANTS, k, lu, work)
    assert cause == rosenbrock.DONE
    assert step > 0.0
    # Errors of some tens of steps add up and the Brusselator's limit cycle stretches them: twenty tolerances.
    assert np.abs(y - exact).max() < 20.0 * rtol * np.abs(exact).max()


# The declared models: rates evaluated straight from the declaration's text, never through the generator.


def text_rates(model: Model, constants: Array) -> Callable[[float, Array], Array]:
    known: dict[str, object] = {"exp": exp, "log": log, "Min": min, "Max": max}
    known |= dict(zip(model.constant_names, constants.tolist(), strict=True))
    assigned = [(item.symbol, compile(item.expression, item.symbol, "eval")) for item in model.assigned]
    rates = [compile(state.rate, state.symbol, "eval") for state in model.states]

    def evaluate(_: float, y: Array) -> Array:
        names = known | dict(zip(model.state_names, y.tolist(), strict=True))
        for symbol, code in assigned:
            names[symbol] = eval(code, {"__builtins__": {}}, names)
        return np.array([eval(code, {"__builtins__": {}}, names) for code in rates])

    return evaluate


def loaded_start(model: Model, loading: float, concentration: float) -> Array:
    start = np.array([state.initial for state in model.states])
    start[[name.startswith("A_") for name in model.state_names]] = loading
    if "C" in model.state_names:
        start[model.state_names.index("C")] = concentration
    return start


@pytest.mark.slow
@pytest.mark.parametrize("terminal", TERMINALS)
def test_compiled_runs_against_independent_integrators(terminal: Terminal, few_draws: Draws) -> None:
    model, constants = MODELS[terminal], _constants(terminal, few_draws)
    times = np.array([0.0, 1.0, 7.0, 28.0, 84.0, 168.0, 364.0])
    loadings = np.linspace(0.05, 1.0, 5)
    starts = np.array([loaded_start(model, u, 20.0 * u) for u in loadings])
    owners = np.arange(5, dtype=np.int64)
    usual = stiff.simulate(model, starts, constants, owners, np.array([0.0, 168.0])).finals
    tight = stiff.simulate(model, starts, constants, owners, times, rtol=1e-9, atol=1e-11)
    for lane in range(5):
        rates = text_rates(model, constants[lane])
        ends = {
            method: scipy.integrate.solve_ivp(
                rates, (0.0, times[-1]), starts[lane], method, rtol=1e-10, atol=1e-12, t_eval=times
            ).y
            for method in ("LSODA", "Radau")
        }
        oracle = ends["Radau"]
        assert np.abs(ends["LSODA"] - oracle).max() < 1e-7  # the two oracles must agree among themselves
        # Tight run: tolerance 1e-9 per step over up to some thousand steps.
        assert np.abs(tight.finals[lane] - oracle[:, -1]).max() < 1e-6
        # Usual run: 1e-5 per step; a forecast reads shares to the percent, so 1e-4 is a hundredth of that.
        scale = np.maximum(1.0, np.abs(oracle[:, 5]))
        assert (np.abs(usual[lane] - oracle[:, 5]) / scale).max() < 1e-4


@pytest.mark.parametrize("terminal", TERMINALS)
def test_generated_rates_are_the_declared_ones(terminal: Terminal, few_draws: Draws) -> None:
    model, constants = MODELS[terminal], _constants(terminal, few_draws)
    module = stiff.kernel_module(model)
    rng = np.random.default_rng(2)
    for row in constants:
        y, dy = rng.uniform(0.05, 0.95, module.STATES), np.empty(module.STATES)
        module.rhs(y, row, dy)
        declared = text_rates(model, row)(0.0, y)
        # Same arithmetic in another order: round-off of the largest rate.
        assert np.abs(dy - declared).max() < 1e-12 * max(1.0, np.abs(declared).max())


@pytest.mark.parametrize("terminal", TERMINALS)
def test_generated_newton_solve_is_the_dense_one(terminal: Terminal, few_draws: Draws) -> None:
    model, constants = MODELS[terminal], _constants(terminal, few_draws)
    module = stiff.kernel_module(model)
    n = module.STATES
    rng = np.random.default_rng(4)
    for row in constants:
        y, shift = rng.uniform(0.05, 0.95, n), 10.0 ** rng.uniform(-1.0, 5.0)
        rates = text_rates(model, row)
        step = 1e-6
        jacobian = np.stack(
            [(rates(0.0, y + step * unit) - rates(0.0, y - step * unit)) / (2.0 * step) for unit in np.eye(n)], axis=1
        )
        lu, b = np.empty(module.ENTRIES), rng.standard_normal(n)
        dense = np.linalg.solve(shift * np.eye(n) - jacobian, b)
        module.factorise(y, row, shift, lu)
        module.solve(lu, b)
        # Central differences of step 1e-6 err by about 1e-9 of the largest entry (rates reach some tens per day).
        assert np.abs(b - dense).max() < 1e-6 * np.abs(dense).max()


# Failures.


def runaway() -> Model:
    """y' = a y^2 blows up at t = 1/(a y0)."""
    piece = Piece(
        states=(State("y", "1", "a*y**2", 1.0, "explodes"),), constants=(Constant("a", "1/day", "speed", "test"),)
    )
    return compose("runaway", (piece,), ("y",))


def test_a_failed_lane_is_named_with_its_cause() -> None:
    model = runaway()
    starts = np.array([[0.1], [0.1], [1.0]])
    constants = np.array([[0.01], [1.0]])
    owners = np.array([0, 0, 1], dtype=np.int64)
    with pytest.raises(SolverError, match=r"runaway: 1 of 3 lanes failed, first lane 2 \(parameter set 1\)") as error:
        stiff.simulate(model, starts, constants, owners, np.array([0.0, 2.0]))
    assert any(cause in str(error.value) for cause in rosenbrock.CAUSES.values())


def test_too_many_steps_is_its_own_cause() -> None:
    start, constants = np.array([[0.5]]), np.array([[0.5]])
    with pytest.raises(SolverError, match="more steps than allowed"):
        stiff.simulate(runaway(), start, constants, NOUGHT, np.array([0.0, 3.9]), limit=3)


def test_not_finite_is_its_own_cause() -> None:
    with pytest.raises(SolverError, match="not finite"):
        stiff.simulate(runaway(), np.array([[np.nan]]), np.array([[0.5]]), NOUGHT, np.array([0.0, 1.0]))


def test_lanes_do_not_depend_on_their_neighbours(few_draws: Draws) -> None:
    model, constants = MODELS["motor"], _constants("motor", few_draws)
    starts = np.array([loaded_start(model, u, 0.0) for u in (0.2, 0.9, 0.5)])
    times = np.array([0.0, 30.0, 90.0])
    owners = np.array([3, 1, 2], dtype=np.int64)
    together = stiff.simulate(model, starts, constants, owners, times)
    for lane in range(3):
        alone = stiff.simulate(model, starts[lane : lane + 1], constants, owners[lane : lane + 1], times)
        assert np.array_equal(alone.outputs[0], together.outputs[lane])


def test_hash_follows_the_declaration() -> None:
    model = runaway()
    renamed = dataclasses.replace(model, name="runaway2")
    faster = dataclasses.replace(model, states=(dataclasses.replace(model.states[0], rate="2*a*y**2"),))
    assert len({model.hash, renamed.hash, faster.hash}) == 3
