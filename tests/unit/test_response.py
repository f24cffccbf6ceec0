"""Response surfaces: nodes, shapes, what must be one, and the constants each terminal is given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.models.junction import SUFFIX, TERMINALS, Terminal
from holocrine.simulation.constants import light_chain_rate, periglandular_uptake, tissue_loss_rate
from holocrine.simulation.draws import Draws, draw, typical
from holocrine.simulation.response import (
    MODELS,
    NEW_NODES,
    PAST_NODES,
    _constants,
    node_loadings,
    node_positions,
    response,
)
from holocrine.solvers import stiff

WEEKS = np.array([0.0, 1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 26.0])


@pytest.fixture(scope="module")
def draws() -> Draws:
    return draw(load_parameters(), load_hypotheses(), seed=2, n=32, n_spatial=16)


@pytest.mark.parametrize("count", [2, PAST_NODES, NEW_NODES, 40])
def test_nodes_run_from_none_to_full(count: int) -> None:
    nodes = node_loadings(count)
    assert nodes.size == count
    assert nodes[0] == 0.0
    assert nodes[-1] == pytest.approx(1.0, rel=1e-12)  # a power and its root
    assert np.all(np.diff(nodes, 2) > 0.0) or count == 2, "steps widen towards the full loading"
    assert node_positions(nodes, count) == pytest.approx(np.arange(count), abs=1e-9)  # there and back


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.floats(-0.5, 1.5), st.sampled_from([PAST_NODES, NEW_NODES]))
def test_positions_stay_on_the_grid_and_in_order(loading: float, count: int) -> None:
    position, after = node_positions(np.array([loading, loading + 0.01]), count)
    assert 0.0 <= position <= after <= count - 1 + 1e-9
    nodes = node_loadings(count)
    below = int(min(position, count - 2))
    assert nodes[below] - 1e-9 <= np.clip(loading, 0.0, 1.0) <= nodes[below + 1] + 1e-9


@pytest.mark.parametrize("terminal", TERMINALS)
def test_shape_and_start(terminal: Terminal, draws: Draws) -> None:
    surface = response(terminal, draws, WEEKS)
    assert surface.values.shape == (32, 1, NEW_NODES, WEEKS.size)
    assert np.array_equal(surface.weeks, WEEKS)
    # Baseline at week 0 whatever was just injected, and for ever without injection (corner of release: 1e-6^h).
    assert np.abs(surface.values[:, 0, :, 0] - 1.0).max() < 1e-9
    assert np.abs(surface.untreated - 1.0).max() < 1e-8
    # Full loading has an effect in most draws, or the surface would be empty of meaning.
    assert np.median(surface.values[:, 0, -1].min(axis=1)) < 0.9


@pytest.mark.parametrize("terminal", TERMINALS)
def test_earlier_session_enters_as_its_own_axis(terminal: Terminal, draws: Draws) -> None:
    surface = response(terminal, draws, WEEKS, 70.0)
    assert surface.values.shape == (32, PAST_NODES, NEW_NODES, WEEKS.size)
    assert surface.untreated.shape == (32, PAST_NODES, WEEKS.size)
    fresh = response(terminal, draws, WEEKS)
    # No loading left from before: both integrations run at 1e-5 per step.
    assert np.abs(surface.values[:, 0] - fresh.values[:, 0]).max() < 5e-4
    # Seventy days after a full loading something is still missing in some draws, and the more the more was given.
    left = surface.untreated[:, :, 0].mean(axis=0)
    if terminal != "sebaceous":
        assert left[-1] < 0.9
    assert np.all(np.diff(left) < 1e-6)


def test_sebum_moves_only_where_a_mechanism_acts(draws: Draws) -> None:
    which = np.array([h.id for h in draws.hypotheses])[draws.hypothesis]
    moved = np.abs(response("sebaceous", draws, WEEKS).values - 1.0).max(axis=(1, 2, 3))
    idle = np.isin(which, ("H3", "H3b"))
    assert idle.any()
    assert np.all(moved[idle] == 0.0)
    assert np.all(moved[which == "H1"] > 0.01)
    assert np.all(moved[which == "H2"] > 0.001)


def test_muscle_alone_sprouts_to_release(draws: Draws) -> None:
    sprouting = [terminal for terminal in TERMINALS if "q" in MODELS[terminal].constant_names]
    assert sprouting == ["motor"]
    assert _constants("motor", draws)[:, MODELS["motor"].constant_names.index("q")].min() > 0.0


def test_constants_come_from_the_right_rows() -> None:
    parameters = load_parameters()
    one = typical(parameters, load_hypotheses())
    for terminal, threshold in (("motor", "threshold_motor"), ("sudomotor", "threshold_autonomic")):
        row = dict(zip(MODELS[terminal].constant_names, _constants(terminal, one)[0], strict=True))
        expected = {
            "k_S": parameters["depot_release"].value,
            f"lambda_{SUFFIX[terminal]}": np.log(2.0) / parameters[f"light_chain_half_life_{terminal}"].value,
            "k_d": np.log(2.0) / parameters["snap25_half_life"].value,
            f"x0_{SUFFIX[terminal]}": parameters[f"cleavage_ratio_{terminal}"].value,
            f"theta_{SUFFIX[terminal]}": parameters[threshold].value,
            "h": parameters["release_hill"].value,
        }
        assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-12)  # log and back


def test_rates_from_half_lives() -> None:
    parameters = load_parameters()
    one = typical(parameters, load_hypotheses())
    clearance = np.log(2.0) * 24.0 / parameters["clearance_half_life"].value
    uptake = np.log(2.0) * 24.0 / parameters["uptake_half_life_dermis"].value
    share = parameters["sudomotor_share"].value
    assert tissue_loss_rate(one.value)[0] == pytest.approx(clearance + uptake, rel=1e-12)  # log and back
    assert periglandular_uptake(one.value)[0] == pytest.approx((1.0 - share) * uptake, rel=1e-12)
    expected = np.log(2.0) / parameters["light_chain_half_life_sebaceous"].value
    assert light_chain_rate("sebaceous", one.value)[0] == pytest.approx(expected, rel=1e-12)


def test_same_surface_from_the_cache_and_anew(draws: Draws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = response("motor", draws, WEEKS).values
    stiff.kernel_module(MODELS["motor"])  # loaded from the usual folder: compiling it again would take long
    monkeypatch.setenv("HOLOCRINE_CACHE", str(tmp_path))
    anew = response("motor", draws, WEEKS).values
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]
    assert anew.tobytes() == usual.tobytes()
    assert response("motor", draws, WEEKS).values.tobytes() == usual.tobytes()


def test_draws_do_not_depend_on_their_neighbours(draws: Draws) -> None:
    few = draws.subset(np.array([3, 8, 21]))
    alone = response("sudomotor", few, WEEKS).values
    assert np.array_equal(alone, response("sudomotor", draws, WEEKS).values[[3, 8, 21]])
