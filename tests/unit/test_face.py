"""The face map: plane geometry, regions, margins, muscles, scaling to a person."""

from __future__ import annotations

import math
from itertools import combinations
from typing import ClassVar, get_args

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from holocrine.anatomy.face import Face, allowed, build_face, distance_to_rim, height_above_brow, no_go
from holocrine.anatomy.measurements import complete
from holocrine.anatomy.polygons import area_cm2, cells, contains, distance, raster, signed_distance
from holocrine.anatomy.tables import check_rows
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.vocabulary import FaceRegion, Sex
from holocrine.errors import FieldError, KnowledgeError

FACES: dict[Sex, Face] = {sex: build_face(sex, FaceMeasurements()) for sex in get_args(Sex)}
GRID = np.stack(np.meshgrid(np.arange(-100.0, 101.0) + 0.3, np.arange(-160.0, 101.0) + 0.3), axis=-1).reshape(-1, 2)
SQUARE = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])
coordinate = st.floats(-50.0, 50.0)
LIMITS = {
    "forehead_height": (35, 95),
    "bitemporal_width": (95, 138),
    "bizygomatic_width": (110, 165),
    "intercanthal_distance": (25, 43),
    "nasal_width": (27, 57),
    "face_height": (92, 143),
}


def measured(**distances: float) -> FaceMeasurements:
    return FaceMeasurements.model_validate({name: f"{value} mm" for name, value in distances.items()})


def star(radii: list[float]) -> NDArray[np.float64]:
    """A star-shaped polygon, which never crosses itself."""
    turn = np.linspace(0.0, 2.0 * np.pi, len(radii), endpoint=False)
    return np.array(radii)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)


def turned(points: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    c, s = math.cos(angle), math.sin(angle)
    return points @ np.array([[c, s], [-s, c]])


def edge_distance(line: NDArray[np.float64], x: float, y: float) -> float:
    """Scalar distance to a closed outline, written independently of the package."""
    best = math.inf
    for (x1, y1), (x2, y2) in zip(line.tolist(), [*line[1:].tolist(), line[0].tolist()], strict=True):
        length = (x2 - x1) ** 2 + (y2 - y1) ** 2
        t = 0.0 if length == 0.0 else max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length))
        best = min(best, math.hypot(x - x1 - t * (x2 - x1), y - y1 - t * (y2 - y1)))
    return best


def winding_inside(line: NDArray[np.float64], x: float, y: float) -> bool:
    """Point in polygon by summed angles, written independently of the package."""
    total = 0.0
    corners = line.tolist()
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        a, b = (x1 - x, y1 - y), (x2 - x, y2 - y)
        total += math.atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1])
    return abs(total) > math.pi


