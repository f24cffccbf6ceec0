"""Whole runs against SciPy's integrators and closed forms: stiff, nonlinear, with doses, at any tolerance asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import scipy.integrate
from numpy.typing import NDArray

from holocrine.modelling.declaration import Model
from holocrine.models.site import SITE
from holocrine.simulation.draws import Draws
from holocrine.simulation.response import inject, site_constants
from holocrine.solvers import stiff

from .. import reaction
from ..reaction import MILD, REACTION, START, STIFF, Given, events

Array = NDArray[np.float64]

IN_ORDER = [REACTION.outputs.index(name) for name in REACTION.state_names]
LOG_DAYS = np.concatenate([[0.0], 10.0 ** np.arange(-1.0, 12.0)])
"""Robertson's reaction is followed to 1e11 days, as in Hairer and Wanner II, section IV.10."""
AT_THE_END = (0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050)
"""Its states there: Mazzia and Magherini, Test Set for Initial Value Problem Solvers (2008), problem ROBER."""
SHORT = np.linspace(0.0, 20.0, 41)


def run(constants: Array, times: Array, given: Sequence[Given] = (), **tolerances: float) -> Array:
    """States (times, 3) of one lane."""
    runs = stiff.simulate(REACTION, START[None], constants[None], times, events=events(given), **tolerances)
    return np.asarray(runs.checked().outputs[0][:, IN_ORDER])


def scipy_run(constants: Array, times: Array, method: str = "Radau") -> Array:
    """The same by SciPy, at a tolerance below every bound here."""
    slopes = {"jac": lambda _, y: reaction.jacobian(y, constants)} if method == "Radau" else {}
    found = scipy.integrate.solve_ivp(
        lambda _, y: reaction.rates(y, constants),
        (0.0, times[-1]),
        START,
        method,
        t_eval=times,
        rtol=1e-12,
        atol=1e-16,
        **slopes,
    )
    assert found.success
    return np.asarray(found.y.T)


@pytest.fixture(scope="module")
def robertson() -> Array:
    """Radau's states at LOG_DAYS."""
    return scipy_run(STIFF, LOG_DAYS)


def test_stiff_over_twelve_decades(robertson: Array) -> None:
    found = run(STIFF, LOG_DAYS, rtol=1e-9, atol=1e-18)
    # Relative, of every state, B of 1e-13 included: 1e-9 per step over a few hundred steps.
    assert np.abs(found[1:] / robertson[1:] - 1.0).max() < 1e-6
    assert found[-1] == pytest.approx(AT_THE_END, rel=1e-6)
    assert np.abs(found.sum(axis=1) - 1.0).max() < 1e-12  # a linear sum is kept to round-off


def test_stiff_at_the_usual_tolerance(robertson: Array) -> None:
    assert np.abs(run(STIFF, LOG_DAYS) - robertson).max() < 1e-4  # ten of the 1e-5 per step


def test_nonlinear_against_an_explicit_method() -> None:
    """Another kind of method altogether, where the reaction is mild enough for it; in between steps as well."""
    found = run(MILD, SHORT, rtol=1e-10, atol=1e-13)
    assert np.abs(found - scipy_run(MILD, SHORT, "DOP853")).max() < 1e-9  # some ten steps' worth of tolerance


def test_closed_form_of_a_pair_reaction() -> None:
    """B' = -k2 B^2: B = 1/(1/B0 + k2 t)."""
    lane = reaction.starts({"A": 0.0, "B": 0.8})
    found = stiff.simulate(REACTION, lane, np.array([[0.0, 3.0, 0.0]]), SHORT, rtol=1e-10, atol=1e-13).outputs
    assert np.abs(found[0, :, 2] - 1.0 / (1.0 / 0.8 + 3.0 * SHORT)).max() < 1e-9  # as above


def test_error_falls_with_the_tolerance() -> None:
    expected = scipy_run(MILD, SHORT, "DOP853")
    tolerances = 10.0 ** -np.arange(3.0, 11.0)
    errors = np.array([np.abs(run(MILD, SHORT, rtol=rtol) - expected).max() for rtol in tolerances])
    # Never more than a few steps' worth above what was asked for, and not an accident of far too many steps.
    assert np.all(errors < 5.0 * tolerances), errors
    assert np.all(np.diff(np.log10(errors)) < 0.0), errors
    slope = np.polyfit(np.log10(tolerances), np.log10(errors), 1)[0]
    assert slope == pytest.approx(1.0, abs=0.25), errors  # proportional, as error control per step promises
    steps = [
        stiff.simulate(REACTION, START[None], MILD[None], SHORT, rtol=rtol).steps[0] for rtol in tolerances[[2, 7]]
    ]
    # Order 5: five more digits for ten times the steps.
    assert 5 < steps[1] / steps[0] < 16


