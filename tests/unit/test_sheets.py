"""Sheets off the face: where they lie, how large they are, and what a simulation sees of them."""

from __future__ import annotations

from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holocrine.anatomy import sheets
from holocrine.anatomy.face import Face, build_face
from holocrine.anatomy.polygons import area_cm2, contains, distance
from holocrine.anatomy.sheets import ORIGINS, is_sheet, on_face, region_polygon, sheet, to_plane, to_sheet
from holocrine.anatomy.sites import layer_stack
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.vocabulary import FaceRegion, Region, Sex, SheetRegion
from holocrine.errors import KnowledgeError
from holocrine.simulation.binding import Shots, bound_dose
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.placement import placed
from holocrine.simulation.scene import scene
from holocrine.simulation.spread import RADIUS_COUNT, RADIUS_STEP

SEXES: tuple[Sex, ...] = get_args(Sex)
SHEETS: tuple[SheetRegion, ...] = get_args(SheetRegion)
REGIONS: tuple[Region, ...] = get_args(Region)
FACE: Face = build_face("male", FaceMeasurements())
LANDING_MM = 20.0
"""Further than any needle strays."""


def test_every_region_is_on_the_face_or_a_sheet() -> None:
    assert {region for region in REGIONS if on_face(region)} == set(get_args(FaceRegion))
    assert {region for region in REGIONS if is_sheet(region)} == set(SHEETS) == set(ORIGINS)


@given(st.sampled_from(REGIONS), st.lists(st.tuples(*[st.floats(-300, 300)] * 2), max_size=5))
def test_there_and_back(region: Region, places: list[tuple[float, float]]) -> None:
    xy = np.array(places).reshape(-1, 2)
    there = to_plane(region, xy)
    # A float at 3000 mm is spaced by 5e-13 mm.
    assert to_sheet(region, there) == pytest.approx(xy, abs=1e-12)
    assert np.array_equal(there, xy) == (xy.size == 0 or on_face(region))


@pytest.mark.parametrize("sex", SEXES)
def test_no_kernel_reaches_from_one_sheet_to_another_or_to_the_face(sex: Sex) -> None:
    face = build_face(sex, FaceMeasurements())
    face_corners = np.concatenate(list(face.regions.values()))
    parts = {"face": face_corners} | {name: sheet(name, sex).polygon for name in SHEETS}
    reach = RADIUS_STEP * RADIUS_COUNT + LANDING_MM
    for one, two in combinations(parts.values(), 2):
        apart = np.maximum(one.min(axis=0) - two.max(axis=0), two.min(axis=0) - one.max(axis=0)).max()
        assert apart >= 400.0 > reach


@pytest.mark.parametrize("sex", SEXES)
def test_areas_agree_with_independent_anthropometry(sex: Sex) -> None:
    area = {name: sheet(name, sex).area_cm2 for name in SHEETS}
    # Taylor and Machado-Moreira 2013 give 163 cm2 for one palm and 262 cm2 for one sole with its curved edges.
    assert area["palm_left"] == pytest.approx(163.0, rel=0.15)
    assert 0.6 * 262.0 < area["sole_left"] < 262.0
    assert area["axilla_left"] == pytest.approx(np.pi / 4 * 6.0 * 9.5, rel=0.01)
    # A sphere of 150 mL has 137 cm2.
    assert area["bladder"] == pytest.approx(137.0, rel=0.01)


def test_hands_and_feet_of_women_are_smaller() -> None:
    for name in ("palm_left", "sole_left"):
        assert sheet(name, "female").area_cm2 < sheet(name, "male").area_cm2


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize("kind", ["axilla", "palm", "sole"])
def test_sides_mirror_each_other(kind: str, sex: Sex) -> None:
    left, right = (sheet(f"{kind}_{side}", sex) for side in ("left", "right"))
    assert np.array_equal(left.outline[::-1] * [-1.0, 1.0], right.outline)
    assert left.origin == (-right.origin[0], right.origin[1])


