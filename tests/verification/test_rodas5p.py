"""The method: its coefficients against the order conditions, the generated step against its order, digit by digit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
import scipy.integrate
from numpy.typing import NDArray

from holocrine.solvers.kernels import kernel_module
from holocrine.solvers.rodas5p import COUPLING, DENSE, GAMMA, ORDER, STAGE, STAGES, STEP

from .. import reaction
from ..reaction import MILD, REACTION, STIFF

Array = NDArray[np.float64]
Tree = tuple["Tree", ...]

# The coefficients, in the form of Hairer and Wanner II, section IV.7: sums of J-free stages.


def square(rows: tuple[tuple[float, ...], ...]) -> Array:
    return np.array([[*row, *[0.0] * (STAGES - len(row))] for row in rows])


BETA_GAMMA = np.linalg.inv(np.eye(STAGES) / GAMMA - square(COUPLING))
"""Gamma: the matrix of the method's own Jacobian terms."""
ALPHA = square(STAGE) @ BETA_GAMMA
BETA = ALPHA + BETA_GAMMA
B = np.array(STEP) @ BETA_GAMMA
EMBEDDED = np.array([*STEP[:-1], 0.0]) @ BETA_GAMMA
ROUND_OFF = 1e-12
"""Published coefficients have 16 digits, some are about 200, and they are multiplied with each other."""


@cache
def trees(size: int) -> tuple[Tree, ...]:
    """All rooted trees of `size` nodes, each written as the sorted branches at its root."""
    return tuple(sorted(set(forests(size - 1))))


def forests(size: int) -> Iterator[Tree]:
    if size == 0:
        yield ()
    for first in range(1, size + 1):
        for tree in trees(first):
            for others in forests(size - first):
                yield tuple(sorted((tree, *others)))


def nodes(tree: Tree) -> int:
    return 1 + sum(map(nodes, tree))


def density(tree: Tree) -> int:
    """The product of the sizes of all subtrees."""
    return nodes(tree) * int(np.prod([density(branch) for branch in tree], initial=1))


def elementary(tree: Tree) -> Array:
    """The weights of a tree in every stage: one branch meets alpha + gamma, several meet alpha (theorem IV.7.4)."""
    matrix = BETA if len(tree) == 1 else ALPHA
    return np.prod([matrix @ elementary(branch) for branch in tree], axis=0, initial=1.0) * np.ones(STAGES)


def defects(weights: Array, order: int, reached: float = 1.0) -> list[float]:
    """How far the conditions up to `order` are missed by a result at the share `reached` of the step."""
    every = [tree for size in range(1, order + 1) for tree in trees(size)]
    return [float(weights @ elementary(tree) - reached ** nodes(tree) / density(tree)) for tree in every]


def test_number_of_conditions() -> None:
    """Rooted trees of 1 to 5 nodes: 1, 1, 2, 4, 9 (sequence A000081)."""
    assert [len(trees(size)) for size in range(1, 6)] == [1, 1, 2, 4, 9]


def test_order_five_and_embedded_four() -> None:
    assert np.abs(defects(B, 5)).max() < ROUND_OFF
    assert np.abs(defects(EMBEDDED, 4)).max() < ROUND_OFF
    # Neither is better than that, or the estimate of the error would not be one.
    assert np.abs(defects(B, 6)).max() > 1e-5
    assert np.abs(defects(EMBEDDED, 5)).max() > 1e-4
    assert ORDER == 5


@pytest.mark.parametrize("s", [0.1, 0.5, 0.9, 1.0])
def test_interpolation_is_of_order_four_everywhere(s: float) -> None:
    d0, d1, d2 = (np.array(row) @ BETA_GAMMA for row in DENSE)
    weights = s * (B + (1.0 - s) * (d0 + s * (d1 + s * d2)))
    assert np.abs(defects(weights, 4, s)).max() < ROUND_OFF


def growth(z: complex, weights: Array) -> complex:
    """The stability function: what a step makes of y' = (z/h) y."""
    return complex(1.0 + z * weights @ np.linalg.solve(np.eye(STAGES) - z * BETA, np.ones(STAGES)))


def test_stable_and_damping() -> None:
    """A-stable, and what is infinitely stiff is gone after one step, for the embedded method as well."""
    for weights in (B, EMBEDDED):
        assert abs(1.0 - weights @ np.linalg.solve(BETA, np.ones(STAGES))) < ROUND_OFF
    # A-stable: poles lie on the right (all at 1/gamma), so the imaginary axis is where it is largest.
    assert GAMMA > 0.0
    assert max(abs(growth(1j * y, B)) for y in np.geomspace(1e-3, 1e6, 2000)) <= 1.0 + 1e-9
    assert abs(growth(-1.0, B) - np.exp(-1.0)) < 1e-4  # the first defect is of order 1/6! times a tree's weight


def test_stiffly_accurate() -> None:
    """The last rows of alpha + gamma are the weights: steps of an infinitely stiff part end on its equilibrium."""
    assert np.abs(BETA[-1] - B).max() < ROUND_OFF
    assert np.abs(BETA[-2] - EMBEDDED).max() < ROUND_OFF


# The generated step.

START_AT = np.array([0.6, 0.3, 0.1])


@dataclass(frozen=True)
class Step:
    """One attempt of every lane: states (LANES, 3) before and after, error estimate, and the path between."""

    old: Array
    new: Array
    estimate: Array
    bends: Array

    def at(self, s: float) -> Array:
        """Interpolated states (LANES, 3) at the share s of the step."""
        d0, d1, d2 = self.bends
        return self.old * (1.0 - s) + s * (self.new + (1.0 - s) * (d0 + s * (d1 + s * d2)))


