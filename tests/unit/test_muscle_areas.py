"""Muscle areas as targets: parts of muscles, layers over them, and the published patterns of points."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from holocrine.anatomy.face import Face, allowed, build_face, distance_to_rim, height_above_brow
from holocrine.anatomy.margins import VERMILION_MARGIN
from holocrine.anatomy.measurements import complete
from holocrine.anatomy.polygons import area_cm2, cells, contains, signed_distance
from holocrine.anatomy.standard_points import MARGINS_BROKEN, TARGET_MUSCLES, standard_points
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.vocabulary import Sex, Target
from holocrine.errors import FieldError

FACES: dict[Sex, Face] = {sex: build_face(sex, FaceMeasurements()) for sex in get_args(Sex)}
COUNTS: dict[Target, int] = {
    "forehead_lines": 5,
    "glabellar_lines": 5,
    "crows_feet": 6,
    "jaw": 8,
    "nose_tip": 1,
    "upper_lip": 4,
}
LIMITS = {
    "forehead_height": (40, 95),
    "bitemporal_width": (95, 138),
    "bizygomatic_width": (110, 165),
    "nasal_width": (27, 57),
    "face_height": (92, 143),
}


def places(face: Face, target: Target) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([(point.x, point.y) for point in standard_points(face, target)]).reshape(-1, 2)


@pytest.mark.parametrize("sex", get_args(Sex))
def test_lateral_orbicularis_is_what_the_fit_reads(sex: Sex) -> None:
    face = FACES[sex]
    whole = cells(face.muscles["orbicularis_oculi_left"].polygon, 1.0)
    beside = whole[whole[:, 0] > face.orbital_rim_left[:, 0].max() - 3.0]
    part = cells(face.muscles["orbicularis_oculi_lateral_left"].polygon, 1.0)
    assert {tuple(cell) for cell in part.tolist()} == {tuple(cell) for cell in beside.tolist()}


@pytest.mark.parametrize("sex", get_args(Sex))
def test_middle_frontalis_is_the_band_that_a_row_of_points_crosses(sex: Sex) -> None:
    muscles, row = FACES[sex].muscles, standard_points(FACES[sex], "forehead_lines")[0].y
    both = np.concatenate([cells(muscles[f"frontalis_{part}_left"].polygon, 1.0) for part in ("lower", "upper")])
    crossed = {tuple(cell) for cell in both[np.abs(both[:, 1] - row) <= 7.0].tolist()}
    band = {tuple(cell) for cell in cells(muscles["middle_frontalis_left"].polygon, 1.0).tolist()}
    assert len(band ^ crossed) <= 0.02 * len(crossed)  # the hairline may cut the band's outer corner


@pytest.mark.parametrize("sex", get_args(Sex))
def test_lower_masseter_is_half_of_it(sex: Sex) -> None:
    muscles = FACES[sex].muscles
    whole, lower = (muscles[f"{name}_right"].polygon for name in ("masseter", "masseter_lower"))
    assert 0.4 < area_cm2(lower) / area_cm2(whole) < 0.5  # it narrows downwards
    assert lower[:, 1].min() == whole[:, 1].min()
    assert np.all(contains(whole, cells(lower, 2.0)))


@pytest.mark.parametrize("sex", get_args(Sex))
def test_new_areas_lie_where_they_belong(sex: Sex) -> None:
    muscles, marks = FACES[sex].muscles, FACES[sex].landmarks
    septi, lip = muscles["depressor_septi"], muscles["orbicularis_oris_upper_left"]
    assert septi.side == "both"
    assert septi.polygon[:, 0].mean() == pytest.approx(0.0, abs=1e-12)
    assert contains(septi.polygon, [marks["subnasale"]])[0]
    assert contains(lip.polygon, [(8.0, marks["labiale_superius"][1] + 1.0)])[0]
    assert not np.any(contains(FACES[sex].outlines["upper_lip"], cells(lip.polygon, 1.0)))
    assert lip.harm == "lip_weakness"
    assert muscles["masseter_right"].harm == "bite_weakness"


@pytest.mark.parametrize("sex", get_args(Sex))
@pytest.mark.parametrize("target", TARGET_MUSCLES)
def test_points_hit_their_muscles_inside_their_regions(sex: Sex, target: Target) -> None:
    face, points = FACES[sex], standard_points(FACES[sex], target)
    assert len(points) == COUNTS[target]
    assert sum(point.share for point in points) == pytest.approx(1.0)
    muscles = [contains(face.muscles[name].polygon, places(face, target)) for name in TARGET_MUSCLES[target]]
    in_gap = [target == "forehead_lines" and point.x == 0.0 for point in points]  # between the two bellies
    assert np.all(np.any(muscles, axis=0) | in_gap)
    for point in points:
        assert face.region_at(point.x, point.y) == point.region


@pytest.mark.parametrize("target", [target for target in get_args(Target) if target not in TARGET_MUSCLES])
def test_targets_without_muscles_have_no_pattern(target: Target) -> None:
    assert standard_points(FACES["female"], target) == ()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    sex=st.sampled_from(get_args(Sex)),
    distances=st.fixed_dictionaries({}, optional={name: st.integers(*ends) for name, ends in LIMITS.items()}),
)
def test_only_the_declared_margins_are_broken(sex: Sex, distances: dict[str, int]) -> None:
    measured = FaceMeasurements.model_validate({name: f"{value} mm" for name, value in distances.items()})
    try:
        complete(sex, measured)
    except FieldError:
        assume(False)
    face = build_face(sex, measured)
    for target in TARGET_MUSCLES:
        xy = places(face, target)
        assert np.all(distance_to_rim(face, xy) >= 10.0), target
        broken = MARGINS_BROKEN.get(target, ("", ""))[0]
        if broken == "brow":
            assert np.all(allowed(face, xy, brow_margin_mm=0.0))
        elif broken == "upper_vermilion":
            assert np.all(signed_distance(face.outlines["upper_lip"], xy) > 0.0)
            assert np.all(signed_distance(face.outlines["upper_lip"], xy) < VERMILION_MARGIN)
        else:
            assert np.all(allowed(face, xy)), target
    row = standard_points(face, "forehead_lines")
    assert {point.region for point in row} == {"forehead"}
    assert np.all(height_above_brow(face, places(face, "forehead_lines")) >= 20.0)


def test_a_margin_that_is_declared_broken_is_broken() -> None:
    for face in FACES.values():
        for target in MARGINS_BROKEN:
            assert not np.all(allowed(face, places(face, target)))


def test_points_that_miss_the_map_are_left_out() -> None:
    narrow = build_face("female", FaceMeasurements.model_validate({"bizygomatic_width": "112 mm"}))
    for target in TARGET_MUSCLES:
        points = standard_points(narrow, target)
        assert all(narrow.region_at(point.x, point.y) for point in points)
        assert not points or sum(point.share for point in points) == pytest.approx(1.0)