def test_rates_that_change_in_time_through_events() -> None:
    """Daily changes of two constants and a dose every other day, as pieces of SciPy runs."""
    days = np.arange(0.0, 12.0)
    wave = 1.0 + 0.9 * np.sin(days)
    given: list[Given] = []
    for day, factor in zip(days, wave, strict=True):
        given += [(float(day), "k1", 0.7 * factor), (float(day), "k3", 2.1 / factor)]
        given += [(float(day), "A", 0.3)] if day % 2.0 else []
    found = run(MILD, np.arange(0.0, 12.5, 0.5), given, rtol=1e-10, atol=1e-13)
    y = START.copy()
    for day, factor in zip(days, wave, strict=True):
        y[0] += 0.3 if day % 2.0 else 0.0
        constants = np.array([0.7 * factor, 1.3, 2.1 / factor])
        piece = scipy.integrate.solve_ivp(
            lambda _, y, k: reaction.rates(y, k),
            (0.0, 1.0),
            y,
            "DOP853",
            t_eval=[0.0, 0.5, 1.0],
            rtol=1e-12,
            atol=1e-15,
            args=(constants,),
        ).y.T
        # Some hundred steps at 1e-10; at a day's end what comes after the next events is read, so only two of three.
        assert np.abs(found[int(2 * day) : int(2 * day) + 2] - piece[:2]).max() < 1e-8
        y = piece[-1]
    assert np.abs(found[-1] - y).max() < 1e-8


def text_rates(model: Model, constants: Array) -> Callable[[float, Array], Array]:
    """Rates straight from the declaration's text, never through the generator."""
    known: dict[str, object] = dict(zip(model.constant_names, constants.tolist(), strict=True))
    assigned = [(item.symbol, compile(item.expression, item.symbol, "eval")) for item in model.assigned]
    rates = [compile(state.rate, state.symbol, "eval") for state in model.states]

    def evaluate(_: float, y: Array) -> Array:
        names = known | dict(zip(model.state_names, y.tolist(), strict=True))
        for symbol, code in assigned:
            names[symbol] = eval(code, {"__builtins__": {}}, names)
        return np.array([eval(code, {"__builtins__": {}}, names) for code in rates])

    return evaluate


@pytest.mark.slow
def test_the_site_against_independent_integrators(few_draws: Draws) -> None:
    """Two sessions of the packaged model, eight draws; a hundred more are compared in test_sbml_roadrunner."""
    lanes, first, second = 8, 84.0, 364.0
    constants = site_constants(few_draws)[:lanes]
    direct, half = few_draws.hypothesis_ids[:lanes] == "H2", few_draws.local["direct_half_effect"][:lanes]
    loading = np.linspace(0.05, 0.95, lanes)
    rest = np.tile([state.initial for state in SITE.states], (lanes, 1))
    ends = {}
    for name, tolerances in {"usual": {}, "tight": {"rtol": 1e-9, "atol": 1e-12}}.items():
        states = rest.copy()
        for days in (first, second):
            inject(states, loading, direct, half)
            states = stiff.simulate(SITE, states, constants, np.array([0.0, days]), **tolerances).checked().finals
        ends[name] = states
    for lane in range(lanes):
        rates = text_rates(SITE, constants[lane])
        oracles = []
        for method in ("LSODA", "BDF"):
            states = rest[lane : lane + 1].copy()
            for days in (first, second):
                inject(states, loading[lane : lane + 1], direct[lane : lane + 1], half[lane : lane + 1])
                run = scipy.integrate.solve_ivp(rates, (0.0, days), states[0], method, rtol=1e-9, atol=1e-12)
                states = run.y[:, -1:].T.copy()
            oracles.append(states[0])
        assert np.abs(oracles[0] - oracles[1]).max() < 1e-6  # the two oracles must agree among themselves
        # Tight run: 1e-9 per step over some hundred steps, and the oracles' own error.
        assert np.abs(ends["tight"][lane] - oracles[0]).max() < 1e-6
        # Usual run: 1e-5 per step; a forecast reads shares to the percent, so 1e-4 is a hundredth of that.
        assert np.abs(ends["usual"][lane] - oracles[0]).max() < 1e-4
