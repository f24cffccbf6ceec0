"""What the fit predicts for an arm is what a forecast predicts for a person: same surfaces, same bound dose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from holocrine.anatomy.sites import layer_stack
from holocrine.execution.workers import load_unknowns
from holocrine.inference.arms.people import Sample
from holocrine.inference.arms.scenes import lattice
from holocrine.inference.arms.world import DAYS, World, landing_errors, organ_index
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.models.junction import TERMINALS
from holocrine.population.typical import table_values
from holocrine.simulation.binding import Shots, bound_dose
from holocrine.simulation.draws import typical
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.response import responses

WEEKS = np.arange(1.0, 27.0)
PRODUCT = "onabotulinumtoxinA"


@pytest.fixture(scope="module")
def world() -> World:
    """One typical person; needles land where they were meant to."""
    unknowns = load_unknowns()
    values = unknowns.values(np.zeros(len(unknowns.names)))
    nobody = Sample((), np.zeros((1, 0)))
    return World(values, unknowns, nobody, np.zeros_like(landing_errors(1)))


@pytest.mark.parametrize("organ", ["force", "sweat", "sebum"])
def test_surfaces_are_those_of_a_forecast(world: World, organ: str) -> None:
    one = typical(table_values(load_parameters()), load_hypotheses())
    terminal = {"force": "motor", "sweat": "sudomotor", "sebum": "sebaceous"}[organ]
    theirs = responses(one, WEEKS)[terminal].values[0, 0]  # type: ignore[index]
    at = list(np.searchsorted(DAYS, 7.0 * WEEKS))
    ours = world._surface("H1")[organ_index(organ)][0][:, at]  # type: ignore[arg-type]
    share = world.typical["cholinergic_share"] if organ == "sebum" else 1.0
    np.testing.assert_allclose(1.0 - share * (1.0 - ours), theirs, atol=2e-3)


def test_bound_doses_are_those_of_a_forecast(world: World) -> None:
    scene = lattice("forehead", "intradermal", 9, 12.0, 0.05)
    scene = replace(scene, aimed=True)
    one = typical(table_values(load_parameters()), load_hypotheses())
    shots = Shots(PRODUCT, scene.xy, scene.depth, np.ones(9), np.full(9, 0.05), [layer_stack("forehead", "female")] * 9)
    landed = (scene.xy[None], scene.depth[None])
    theirs = bound_dose(shots, landed, scene.cells, one, KernelLibrary(one.spatial))
    for terminal in TERMINALS:
        ours = world.bound(scene, terminal)[0]
        assert ours == pytest.approx(theirs[terminal][0], rel=1e-6), terminal
