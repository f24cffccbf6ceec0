"""Many lanes of one model: shapes, times, tolerances, the same bytes in any company, arguments that do not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from holocrine.modelling.codegen import LANES
from holocrine.solvers import stiff, threads
from holocrine.solvers.stiff import Events, Runs, simulate, target_of

from ..reaction import DECAY, MILD, REACTION, START, STIFF, events, starts

Array = NDArray[np.float64]

TIMES = np.array([0.0, 0.5, 2.0, 10.0, 100.0])
A, B = REACTION.outputs.index("A"), REACTION.outputs.index("B")
SPEEDS = np.array([[0.01, 0.0, 0.0], [1.0, 0.0, 0.0], [2500.0, 0.0, 0.0]])
"""Three plain decays."""


def test_every_lane_has_its_own_rate_and_step() -> None:
    owner = np.array([2, 0, 1, 0])
    first = starts({}, {}, {"A": 0.5, "B": 0.5}, {"A": 0.0, "B": 1.0})
    before = first.copy()
    runs = simulate(REACTION, first, SPEEDS, TIMES, owner=owner, rtol=1e-8).checked()
    exact = first[:, :1] * np.exp(-SPEEDS[owner, :1] * TIMES)
    assert runs.outputs.shape == (4, 5, 3)
    # 1e-8 per step over the few tens of steps of a decay.
    assert np.abs(runs.outputs[:, :, A] - exact).max() < 1e-7
    assert np.abs(runs.outputs.sum(axis=2) - 1.0).max() < 1e-12  # linear sums are conserved to round-off
    order = [REACTION.outputs.index(name) for name in REACTION.state_names]
    assert np.abs(runs.finals - runs.outputs[:, -1, order]).max() < 1e-14  # outputs come from an interpolation
    assert np.array_equal(runs.outputs[:, 0, order], first), "outputs at day 0 are the start itself"
    assert np.array_equal(first, before), "the caller's arrays stay as they were"
    # The same accuracy from 0.01 to 2500 per day: the fast lane takes more steps, not smaller ones for ever.
    assert runs.steps[1] < runs.steps[0] < 200


def test_usual_tolerance_is_enough_for_forecasts() -> None:
    runs = simulate(REACTION, np.tile(START, (3, 1)), SPEEDS, TIMES).checked()
    # Default 1e-5 per step; forecasts are read to the percent.
    assert np.abs(runs.outputs[:, :, A] - np.exp(-SPEEDS[:, :1] * TIMES)).max() < 1e-4


def test_owner_by_default() -> None:
    """One row of constants serves all lanes, several are taken in order."""
    lanes = np.tile(START, (3, 1))
    shared = simulate(REACTION, lanes, SPEEDS[1:2], TIMES)
    own = simulate(REACTION, lanes, SPEEDS, TIMES)
    assert np.array_equal(shared.outputs, np.tile(own.outputs[1], (3, 1, 1)))
    named = simulate(REACTION, lanes, SPEEDS, TIMES, owner=np.arange(3))
    assert np.array_equal(own.outputs, named.outputs)


def test_absolute_tolerance_follows_the_relative_one() -> None:
    one = START[None]
    usual = simulate(REACTION, one, STIFF[None], TIMES, rtol=1e-6)
    named = simulate(REACTION, one, STIFF[None], TIMES, rtol=1e-6, atol=1e-8)
    other = simulate(REACTION, one, STIFF[None], TIMES, rtol=1e-6, atol=1e-10)
    assert usual.outputs.tobytes() == named.outputs.tobytes()
    assert usual.outputs.tobytes() != other.outputs.tobytes()


def test_only_the_last_day_or_only_day_zero() -> None:
    lanes = np.tile(START, (3, 1))
    whole = simulate(REACTION, lanes, SPEEDS, TIMES)
    last = simulate(REACTION, lanes, SPEEDS, TIMES[-1:])
    assert np.array_equal(last.finals, whole.finals), "steps do not depend on where outputs are asked for"
    assert np.array_equal(last.outputs[:, 0], whole.outputs[:, -1])
    nought = simulate(REACTION, lanes, SPEEDS, np.zeros(1))
    assert np.array_equal(nought.outputs[:, 0, [A, B]], lanes[:, :2])


def test_no_lanes_no_results() -> None:
    runs = simulate(REACTION, np.empty((0, 3)), DECAY[None], TIMES)
    assert runs.outputs.shape == (0, 5, 3)
    assert runs.finals.shape == (0, 3)
    assert runs.checked() is runs


# The same bytes, whoever else is there.


@pytest.fixture(scope="module")
def crowd() -> dict[str, Any]:
    """More lanes than the kernel has, each with its own constants, start and events; mild and stiff ones mixed."""
    rng = np.random.default_rng(6)
    count = 3 * LANES + 5
    constants = np.array([MILD, STIFF, DECAY])[np.arange(count) % 3] * rng.uniform(0.5, 2.0, (count, 3))
    given = [
        [(float(day), "A", float(rng.uniform(0.1, 1.0))) for day in np.sort(rng.uniform(0.0, 90.0, lane % 4))]
        for lane in range(count)
    ]
    first = rng.uniform(0.0, 1.0, (count, 3))
    return {"starts": first, "constants": constants, "events": events(*given)}


def of(crowd: dict[str, Any], who: NDArray[np.int64], workers: int | None = 1) -> Runs:
    """Simulate some of the crowd."""
    given = crowd["events"]
    some = Events(given.days[who], given.targets[who], given.values[who])
    return simulate(REACTION, crowd["starts"][who], crowd["constants"], TIMES, owner=who, events=some, threads=workers)


@pytest.fixture(scope="module")
def together(crowd: dict[str, Any]) -> Runs:
    return of(crowd, np.arange(len(crowd["starts"]))).checked()


def same(runs: Runs, together: Runs, who: NDArray[np.int64]) -> bool:
    """Whether lanes are to the byte what they were together with all others, steps included."""
    return (
        runs.outputs.tobytes() == together.outputs[who].tobytes()
        and runs.finals.tobytes() == together.finals[who].tobytes()
        and np.array_equal(runs.steps, together.steps[who])
    )


def test_alone_as_in_company(crowd: dict[str, Any], together: Runs) -> None:
    assert len(np.unique(together.steps)) > 10, "lanes that all do the same would prove nothing"
    for lane in range(len(crowd["starts"])):
        assert same(of(crowd, np.array([lane])), together, np.array([lane])), lane


@pytest.mark.parametrize("size", [2, LANES - 1, LANES, LANES + 1, 2 * LANES + 1])
def test_any_batch_in_any_order(size: int, crowd: dict[str, Any], together: Runs) -> None:
    who = np.random.default_rng(size).permutation(len(crowd["starts"]))[:size]
    assert same(of(crowd, who), together, who)


@pytest.mark.parametrize("workers", [2, 3, 7])
def test_any_number_of_threads(
    workers: int, crowd: dict[str, Any], together: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_out = []

    def pool() -> Any:
        class Pool:
            def map(self, work: Any, items: Any) -> list[Any]:
                handed_out.extend(items)
                return [work(item) for item in handed_out]

        return Pool()

    monkeypatch.setattr(threads, "_PROCESSORS", workers)
    monkeypatch.setattr(threads, "SMALL_WORK", 0)
    monkeypatch.setattr(threads, "_pool", pool)
    everyone = np.arange(len(crowd["starts"]))
    assert same(of(crowd, everyone, workers=None), together, everyone)
    assert handed_out == list(range(workers))


def test_two_real_threads(crowd: dict[str, Any], together: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_PROCESSORS", 2)
    monkeypatch.setattr(threads, "SMALL_WORK", 0)
    everyone = np.arange(len(crowd["starts"]))
    assert same(of(crowd, everyone, workers=2), together, everyone)


# Arguments.

NOT_POSITIVE = (("rtol", 0.0), ("rtol", -1e-5), ("rtol", np.nan), ("atol", 0.0), ("atol", np.inf), ("limit", 0))
GOOD: dict[str, Any] = {"starts": np.tile(START, (2, 1)), "constants": DECAY[None], "times": TIMES}


def with_events(**changed: Any) -> Events:
    usual = {"days": np.array([[1.0], [2.0]]), "targets": np.zeros((2, 1), dtype=np.int64), "values": np.ones((2, 1))}
    return Events(**(usual | changed))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"starts": np.zeros((2, 4))}, r"starts must be \(lanes, 3\)"),
        ({"starts": START}, r"starts must be \(lanes, 3\)"),
        ({"constants": np.zeros((1, 2))}, r"constants must be \(sets, 3\)"),
        ({"constants": DECAY}, r"constants must be \(sets, 3\)"),
        ({"owner": np.array([0, 1])}, "owner must name a row of constants for every lane"),
        ({"owner": np.array([0, -1])}, "owner must name a row of constants for every lane"),
        ({"owner": np.array([0])}, "owner must name a row of constants for every lane"),
        ({"times": np.empty(0)}, "times must begin at 0 or later and increase"),
        ({"times": np.array([-1.0, 2.0])}, "times must begin at 0 or later and increase"),
        ({"times": np.array([0.0, 2.0, 2.0])}, "times must begin at 0 or later and increase"),
        ({"times": np.array([0.0, np.nan])}, "times must begin at 0 or later and increase"),
        ({"times": np.array([0.0, np.inf])}, "times must begin at 0 or later and increase"),
        *(({name: value}, "rtol, atol and limit must be positive numbers") for name, value in NOT_POSITIVE),
        ({"events": with_events(values=np.ones((2, 2)))}, r"must be \(lanes, k\)"),
        ({"events": with_events(days=np.ones((3, 1)))}, r"must be \(lanes, k\)"),
        ({"events": with_events(days=np.ones(2))}, r"must be \(lanes, k\)"),
        ({"events": Events(np.ones(2), np.zeros(2, dtype=np.int64), np.ones(2))}, r"must be \(lanes, k\)"),
        ({"events": with_events(days=np.array([[-1.0], [2.0]]))}, "days must not decrease, from 0 on"),
        ({"events": with_events(days=np.array([[np.nan], [2.0]]))}, "days must not decrease, from 0 on"),
        ({"events": with_events(targets=np.full((2, 1), 6))}, "targets must be states or constants"),
        ({"events": with_events(targets=np.full((2, 1), -1))}, "targets must be states or constants"),
    ],
)
def test_arguments_that_do_not_fit(changed: dict[str, Any], message: str) -> None:
    arguments = GOOD | changed
    with pytest.raises(ValueError, match=f"model reaction: .*{message}"):
        simulate(REACTION, **arguments)


def test_all_faults_come_in_one_message() -> None:
    with pytest.raises(ValueError, match=r"starts must .*; constants must .*; times must"):
        simulate(REACTION, np.zeros((2, 4)), np.zeros((1, 2)), np.empty(0))


def test_targets_by_symbol() -> None:
    assert [target_of(REACTION, symbol) for symbol in ("A", "C", "k1", "k3")] == [0, 2, 3, 5]
    with pytest.raises(ValueError, match="model reaction: Z is neither a state nor a constant"):
        target_of(REACTION, "Z")
    assert stiff.RTOL == 1e-5, "what the tests of accuracy call usual"