class TestPolygons:
    def test_square(self) -> None:
        assert area_cm2(SQUARE) == pytest.approx(1.0, rel=1e-15)
        assert contains(SQUARE, [(5, 5), (11, 5), (-1, 5), (5, -0.1)]).tolist() == [True, False, False, False]
        assert distance(SQUARE, [(5, 13), (5, 5), (13, 14), (2, 5)]).tolist() == [3.0, 5.0, 5.0, 2.0]
        assert distance(SQUARE, [(-2.0, 5.0)], closed=False).tolist() == [pytest.approx(math.hypot(2, 5))]
        assert signed_distance(SQUARE, [(5, 13), (5, 5)]).tolist() == [3.0, -5.0]

    def test_no_points(self) -> None:
        assert contains(SQUARE, []).shape == (0,)
        assert distance(SQUARE, np.empty((0, 2))).shape == (0,)

    def test_wrong_shape_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"shape \(n, 2\)"):
            contains(SQUARE, [1.0, 2.0, 3.0])

    def test_cells_fill_the_square(self) -> None:
        assert len(cells(SQUARE, 1.0)) == 100
        with pytest.raises(ValueError, match="positive"):
            cells(SQUARE, 0.0)

    def test_point_on_a_shared_edge_belongs_to_one_side(self) -> None:
        other = SQUARE + np.array([10.0, 0.0])
        points = [(10.0, y) for y in (0.0, 2.5, 9.0)]
        assert np.all(contains(SQUARE, points) ^ contains(other, points))

    def test_chunks_do_not_change_the_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        polygon = FACES["female"].regions["cheek_left"]
        inside, away = contains(polygon, GRID), distance(polygon, GRID)
        monkeypatch.setattr("holocrine.anatomy.polygons._PAIRS_AT_ONCE", 1000)
        assert np.array_equal(contains(polygon, GRID), inside)
        assert np.array_equal(distance(polygon, GRID), away)

    @settings(max_examples=60, deadline=None)
    @given(
        radii=st.lists(st.floats(2.0, 40.0), min_size=3, max_size=12),
        shift=st.tuples(coordinate, coordinate),
        angle=st.floats(0.0, 6.3),
        points=st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=8),
    )
    def test_moving_and_turning_changes_nothing(
        self,
        radii: list[float],
        shift: tuple[float, float],
        angle: float,
        points: list[tuple[float, float]],
    ) -> None:
        polygon, places = star(radii), np.array(points)
        away = distance(polygon, places)
        assume(bool(np.all(away > 1e-6)))  # on the outline itself rounding decides
        moved, moved_places = turned(polygon, angle) + shift, turned(places, angle) + shift
        assert np.array_equal(contains(moved, moved_places), contains(polygon, places))
        # coordinates below 150 mm carry rounding of some 1e-14 mm each
        assert distance(moved, moved_places) == pytest.approx(away, abs=1e-10)
        assert area_cm2(moved) == pytest.approx(area_cm2(polygon), rel=1e-10)

    @settings(max_examples=60, deadline=None)
    @given(
        radii=st.lists(st.floats(2.0, 40.0), min_size=3, max_size=12),
        point=st.tuples(coordinate, coordinate),
    )
    def test_against_angles_and_scalar_distance(self, radii: list[float], point: tuple[float, float]) -> None:
        polygon = star(radii)
        away = edge_distance(polygon, *point)
        assume(away > 1e-6)
        assert contains(polygon, [point])[0] == winding_inside(polygon, *point)
        assert distance(polygon, [point])[0] == pytest.approx(away, abs=1e-10)

    def test_area_is_the_count_of_cells(self) -> None:
        for polygon in FACES["male"].regions.values():
            # a cell of 0.25 mm2 is missed or won along an outline of under 400 mm: well below 1% of 5 cm2
            assert len(cells(polygon, 0.5)) * 0.0025 == pytest.approx(area_cm2(polygon), rel=0.01)


class TestRegions:
    @pytest.mark.parametrize("sex", get_args(Sex))
    def test_realistic_areas(self, sex: Sex) -> None:
        face = FACES[sex]
        assert tuple(face.regions) == get_args(FaceRegion)
        area = {name: area_cm2(polygon) for name, polygon in face.regions.items()}
        assert 45 < area["forehead"] < 75
        assert 4 < area["glabella"] < 9
        assert 8 < area["nose"] < 18
        assert 14 < area["cheek_left"] < 35
        assert 12 < area["chin"] < 28
        assert 6 < area["jawline_left"] < 15
        assert 3 < area["temple_left"] < 12
        assert 5 < area["upper_lip"] < 14
        # ellipse over face height and width: 0.785 x 13.0 x 18.5 cm is 189 cm2, less eyes and lips
        assert 130 < sum(area.values()) - area["scalp_edge"] < 210

    @pytest.mark.parametrize("sex", get_args(Sex))
    def test_no_point_lies_in_two_regions(self, sex: Sex) -> None:
        inside = [contains(polygon, GRID) for polygon in FACES[sex].regions.values()]
        assert np.max(np.sum(inside, axis=0)) == 1

    @pytest.mark.parametrize("sex", get_args(Sex))
    def test_both_sides_mirror_each_other(self, sex: Sex) -> None:
        face = FACES[sex]
        for name, polygon in face.regions.items():
            other = name.replace("_left", "_right") if name.endswith("_left") else name.replace("_right", "_left")
            mirrored = contains(face.regions[other], GRID * (-1.0, 1.0))  # type: ignore[index]
            assert np.array_equal(contains(polygon, GRID), mirrored), name

    def test_patient_left_is_positive(self) -> None:
        assert FACES["female"].regions["cheek_left"][:, 0].min() > 0

    def test_raster_agrees_with_region_at(self) -> None:
        face = FACES["female"]
        x, y, region_of, names = raster(face, 1.0)
        assert region_of.shape == (len(y), len(x))
        assert region_of.dtype == np.int16
        for j, i in ((0, 0), *np.random.default_rng(7).integers((0, 0), region_of.shape, (60, 2)).tolist()):
            found = face.region_at(x[i], y[j])
            assert found == (names[region_of[j, i]] if region_of[j, i] >= 0 else None)
        assert x == pytest.approx(-x[::-1])

    @pytest.mark.parametrize(("height", "reach"), [(30.0, 57.0), (-50.0, 61.0), (-70.0, 55.0), (-105.0, 38.0)])
    def test_neighbours_leave_no_gap(self, height: float, reach: float) -> None:
        face = FACES["female"]
        x = np.arange(-reach, reach, 0.25)
        row = np.stack([x, np.full(len(x), height)], axis=1)
        assert np.all(np.any([contains(polygon, row) for polygon in face.regions.values()], axis=0))

    def test_arrays_are_read_only(self) -> None:
        with pytest.raises(ValueError, match="read-only"):
            FACES["female"].regions["nose"][0, 0] = 1.0


