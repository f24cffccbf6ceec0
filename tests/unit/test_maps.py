"""Face maps: right places, right numbers at single places, and in step with the forecast's courses."""

from __future__ import annotations

import numpy as np
import pytest

from holocrine.anatomy.sites import layer_stack
from holocrine.domain.maps import FaceMaps
from holocrine.simulation.binding import Shots, bound_dose, loading
from holocrine.simulation.course import run
from holocrine.simulation.maps import AREA_WEEK, MAP_WEEKS, area_shares, face_maps
from holocrine.simulation.placement import placed
from holocrine.simulation.response import NEW_NODES, node_positions
from holocrine.simulation.simulator import Simulator

SHOTS = Shots(
    "onabotulinumtoxinA",
    np.array([[-15.0, 40.0], [15.0, 40.0]]),
    np.array([0.9, 0.9]),
    np.array([4.0, 4.0]),
    np.array([0.05, 0.05]),
    [layer_stack("forehead", "female")] * 2,
)


@pytest.fixture(scope="module")
def maps(small_simulator: Simulator) -> FaceMaps:
    return face_maps(small_simulator, SHOTS)


def test_grid_and_regions(maps: FaceMaps, small_simulator: Simulator) -> None:
    face = small_simulator.person.scene.face
    assert maps.weeks == MAP_WEEKS
    assert maps.regions == ("forehead",)
    assert np.unique(np.diff(maps.x)).tolist() == [1.0]
    assert np.unique(np.diff(maps.y)).tolist() == [1.0]
    for column, row in ((10, 5), (60, 30), (3, 20), (0, 0)):
        found = face.region_at(maps.x[column], maps.y[row])
        assert (maps.region_of[row, column] == 0) == (found == "forehead")
    inside = maps.region_of >= 0
    area = small_simulator.person.scene.areas["forehead"]
    assert inside.sum() / 100.0 == pytest.approx(area, rel=0.02)  # cells of 1 mm along a border of some 30 cm
    for layer in (maps.sebum_fall, maps.sweat_fall):
        assert layer.shape == (len(MAP_WEEKS), maps.y.size, maps.x.size)
        assert np.array_equal(np.isfinite(layer), np.broadcast_to(inside, layer.shape))
    muscle = np.isfinite(maps.frontalis_loss[0])
    assert muscle.any()
    assert not np.array_equal(muscle, inside)


def test_numbers_at_single_places(maps: FaceMaps, small_simulator: Simulator) -> None:
    """The same expectation with plain NumPy interpolation, draw by draw."""
    draws = small_simulator.draws
    rows, columns = np.array([20, 25, 35]), np.array([40, 55, 70])
    places = np.stack([maps.x[columns], maps.y[rows]], axis=1)
    landed = placed(SHOTS.xy, SHOTS.depth, draws, "expert")
    bound = bound_dose(SHOTS, landed, places, draws, small_simulator.library, ("sudomotor",))["sudomotor"]
    nodes = node_positions(loading("sudomotor", bound, "onabotulinumtoxinA", draws), NEW_NODES)
    surface = small_simulator.responses["sudomotor"].values[:, 0]
    for number, week in enumerate(MAP_WEEKS):
        rates = [
            [np.interp(nodes[d, c], np.arange(NEW_NODES), surface[d, :, int(week)]) for c in range(3)]
            for d in range(draws.n)
        ]
        expected = 100.0 * (1.0 - np.mean(rates, axis=0))
        assert maps.sweat_fall[number, rows, columns] == pytest.approx(expected, abs=1e-9)  # order of summation


def test_maps_agree_with_the_courses(maps: FaceMaps, small_simulator: Simulator) -> None:
    simulation = run(small_simulator, SHOTS)
    inside = maps.region_of >= 0
    for layer, course in ((maps.sebum_fall, simulation.sebum), (maps.sweat_fall, simulation.sweat)):
        for number, week in enumerate(MAP_WEEKS):
            expected = 100.0 * (1.0 - course["forehead"][:, int(week)].mean())
            # cells of 1 mm against cells of 2 mm over a region some 100 mm wide
            assert layer[number][inside].mean() == pytest.approx(expected, rel=0.03, abs=0.02)


def test_nothing_before_and_most_near_the_points(maps: FaceMaps) -> None:
    assert np.nanmax(np.abs(maps.sweat_fall[0])) < 1e-6  # the rounded corner of release at no cleavage
    week = maps.weeks.index(4.0)
    x, y = np.meshgrid(maps.x, maps.y)
    nearest = np.minimum(np.hypot(x - 15.0, y - 40.0), np.hypot(x + 15.0, y - 40.0))
    near, far = (np.nanmean(maps.sweat_fall[week][where]) for where in (nearest < 4.0, nearest > 20.0))
    assert near > 5.0 * far > 0.0


def test_area_shares_count_cells(maps: FaceMaps, small_simulator: Simulator) -> None:
    [share] = area_shares(maps, small_simulator)
    falls = maps.sebum_fall[maps.weeks.index(AREA_WEEK)][maps.region_of == 0]
    assert share.share_by_fall == {step: float(np.mean(falls >= float(step))) for step in ("10", "20", "30", "40")}
    assert share.share_by_fall["10"] > 0.0
    assert share.area_cm2 == pytest.approx(small_simulator.person.scene.areas["forehead"], abs=0.005)  # two decimals
