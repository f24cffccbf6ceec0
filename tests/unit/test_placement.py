"""Where the needle lands: the error's size, what points share, and that plans sharing points share errors."""

from __future__ import annotations

import numpy as np
import pytest

from holocrine.domain.vocabulary import Experience
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.simulation.draws import Draws, draw
from holocrine.simulation.placement import SHALLOWEST_MM, as_planned, placed

XY = np.array([[-10.0, 40.0], [0.0, 45.0], [12.0, 38.0]])
DEPTH = np.array([0.9, 2.0, 4.0])


@pytest.fixture(scope="module")
def many() -> Draws:
    return draw(load_parameters(), load_hypotheses(), seed=5, n=4096, n_spatial=16)


def errors(draws: Draws, experience: Experience = "intermediate", salt: int = 0) -> np.ndarray:
    places, _ = placed(XY, DEPTH, draws, experience, salt=salt)
    return np.asarray(places - XY)


def test_shapes_and_no_error_at_all(small_draws: Draws) -> None:
    places, depths = placed(XY, DEPTH, small_draws, "expert")
    assert places.shape == (32, 3, 2)
    assert depths.shape == (32, 3)
    exact, exact_depths = as_planned(XY, DEPTH, small_draws)
    assert np.array_equal(exact, np.broadcast_to(XY, (32, 3, 2)))
    assert np.array_equal(exact_depths, np.broadcast_to(DEPTH, (32, 3)))


@pytest.mark.parametrize("experience", ["novice", "intermediate", "expert"])
def test_size_of_the_error_is_the_table_s(many: Draws, experience: Experience) -> None:
    scaled = errors(many, experience) / many.local[f"placement_sd_{experience}"][:, None, None]
    # 4,096 draws: the standard error of a standard deviation is 1.1%, of a mean 0.016; four of them.
    assert scaled.std(axis=0) == pytest.approx(np.ones((3, 2)), rel=0.05)
    assert scaled.mean(axis=0) == pytest.approx(np.zeros((3, 2)), abs=0.065)


def test_novices_miss_by_more(many: Draws) -> None:
    miss = {
        who: np.hypot(*np.moveaxis(errors(many, who), -1, 0)).mean() for who in ("novice", "intermediate", "expert")
    }
    assert miss["novice"] > 1.4 * miss["intermediate"] > 1.4 * 1.4 * miss["expert"]


def test_points_of_one_face_share_part_of_the_error(many: Draws) -> None:
    scaled = errors(many)[:, :, 0] / many.local["placement_sd_intermediate"][:, None]
    shared = many.local["shared_placement_share"]
    # Covariance of two points is the mean shared share (about 0.3); standard error of it about 0.017.
    assert np.cov(scaled[:, 0], scaled[:, 2])[0, 1] == pytest.approx(shared.mean(), abs=0.07)
    few, most = shared < np.quantile(shared, 0.2), shared > np.quantile(shared, 0.8)
    assert np.corrcoef(scaled[most].T)[0, 1] > np.corrcoef(scaled[few].T)[0, 1] + 0.1


def test_a_point_keeps_its_error_in_another_plan(small_draws: Draws) -> None:
    every, _ = placed(XY, DEPTH, small_draws, "expert")
    alone, _ = placed(XY[2:], DEPTH[2:], small_draws, "expert", numbers=[2])
    assert np.array_equal(alone[:, 0], every[:, 2])
    first, _ = placed(XY[2:], DEPTH[2:], small_draws, "expert")
    assert not np.allclose(first[:, 0], every[:, 2], atol=1e-6)


def test_sessions_and_seeds_do_not_share_errors(small_draws: Draws) -> None:
    assert np.array_equal(errors(small_draws), errors(small_draws))
    assert not np.allclose(errors(small_draws), errors(small_draws, salt=1), atol=1e-6)
    other = draw(load_parameters(), load_hypotheses(), seed=4, n=32, n_spatial=16)
    assert not np.allclose(errors(small_draws), errors(other), atol=1e-6)


def test_the_needle_never_leaves_the_skin(many: Draws) -> None:
    _, depths = placed(XY, np.array([0.3, 0.3, 0.3]), many, "novice")
    assert depths.min() == SHALLOWEST_MM
    assert (depths > 0.3).mean() == pytest.approx(0.5, abs=0.03)  # symmetric; standard error 0.8% of three points
