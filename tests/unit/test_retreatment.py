"""Retreatment: when effects return, the earliest date, totals, antibodies, and repeated sessions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.domain.case import Case
from holocrine.domain.forecast import Quantity
from holocrine.domain.reading import read_case
from holocrine.domain.session import Session
from holocrine.knowledge.parameters import load_block
from holocrine.models.junction import Terminal
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.draws import Draws
from holocrine.simulation.response import NEW_NODES, PAST_NODES, fading_rate, node_loadings, node_positions, responses
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.outcome import PERCENT, Outcome
from holocrine.simulation.systems.retreatment import (
    INTERVALS,
    Effect,
    antibodies,
    earliest_next,
    effects_of,
    fallen_to,
    retreatment,
    settled,
    target_return,
    units_in_12_months,
)

N = 128
WEEKS = np.arange(27.0)
BLOCK = block_draws(load_block("reactions"), "reactions", seed=14, n=N)
RATE = np.full(N, np.log(2.0) / 40.0)
COURSE = np.tile(60.0 * np.minimum(WEEKS / 2.0, 1.0) * np.exp(-np.maximum(WEEKS - 2.0, 0.0) / 6.0), (N, 1))
EXAMPLE = Path(__file__).parents[2] / "examples" / "oily-forehead.toml"


@pytest.fixture(scope="module")
def case() -> Case:
    found = read_case(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name)
    return found.model_copy(update={"sessions": ()})


def after(case: Case, *given_sessions: tuple[int, str, float]) -> Case:
    """The case after sessions (days ago, product, units)."""
    sessions = tuple(
        Session(date=case.assessed_on - dt.timedelta(days=days), product=product, total_units=units)
        for days, product, units in given_sessions
    )
    return case.model_copy(update={"sessions": sessions})


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.floats(0.05, 0.95), st.floats(1.0, 8.0))
def test_a_fading_effect_falls_when_it_should(share: float, tau: float) -> None:
    course = np.exp(-WEEKS / tau)[None]
    exact = -tau * np.log(share)
    found = float(fallen_to(share, course, WEEKS)[0])
    if exact < WEEKS[-1]:
        # Straight between weeks, and convex: never before the exact week, never past the next one.
        assert exact - 1e-9 <= found <= np.ceil(exact) + 1e-9
    else:
        assert found == WEEKS[-1]


def test_a_second_rise_counts() -> None:
    course = np.zeros((1, WEEKS.size))
    course[0, 2], course[0, 10] = 10.0, 8.0
    assert fallen_to(0.5, course, WEEKS)[0] == pytest.approx(10.0 + 3.0 / 8.0)


def test_return_of_a_target(case: Case) -> None:
    half_without = np.concatenate([COURSE, np.zeros_like(COURSE)])
    earliest = case.assessed_on + dt.timedelta(days=90)
    found = target_return("sebum", half_without, WEEKS, case.assessed_on, earliest)
    assert found.with_effect == 50.0
    assert found.peak is not None
    assert found.half is not None
    assert found.gone is not None
    assert found.peak.median == pytest.approx(60.0)
    assert found.half.median == pytest.approx(2.0 + 6.0 * np.log(2.0), abs=0.1)  # straight between weeks
    assert found.gone.median == pytest.approx(2.0 + 6.0 * np.log(10.0), abs=0.1)
    assert found.still_there == 0.0
    assert found.suggested == earliest, "half gone at six weeks, the label wants ninety days"
    slow = target_return("sebum", np.tile(30.0 + 0.0 * WEEKS, (N, 1)), WEEKS, case.assessed_on, earliest)
    assert slow.still_there == 100.0
    assert slow.suggested == case.assessed_on + dt.timedelta(weeks=26)


def test_no_effect_returns_nothing(case: Case) -> None:
    found = target_return("pores", 0.0 * COURSE, WEEKS, case.assessed_on, case.assessed_on)
    assert (found.with_effect, found.half, found.suggested) == (0.0, None, None)


@pytest.mark.parametrize("product", ["onabotulinumtoxinA", "abobotulinumtoxinA", "daxibotulinumtoxinA"])
def test_the_next_session_waits_for_the_label(case: Case, product: str) -> None:
    earliest, rule_ids = earliest_next(case, product)  # type: ignore[arg-type]
    assert (earliest - case.assessed_on).days == 90
    assert "IV-01" in rule_ids
    assert len(rule_ids) >= 1


def test_units_are_summed_by_product_and_year(case: Case) -> None:
    treated = after(
        case, (364, "onabotulinumtoxinA", 10.0), (365, "onabotulinumtoxinA", 99.0), (30, "abobotulinumtoxinA", 50.0)
    )
    assert units_in_12_months(treated, "onabotulinumtoxinA", 20.0) == {
        "onabotulinumtoxinA": 30.0,
        "abobotulinumtoxinA": 50.0,
    }
    assert units_in_12_months(case, "onabotulinumtoxinA", 0.0) == {}


def test_antibodies_grow_with_dose_haste_and_number(case: Case) -> None:
    def mean(who: Case, units: float, interval: float | None = None) -> float:
        return float(antibodies(who, "onabotulinumtoxinA", units, interval, BLOCK).mean())

    first = mean(case, 20.0)
    assert 0.0 < first < mean(case, 60.0)
    assert first < mean(case, 20.0, 24.0) < mean(case, 20.0, 16.0) < mean(case, 20.0, 12.0)
    slow, fast = (after(case, (days, "onabotulinumtoxinA", 20.0)) for days in (360, 30))
    assert first < mean(slow, 20.0) < mean(fast, 20.0)
    assert mean(case, 0.0) == 0.0
    assert mean(case, 0.0, 12.0) == 0.0, "no injection, nothing to repeat"
    today, month_ago = (after(case, (days, "unknown", 20.0)) for days in (0, 30))
    assert mean(today, 20.0) == mean(month_ago, 20.0) < 0.05, (
        "a touch-up counts as a month apart, not as infinite haste"
    )


def test_antibodies_of_published_uses_lie_in_the_interval(case: Case) -> None:
    """Rahman 2022: 0.3% after ona- or incobotulinumtoxinA; 7.4% in dystonia, where 40 sessions of 200 units stand for
    ten years of treatment (assumption)."""
    few = after(case, *((90 * k, "onabotulinumtoxinA", 30.0) for k in range(1, 4)))
    dystonia = after(case, *((90 * k, "onabotulinumtoxinA", 200.0) for k in range(1, 40)))
    for who, units, published in ((few, 30.0, 0.003), (dystonia, 200.0, 0.074)):
        low, high = np.quantile(antibodies(who, "onabotulinumtoxinA", units, None, BLOCK), (0.05, 0.95))
        assert low < published < high


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.floats(5.0, 200.0), st.floats(3.0, 26.0))
def test_more_frequent_sessions_leave_more(half_life: float, interval: float) -> None:
    rate = np.full(N, np.log(2.0) / half_life)
    peak, trough = settled(COURSE, WEEKS, rate, interval)
    _, later = settled(COURSE, WEEKS, rate, min(interval + 3.0, 26.0))
    single = np.interp(interval, WEEKS, COURSE[0])
    assert np.all(peak == COURSE.max(axis=1))
    assert np.all(later - 1e-9 <= trough)
    assert np.all(single - 1e-9 <= trough)
    assert np.all(trough <= peak)


def _settled_and_exact(draws: Draws, organ: Terminal, loading: float) -> tuple[np.ndarray, np.ndarray]:
    """Percent of effect (draws,) left after the 16 weeks of a settled cycle: by superposition, and on surfaces that
    are integrated from the summed light chain."""
    interval, index = 16.0, np.arange(draws.n)
    first, later = responses(draws, WEEKS)[organ], responses(draws, WEEKS, 7.0 * interval)[organ]
    node = round(float(node_positions(np.array(loading), NEW_NODES)))
    rate = fading_rate(organ, draws)
    _, trough = settled(100.0 * (1.0 - first.values[:, 0, node]), WEEKS, rate, interval)
    summed = node_loadings(NEW_NODES)[node] / -np.expm1(-7.0 * rate * interval)
    past = node_positions(summed, PAST_NODES)
    below = np.minimum(past.astype(int), PAST_NODES - 2)
    at_end = later.values[:, :, node, int(interval)]
    part = past - below
    return trough, 100.0 * (1.0 - ((1.0 - part) * at_end[index, below] + part * at_end[index, below + 1]))


@pytest.mark.parametrize("loading", [0.1, 0.3, 0.7])
def test_settled_cycle_agrees_with_integrated_surfaces(small_draws: Draws, loading: float) -> None:
    sebum, force, sweat = (
        np.subtract(*_settled_and_exact(small_draws, organ, loading)) for organ in ("sebaceous", "motor", "sudomotor")
    )
    assert np.abs(sebum).max() < 1.0, "a percentage point"
    assert np.abs(force).mean() < 1.0
    assert np.abs(force).max() < 10.0, "sprouts left by full loadings"
    assert sweat.max() < 1.0, "never more than the glands really keep"


def test_the_whole_answer(case: Case) -> None:
    effects = {"sebum": Effect(COURSE, RATE), "sweat": Effect(0.5 * COURSE, RATE / 2.0)}
    found = retreatment(case, "onabotulinumtoxinA", 20.0, effects, WEEKS, BLOCK)  # type: ignore[arg-type]
    assert [r.target for r in found.returns] == ["sebum", "sweat"]
    assert len(found.repeated) == 2 * len(INTERVALS)
    assert [r.allowed for r in found.repeated[: len(INTERVALS)]] == [False, True, True], "12 weeks are 84 days"
    assert found.units_in_12_months == {"onabotulinumtoxinA": 20.0}
    assert 0.0 < found.antibodies.lo90 < found.antibodies.hi90 < 5.0


def test_each_target_fades_with_its_own_terminals(small_simulator: Simulator) -> None:
    n = small_simulator.draws.n
    treated, untreated = 100.0 - COURSE[:n], np.full((n, WEEKS.size), 100.0)

    def outcome(quantity: Quantity) -> Outcome:
        return Outcome(quantity, quantity, "forehead", PERCENT, treated, untreated, "D", "by hand")

    outcomes = [outcome(quantity) for quantity in ("sebum", "sweat", "glabellar_lines")]
    effects = effects_of(("sebum", "sweat", "glabellar_lines"), outcomes, {"forehead": 40.0}, small_simulator)
    for target, terminal in (("sebum", "sebaceous"), ("sweat", "sudomotor"), ("glabellar_lines", "motor")):
        effect = effects[target]  # type: ignore[index]
        assert effect.improvement == pytest.approx(np.where(COURSE[:n] < 0.01, 0.0, COURSE[:n]), abs=1e-9)
        assert np.array_equal(effect.fading_rate, fading_rate(terminal, small_simulator.draws))  # type: ignore[arg-type]