class TestMeasurements:
    def test_measured_replaces_table(self) -> None:
        face = build_face("female", measured(forehead_height=62, nasal_width=36))
        height = face.measurements["forehead_height"]
        assert (height.value, height.sd, height.measured) == (62.0, 0.0, True)
        assert not face.measurements["bitemporal_width"].measured
        assert face.landmarks["trichion"] == (0.0, 62.0)
        assert face.regions["nose"][:, 0].max() == pytest.approx(18.0, abs=0.3)  # the wing bulges by a fraction

    def test_table_means_are_the_published_ones(self) -> None:
        assert FACES["female"].measurements["forehead_height"].value == 55.4
        assert FACES["male"].measurements["bitemporal_width"].value == 115.3

    def test_every_distance_names_a_source(self) -> None:
        for face in FACES.values():
            assert all(len(measurement.source) > 20 for measurement in face.measurements.values())

    @pytest.mark.parametrize(
        ("name", "region", "value"),
        [
            ("forehead_height", "forehead", 70.0),
            ("bitemporal_width", "forehead", 125.0),
            ("bizygomatic_width", "cheek_left", 150.0),
            ("nasal_width", "nose", 50.0),
            ("face_height", "cheek_left", 135.0),
        ],
    )
    def test_larger_distance_larger_region(self, name: str, region: FaceRegion, value: float) -> None:
        larger = build_face("female", measured(**{name: value}))
        assert area_cm2(larger.regions[region]) > 1.05 * area_cm2(FACES["female"].regions[region])

    def test_eyes_move_with_the_inner_corners(self) -> None:
        face = build_face("female", measured(intercanthal_distance=38.1))
        shift = face.landmarks["pupil_left"][0] - FACES["female"].landmarks["pupil_left"][0]
        assert shift == pytest.approx((38.1 - 32.1) / 2)

    def test_menton_lies_at_face_height(self) -> None:
        face = build_face("male", measured(face_height=130))
        assert face.landmarks["nasion"][1] - face.landmarks["menton"][1] == pytest.approx(130.0)

    def test_face_height_from_the_hairline_is_understood(self) -> None:
        face = build_face("female", measured(forehead_height=58, face_height=182))
        assert face.landmarks["trichion"][1] - face.landmarks["menton"][1] == pytest.approx(182.0)
        assert "hairline to menton (182 mm)" in face.measurements["face_height"].source

    @pytest.mark.parametrize(
        ("distances", "field"),
        [
            ({"forehead_height": 12.0}, "forehead_height"),
            ({"face_height": 70.0}, "face_height"),
            ({"face_height": 260.0}, "face_height"),
            ({"bitemporal_width": 135.0, "bizygomatic_width": 120.0}, "bitemporal_width"),
            ({"bitemporal_width": 98.0, "intercanthal_distance": 43.0}, "intercanthal_distance"),
        ],
    )
    def test_impossible_faces_are_refused_by_name(self, distances: dict[str, float], field: str) -> None:
        with pytest.raises(FieldError) as caught:
            build_face("female", measured(**distances))
        assert caught.value.field == f"patient.face.{field}"

    @settings(max_examples=25, deadline=None)
    @given(
        sex=st.sampled_from(get_args(Sex)),
        distances=st.fixed_dictionaries({}, optional={k: st.floats(*v) for k, v in LIMITS.items()}),
    )
    def test_any_plausible_face_is_sound(self, sex: Sex, distances: dict[str, float]) -> None:
        measurements = measured(**distances)
        try:
            complete(sex, measurements)
        except FieldError:
            assume(False)
        face = build_face(sex, measurements)
        grid = GRID[::3] * (1.15, 1.25)
        assert np.max(np.sum([contains(polygon, grid) for polygon in face.regions.values()], axis=0)) == 1
        assert all(area_cm2(polygon) > 0.5 for polygon in face.regions.values())
        assert np.any(allowed(face, cells(face.regions["forehead"], 2.0)))


