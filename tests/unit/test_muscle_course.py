"""Doses that reach muscles: planes that the toxin hardly crosses, and force and bulk under a plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from holocrine.anatomy.face import Face
from holocrine.anatomy.sites import layer_stack
from holocrine.anatomy.stacks import is_deep, stack_at
from holocrine.domain.session import Session
from holocrine.simulation.binding import Shots, muscle_dose, no_shots
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.muscle_course import muscle_courses, past_shares
from holocrine.simulation.placement import as_planned
from holocrine.simulation.scene import scene
from holocrine.simulation.simulator import Simulator


def one_point(face: Face, *, deep: bool) -> Shots:
    """Ten units in the middle of the left masseter, into it or into the skin over it."""
    middle = face.muscles["masseter_left"].polygon.mean(axis=0)
    region = face.region_at(*middle)
    assert region is not None
    stack = stack_at(face, region, *middle, "intramuscular") if deep else layer_stack(region, face.sex)
    depth = stack.top("muscle") + 0.5 * stack.thickness("muscle") if deep else 1.0
    return Shots("onabotulinumtoxinA", middle[None], np.array([depth]), np.array([10.0]), np.array([0.1]), [stack])


def doses(shots: Shots, face: Face, draws: Draws, library: KernelLibrary) -> dict[str, np.ndarray]:
    names = ("masseter_left", "risorius_left", "levator_palpebrae_left")
    cells, places = scene(face, ("cheek_left",)).muscle_cells(names)
    bound = muscle_dose(shots, as_planned(shots.xy, shots.depth, draws), cells, places, draws, library)
    return {name: bound[:, where].mean(axis=1) for name, where in places.items()}


def test_a_needle_in_the_masseter_hardly_reaches_the_smile(
    female_face: Face, small_draws: Draws, small_library: KernelLibrary
) -> None:
    shots = one_point(female_face, deep=True)
    assert is_deep(shots.stacks[0])
    found = doses(shots, female_face, small_draws, small_library)
    assert np.median(found["risorius_left"] / found["masseter_left"]) < 0.05


def test_skin_droplets_hardly_reach_the_masseter(
    female_face: Face, small_draws: Draws, small_library: KernelLibrary
) -> None:
    shots = one_point(female_face, deep=False)
    found = doses(shots, female_face, small_draws, small_library)
    assert np.median(found["masseter_left"]) < np.median(found["risorius_left"])


def test_the_crossing_is_the_declared_share(
    female_face: Face, small_draws: Draws, small_library: KernelLibrary
) -> None:
    shots = one_point(female_face, deep=True)
    crossing = small_draws.local["plane_crossing"]
    open_draws = small_draws.subset(np.arange(small_draws.n))
    open_draws.local["plane_crossing"][:] = 1.0
    through = doses(shots, female_face, open_draws, small_library)["risorius_left"]
    held = doses(shots, female_face, small_draws, small_library)["risorius_left"]
    assert held == pytest.approx(crossing * through, rel=1e-9)


def test_without_injections_force_and_bulk_stay(small_simulator: Simulator) -> None:
    found = muscle_courses(small_simulator, no_shots())
    for courses in (found.force, found.bulk):
        for name, course in courses.items():
            assert course == pytest.approx(np.ones_like(course), abs=1e-4), name


def test_bulk_follows_force_later_and_less(small_simulator: Simulator) -> None:
    point = Shots(
        "onabotulinumtoxinA",
        np.array([[0.0, 40.0]]),
        np.array([3.0]),
        np.array([20.0]),
        np.array([0.1]),
        [layer_stack("forehead", "female")],
    )
    found = muscle_courses(small_simulator, point)
    force, bulk = (courses["frontalis_upper_left"].mean(axis=0) for courses in (found.force, found.bulk))
    assert force.min() < bulk.min() < 1.0
    assert np.argmin(force) < np.argmin(bulk)
    assert found.force_untreated["frontalis_upper_left"] == pytest.approx(
        np.ones_like(found.force["procerus"]), abs=1e-4
    )


def test_without_earlier_sessions_nothing_is_left_in_the_muscles(small_simulator: Simulator) -> None:
    shares = past_shares(small_simulator, ("frontalis_lower_left",))
    assert shares.tolist() == [[1.0]] * small_simulator.draws.n


def test_what_is_left_lies_where_it_is(small_simulator: Simulator) -> None:
    scene = small_simulator.person.scene
    cells, places = scene.muscle_cells(tuple(scene.muscles))
    residual = np.zeros((small_simulator.draws.n, len(cells)))
    residual[:, places["frontalis_lower_left"]] = 1.0
    session = Session(date=dt.date(2026, 1, 1), product="onabotulinumtoxinA", regions=("forehead",), total_units=10.0)
    person = replace(small_simulator.person, sessions=(session,))
    before = replace(small_simulator, person=person, muscle_residual=residual)
    weakened, free = (past_shares(before, (f"frontalis_lower_{side}",)) for side in ("left", "right"))
    assert weakened[:, -1] == pytest.approx(1.0)
    assert free[:, 0] == pytest.approx(1.0)
    assert weakened.sum(axis=1) == pytest.approx(1.0)
