"""Response surfaces: nodes, shapes, what must be one, what a session adds, and the constants the site is given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.models.junction import SUFFIX, TERMINALS, Terminal
from holocrine.models.site import SITE
from holocrine.population.typical import table_values
from holocrine.simulation.constants import light_chain_rate, periglandular_uptake, tissue_loss_rate
from holocrine.simulation.draws import Draws, draw, typical
from holocrine.simulation.response import (
    NEW_NODES,
    OUTPUT,
    PAST_NODES,
    RTOL,
    Response,
    fading_rate,
    inject,
    node_loadings,
    node_positions,
    responses,
    site_constants,
)
from holocrine.solvers.kernels import kernel_module

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


@pytest.fixture(scope="module")
def surfaces(draws: Draws) -> dict[Terminal, Response]:
    return responses(draws, WEEKS)


def test_outputs_read_are_the_organs() -> None:
    assert OUTPUT == {"motor": "force", "bulk": "M", "sudomotor": "sweat", "sebaceous": "R"}
    assert set(OUTPUT.values()) <= set(SITE.outputs)


@pytest.mark.parametrize("terminal", TERMINALS)
def test_shape_and_start(terminal: Terminal, draws: Draws, surfaces: dict[Terminal, Response]) -> None:
    surface = surfaces[terminal]
    assert surface.values.shape == (32, 1, NEW_NODES, WEEKS.size)
    assert np.array_equal(surface.weeks, WEEKS)
    # Baseline at week 0 whatever was just injected, and for ever without injection (corner of release: 1e-6^h).
    assert np.abs(surface.values[:, 0, :, 0] - 1.0).max() < 1e-9
    assert np.abs(surface.untreated - 1.0).max() < 1e-8
    # Full loading has an effect in most draws that know one, or the surface would be empty of meaning.
    felt = np.isin(draws.hypothesis_ids, ("H1", "H2")) if terminal == "sebaceous" else np.ones(draws.n, dtype=bool)
    assert np.median(surface.values[felt, 0, -1].min(axis=1)) < 0.9


@pytest.mark.parametrize("terminal", TERMINALS)
def test_earlier_session_enters_as_its_own_axis(
    terminal: Terminal, draws: Draws, surfaces: dict[Terminal, Response]
) -> None:
    surface = responses(draws, WEEKS, 70.0)[terminal]
    assert surface.values.shape == (32, PAST_NODES, NEW_NODES, WEEKS.size)
    assert surface.untreated.shape == (32, PAST_NODES, WEEKS.size)
    # No loading left from before: both are integrations at the same tolerance, with other steps on the way.
    assert np.abs(surface.values[:, 0] - surfaces[terminal].values[:, 0]).max() < 5.0 * RTOL
    # Seventy days after a full loading something is still missing in some draws, and the more the more was given.
    left = surface.untreated[:, :, 0].mean(axis=0)
    if terminal != "sebaceous":
        assert left[-1] < 0.9
    assert np.all(np.diff(left) < 1e-6)


def test_sebum_moves_only_where_a_mechanism_acts(draws: Draws, surfaces: dict[Terminal, Response]) -> None:
    which = draws.hypothesis_ids
    moved = np.abs(surfaces["sebaceous"].values - 1.0).max(axis=(1, 2, 3))
    idle = np.isin(which, ("H3", "H3b"))
    assert idle.any()
    assert np.all(moved[idle] == 0.0)
    assert np.all(moved[which == "H1"] > 0.01)
    assert np.all(moved[which == "H2"] > 0.001)
    # The same draws' muscles and sweat glands know nothing of hypotheses about sebum.
    assert np.median(np.abs(surfaces["sudomotor"].values[idle] - 1.0).max(axis=(1, 2, 3))) > 0.3


def test_a_session_loads_every_depot() -> None:
    loading, half = np.array([0.0, 0.25, 0.5, 1.0]), np.full(4, 12.0)
    before = np.full((4, len(SITE.states)), 0.125)
    for direct in (False, True):
        states = before.copy()
        inject(states, loading, np.full(4, direct), half)
        added = dict(zip(SITE.state_names, (states - before).T, strict=True))
        assert np.array_equal(added.pop("A_m"), loading)
        assert np.array_equal(added.pop("A_s"), loading)
        assert np.array_equal(added.pop("A_g"), np.zeros(4) if direct else loading)
        concentration = added.pop("C")
        if direct:
            # Where C/(C + EC50) is the loading; full loading stands for a concentration too large to matter.
            assert concentration[:3] / (concentration[:3] + half[:3]) == pytest.approx(loading[:3], abs=1e-15)
            assert concentration[3] > 1e6 * half[3]
        else:
            assert not concentration.any()
        assert not np.any(list(added.values())), "nothing else changes at once"


def test_an_old_session_fades_with_its_mechanism(draws: Draws) -> None:
    for terminal in TERMINALS:
        chain = light_chain_rate(terminal, draws.value)
        direct = (draws.hypothesis_ids == "H2") & (terminal == "sebaceous")
        expected = np.where(direct, draws.local["direct_rate"], chain)
        assert np.array_equal(fading_rate(terminal, draws), expected)


def test_muscle_alone_sprouts_to_release(draws: Draws) -> None:
    assert site_constants(draws)[:, SITE.constant_names.index("q")].min() > 0.0
    sprouting = {item.symbol for item in SITE.assigned if "N" in item.expression.replace("*", " ").split()}
    assert sprouting == {"rho_eff"}


def test_constants_come_from_the_right_rows() -> None:
    parameters = load_parameters()
    row = dict(
        zip(SITE.constant_names, site_constants(typical(table_values(parameters), load_hypotheses()))[0], strict=True)
    )
    expected = {
        "k_S": parameters["depot_release"].value,
        "k_d": np.log(2.0) / parameters["snap25_half_life"].value,
        "h": parameters["release_hill"].value,
        "theta_m": parameters["threshold_motor"].value,
        "theta_s": parameters["threshold_autonomic"].value,
        "theta_g": parameters["threshold_autonomic"].value,
    }
    for terminal, suffix in SUFFIX.items():
        expected[f"lambda_{suffix}"] = np.log(2.0) / parameters[f"light_chain_half_life_{terminal}"].value
        expected[f"x0_{suffix}"] = parameters[f"cleavage_ratio_{terminal}"].value
    assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-12)  # log and back


def test_rates_from_half_lives() -> None:
    parameters = load_parameters()
    one = typical(table_values(parameters), load_hypotheses())
    clearance = np.log(2.0) * 24.0 / parameters["clearance_half_life"].value
    uptake = np.log(2.0) * 24.0 / parameters["uptake_half_life_dermis"].value
    share = parameters["sudomotor_share"].value
    assert tissue_loss_rate(one.value)[0] == pytest.approx(clearance + uptake, rel=1e-12)  # log and back
    assert periglandular_uptake(one.value)[0] == pytest.approx((1.0 - share) * uptake, rel=1e-12)
    expected = np.log(2.0) / parameters["light_chain_half_life_sebaceous"].value
    assert light_chain_rate("sebaceous", one.value)[0] == pytest.approx(expected, rel=1e-12)


def test_same_surfaces_from_the_cache_and_anew(
    draws: Draws, surfaces: dict[Terminal, Response], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel_module(SITE)  # loaded from the usual folder: compiling it again would take long
    monkeypatch.setenv("HOLOCRINE_CACHE", str(tmp_path))
    anew, cached = (responses(draws, WEEKS) for _ in range(2))
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"], "one file for all terminal types"
    for terminal, usual in surfaces.items():
        assert anew[terminal].values.tobytes() == usual.values.tobytes()
        assert cached[terminal].values.tobytes() == usual.values.tobytes()


def test_draws_do_not_depend_on_their_neighbours(draws: Draws, surfaces: dict[Terminal, Response]) -> None:
    some = np.array([3, 8, 21])
    for days in (None, 70.0):
        alone = responses(draws.subset(some), WEEKS, days)
        together = surfaces if days is None else responses(draws, WEEKS, days)
        for terminal in TERMINALS:
            assert np.array_equal(alone[terminal].values, together[terminal].values[some])
