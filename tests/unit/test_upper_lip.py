"""The upper lip: pull of its edge and red gained; closing the lips and biting as harms."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from holocrine.anatomy.face import Face
from holocrine.anatomy.standard_points import TARGET_MUSCLES
from holocrine.domain.vocabulary import Harm
from holocrine.knowledge.parameters import load_block
from holocrine.models.readout import HARMS, ORGAN_HARMS
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.harms import harm_probability, lost_force, shift
from holocrine.simulation.systems.upper_lip import upper_lip_outcomes

N = 512
ORGANS = block_draws(load_block("organs"), "organs", seed=5, n=N)
FULL = np.ones((N, 27))


def test_a_weaker_edge_shows_more_red() -> None:
    left, right = TARGET_MUSCLES["upper_lip"]
    case: Any = SimpleNamespace(goals=SimpleNamespace(targets=("upper_lip",)))
    simulator: Any = SimpleNamespace(draws=SimpleNamespace(local=ORGANS))
    simulation: Any = SimpleNamespace(
        force={left: 0.2 * FULL, right: 0.6 * FULL}, force_untreated=dict.fromkeys((left, right), FULL)
    )
    pull, red = upper_lip_outcomes(case, simulator, simulation)
    assert pull.treated == pytest.approx(40.0 * FULL)
    assert red.treated == pytest.approx(0.6 * np.outer(ORGANS["lip_flip_full"], np.ones(27)))
    assert not red.untreated.any()
    other: Any = SimpleNamespace(goals=SimpleNamespace(targets=("sebum",)))
    assert upper_lip_outcomes(other, simulator, simulation) == ()


@pytest.mark.parametrize(("harm", "readout"), ORGAN_HARMS.items())
def test_new_harms_are_in_percent_of_force_and_rise_with_loss(harm: Harm, readout: Any, female_face: Face) -> None:
    assert {female_face.muscles[f"{name}_left"].harm for name in readout.muscles} == {harm}
    total = shift(readout, np.ones(N), ORGANS)
    assert total == pytest.approx(100.0 * ORGANS[readout.full])
    assert total.max() < 100.0
    parameters = ORGANS | {"harm_threshold_sd": np.full(N, 0.5)}
    chances = [harm_probability(readout, np.full(N, loss), parameters).mean() for loss in (0.0, 0.2, 0.5, 1.0)]
    assert chances[0] < 1e-12
    assert chances == sorted(chances)


def test_a_fifth_less_bite_is_felt_by_about_a_third() -> None:
    """The reasoning in the parameter table: a mean fall of 20% leaves about 30% of sessions with weaker chewing."""
    readout = ORGAN_HARMS["bite_weakness"]
    sure = {"bite_masseter_share": np.full(N, 0.2), "harm_threshold_sd": np.full(N, 0.5)}
    assert harm_probability(readout, np.ones(N), sure)[0] == pytest.approx(1.0 / 3.0, abs=0.05)


def test_sides_work_together_or_the_worse_one_shows() -> None:
    force = {"masseter_left": 0.2 * FULL, "masseter_right": FULL, "risorius_left": 0.5 * FULL}
    both = (("masseter_left",), ("masseter_right",))
    assert lost_force(ORGAN_HARMS["bite_weakness"], both, force) == pytest.approx(0.4 * FULL)
    assert lost_force(HARMS["smile_change"], both, force) == pytest.approx(0.8 * FULL)
    sides = (("masseter_right", "risorius_left"),)
    assert lost_force(HARMS["smile_change"], sides, force) == pytest.approx(0.5 * FULL)
