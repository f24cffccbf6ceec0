"""The kernels' own exp and log against many digits, on their whole range and beyond it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from holocrine.modelling import lane_math

Array = NDArray[np.float64]

SMALLEST_NORMAL = float(np.finfo(np.float64).tiny)
LARGEST = float(np.finfo(np.float64).max)
END_OF_RANGE = 708.0
"""exp is exact to rounding up to here on both sides, and constant beyond."""
ULP = 2.0
"""What the functions promise, in units in the last place (1 on the machine this was written on)."""


def many(function: Any) -> Callable[[Array], Array]:
    """The function over an array, compiled as the kernels compile it: here the processor works on several at once."""

    @numba.njit(error_model="numpy", fastmath=lane_math.CONTRACT)
    def fill(x: Array, y: Array) -> None:
        for i in range(x.size):
            y[i] = function(x[i])

    def call(x: Array) -> Array:
        y = np.empty_like(x)
        fill(x, y)
        return y

    return call


@pytest.fixture(scope="module")
def exp() -> Callable[[Array], Array]:
    return many(lane_math.exp)


@pytest.fixture(scope="module")
def log() -> Callable[[Array], Array]:
    return many(lane_math.log)


def ulps(found: Array, x: Array, exact: Callable[[Any], Any]) -> Array:
    """Error of every value in units in the last place, against 40 digits."""
    with mpmath.workdps(40):
        errors = [
            abs(mpmath.mpf(float(y)) - value) / math.ulp(float(value))
            for y, value in ((y, exact(mpmath.mpf(float(at)))) for y, at in zip(found, x, strict=True))
        ]
        return np.array([float(error) for error in errors])


def neighbours(x: Array) -> Array:
    """The numbers themselves with the next ones on both sides."""
    return np.concatenate([np.nextafter(x, -np.inf), x, np.nextafter(x, np.inf)])


def test_exp_on_its_whole_range(exp: Callable[[Array], Array]) -> None:
    rng = np.random.default_rng(1)
    wide, close = rng.uniform(-END_OF_RANGE, END_OF_RANGE, 20_000), rng.uniform(-2.0, 2.0, 10_000)
    tiny = rng.choice([-1.0, 1.0], 2_000) * 10.0 ** rng.uniform(-320.0, 0.0, 2_000)
    # Half-way between whole multiples of ln 2 the reduced argument is largest and jumps.
    halves = neighbours((np.arange(-1020, 1021) + 0.5) * math.log(2.0))
    x = np.concatenate([wide, close, tiny, halves, [-END_OF_RANGE, END_OF_RANGE]])
    x = x[np.abs(x) <= END_OF_RANGE]
    assert ulps(exp(x), x, mpmath.exp).max() <= ULP


def test_log_on_its_whole_range(log: Callable[[Array], Array]) -> None:
    rng = np.random.default_rng(2)
    wide = 2.0 ** rng.uniform(-1022.0, 1024.0, 20_000)
    # Near 1 the result is small and every lost digit shows.
    close = np.concatenate([1.0 + rng.uniform(-0.3, 0.4, 10_000), 1.0 + 10.0 ** rng.uniform(-16.0, -1.0, 2_000)])
    # Mantissas are taken from sqrt(1/2) to sqrt(2): both seams, at every exponent.
    seams = neighbours(2.0 ** (np.arange(-1020, 1020) + 0.5))
    ends = neighbours(np.array([1.0, 2.0]))
    x = np.concatenate([wide, close, seams, ends, [SMALLEST_NORMAL, LARGEST]])
    assert ulps(log(x), x, mpmath.log).max() <= ULP
    assert log(np.ones(1))[0] == 0.0, "a share of one raised to a power stays one"


def test_exp_beyond_its_range(exp: Callable[[Array], Array]) -> None:
    beyond = exp(np.array([END_OF_RANGE, 709.0, 1e4, LARGEST, np.inf]))
    below = exp(np.array([-END_OF_RANGE, -709.0, -1e4, -LARGEST, -np.inf]))
    assert np.all(beyond == beyond[0])
    assert np.all(below == below[0])
    assert np.isfinite(beyond[0]), "a number too large is for the error estimate to find, not an infinity"
    assert below[0] >= SMALLEST_NORMAL
    assert exp(np.array([0.0, -0.0])).tolist() == [1.0, 1.0]
    assert np.isnan(exp(np.array([np.nan, -np.nan]))).all()


def test_log_beyond_its_range(log: Callable[[Array], Array]) -> None:
    assert np.isnan(log(np.array([-SMALLEST_NORMAL, -1.0, -np.inf, np.nan, -np.nan]))).all()
    low = log(np.array([0.0, -0.0, 5e-324, 1e-310]))
    # A power of zero: exp(p log 0) must come out as next to nothing, and never as 0*inf.
    assert np.all((low > -710.0) & (low < -708.0))
    assert 709.0 < log(np.array([np.inf]))[0] < 710.0


def test_powers_of_shares(exp: Callable[[Array], Array], log: Callable[[Array], Array]) -> None:
    """x^p as the kernels write it: the log's error is stretched by p log x, at most a few hundred times here."""
    rng = np.random.default_rng(3)
    x, p = rng.uniform(1e-6, 1.0, 1_000), rng.uniform(0.5, 12.0, 1_000)
    exponent = p * log(x)
    stretched = ULP * (1.0 + np.abs(exponent)) * np.finfo(np.float64).eps
    assert np.all(np.abs(exp(exponent) / x**p - 1.0) <= 2.0 * stretched)


def test_a_value_does_not_depend_on_its_neighbours(
    exp: Callable[[Array], Array], log: Callable[[Array], Array]
) -> None:
    """Whether a number is handled alone or with others in one instruction: the same bytes."""
    x = np.random.default_rng(4).uniform(0.01, 30.0, 67)
    for function in (exp, log):
        alone = np.array([function(x[i : i + 1])[0] for i in range(x.size)])
        assert function(x).tobytes() == alone.tobytes()
        shifted = np.array([function(np.roll(x, turn))[turn] for turn in range(x.size)])
        assert np.all(shifted == function(x)[0])
