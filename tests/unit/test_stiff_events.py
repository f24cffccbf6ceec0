"""Doses and changes of constants: what they do, in which order, before or after an output, and when they do nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from holocrine.models.site import SITE
from holocrine.solvers.stiff import Events, Runs, simulate, target_of

from ..reaction import DECAY, REACTION, START, Given, events, starts

Array = NDArray[np.float64]

TIGHT = {"rtol": 1e-10, "atol": 1e-13}
CLOSE = 1e-8
"""What a hundred steps at the tolerance above may add up to."""
RATE = float(DECAY[0])
TIMES = np.array([0.0, 1.0, 3.0, 3.5, 7.0])
A, B = REACTION.outputs.index("A"), REACTION.outputs.index("B")


def run(*given: Given, times: Array = TIMES, constants: Array = DECAY) -> Runs:
    """One lane with these events, as A decays into B."""
    return simulate(REACTION, START[None], constants[None], times, events=events(given), **TIGHT).checked()


def left(runs: Runs) -> Array:
    """A at the times."""
    return np.asarray(runs.outputs[0, :, A])


def test_a_dose_adds_to_a_state() -> None:
    found = left(run((3.0, "A", 2.0)))
    expected = np.exp(-RATE * TIMES) + 2.0 * np.exp(-RATE * (TIMES - 3.0)) * (TIMES >= 3.0)
    assert np.abs(found - expected).max() < CLOSE
    # Day 3 is an output's day as well as the dose's: what is read there is what is there just after the dose.
    assert found[2] > 2.0 > found[1]


def test_a_dose_between_outputs() -> None:
    found = left(run((2.34567, "A", 0.25)))
    expected = np.exp(-RATE * TIMES) + 0.25 * np.exp(-RATE * (TIMES - 2.34567)) * (TIMES > 2.34567)
    assert np.abs(found - expected).max() < CLOSE


def test_a_change_of_a_constant_replaces_it() -> None:
    found = left(run((1.0, "k1", 0.0), (3.5, "k1", 2.0)))
    passed = RATE * np.minimum(TIMES, 1.0) + 2.0 * np.maximum(TIMES - 3.5, 0.0)
    assert np.abs(found - np.exp(-passed)).max() < CLOSE


def test_outputs_of_a_constant_are_those_just_after_its_change() -> None:
    """An output may depend on a constant as well: nothing does in the reaction, so the whole site is asked."""
    values = {constant.symbol: 1.0 for constant in SITE.constants} | {"delta": 1e-6, "theta_s": 0.5, "h": 2.0}
    constants = np.array([[values[symbol] for symbol in SITE.constant_names]])
    rest = np.array([[state.initial for state in SITE.states]])
    rest[0, SITE.state_names.index("S_s")] = 0.5
    target = np.array([[target_of(SITE, "theta_s")]])
    change = Events(np.array([[0.02]]), target, np.array([[0.25]]))
    runs = simulate(SITE, rest, constants, np.array([0.0, 0.01, 0.02, 0.03]), events=change, rtol=1e-8).checked()
    release = runs.outputs[0, :, SITE.outputs.index("rho_s")]
    # Half of SNAP-25 is cut: release is 1/(1 + (0.5/theta)^2), one half before the change and one fifth after it.
    # SNAP-25 recovers by a percent or so meanwhile.
    assert release == pytest.approx([0.5, 0.5, 0.2, 0.2], rel=0.05)


def test_several_on_one_day_in_their_order() -> None:
    day = 3.0
    both = run((day, "A", 1.0), (day, "A", 0.5), (day, "B", -0.25), (day, "k1", 0.0))
    level = np.exp(-RATE * day)
    assert left(both)[2:] == pytest.approx(np.full(3, level + 1.5), abs=CLOSE)
    assert both.outputs[0, 2:, B] == pytest.approx(np.full(3, 1.0 - level - 0.25), abs=CLOSE)
    last = run((day, "k1", 9.0), (day, "k1", 0.0))
    assert left(last)[2:] == pytest.approx(np.full(3, level), abs=CLOSE), "the last change of a day holds"


def test_at_day_zero() -> None:
    found = run((0.0, "A", 1.0), (0.0, "k1", 0.25))
    assert left(found) == pytest.approx(2.0 * np.exp(-0.25 * TIMES), abs=CLOSE)
    assert left(found)[0] == 2.0
    other = simulate(REACTION, starts({"A": 2.0}), np.array([[0.25, 0.0, 0.0]]), TIMES, **TIGHT)
    assert found.outputs.tobytes() == other.outputs.tobytes(), "the same as starting there"


def test_with_outputs_at_day_zero_alone() -> None:
    found = run((0.0, "A", 1.0), (5.0, "A", 7.0), times=np.zeros(1))
    assert left(found).tolist() == [2.0]


def test_at_the_end_and_after_it_nothing_happens() -> None:
    """Nothing that an event on the last day does could be seen but the event itself: it is left out, as declared."""
    plain = run()
    for day in (TIMES[-1], TIMES[-1] + 1e-9, 50.0, np.inf):
        late = run((float(day), "A", 5.0), (float(day), "k1", 3.0))
        assert late.outputs.tobytes() == plain.outputs.tobytes(), day
        assert late.finals.tobytes() == plain.finals.tobytes(), day


def test_padding_of_lanes_with_fewer_events() -> None:
    dose: Given = (2.0, "A", 1.0)
    constants = np.tile(DECAY, (3, 1))
    runs = simulate(
        REACTION, np.tile(START, (3, 1)), constants, TIMES, events=events([], [dose], [dose, dose, dose]), **TIGHT
    )
    for lane, count in enumerate((0, 1, 3)):
        assert np.array_equal(runs.outputs[lane], run(*[dose] * count).outputs[0])


def test_a_changed_constant_stays_with_its_lane() -> None:
    """Lanes share a row of constants, and a lane's place is taken over by the next patient."""
    lanes = 100
    given = [[(1.0, "k1", 5.0)] if lane % 2 else [] for lane in range(lanes)]
    constants = DECAY[None].copy()
    runs = simulate(REACTION, np.tile(START, (lanes, 1)), constants, TIMES, events=events(*given), **TIGHT).checked()
    assert np.array_equal(constants, DECAY[None])
    for kind in (0, 1):
        assert np.array_equal(runs.outputs[kind::2], np.tile(runs.outputs[kind], (lanes // 2, 1, 1)))
    assert np.abs(runs.outputs[0, :, A] - np.exp(-RATE * TIMES)).max() < CLOSE
    assert runs.outputs[1, -1, A] == pytest.approx(np.exp(-RATE - 6.0 * 5.0), abs=CLOSE)


def test_events_next_to_each_other() -> None:
    """A day apart in the last digit only: a step of 2e-16 day lies between them."""
    found = run((1.0, "A", 1.0), (float(np.nextafter(1.0, 2.0)), "A", 1.0), (1.0 + 1e-12, "A", 1.0))
    expected = np.exp(-RATE * TIMES) + 3.0 * np.exp(-RATE * (TIMES - 1.0)) * (TIMES > 1.0)
    expected[1] += 1.0  # the output of day 1 comes after the first of the three
    assert np.abs(left(found) - expected).max() < CLOSE


def test_a_thousand_events() -> None:
    """A dose every hour and a half until nothing changes any more."""
    step = 1.0 / 16.0
    days = step * np.arange(1, 1001)
    found = left(run(*((float(day), "A", step) for day in days), times=np.array([days[-2], days[-1], days[-1] + step])))
    # After a dose of s into what decays at k: s/(1 - exp(-k s)) once the start is forgotten (31 time constants).
    level = step / (1.0 - np.exp(-RATE * step))
    assert found == pytest.approx([level, level, level - step], abs=CLOSE)
