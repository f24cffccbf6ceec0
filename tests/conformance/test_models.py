"""What the site must do, whatever its constants: rest, respond in order, stay in bounds, lose nothing, recover."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.modelling.declaration import Model
from holocrine.modelling.dimensions import check_units
from holocrine.models.junction import K_B, K_L, K_T, MINUTES_PER_DAY, SUFFIX, TERMINALS, Terminal
from holocrine.models.onset import LEBEDA, PUBLISHED_K_S
from holocrine.models.site import SITE
from holocrine.simulation.draws import Draws, draw
from holocrine.simulation.response import node_loadings, site_constants
from holocrine.solvers import stiff

from .lanes import TIGHT, Lanes, active

Array = NDArray[np.float64]

WEEKS = np.arange(0.0, 53.0)
MANY_YEARS = 3000.0
"""day: over twenty light-chain half-lives even of the slowest draws (about 130 d)."""
SLACK = 1e-6
"""Integration tolerance 1e-7 per step."""
DAYS = np.array([0.02, 0.3, 3.0, 21.0, 90.0, 400.0])


def constant(draws: Draws, symbol: str) -> Array:
    """One constant of every draw."""
    return site_constants(draws)[:, SITE.constant_names.index(symbol)]


@pytest.fixture(scope="module")
def rest(draws: Draws) -> Lanes:
    return Lanes.at_rest(draws)


@pytest.fixture(scope="module")
def after_full_loading(rest: Lanes) -> dict[Terminal, Array]:
    return rest.inject(1.0).effects(WEEKS)


@pytest.mark.parametrize("model", [SITE, LEBEDA], ids=lambda model: model.name)
def test_units_close(model: Model) -> None:
    check_units(model)


def test_without_toxin_nothing_moves(rest: Lanes) -> None:
    """The rounded corner (1e-6) to the power of a release steepness above 2 is all that may show."""
    for effect in rest.effects(WEEKS).values():
        assert np.abs(effect - 1.0).max() < 1e-8
    assert np.abs(rest.wait(365.0).states - rest.states).max() < 1e-8
    assert np.array_equal(rest.inject(0.0).states, rest.states)


@pytest.mark.parametrize("terminal", TERMINALS)
def test_a_loading_of_one_terminal_type_leaves_the_others_alone(terminal: Terminal, rest: Lanes, draws: Draws) -> None:
    """The three share a place and constants, but no state."""
    states = rest.states.copy()
    states[:, SITE.state_names.index(f"A_{SUFFIX[terminal]}")] = 1.0
    effects = Lanes(draws, rest.owner, states).effects(WEEKS)
    for other in TERMINALS:
        moved = np.abs(effects[other] - 1.0).max(axis=1)
        if other != terminal:
            assert moved.max() < 1e-8
        elif terminal == "sebaceous":
            assert np.all((moved > 1e-4) == (draws.hypothesis_ids == "H1"))  # H2 acts by concentration alone
        else:
            assert np.median(moved) > 0.3


def test_more_toxin_more_effect(draws: Draws) -> None:
    loadings = node_loadings(9)
    lanes = Lanes.at_rest(draws, np.repeat(np.arange(draws.n), loadings.size)).inject(np.tile(loadings, draws.n))
    # Every six hours: weekly outputs would miss the lowest point by up to 0.4% and blur the order.
    effects = lanes.effects(np.arange(0.0, 26.0, 1.0 / 28.0))
    for terminal in TERMINALS:
        who = active(terminal, draws)
        peak = 1.0 - effects[terminal].min(axis=1).reshape(draws.n, loadings.size)[who]
        assert np.diff(peak, axis=1).min() > -SLACK
        assert np.all(peak[:, 0] < SLACK)  # no loading, no effect
        if terminal != "sebaceous":
            # At full loading cleavage is x0/(1 + x0) of SNAP-25 at most; where that passes twice the threshold more
            # than half the release is lost for a while, and every organ must show it.
            x0, theta = (constant(draws, f"{name}_{SUFFIX[terminal]}")[who] for name in ("x0", "theta"))
            blocked = x0 / (1.0 + x0) > 2.0 * theta
            assert blocked.sum() > 10
            assert peak[blocked, -1].min() > 0.1


@pytest.mark.parametrize("terminal", TERMINALS)
def test_effect_stays_between_none_and_all(terminal: Terminal, after_full_loading: dict[Terminal, Array]) -> None:
    effect = after_full_loading[terminal]
    assert effect.min() > -SLACK
    assert effect.max() < 1.0 + SLACK
    assert effect.min() < 0.9, "toxin does something"


@pytest.mark.parametrize("days", DAYS)
def test_states_stay_in_bounds(days: float, rest: Lanes) -> None:
    later = rest.inject(0.98).wait(days)
    for state in SITE.states:
        values = later.state(state.symbol)
        assert values.min() > -SLACK, state.symbol
        if state.unit == "1":
            assert values.max() < 1.0 + SLACK, state.symbol  # shares and ratios to an untreated baseline


def chain(t: float, k_S: Array, k_lag: Array, loss: Array) -> tuple[Array, Array, Array]:
    """Depot, toxin on its way and light chain at day `t` after a full loading (Bateman 1910)."""
    a, b, c = (np.exp(-rate * t) for rate in (k_S, k_lag, loss))
    way = k_S * (a - b) / (k_lag - k_S)
    light = (
        k_S
        * k_lag
        * (
            a / ((k_lag - k_S) * (loss - k_S))
            + b / ((k_S - k_lag) * (loss - k_lag))
            + c / ((k_S - loss) * (k_lag - loss))
        )
    )
    return a, way, light


@pytest.mark.parametrize("terminal", TERMINALS)
def test_toxin_is_accounted_for(terminal: Terminal, rest: Lanes, draws: Draws) -> None:
    """A + T + L falls by what light chain decays to, and by nothing else."""
    i = SUFFIX[terminal]
    treated = (draws.hypothesis_ids != "H2") if terminal == "sebaceous" else np.ones(draws.n, dtype=bool)
    rates = [constant(draws, symbol)[treated] for symbol in ("k_S", "k_lag", f"lambda_{i}")]
    for days in DAYS:
        later = rest.inject(1.0).wait(days)
        for name, expected in zip(("A", "T", "L"), chain(days, *rates), strict=True):
            # Tolerance 1e-7 a step; the closed form itself loses two digits where two rates are alike.
            assert np.abs(later.state(f"{name}_{i}")[treated] - expected).max() < SLACK, (name, days)


def test_without_decay_no_toxin_is_lost(rest: Lanes, draws: Draws) -> None:
    constants = site_constants(draws)
    constants[:, [SITE.constant_names.index(f"lambda_{i}") for i in SUFFIX.values()]] = 0.0
    loaded = rest.inject(0.7)
    for days in DAYS:
        later = loaded.run(np.array([0.0, days]), constants).finals
        for i in SUFFIX.values():
            columns = [SITE.state_names.index(f"{name}_{i}") for name in "ATL"]
            total = later[:, columns].sum(axis=1)
            assert np.abs(total - loaded.states[:, columns].sum(axis=1)).max() < 1e-12  # sums are kept to round-off


def test_everything_comes_back(rest: Lanes) -> None:
    later = rest.inject(1.0).wait(MANY_YEARS)
    # Twenty half-lives leave 1e-6 of the light chain, and x0 (up to ten) times that of cleavage.
    assert np.abs(later.states - rest.states).max() < 1e-4
    for effect in later.effects(np.zeros(1)).values():
        assert np.abs(effect - 1.0).max() < 1e-4


def test_sebum_without_a_glandular_mechanism_never_moves(
    draws: Draws, after_full_loading: dict[Terminal, Array]
) -> None:
    """Under H3 and H3b both glandular shares are zero in the constants themselves."""
    idle = np.setdiff1d(np.arange(draws.n), active("sebaceous", draws))
    assert idle.size > 5
    assert np.abs(after_full_loading["sebaceous"][idle] - 1.0).max() < 1e-9  # round-off
    assert after_full_loading["sudomotor"][idle].min() < 0.9, "while their sweat does"


def test_same_seed_same_bytes(rest: Lanes, draws: Draws) -> None:
    again = draw(load_parameters(), load_hypotheses(), seed=draws.seed, n=draws.n, n_spatial=draws.n_spatial)
    first, second = (lanes.inject(0.4).run(7.0 * WEEKS) for lanes in (rest, Lanes.at_rest(again)))
    assert first.outputs.tobytes() == second.outputs.tobytes()
    assert first.finals.tobytes() == second.finals.tobytes()
    other = draw(load_parameters(), load_hypotheses(), seed=draws.seed + 1, n=draws.n, n_spatial=draws.n_spatial)
    assert Lanes.at_rest(other).inject(0.4).run(7.0 * WEEKS).finals.tobytes() != first.finals.tobytes()


@pytest.mark.parametrize("setting", PUBLISHED_K_S)
def test_the_onset_model_passes_all_toxin_on(setting: str) -> None:
    """Five states in a row: nothing lost, nothing negative, the lytic fraction only ever rises, to one."""
    values = {"k_S": PUBLISHED_K_S[setting] * MINUTES_PER_DAY, "k_B": K_B, "k_T": K_T, "k_L": K_L}
    constants = np.array([[values[name] for name in LEBEDA.constant_names]])
    start = np.array([[state.initial for state in LEBEDA.states]])
    forgotten = 30.0 / min(values.values())
    times = np.linspace(0.0, forgotten, 500)
    runs = stiff.simulate(LEBEDA, start, constants, times, **TIGHT).checked()
    lytic = runs.outputs[0, :, 0]
    assert lytic[0] == 0.0
    assert np.diff(lytic).min() > -SLACK
    assert lytic.max() < 1.0 + SLACK
    assert lytic[-1] == pytest.approx(1.0, abs=SLACK)  # exp(-30) is left
    for days in forgotten * np.array([1e-4, 1e-3, 1e-2, 0.1, 1.0]):
        states = stiff.simulate(LEBEDA, start, constants, np.array([0.0, days]), **TIGHT).checked().finals
        assert states.min() > -SLACK
        assert states.sum() == pytest.approx(1.0, abs=1e-12)  # sums are kept to round-off
    nothing = stiff.simulate(LEBEDA, np.zeros_like(start), constants, times, **TIGHT).checked()
    assert not nothing.outputs.any()