@pytest.fixture(scope="module")
def module() -> Any:
    return kernel_module(REACTION)


def attempt(module: Any, states: Array, constants: Array, durations: Array) -> Step:
    """Drive the compiled step of the reaction, every lane with its own duration."""
    q = np.empty(module.PREPARED)
    module.prepare(constants, q)
    block = np.zeros((module.ROWS, module.LANES))
    block[module.STATE : module.STATE + 3] = states.T
    block[module.CONSTANT : module.CONSTANT + q.size] = q[:, None]
    block[module.DURATION] = durations
    flat = block.reshape(-1)
    module.attempt(flat)
    module.judge(flat, 0.0, 1.0)  # in tolerances of one: the estimate itself, of the worst state
    module.bend(flat)
    assert module.INTERPOLATED_STATES == (0, 1, 2)
    bends = block[module.BEND : module.BEND + 9].reshape(3, 3, -1).transpose(0, 2, 1)
    return Step(states, block[module.NEW : module.NEW + 3].T.copy(), block[module.ERROR].copy(), bends.copy())


def exact(constants: Array, times: Array, start: Array = START_AT) -> Array:
    """States (times, 3) to about fourteen digits."""
    run = scipy.integrate.solve_ivp(
        lambda _, y: reaction.rates(y, constants),
        (0.0, times[-1]),
        start,
        "DOP853",
        t_eval=times,
        rtol=1e-13,
        atol=1e-16,
    )
    return np.asarray(run.y.T)


def slopes(errors: Array, durations: Array) -> Array:
    """Power with which errors fall, from each duration to the next."""
    return np.diff(np.log(errors)) / np.diff(np.log(durations))


def test_generated_step_is_the_published_one(module: Any) -> None:
    """Stage by stage with dense matrices and derivatives by hand, for a mild and a stiff reaction."""
    rng = np.random.default_rng(3)
    durations = 10.0 ** rng.uniform(-4.0, 1.0, module.LANES)
    for constants, usual in ((MILD, [1.0, 1.0, 1.0]), (STIFF, [1.0, 1e-5, 1.0])):
        states = rng.uniform(0.0, 1.0, (module.LANES, 3)) * usual
        step = attempt(module, states, constants, durations)
        for lane, (y, h) in enumerate(zip(states, durations, strict=True)):
            newton = np.eye(3) / (GAMMA * h) - reaction.jacobian(y, constants)
            stages = np.empty((0, 3))
            for row, coupling in zip(STAGE, COUPLING, strict=True):
                at = y + np.array(row) @ stages
                right = reaction.rates(at, constants) + np.array(coupling) @ stages / h
                stages = np.vstack([stages, np.linalg.solve(newton, right)])
            # Round-off of the largest stage, times the hundreds that stages are coupled with and the thousands by
            # which the Newton matrix of the stiff reaction is out of scale.
            size = 1e-10 * np.abs(stages).max()
            assert np.abs(step.new[lane] - y - np.array(STEP) @ stages).max() < size
            assert step.estimate[lane] == pytest.approx(np.abs(stages[-1]).max(), abs=size)
            assert np.abs(step.bends[:, lane] - np.array(DENSE) @ stages).max() < 100.0 * size


def test_error_of_one_step(module: Any) -> None:
    """Every lane a shorter step: the step errs with the sixth power, its estimate and its interpolation the fifth."""
    durations = np.geomspace(0.02, 0.08, module.LANES)
    step = attempt(module, np.tile(START_AT, (module.LANES, 1)), MILD, durations)
    ends = exact(MILD, durations)
    middles = exact(MILD, 0.5 * durations)
    # A quarter of a power either way: the next term still counts (measured 5.90, 4.87, 4.89); the smallest error,
    # 2e-13, is a hundred times the oracle's.
    for errors, power in (
        (np.abs(step.new - ends).max(axis=1), 6.0),
        (step.estimate, 5.0),
        (np.abs(step.at(0.5) - middles).max(axis=1), 5.0),
    ):
        assert slopes(errors[[0, -1]], durations[[0, -1]])[0] == pytest.approx(power, abs=0.25), errors
    assert np.all(step.estimate > np.abs(step.new - ends).max(axis=1)), "the estimate does not flatter"


def test_fifth_order(module: Any) -> None:
    """Fixed steps over two days."""
    counts, end = np.array([8, 16, 32]), 2.0
    errors = []
    for count in counts:
        states = np.tile(START_AT, (module.LANES, 1))
        for _ in range(count):
            states = attempt(module, states, MILD, np.full(module.LANES, end / count)).new
        assert np.all(states == states[0]), "lanes alike stay alike"
        errors.append(float(np.abs(states[0] - exact(MILD, np.array([end]))[0]).max()))
    orders = -slopes(np.array(errors), counts)
    # A third either way for the next term; the smallest error is a thousand times the oracle's.
    assert np.all(np.abs(orders - 5.0) < 1.0 / 3.0), f"errors {errors}, orders {orders}"
    assert errors[-1] > 1e-12


def test_interpolation_meets_the_step_at_both_ends(module: Any) -> None:
    step = attempt(module, np.tile(START_AT, (module.LANES, 1)), MILD, np.full(module.LANES, 0.3))
    assert np.array_equal(step.at(0.0), step.old)
    assert np.array_equal(step.at(1.0), step.new)
    before = (step.at(1e-6) - step.old) / (0.3 * 1e-6)
    # It also leaves with the rate of the start; a difference over 1e-6 of the step leaves about that.
    assert np.abs(before - reaction.rates(START_AT, MILD)).max() < 1e-3
