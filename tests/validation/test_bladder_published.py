"""Bladder forecasts against published results that set no number: a trial held out, and pooled differences from saline.

The pools hold trials of both kinds, so they are a weaker test than the trial.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from holocrine.anatomy.bladder_wall import DEPTH_MM, standard_points
from holocrine.anatomy.sheets import to_plane
from holocrine.anatomy.sites import layer_stack
from holocrine.domain.urology import Urology
from holocrine.knowledge.load import read_table
from holocrine.knowledge.parameters import load_block, load_hypotheses, load_parameters
from holocrine.simulation.binding import Shots
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.draws import draw
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.systems.bladder import (
    BladderCourse,
    bladder_course,
    contraction_surface,
    wall_contraction,
    wall_loading,
)

DRAWS, SPATIAL, SEED = 512, 16, 11
WEEKS = np.arange(27.0)
ARMS = 2000
"""Simulated trials."""


@pytest.fixture(scope="module")
def published() -> Mapping[str, Mapping[str, str]]:
    return {row["observation_id"]: row for row in read_table("evidence/observations.csv")}


@cache
def predicted(units: float) -> BladderCourse:
    """Neurogenic overactivity, `units` onabotulinumtoxinA in 30 injections of 1 mL."""
    draws = draw(load_parameters(), load_hypotheses(), seed=SEED, n=DRAWS, n_spatial=SPATIAL)
    own = block_draws(load_block("bladder"), "bladder", seed=SEED, n=DRAWS)
    places = to_plane("bladder", standard_points(30))
    count = places.shape[0]
    shots = Shots(
        "onabotulinumtoxinA",
        places,
        np.full(count, DEPTH_MM),
        np.full(count, units / count),
        np.full(count, 1.0),
        [layer_stack("bladder", "female")] * count,
    )
    loading = wall_loading(shots, draws, own, KernelLibrary(draws.spatial), "expert")
    contraction = wall_contraction(loading, contraction_surface(draws, own, WEEKS))
    return bladder_course(contraction, WEEKS, own, Urology(cause="neurogenic"))


def test_a_trial_that_was_held_out(published: Mapping[str, Mapping[str, str]]) -> None:
    toxin, saline = published["HERSCHORN2011-1"], published["HERSCHORN2011-2"]
    assert toxin["role"] == saline["role"] == "held_out"
    found = float(toxin["value"]) / float(saline["value"])
    course, random = predicted(300.0), np.random.default_rng(SEED)
    treated = course.leaks[random.integers(DRAWS, size=(ARMS, 28)), 6].mean(axis=1)
    control = course.leaks_untreated[random.integers(DRAWS, size=(ARMS, 29)), 6].mean(axis=1)
    low, high = np.quantile(treated / control, [0.05, 0.95])
    assert low < found < high
    # The trial still saw the difference at week 24.
    assert course.leaks[:, 24].mean() < 0.8 * course.leaks_untreated[:, 24].mean()


@pytest.mark.parametrize(("row", "units"), [("CHENG2016_NDO-1", 200.0), ("CHENG2016_NDO-2", 300.0)])
def test_pooled_difference_from_saline(row: str, units: float, published: Mapping[str, Mapping[str, str]]) -> None:
    low, high = (float(end) for end in published[row]["spread"].split(";"))
    course = predicted(units)
    difference = 7.0 * (course.leaks - course.leaks_untreated)[:, 6].mean()
    assert low < difference < high


def test_more_units_leave_fewer_leaks_for_longer(published: Mapping[str, Mapping[str, str]]) -> None:
    assert published["DENYS_DOSE2012-1"]["statistic"] == "direction"
    by_dose = [predicted(units).leaks[:, 18].mean() for units in (50.0, 100.0, 200.0)]
    assert by_dose[0] > by_dose[1] > by_dose[2]
