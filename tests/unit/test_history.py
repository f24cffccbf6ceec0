"""Earlier sessions: which still count, how totals are laid out, and how what they left fades."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from holocrine.anatomy.face import Face
from holocrine.domain.session import GivenPoint, Session
from holocrine.simulation.binding import bound_dose, loading
from holocrine.simulation.constants import light_chain_rate
from holocrine.simulation.draws import Draws
from holocrine.simulation.history import ASSUMED_SPACING_MM, remembered, residual_loading, shots_of
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.placement import placed

TODAY = dt.date(2026, 7, 20)
CELLS = np.array([[0.0, 40.0], [5.0, 42.0], [-30.0, 35.0]])


def session(days_ago: int, units: float = 4.0, product: str = "onabotulinumtoxinA") -> Session:
    point = GivenPoint(x=0.0, y=40.0, depth=0.9, units=units, volume=0.02)
    return Session(date=TODAY - dt.timedelta(days=days_ago), product=product, points=(point,))


def test_sessions_are_forgotten_after_two_years_and_sorted() -> None:
    given = [session(100), session(731), session(730), session(0), session(200)]
    assert [(TODAY - s.date).days for s in remembered(given, TODAY)] == [730, 200, 100, 0]
    assert remembered([], TODAY) == ()


def test_points_are_taken_as_they_are(female_face: Face) -> None:
    shots = shots_of(session(10, 4.0, "abobotulinumtoxinA"), female_face)
    assert shots.product == "abobotulinumtoxinA"
    assert shots.xy.tolist() == [[0.0, 40.0]]
    assert (shots.depth.tolist(), shots.units.tolist(), shots.volume.tolist()) == ([0.9], [4.0], [0.02])
    assert [stack.site for stack in shots.stacks] == ["forehead"]


def test_totals_are_laid_out_evenly_over_the_regions(female_face: Face) -> None:
    total = Session(date=TODAY, product="onabotulinumtoxinA", regions=("forehead", "nose"), total_units=20.0)
    shots = shots_of(total, female_face)
    assert shots.units.sum() == pytest.approx(20.0, rel=1e-12)  # a sum of equal shares
    assert len(set(shots.units)) == 1
    regions = [stack.site for stack in shots.stacks]
    assert set(regions) == {"forehead", "nose"}
    assert [female_face.region_at(x, y) for x, y in shots.xy] == regions
    gaps = np.hypot(*np.moveaxis(shots.xy[:, None] - shots.xy[None], -1, 0))[~np.eye(len(shots.xy), dtype=bool)]
    assert gaps.min() == pytest.approx(ASSUMED_SPACING_MM, abs=0.01)  # drawn on a grid


def test_one_session_today_leaves_its_own_loading(
    small_draws: Draws, small_library: KernelLibrary, female_face: Face
) -> None:
    only = session(0)
    shots = shots_of(only, female_face)
    landed = placed(shots.xy, shots.depth, small_draws, "expert", salt=1)
    bound = bound_dose(shots, landed, CELLS, small_draws, small_library, ("motor",))["motor"]
    left = residual_loading("motor", [only], female_face, "expert", CELLS, small_draws, small_library)
    assert np.array_equal(left, loading("motor", bound, "onabotulinumtoxinA", small_draws))


def test_older_sessions_fade_with_the_light_chain_and_add_up(
    small_draws: Draws, small_library: KernelLibrary, female_face: Face
) -> None:
    def left(*sessions: Session) -> np.ndarray:
        return residual_loading("sudomotor", sessions, female_face, "expert", CELLS, small_draws, small_library)

    # In both lists the second session is the last one, so the first fades over the days between them.
    tiny = 1e-9
    soon, late = left(session(60), session(50, tiny)), left(session(60), session(10, tiny))
    fading = np.exp(-light_chain_rate("sudomotor", small_draws.value) * 40.0)[:, None]
    assert late == pytest.approx(soon * fading, abs=1e-7)  # the tiny session's own loading
    both = left(session(60), session(50))
    assert np.all(both >= soon - 1e-12)
    assert np.all(both[:, 0] > soon[:, 0])
    assert both.max() <= 1.0
    many = left(*(session(days, 400.0) for days in (3, 2, 1, 0)))
    assert many.max() == 1.0, "several full sessions saturate"