class TestMargins:
    @pytest.mark.parametrize("sex", get_args(Sex))
    def test_allowed_against_one_point_at_a_time(self, sex: Sex) -> None:
        face = FACES[sex]
        points = np.random.default_rng(11).uniform((-75, -140), (75, 85), (400, 2))
        answers = allowed(face, points)
        assert 50 < answers.sum() < 350  # both answers occur
        for (x, y), answer in zip(points.tolist(), answers.tolist(), strict=True):
            assert answer == self.one_point(face, x, y), (x, y)

    @staticmethod
    def one_point(face: Face, x: float, y: float) -> bool:
        homes = [name for name, polygon in face.regions.items() if winding_inside(polygon, x, y)]
        if not homes:
            return False
        for rim in (face.orbital_rim_left, face.orbital_rim_right):
            if winding_inside(rim, x, y) or edge_distance(rim, x, y) < 10.0:
                return False
        for lip in (face.outlines["upper_lip"], face.outlines["lower_lip"]):
            if winding_inside(lip, x, y) or edge_distance(lip, x, y) < 5.0:
                return False
        if homes[0] in ("glabella", "temple_left", "temple_right"):
            return True
        above = y - float(np.interp(x, face.brow_line[:, 0], face.brow_line[:, 1]))
        return not 0.0 <= above < 20.0

    def test_wider_margins_allow_less(self) -> None:
        face = FACES["female"]
        usual = allowed(face, GRID)
        strict = allowed(face, GRID, brow_margin_mm=25.0, rim_margin_mm=14.0)
        assert not np.any(strict & ~usual)
        assert strict.sum() < usual.sum()

    def test_known_places(self) -> None:
        face = FACES["female"]
        high_forehead, low_forehead, lid, lip, cheek = (
            (20.0, 40.0),
            (30.0, 15.0),
            (32.0, -10.0),
            (0.0, -84.0),
            (42.0, -60.0),
        )
        answers = allowed(face, [high_forehead, low_forehead, lid, lip, cheek])
        assert answers.tolist() == [True, False, False, False, True]
        assert allowed(face, [low_forehead], brow_margin_mm=0.0).tolist() == [True]

    def test_rim_and_brow_distances(self) -> None:
        face = FACES["male"]
        x, y = face.landmarks["orbitale_superius_left"]
        pupil = face.landmarks["pupil_right"]
        above, inside = distance_to_rim(face, [(x, y + 12.0), pupil])
        assert above == pytest.approx(12.0, abs=0.3)  # the rim is tilted by a few degrees
        assert inside < -12.0
        peak = face.landmarks["brow_peak_left"]
        assert height_above_brow(face, [(peak[0], peak[1] + 7.0)]) == pytest.approx([7.0], abs=0.05)

    def test_rim_margin_excludes_regions_of_both_eyes(self) -> None:
        face = FACES["female"]
        permitted = GRID[allowed(face, GRID)]
        assert distance_to_rim(face, permitted).min() >= 10.0

    def test_every_margin_has_a_source(self) -> None:
        margins = {entry.name: entry for entry in no_go(FACES["female"])}
        assert margins["orbital_rim_left"].margin_mm == 10.0
        assert margins["brow"].margin_mm == 20.0
        assert margins["upper_vermilion"].margin_mm == 5.0
        assert all(entry.source for entry in margins.values())


