"""The backward sweep against central differences: by starts, constants, doses and changed constants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.models.site import SITE
from holocrine.simulation.draws import draw
from holocrine.simulation.response import inject, site_constants
from holocrine.solvers import gradient
from holocrine.solvers.gradient import Gradients, pullback
from holocrine.solvers.stiff import Events, simulate, target_of

Array = NDArray[np.float64]

LANES = 12
TIMES = np.arange(0.0, 365.0, 14.0)
TIGHT = 1e-11
WEIGHTS = np.random.default_rng(20261122).normal(size=(TIMES.size, len(SITE.outputs)))


def problem() -> tuple[Array, Array, Events]:
    """People of all hypotheses with a session at the start (in the states) and later doses and changes of constants."""
    draws = draw(load_parameters(), load_hypotheses(), seed=5, n=LANES + 4, n_spatial=LANES + 4)
    constants = site_constants(draws)[:LANES]
    starts = np.tile([state.initial for state in SITE.states], (LANES, 1))
    rng = np.random.default_rng(6)
    inject(starts, rng.uniform(0.2, 0.8, LANES), draws.hypothesis_ids[:LANES] == "H2", np.full(LANES, 29.0))
    # two doses on one day, a drug that slows the gland's transit from day 112 (an output's day) to day 150, a last dose
    symbols = ("A_m", "A_g", "tau_seb", "h", "tau_seb", "A_s")
    days = np.tile([84.0, 84.0, 112.0, 112.0, 150.3, 200.0], (LANES, 1))
    targets = np.tile([target_of(SITE, symbol) for symbol in symbols], (LANES, 1))
    values = np.tile([0.5, 0.4, 20.0, 3.0, 9.0, 0.6], (LANES, 1)) * rng.uniform(0.9, 1.1, (LANES, len(symbols)))
    return starts, constants, Events(days, targets, values)


def weighted(lanes: NDArray[np.int64], outputs: Array) -> Array:
    """Derivatives of sum of WEIGHTS*outputs**2/2: they depend on the outputs themselves."""
    assert outputs.shape == (lanes.size, *WEIGHTS.shape)
    return WEIGHTS * outputs


def scalar(starts: Array, constants: Array, events: Events) -> Array:
    outputs = simulate(SITE, starts, constants, TIMES, events=events, rtol=TIGHT).checked().outputs
    return 0.5 * (WEIGHTS * outputs**2).sum(axis=(1, 2))


def differences(value: Callable[[Array], Array], at: Array) -> Array:
    """Central differences of order 4 of a scalar per lane by every column of `at` (LANES, columns)."""
    found = np.empty_like(at)
    for column in range(at.shape[1]):
        step = 1e-4 * np.maximum(np.abs(at[:, column]), 0.1)
        total = np.zeros(at.shape[0])
        for multiple, weight in ((-2, 1.0), (-1, -8.0), (1, 8.0), (2, -1.0)):
            moved = at.copy()
            moved[:, column] += multiple * step
            total += weight * value(moved)
        found[:, column] = total / (12.0 * step)
    return found


def off(found: Array, truth: Array, unit: Array) -> float:
    """Largest error relative to the lane's largest component, all taken by one unit of their own."""
    return float((np.abs((found - truth) * unit).max(axis=1) / np.abs(truth * unit).max(axis=1)).max())


@pytest.fixture(scope="module")
def found() -> Gradients:
    starts, constants, events = problem()
    return pullback(SITE, starts, constants, TIMES, weighted, events=events, rtol=TIGHT)


def test_outputs_are_those_of_a_run(found: Gradients) -> None:
    starts, constants, events = problem()
    runs = simulate(SITE, starts, constants, TIMES, events=events, rtol=TIGHT)
    assert found.outputs.tobytes() == runs.outputs.tobytes()
    assert found.failures == ()


@pytest.mark.slow
def test_by_constants(found: Gradients) -> None:
    starts, constants, events = problem()
    moving = np.where(constants == 0.0, 1.0, constants)
    truth = differences(lambda moved: scalar(starts, moved, events), constants)
    # Differences are good to 1e-7 or so (their own step of 1e-4, tolerance 1e-11); the aim of the engine is 1e-6.
    assert off(found.constants, truth, moving) < 1e-6


@pytest.mark.slow
def test_by_doses_and_changed_constants(found: Gradients) -> None:
    starts, constants, events = problem()
    truth = differences(
        lambda moved: scalar(starts, constants, Events(events.days, events.targets, moved)), events.values
    )
    assert off(found.events, truth, events.values) < 1e-6
    assert np.abs(found.events).min(axis=0).max() > 0.0  # every kind of event counts in somebody


@pytest.mark.slow
def test_by_starts(found: Gradients) -> None:
    starts, constants, events = problem()
    truth = differences(lambda moved: scalar(moved, constants, events), starts)
    assert off(found.starts, truth, np.ones_like(starts)) < 1e-6


def test_a_lane_alone_in_chunks_and_threads(found: Gradients, monkeypatch: pytest.MonkeyPatch) -> None:
    starts, constants, events = problem()
    order = np.random.default_rng(1).permutation(LANES)
    shuffled = Events(events.days[order], events.targets[order], events.values[order])
    monkeypatch.setattr(gradient, "CHUNK", 5)
    again = pullback(SITE, starts[order], constants[order], TIMES, weighted, events=shuffled, rtol=TIGHT, threads=2)
    for one, other in ((found.starts, again.starts), (found.constants, again.constants), (found.events, again.events)):
        assert one[order].tobytes() == other.tobytes()


def test_what_does_not_matter_has_no_derivative(found: Gradients) -> None:
    """The direct effect's constants under other hypotheses, and toxin that comes when nothing is read any more."""
    starts, constants, _ = problem()
    last = Events(np.full((LANES, 1), 364.0), np.full((LANES, 1), target_of(SITE, "A_m")), np.ones((LANES, 1)))
    after = pullback(SITE, starts, constants, TIMES, weighted, events=last, rtol=1e-6)
    assert not after.events.any()
    idle = constants[:, SITE.constant_names.index("e_X")] == 0.0
    assert idle.any()
    assert not found.constants[idle][:, SITE.constant_names.index("EC50")].any()


def test_failed_lanes_have_no_gradient() -> None:
    starts, constants, events = problem()
    constants[3, SITE.constant_names.index("tau_M")] = np.nan
    broken = pullback(SITE, starts, constants, TIMES, weighted, events=events, rtol=1e-6)
    assert [failure.lane for failure in broken.failures] == [3]
    assert np.isnan(broken.constants[3]).all()
    assert np.isfinite(np.delete(broken.constants, 3, axis=0)).all()


def test_a_cotangent_of_the_wrong_shape_is_an_error() -> None:
    starts, constants, _ = problem()
    with pytest.raises(ValueError, match="cotangent must return"):
        pullback(SITE, starts, constants, TIMES, lambda lanes, outputs: outputs[:, :1])
