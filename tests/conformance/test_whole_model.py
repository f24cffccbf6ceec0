"""The two halves that forecasts run one after the other against the whole system in one piece."""

from __future__ import annotations

import numpy as np
import pytest

from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.modelling.dimensions import check_units
from holocrine.models.site import SITE
from holocrine.models.whole import ALONE, WHOLE
from holocrine.simulation.acne_course import OWN, Surroundings, knot_days, relative_states
from holocrine.simulation.block_draws import with_blocks
from holocrine.simulation.constants import constant_values, constants_of
from holocrine.simulation.draws import draw
from holocrine.simulation.response import inject
from holocrine.solvers.stiff import simulate

WEEKS = np.arange(27.0)
N = 32
LOADING = 0.5
WEEKLY_KNOTS = 1e-2
"""Share of the lesions at rest that straight lines from week to week may cost (found: 0.6% of the papules at worst).

Below half a lesion on a face with fifty, so that no visit could tell.
"""


def test_its_units_are_consistent() -> None:
    check_units(WHOLE)
    assert {state.symbol for state in SITE.states} < {state.symbol for state in WHOLE.states}


@pytest.fixture(scope="module")
def runs() -> tuple[np.ndarray, np.ndarray]:
    """Outputs of the whole (draws, weeks, outputs) and states of the second half alone (weeks, states, draws)."""
    draws = with_blocks(draw(load_parameters(), load_hypotheses(), seed=9, n=N, n_spatial=N))
    ids = np.where(np.arange(N) % 2, "H1", "H2")  # both explanations with an effect
    alone = {c.symbol: np.full(N, 1.0 if c.symbol == "f" else 0.0) for c in ALONE.constants}
    follicle = {c.symbol: draws.local[c.source] for c in WHOLE.constants if c.source in draws.local}
    values = follicle | alone | dict(constant_values(draws.value, ids))
    starts = np.tile(np.array([state.initial for state in WHOLE.states]), (N, 1))
    site = starts[:, [WHOLE.state_names.index(name) for name in SITE.state_names]]
    inject(site, np.full(N, LOADING), ids == "H2", draws.local["direct_half_effect"])
    starts[:, [WHOLE.state_names.index(name) for name in SITE.state_names]] = site
    whole = simulate(WHOLE, starts, constants_of(WHOLE, values, N), 7.0 * WEEKS, rtol=1e-8).checked().outputs
    sebum = whole[:, :, WHOLE.outputs.index("R")]
    still = Surroundings(None, np.ones((N, knot_days(WEEKS.size - 1).size)))
    return whole, relative_states(draws.local, sebum[None], still)[:, :, 0]


def test_sebum_falls_and_lesions_follow(runs: tuple[np.ndarray, np.ndarray]) -> None:
    whole, _ = runs
    sebum, papules = (whole[:, :, WHOLE.outputs.index(name)] for name in ("R", "p"))
    assert (sebum.min(axis=1) < 0.99).any()
    assert np.median(papules.min(axis=1)) < 1.0
    assert np.argmin(sebum.mean(axis=0)) <= np.argmin(papules.mean(axis=0))


@pytest.mark.parametrize("lesion", ["cc", "oc", "p", "u", "o", "a"])
def test_lesions_are_those_of_the_whole(runs: tuple[np.ndarray, np.ndarray], lesion: str) -> None:
    whole, half = runs
    found, exact = half[:, OWN.index(lesion)].T, whole[:, :, WHOLE.outputs.index(lesion)]
    assert np.abs(found - exact).max() < WEEKLY_KNOTS
