"""What every declared model must do, whatever its constants: rest, respond in order, stay in bounds, recover."""

from __future__ import annotations

import numpy as np
import pytest

from holocrine.models.junction import SUFFIX, TERMINALS, Terminal
from holocrine.simulation.draws import Draws
from holocrine.simulation.response import MODELS, _constants, node_loadings

from .lanes import Lanes, active

WEEKS = np.arange(0.0, 53.0)
MANY_YEARS = 3000.0
"""day: over twenty light-chain half-lives even of the slowest draws (about 130 d)."""


@pytest.mark.parametrize("terminal", TERMINALS)
def test_without_toxin_nothing_moves(terminal: Terminal, draws: Draws) -> None:
    lanes = Lanes.at_rest(terminal, draws, np.arange(draws.n))
    # The rounded corner (1e-6) to the power of a release steepness above 2 is all that may show.
    assert np.abs(lanes.effect(WEEKS) - 1.0).max() < 1e-8
    assert np.abs(lanes.wait(365.0).states - lanes.states).max() < 1e-8


@pytest.mark.parametrize("terminal", TERMINALS)
def test_more_toxin_more_effect(terminal: Terminal, draws: Draws) -> None:
    who, loadings = active(terminal, draws), node_loadings(9)
    lanes = Lanes.at_rest(terminal, draws, np.repeat(who, loadings.size)).inject(np.tile(loadings, who.size))
    every_six_hours = np.arange(0.0, 26.0, 1.0 / 28.0)
    peak = 1.0 - lanes.effect(every_six_hours).min(axis=1).reshape(who.size, loadings.size)
    # Integration tolerance 1e-7. Weekly outputs would miss the lowest point by up to 0.4% and blur the order.
    assert np.diff(peak, axis=1).min() > -1e-6
    assert np.all(peak[:, 0] < 1e-6)  # no loading, no effect
    acting = _constants(terminal, draws)[who]
    names = MODELS[terminal].constant_names
    # At full loading cleavage is x0/(1 + x0) of SNAP-25 at most; where that passes the threshold half the release
    # must be lost for a while, and every organ must show it.
    if terminal != "sebaceous":
        x0, theta = (
            acting[:, names.index(f"x0_{SUFFIX[terminal]}")],
            acting[:, names.index(f"theta_{SUFFIX[terminal]}")],
        )
        blocked = x0 / (1.0 + x0) > 2.0 * theta
        assert blocked.sum() > 10
        assert peak[blocked, -1].min() > 0.1


@pytest.mark.parametrize("terminal", TERMINALS)
def test_effect_stays_between_none_and_all(terminal: Terminal, draws: Draws) -> None:
    who = active(terminal, draws)
    lanes = Lanes.at_rest(terminal, draws, who).inject(np.ones(who.size))
    effect = lanes.effect(WEEKS)
    assert effect.min() > -1e-6  # integration tolerance
    assert effect.max() < 1.0 + 1e-6


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("days", [0.02, 0.3, 3.0, 21.0, 90.0, 400.0])
def test_states_stay_in_bounds(terminal: Terminal, draws: Draws, days: float) -> None:
    lanes = Lanes.at_rest(terminal, draws, np.arange(draws.n)).inject(np.full(draws.n, 0.98))
    later = lanes.wait(days)
    for state in MODELS[terminal].states:
        values = later.state(state.symbol)
        assert values.min() > -1e-6, state.symbol  # integration tolerance
        if state.unit == "1":
            assert values.max() < 1.0 + 1e-6, state.symbol  # shares and ratios to an untreated baseline


@pytest.mark.parametrize("terminal", TERMINALS)
def test_everything_comes_back(terminal: Terminal, draws: Draws) -> None:
    rest = Lanes.at_rest(terminal, draws, np.arange(draws.n))
    later = rest.inject(np.ones(draws.n)).wait(MANY_YEARS)
    # Twenty half-lives leave 1e-6 of the light chain, and x0 (up to ten) times that of cleavage.
    assert np.abs(later.states - rest.states).max() < 1e-4
    assert np.abs(later.effect(np.array([0.0])) - 1.0).max() < 1e-4


@pytest.mark.parametrize("terminal", TERMINALS)
def test_sebum_without_a_glandular_mechanism_never_moves(terminal: Terminal, draws: Draws) -> None:
    """Under H3 and H3b both glandular shares are zero in the constants themselves."""
    if terminal != "sebaceous":
        names = MODELS[terminal].constant_names
        assert "e_ach" not in names
        assert "e_X" not in names
        return
    idle = np.setdiff1d(np.arange(draws.n), active(terminal, draws))
    assert idle.size > 5
    lanes = Lanes.at_rest(terminal, draws, idle).inject(np.ones(idle.size))
    assert np.abs(lanes.effect(WEEKS) - 1.0).max() < 1e-9  # round-off
