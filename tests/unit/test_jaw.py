"""The masseter: force and thickness with the plan and without."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from holocrine.anatomy.face import Face
from holocrine.anatomy.standard_points import TARGET_MUSCLES
from holocrine.knowledge.parameters import load_block
from holocrine.models.jaw import masseter_thickness
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.systems.jaw import jaw_outcomes

N = 256
ORGANS = block_draws(load_block("organs"), "organs", seed=5, n=N)
WHOLE, LOWER = ("masseter_left", "masseter_right"), TARGET_MUSCLES["jaw"]


def outcomes(
    face: Face, targets: tuple[str, ...], force: float, bulk: float, usual_loss: Any = ORGANS["masseter_bulk_loss"]
) -> Any:
    case: Any = SimpleNamespace(goals=SimpleNamespace(targets=targets))
    simulator: Any = SimpleNamespace(
        draws=SimpleNamespace(local=ORGANS | {"bulk_loss": usual_loss}),
        person=SimpleNamespace(scene=SimpleNamespace(face=face)),
    )
    full = np.ones((N, 27))
    simulation: Any = SimpleNamespace(
        force=dict(zip(WHOLE, (force * full, full), strict=True)),
        force_untreated=dict.fromkeys(WHOLE, full),
        bulk=dict.fromkeys(LOWER, bulk * full),
        bulk_untreated=dict.fromkeys(LOWER, full),
    )
    return jaw_outcomes(case, simulator, simulation)


def test_thickness_follows_bulk() -> None:
    before = np.array([10.0, 12.0])
    assert masseter_thickness(before, np.ones(2), np.array([0.7, 1.3])) == pytest.approx(before)
    assert masseter_thickness(before, np.full(2, 0.8), np.ones(2)) == pytest.approx(0.8 * before)


def test_both_sides_count_and_thickness_is_that_of_people_treated(female_face: Face) -> None:
    force, thickness = outcomes(female_face, ("jaw",), force=0.4, bulk=0.75)
    assert force.treated == pytest.approx(np.full((N, 27), 70.0))
    assert force.untreated == pytest.approx(np.full((N, 27), 100.0))
    # 8.7 mm in the table of muscles, a third more where the jaw is wide
    assert np.median(thickness.untreated) == pytest.approx(8.7 * 1.3, rel=0.03)
    assert thickness.improvement.mean() == pytest.approx(25.0, abs=3.0)
    assert np.all(thickness.treated < thickness.untreated)


def test_the_masseter_loses_a_share_of_its_own(female_face: Face) -> None:
    twice = outcomes(female_face, ("jaw",), 0.4, 0.9, usual_loss=0.5 * ORGANS["masseter_bulk_loss"])[1]
    as_usual = outcomes(female_face, ("jaw",), 0.4, 0.8)[1]
    assert twice.treated == pytest.approx(as_usual.treated)


def test_no_outcome_unless_the_jaw_is_a_goal(female_face: Face) -> None:
    assert outcomes(female_face, ("sebum",), 0.4, 0.75) == ()