class TestMuscles:
    @pytest.mark.parametrize("sex", get_args(Sex))
    def test_areas_and_harms(self, sex: Sex) -> None:
        muscles = FACES[sex].muscles
        harms = {name: muscle.harm for name, muscle in muscles.items()}
        paired = ("frontalis_lower", "frontalis_upper", "corrugator", "orbicularis_oculi", "levator_palpebrae")
        for name in (*paired, "zygomaticus_major", "risorius", "masseter"):
            left, right = muscles[f"{name}_left"], muscles[f"{name}_right"]
            assert (left.side, right.side) == ("left", "right")
            assert area_cm2(left.polygon) == pytest.approx(area_cm2(right.polygon), rel=1e-12)
            assert np.sort(left.polygon[:, 0]) == pytest.approx(np.sort(-right.polygon[:, 0]))
        assert harms["frontalis_lower_left"] == "brow_drop"
        assert harms["levator_palpebrae_right"] == "lid_ptosis"
        assert harms["zygomaticus_major_left"] == harms["risorius_right"] == "smile_change"
        assert harms["procerus"] is None
        for muscle in muscles.values():
            assert 0.0 < muscle.depth_top_mm < muscle.depth_bottom_mm
            assert muscle.depth_sd_mm > 0.0
            assert muscle.source

    @pytest.mark.parametrize("sex", get_args(Sex))
    def test_frontalis_parts_do_not_overlap(self, sex: Sex) -> None:
        parts = [contains(m.polygon, GRID) for name, m in FACES[sex].muscles.items() if name.startswith("frontalis")]
        assert len(parts) == 4
        assert not any(np.any(a & b) for a, b in combinations(parts, 2))

    def test_lower_frontalis_ends_at_the_line_of_convergence(self) -> None:
        face = FACES["female"]
        polygon = face.muscles["frontalis_lower_left"].polygon
        column = np.stack([np.full(6000, 25.0), np.linspace(0.0, 60.0, 6000)], axis=1)
        inside = column[contains(polygon, column), 1]
        bottom = float(face.brow_y(25.0)) + 3.5
        assert inside.min() == pytest.approx(bottom, abs=0.05)  # the outline is sampled every 1.3 mm
        assert (inside.max() - bottom) / (55.4 - bottom) == pytest.approx(0.606, abs=0.005)

    def test_levator_lies_behind_the_upper_rim_at_the_pupil(self) -> None:
        face = FACES["female"]
        polygon = face.muscles["levator_palpebrae_left"].polygon
        assert polygon[:, 0].mean() == pytest.approx(face.landmarks["pupil_left"][0])
        assert np.all(signed_distance(face.orbital_rim_left, polygon) < 0.0)


class TestOutlines:
    def test_smooth_and_complete(self) -> None:
        for face in FACES.values():
            for name in ("eye_left", "brow_right", "upper_lip", "lower_lip", "face", "head", "hairline_line"):
                assert len(face.outlines[name]) >= 16, name
            half = face.outlines["face"][:, 0].max()
            assert half == pytest.approx(face.measurements["bizygomatic_width"].value / 2.0, abs=1.5)

    def test_iris_is_the_ruler(self) -> None:
        iris = FACES["female"].outlines["iris_left"]
        assert np.ptp(iris[:, 0]) == pytest.approx(11.7, rel=1e-3)


class TestTables:
    ROW: ClassVar = {"name": "a", "value": "1.0", "source": "somebody", "assumption": ""}

    def test_complete_rows_pass(self) -> None:
        rows = [self.ROW, self.ROW | {"source": "", "assumption": "because"}]
        assert check_rows("t.csv", rows, text=("name",), numbers=("value",)) == rows

    def test_every_fault_is_listed(self) -> None:
        rows = [
            self.ROW | {"source": ""},
            self.ROW | {"value": "much"},
            self.ROW | {"name": ""},
            self.ROW | {"value": "-1"},
            self.ROW | {"value": "nan"},
        ]
        with pytest.raises(KnowledgeError) as caught:
            check_rows("t.csv", rows, text=("name",), numbers=("value",))
        message = str(caught.value)
        assert "row 2: neither source nor assumption" in message
        assert "row 3: value is 'much'" in message
        assert "row 4: name is empty" in message
        assert "row 5" in message
        assert "row 6" in message

    def test_missing_column_and_empty_table(self) -> None:
        with pytest.raises(KnowledgeError, match="column value is missing"):
            check_rows("t.csv", [{"name": "a", "source": "s", "assumption": ""}], text=("name",), numbers=("value",))
        with pytest.raises(KnowledgeError, match="empty"):
            check_rows("t.csv", [], text=(), numbers=())
