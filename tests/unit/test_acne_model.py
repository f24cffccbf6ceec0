"""Acne: the parameter table, the exponential integrator, counts and grades."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.knowledge.parameters import load_block
from holocrine.modelling.declaration import Assigned, Constant, Model, State
from holocrine.models.lesion_counts import (
    global_assessment,
    number_behind,
    severity,
    vehicle_factor,
    visit_count,
)
from holocrine.simulation.acne_course import distinct
from holocrine.solvers.relaxation import relax

PARAMETERS = load_block("acne")
CHAIN = Model(
    "chain",
    (
        State("drive", "1", "v", 0.0, "input"),
        State("x", "1", "(target - x)/tau", 0.0, "follows the input"),
        State("z", "1", "x*(1 - z)/tau", 0.0, "filled by x"),
    ),
    (
        Constant("v", "1/day", "slope", "test"),
        Constant("tau", "day", "time", "test"),
        Constant("g", "1", "gain", "test"),
    ),
    (Assigned("doubled", "1", "2*g", ""), Assigned("target", "1", "doubled*drive", "")),
    ("x", "z"),
)


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_every_number_says_where_it_is_from(name: str) -> None:
    parameter = PARAMETERS[name]
    assert parameter.meaning
    assert parameter.source or parameter.grade == "D", "a number without a source is an assumption of the lowest grade"


def test_symbols_name_one_quantity_each() -> None:
    symbols = [parameter.symbol for parameter in PARAMETERS.values()]
    assert len(symbols) == len(set(symbols))


def test_exponents_of_sebum_do_not_take_an_effect_for_granted() -> None:
    """Whether less sebum means less acne is open: the prior of both exponents reaches below zero."""
    for name in ("comedo_exponent", "inflammation_exponent"):
        assert PARAMETERS[name].low90 < 0.0 < PARAMETERS[name].value


def chain(tau: float, step: float, days: float = 12.0) -> tuple[np.ndarray, np.ndarray]:
    """Knots, and the states (knots, 2) of the chain under a drive that rises by 0.1 a day."""
    knots = np.arange(round(days / step) + 1) * step
    states = relax(
        CHAIN,
        np.zeros((2, 1)),
        {"tau": np.array([tau]), "g": np.array([0.5])},
        {"drive": 0.1 * knots[:, None]},
        step,
        1,
    )
    return knots, states[:, :, 0]


@pytest.mark.parametrize("tau", [1e-3, 0.3, 3.0, 1e3, 1e7])
def test_what_relaxes_to_a_straight_line_is_exact_for_any_speed(tau: float) -> None:
    knots, states = chain(tau, 1.5)
    exact = 0.1 * (knots - tau * -np.expm1(-knots / tau))
    # For slow states the closed form itself loses digits: its terms are knots, and their difference knots/tau of that.
    assert states[:, 0] == pytest.approx(exact, rel=1e-6, abs=1e-15 * tau)


def test_error_falls_with_the_fourth_power_of_the_step() -> None:
    exact = chain(3.0, 0.05)[1][-1, 1]
    errors = [abs(chain(3.0, step)[1][-1, 1] - exact) for step in (2.0, 1.0, 0.5)]
    for coarse, fine in itertools.pairwise(errors):
        assert np.log2(coarse / fine) == pytest.approx(4.0, abs=0.5)


def test_kept_knots_are_a_thinning_of_all() -> None:
    inputs = {"drive": np.linspace(0.0, 1.0, 7)[:, None]}
    constants = {"tau": np.array([2.0, 5.0]), "g": np.array([1.0, 2.0])}
    every, some = (relax(CHAIN, np.zeros((2, 2)), constants, inputs, 1.0, n) for n in (1, 3))
    assert np.array_equal(every[::3], some)


def test_equal_courses_are_computed_once() -> None:
    one, two = np.ones((2, 3)), np.zeros((2, 3))
    kept, which = distinct([one, two, one.copy(), two])
    assert len(kept) == 2
    assert which == [0, 1, 0, 1]


def test_visits_scatter_as_the_negative_binomial_does() -> None:
    random = np.random.default_rng(5)
    counts = visit_count(np.full(200_000, 20.0), np.full(200_000, 8.0), random)
    assert counts.mean() == pytest.approx(20.0, rel=0.01)
    assert counts.var() == pytest.approx(20.0 + 400.0 / 8.0, rel=0.03)
    assert np.all(visit_count(np.zeros(5), np.full(5, 8.0), random) == 0)


@pytest.mark.parametrize(("count", "mean"), [(0, 3.0), (6, 3.0), (20, 8.0)])
def test_true_number_given_a_count_follows_the_exact_posterior(count: int, mean: float) -> None:
    """Against prior times negative binomial on a grid, to the sampling error of 100 000 draws."""
    shape, size, n = 2.0, 8.0, 100_000
    drawn = number_behind(np.full(n, mean), np.full(n, shape), count, 1.0, np.full(n, size), np.random.default_rng(6))
    grid = np.linspace(1e-3, 200.0, 200_000)
    weight = scipy.stats.gamma.pdf(grid, shape, scale=mean / shape) * scipy.stats.nbinom.pmf(
        count, size, size / (size + grid)
    )
    weight /= weight.sum()
    centre = (weight * grid).sum()
    spread = np.sqrt((weight * (grid - centre) ** 2).sum())
    assert abs(drawn.mean() - centre) < 0.015 * spread
    assert drawn.std() == pytest.approx(spread, rel=0.02)


def test_nothing_counted_is_no_news() -> None:
    n = 200_000
    drawn = number_behind(np.full(n, 5.0), np.full(n, 2.0), 0.0, 0.0, np.full(n, 8.0), np.random.default_rng(7))
    assert drawn.mean() == pytest.approx(5.0, rel=0.01)
    assert drawn.var() == pytest.approx(25.0 / 2.0, rel=0.03)


COUNTS = st.floats(0.0, 500.0)


@settings(max_examples=50, deadline=None)
@given(COUNTS, COUNTS, COUNTS, COUNTS, st.lists(st.floats(0.1, 90.0), min_size=4, max_size=4))
def test_more_lesions_never_lower_the_grade(
    inflamed: float, nodules: float, comedones: float, more: float, thresholds: list[float]
) -> None:
    def grade(extra: tuple[float, float, float]) -> float:
        found = np.array([[inflamed + extra[0]], [nodules + extra[1]], [comedones + extra[2]]])
        weighed = severity(*found, np.array([5.0]), np.array([0.1]))
        return float(global_assessment(weighed, [np.array([t]) for t in thresholds])[0])

    base = grade((0.0, 0.0, 0.0))
    assert base in (0.0, 1.0, 2.0, 3.0, 4.0)
    assert all(grade(extra) >= base for extra in ((more, 0.0, 0.0), (0.0, more, 0.0), (0.0, 0.0, more)))


def test_trials_of_the_table_read_as_moderate() -> None:
    """1614 people with 28.1 inflamed lesions and 41.1 comedones were of grade 3 in 91%: so the middle values say."""
    thresholds = [np.array(PARAMETERS[f"iga_threshold_{grade}"].value) for grade in range(1, 5)]
    weights = (np.array(PARAMETERS[name].value) for name in ("iga_nodule_weight", "iga_comedo_weight"))
    weighed = severity(np.array(28.1), np.array(0.0), np.array(41.1), *weights)
    assert global_assessment(weighed, thresholds) == 3.0


def test_vehicle_takes_its_share_in_twelve_weeks() -> None:
    days = np.array([0.0, 28.0, 84.0, 168.0])
    left = vehicle_factor(np.array([0.4, 0.1]), days, np.array([47.0, 20.0]))
    assert left[:, 0] == pytest.approx(1.0)
    assert left[:, 2] == pytest.approx([0.6, 0.9])
    assert np.all(np.diff(left, axis=1) < 0.0)