@pytest.mark.parametrize("region", SHEETS)
def test_centre_and_orientation(region: SheetRegion) -> None:
    own = sheet(region, "female")
    assert contains(own.outline, [(0.0, 0.0)])[0]
    assert distance(own.outline, [(0.0, 0.0)])[0] > 20.0
    assert own.source
    with pytest.raises(ValueError, match="read-only"):
        own.outline[0] = 0.0


@pytest.mark.parametrize(("region", "inner"), [("palm_left", -1.0), ("palm_right", 1.0)])
def test_thumbs_point_to_the_midline(region: SheetRegion, inner: float) -> None:
    x = inner * sheet(region, "male").outline[:, 0]
    assert x.max() > 1.5 * -x.min()
    thenar = to_sheet(region, next(iter(sheet(region, "male").muscles.values())).polygon)
    assert (inner * thenar[:, 0]).mean() > 0.0
    assert contains(sheet(region, "male").outline, thenar).all()


def test_thumb_muscles_lie_where_the_layers_of_the_palm_say() -> None:
    thenar, stack = sheet("palm_left", "female").muscles["thenar_left"], layer_stack("palm_left", "female")
    assert (thenar.depth_top_mm, thenar.depth_bottom_mm) == (stack.top("muscle"), stack.depth_mm)
    assert 0.0 < thenar.depth_sd_mm < thenar.depth_top_mm
    assert thenar.harm == "grip_weakness"
    assert not sheet("sole_left", "female").muscles


def test_outline_of_any_region() -> None:
    assert region_polygon(FACE, "chin") is FACE.regions["chin"]
    assert np.array_equal(region_polygon(FACE, "sole_right"), sheet("sole_right", "male").polygon)


def test_missing_length_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = dict(sheets._rows("palm", "male"))
    del rows["hand_length"]
    monkeypatch.setattr(sheets, "_rows", lambda kind, sex: rows)
    sheet.cache_clear()
    with pytest.raises(KnowledgeError, match="palm \\(male\\) has no hand_length"):
        sheet("palm_left", "male")
    sheet.cache_clear()


def test_scene_of_face_and_sheets() -> None:
    here = scene(FACE, ("forehead", "palm_left", "axilla_right"))
    assert {name for name in here.muscles if name not in FACE.muscles} == {"thenar_left"}
    for region, cells in here.regions.items():
        polygon = region_polygon(FACE, region)
        assert contains(polygon, cells).all()
        assert here.areas[region] == area_cm2(polygon)
        width = 3.0 if is_sheet(region) else 2.0
        # Cells missed and won along the outline: under 2% of the smallest region.
        assert len(cells) * width**2 / 100.0 == pytest.approx(here.areas[region], rel=0.02)


def test_toxin_stays_on_its_sheet(small_draws: Draws, small_library: KernelLibrary) -> None:
    one = np.ones(4)
    xy = to_plane("palm_left", [(-10.0, -10.0), (-10.0, 10.0), (10.0, -10.0), (10.0, 10.0)])
    shots = Shots("onabotulinumtoxinA", xy, 2.0 * one, one, 0.05 * one, [layer_stack("palm_left", "male")] * 4)
    cells, places = scene(FACE, ("palm_left", "palm_right", "axilla_left", "nose")).all_regions()
    landed = placed(shots.xy, shots.depth, small_draws, "novice")
    bound = bound_dose(shots, landed, cells, small_draws, small_library, ("sudomotor",))["sudomotor"]
    assert np.all(bound[:, places["palm_left"]].max(axis=1) > 0.0)
    for region in ("palm_right", "axilla_left", "nose"):
        assert not bound[:, places[region]].any()


def test_face_alone_is_as_it_was() -> None:
    assert set(scene(FACE, ("forehead",)).muscles) == set(FACE.muscles)
