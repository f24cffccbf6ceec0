"""Lanes that cannot be integrated: reported as values with day and cause, and nobody else's business."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from holocrine.errors import SolverError
from holocrine.solvers.stiff import Failure, Runs, simulate

from ..reaction import DECAY, REACTION, RUNAWAY, START, events, starts

Array = NDArray[np.float64]

TIMES = np.array([0.0, 1.0, 1.9, 2.1, 4.0])
EXPLODES = {"A": 0.0, "B": 0.5}
"""B' = B^2 from one half: infinite at day 2."""


def run(lanes: Array, constants: Array, **named: object) -> Runs:
    return simulate(REACTION, lanes, constants, TIMES, **named)  # type: ignore[arg-type]


def only(runs: Runs) -> Failure:
    (failure,) = runs.failures
    return failure


def test_a_lane_that_explodes() -> None:
    runs = run(starts(EXPLODES), RUNAWAY[None], rtol=1e-6)
    failure = only(runs)
    assert failure.lane == 0
    assert failure.cause in ("the step size fell below 1e-10 day", "a state or rate is not finite")
    # Steps shrink with the distance to the pole until they are 1e-10 day long.
    assert failure.day == pytest.approx(2.0, abs=1e-4)
    found = runs.outputs[0, :, REACTION.outputs.index("B")]
    assert found[:3] == pytest.approx(1.0 / (2.0 - TIMES[:3]), rel=1e-3)  # tolerance 1e-6, stretched near the pole
    assert np.isnan(runs.outputs[0, 3:]).all(), "and nothing after the day it stopped"


def test_too_many_steps_is_its_own_cause() -> None:
    runs = run(START[None], DECAY[None], limit=3)
    failure = only(runs)
    assert failure.cause == "more steps than allowed"
    assert 0.0 < failure.day < 4.0
    assert runs.steps.tolist() == [3]
    late = failure.day < TIMES
    assert np.isnan(runs.outputs[0, late]).all()
    assert np.isfinite(runs.outputs[0, ~late]).all()
    enough = run(START[None], DECAY[None])
    allowed = run(START[None], DECAY[None], limit=int(enough.steps[0]))
    assert allowed.checked().outputs.tobytes() == enough.outputs.tobytes(), "just enough is enough"


@pytest.mark.parametrize("start", [{"A": np.nan}, {"B": np.inf}, {"B": -np.inf}])
def test_a_start_that_is_not_finite(start: dict[str, float]) -> None:
    runs = run(starts(start), DECAY[None])
    assert only(runs) == Failure(0, 0.0, "a state or rate is not finite")
    assert np.isnan(runs.outputs).all()


def test_a_constant_that_is_not_finite() -> None:
    runs = run(START[None], np.array([[np.nan, 0.0, 0.0]]))
    assert only(runs) == Failure(0, 0.0, "a state or rate is not finite")


def test_an_event_that_is_not_finite_stops_the_lane_on_its_day() -> None:
    for symbol in ("A", "k1"):
        runs = run(START[None], DECAY[None], events=events([(1.5, symbol, np.nan)]))
        assert only(runs) == Failure(0, 1.5, "a state or rate is not finite")
        assert np.isfinite(runs.outputs[0, :2]).all()
        assert np.isnan(runs.outputs[0, 2:]).all()


def test_others_are_not_affected() -> None:
    """Every third of sixty lanes fails, each for a cause of its own; the others are to the byte what they were."""
    rng = np.random.default_rng(1)
    lanes = starts(*({"A": float(level)} for level in rng.uniform(0.1, 1.0, 60)))
    constants = DECAY * rng.uniform(0.5, 2.0, (60, 1))
    healthy = run(lanes, constants).checked()
    bad = np.arange(0, 60, 3)
    lanes[bad[::2], 1], lanes[bad[1::2], 0] = 0.5, np.nan
    constants[bad] = RUNAWAY
    mixed = run(lanes, constants)
    assert [failure.lane for failure in mixed.failures] == bad.tolist()
    assert {failure.cause for failure in mixed.failures[1::2]} == {"a state or rate is not finite"}
    assert all(failure.day == pytest.approx(2.0, abs=1e-3) for failure in mixed.failures[::2])
    good = np.setdiff1d(np.arange(60), bad)
    assert mixed.outputs[good].tobytes() == healthy.outputs[good].tobytes()
    assert mixed.finals[good].tobytes() == healthy.finals[good].tobytes()
    with pytest.raises(SolverError, match="20 of 60 lanes failed, first lane 0 at day"):
        mixed.checked()


def test_checked_names_the_first_and_returns_what_is_fine() -> None:
    lanes = starts({}, EXPLODES, {"A": np.nan})
    runs = run(lanes, np.array([DECAY, RUNAWAY, DECAY]))
    with pytest.raises(SolverError, match=r"2 of 3 lanes failed, first lane 1 at day (2|1\.99\d*|2\.00\d*): \w+"):
        runs.checked()
    fine = run(lanes[:1], DECAY[None])
    assert fine.checked() is fine
