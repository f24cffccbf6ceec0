"""Pores: the declaration, the exact filter, the three explanations, age, and the reading after needles alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.integrate
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.domain.reading import read_case
from holocrine.knowledge.parameters import load_block
from holocrine.modelling.codegen import expressions
from holocrine.modelling.dimensions import check_units
from holocrine.models.pores import PORES, REFERENCE_AGE, lax_share, pore_area
from holocrine.simulation.binding import Shots
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.course import run
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.pores import (
    PoreConstants,
    following,
    needle_reading,
    pore_constants,
    pore_course,
    pores_outcomes,
)

N = 256
WEEKS = np.arange(27.0)
BLOCK = block_draws(load_block("skin"), "skin", seed=11, n=N)
AGE = np.full(N, 29.0)
CONSTANTS = pore_constants(BLOCK, AGE)
LESS_SEBUM = np.tile(1.0 - 0.4 * np.exp(-0.5 * ((WEEKS - 5.0) / 4.0) ** 2), (N, 1))
LESS_DRIVE = np.tile(1.0 - 0.8 * np.minimum(WEEKS, 2.0) / 2.0 * np.exp(-WEEKS / 15.0), (N, 1))
UNCHANGED = np.ones((N, WEEKS.size))


def under(sebum: float, tone: float) -> PoreConstants:
    """The same draws with one explanation for all."""
    switches = {"e_V": np.full(N, sebum), "e_Y": np.full(N, tone)}
    return replace(CONSTANTS, area={**CONSTANTS.area, **switches})


def test_units_of_the_declaration() -> None:
    check_units(PORES)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.fixed_dictionaries(
        {name: st.floats(0.05, 0.95) for name in ("V", "Y", "c_V", "c_Y", "lax")}
        | {"a_V": st.floats(0.3, 1.5), "e_V": st.sampled_from([0.0, 1.0]), "e_Y": st.sampled_from([0.0, 1.0])}
    )
)
def test_function_computes_what_is_declared(values: dict[str, float]) -> None:
    _, (output,), _ = expressions(PORES)
    declared = float(output.subs({symbol: values[symbol.name] for symbol in output.free_symbols}))
    arrays = {name: np.array([value]) for name, value in values.items()}
    assert pore_area(arrays["V"], arrays["Y"], arrays)[0] == pytest.approx(declared, rel=1e-12)  # same formula


def test_filter_solves_the_declared_rate() -> None:
    rates, _, states = expressions(PORES)
    rate = sympy.lambdify([states[0], sympy.Symbol("R_in", real=True), sympy.Symbol("tau_V", real=True)], rates[0])
    course, tau = LESS_SEBUM[0], 9.0
    solution = scipy.integrate.solve_ivp(
        lambda day, y: rate(y, np.interp(day / 7.0, WEEKS, course), tau),
        (0.0, 7.0 * WEEKS[-1]),
        [course[0]],
        t_eval=7.0 * WEEKS,
        rtol=1e-9,
        atol=1e-11,
        max_step=1.0,
    )
    # The reference steps over the corners of the course, which costs it some digits.
    assert following(course[None], np.array([tau]), WEEKS)[0] == pytest.approx(solution.y[0], abs=1e-6)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.floats(0.1, 300.0), st.floats(0.0, 2.0))
def test_what_stays_is_followed_to_it(tau: float, level: float) -> None:
    course = np.full((1, WEEKS.size), level)
    assert following(course, np.array([tau]), WEEKS) == pytest.approx(course, abs=1e-9)  # rounding of differences


def test_each_explanation_listens_to_its_own_cause() -> None:
    by_sebum, by_tone, neither = under(1.0, 0.0), under(0.0, 1.0), under(0.0, 0.0)
    assert np.all(pore_course(by_sebum, LESS_SEBUM, UNCHANGED, WEEKS)[:, 6] < 1.0)
    assert pore_course(by_sebum, UNCHANGED, LESS_DRIVE, WEEKS) == pytest.approx(UNCHANGED, abs=1e-12)
    assert np.all(pore_course(by_tone, UNCHANGED, LESS_DRIVE, WEEKS)[:, 4] < 1.0)
    assert pore_course(by_tone, LESS_SEBUM, UNCHANGED, WEEKS) == pytest.approx(UNCHANGED, abs=1e-12)
    assert pore_course(neither, LESS_SEBUM, LESS_DRIVE, WEEKS) == pytest.approx(UNCHANGED, abs=1e-12)


def test_explanations_are_held_in_proportion_to_their_weights() -> None:
    sebum, tone = CONSTANTS.area["e_V"], CONSTANTS.area["e_Y"]
    assert np.all(sebum * tone == 0.0), "one explanation per draw"
    # One draw per 1/N of the distribution: the count is exact to one draw.
    assert sebum.mean() == pytest.approx(BLOCK["pore_weight_sebum"][0], abs=1.0 / N)
    assert tone.mean() == pytest.approx(BLOCK["pore_weight_tone"][0], abs=2.0 / N)


def test_slack_skin_leaves_less_to_change() -> None:
    young, old = (
        pore_course(pore_constants(BLOCK, np.full(N, age)), LESS_SEBUM, LESS_DRIVE, WEEKS).min(axis=1)
        for age in (20.0, 60.0)
    )
    # The slope is drawn from an interval that only just excludes zero, so a few draws go the other way.
    assert np.median(old) > np.median(young)
    same = lax_share(BLOCK["pore_lax_share"], BLOCK["pore_lax_per_decade"], np.full(N, REFERENCE_AGE))
    assert same == pytest.approx(BLOCK["pore_lax_share"], rel=1e-9)


def test_area_stays_between_what_skin_holds_open_and_baseline() -> None:
    area = pore_course(CONSTANTS, np.zeros_like(UNCHANGED), np.zeros_like(UNCHANGED), WEEKS)
    assert np.all(area <= 1.0 + 1e-12)
    assert np.all(area >= CONSTANTS.area["lax"][:, None] - 1e-12)


def test_needles_alone_read_smaller_for_a_while() -> None:
    reading = needle_reading(BLOCK, WEEKS)
    assert np.all(reading[:, 0] == 1.0)
    lowest = reading.argmin(axis=1)
    assert np.all((lowest >= 4) & (lowest <= 5)), "about a month"
    assert np.all(reading[:, -1] > reading.min(axis=1))


def test_a_plan_without_effect_changes_nothing_and_one_with_effect_helps(
    small_simulator: Simulator, examples: Path
) -> None:
    case = read_case((examples / "oily-forehead.toml").read_text(encoding="utf-8"), "oily-forehead.toml")
    n = small_simulator.draws.n
    own = block_draws(load_block("skin"), "skin", seed=3, n=n)
    simulator = replace(
        small_simulator, draws=replace(small_simulator.draws, local={**small_simulator.draws.local, **own})
    )
    none = Shots("onabotulinumtoxinA", np.zeros((0, 2)), np.zeros(0), np.zeros(0), np.zeros(0), [])
    untouched = run(simulator, none)
    (idle,) = pores_outcomes(case, simulator, untouched)
    assert (idle.quantity, idle.region) == ("pore_area", "forehead")
    assert np.all(idle.improvement == 0.0)
    (helped,) = pores_outcomes(
        case,
        simulator,
        replace(untouched, sebum={"forehead": LESS_SEBUM[:n]}, sweat={"forehead": LESS_DRIVE[:n]}),
    )
    assert helped.untreated == pytest.approx(np.full((n, WEEKS.size), 100.0), abs=1e-9)
    best = helped.improvement.max(axis=1)
    switched = pore_constants(own, np.full(n, 29.0)).area
    acts = switched["e_V"] + switched["e_Y"] > 0.0
    assert np.all(best[acts] > 0.0)
    assert np.all(best[~acts] < 1e-9)
