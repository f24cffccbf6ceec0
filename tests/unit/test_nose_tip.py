"""The nose tip and the brow: what a released depressor lets go."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.anatomy.face import Face
from holocrine.anatomy.standard_points import TARGET_MUSCLES
from holocrine.knowledge.parameters import load_block
from holocrine.models.readout import HARMS
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.draws import Draws
from holocrine.simulation.harms import shift
from holocrine.simulation.systems.brow import FRONTALIS, brow_outcomes, brow_shift
from holocrine.simulation.systems.nose_tip import nose_tip_outcomes

N = 32
ORGANS = block_draws(load_block("organs"), "organs", seed=5, n=N)
NAMES = [*FRONTALIS, *(name for target in ("glabellar_lines", "crows_feet") for name in TARGET_MUSCLES[target])]
FULL = np.ones((N, 27))
share = st.floats(0.0, 1.0)


def forces(lower: float, medial: float, lateral: float) -> dict[str, Any]:
    level = {"frontalis_lower": lower, "corrugator": medial, "procerus": medial, "orbicularis": lateral}
    found = {name: next((v for part, v in level.items() if name.startswith(part)), 1.0) for name in NAMES}
    return {name: value * FULL for name, value in found.items()}


def with_organs(draws: Draws) -> Any:
    return SimpleNamespace(n=draws.n, seed=draws.seed, local={**draws.local, **ORGANS})


def simulator(face: Face, draws: Draws) -> Any:
    return SimpleNamespace(draws=with_organs(draws), person=SimpleNamespace(scene=SimpleNamespace(face=face)))


def test_a_released_tip_rises_to_its_place_at_rest(female_face: Face, small_draws: Draws) -> None:
    case: Any = SimpleNamespace(goals=SimpleNamespace(targets=("nose_tip",)))
    simulation: Any = SimpleNamespace(force={"depressor_septi": 0.0 * FULL}, force_untreated={"depressor_septi": FULL})
    pull, angle = nose_tip_outcomes(case, simulator(female_face, small_draws), simulation)
    assert not pull.treated.any()
    assert np.all(pull.untreated == 100.0)
    assert angle.treated[:, 5] == pytest.approx(ORGANS["nasolabial_angle_female"])
    assert angle.treated - angle.untreated == pytest.approx(np.outer(ORGANS["smile_tip_drop"], np.ones(27)))
    other: Any = SimpleNamespace(goals=SimpleNamespace(targets=("sebum",)))
    assert nose_tip_outcomes(other, simulator(female_face, small_draws), simulation) == ()


def test_without_depressors_touched_the_brow_only_falls(small_draws: Draws) -> None:
    moved = brow_shift(forces(0.2, 1.0, 1.0), {**small_draws.local, **ORGANS})
    assert np.array_equal(moved, -shift(HARMS["brow_drop"], np.full((N, 27), 0.8), small_draws.local))


def test_released_depressors_lift_only_what_the_frontalis_still_pulls(small_draws: Draws) -> None:
    lifted = brow_shift(forces(1.0, 0.0, 0.0), {**small_draws.local, **ORGANS})
    total = ORGANS["brow_lift_lateral"] + ORGANS["brow_lift_medial"]
    assert lifted == pytest.approx(np.outer(total, np.ones(27)))
    gone = brow_shift(forces(0.0, 0.0, 0.0), {**small_draws.local, **ORGANS})
    assert gone == pytest.approx(-np.outer(small_draws.local["brow_full_drop"], np.ones(27)))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(low=share, high=share, medial=share, lateral=share)
def test_more_frontalis_never_means_a_lower_brow(
    low: float, high: float, medial: float, lateral: float, small_draws: Draws
) -> None:
    weaker, stronger = sorted((low, high))
    weak, strong = (brow_shift(forces(f, medial, lateral), {**small_draws.local, **ORGANS}) for f in (weaker, stronger))
    assert np.all(strong >= weak - 1e-12)


def test_brow_outcomes(female_face: Face, small_draws: Draws) -> None:
    case: Any = SimpleNamespace()
    simulation: Any = SimpleNamespace(force=forces(0.5, 1.0, 1.0), force_untreated=forces(1.0, 1.0, 1.0))
    force, height = brow_outcomes(case, simulator(female_face, small_draws), simulation)
    assert force.treated == pytest.approx(75.0 * FULL)
    assert not height.untreated.any()
    assert np.all(height.treated <= 0.0)
