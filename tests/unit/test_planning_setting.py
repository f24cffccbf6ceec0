"""What a plan may choose from: doses, allowed places, unit limits, even patterns; and the checks of a plan's points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from holocrine import services
from holocrine.anatomy.face import Face
from holocrine.anatomy.sites import layer_stack
from holocrine.domain.case import Case, InflamedLesion
from holocrine.domain.plan import InjectionPoint, Plan, Solution
from holocrine.domain.vocabulary import Product, Region
from holocrine.errors import FieldError
from holocrine.knowledge.products import syringes
from holocrine.planning.geometry import checked_points, geometry_checks
from holocrine.planning.lattice import SPACINGS_MM, hexagonal, mirror_groups
from holocrine.planning.setting import BORDER_MM, Setting, UnitLimit, setting_of

ONA: Product = "onabotulinumtoxinA"
ONE_MARK = 0.1
"""mm; places are rounded to it."""


@pytest.fixture(scope="module")
def case(examples: Path) -> Case:
    return services.load_case(examples / "oily-forehead.toml")


@pytest.fixture(scope="module")
def setting(case: Case) -> Setting:
    return setting_of(case, services.build_face(case), ONA, ())


def with_product(case: Case, **changes: object) -> Case:
    return case.model_copy(update={"product": case.product.model_copy(update=changes)})


# --- doses ------------------------------------------------------------------------------------------------


def test_every_dose_is_whole_marks_and_follows_from_the_vial(case: Case) -> None:
    several = with_product(case, diluent_volumes=(2.0, 5.0), syringe="0.5 mL")
    found = setting_of(several, services.build_face(case), ONA, ())
    syringe = syringes()["0.5 mL"]
    assert {dose.solution.diluent_volume for dose in found.doses} == {2.0, 5.0}
    for dose in found.doses:
        assert dose.volume >= syringe.minimum_ml
        assert dose.marks == int(dose.marks)
        assert dose.marks * syringe.mark_ml == pytest.approx(dose.volume, rel=1e-9)  # six decimals are kept
        assert dose.units == pytest.approx(100.0 / dose.solution.diluent_volume * dose.volume, rel=1e-9)


def test_a_coarser_syringe_offers_fewer_volumes(case: Case) -> None:
    face = services.build_face(case)
    fine, coarse = (
        {dose.volume for dose in setting_of(with_product(case, syringe=name), face, ONA, ()).doses}
        for name in ("0.3 mL", "1 mL")
    )
    assert coarse < fine


def test_needle_depths_lie_in_the_dermis(setting: Setting) -> None:
    for region in setting.regions:
        bottom = layer_stack(region, "female").top("subcutis")
        for share in (0.45, 0.8):
            assert 0.3 <= setting.depth(region, share) <= bottom


# --- places -----------------------------------------------------------------------------------------------


def test_places_keep_clear_of_borders_margins_and_lesions(case: Case) -> None:
    face = services.build_face(case)
    lesion = InflamedLesion(x=10.0, y=45.0, radius=5.0)
    inflamed = case.model_copy(update={"findings": case.findings.model_copy(update={"inflamed_lesions": (lesion,)})})
    setting = setting_of(inflamed, face, ONA, ())
    x, y = np.meshgrid(np.arange(-75.0, 75.0, 1.5), np.arange(-60.0, 75.0, 1.5))
    places = np.column_stack([x.ravel(), y.ravel()])
    open_ = places[setting.may_inject(places)]
    assert len(open_) > 100
    assert {face.region_at(*place) for place in open_} == {"forehead", "nose"}
    assert np.hypot(*(open_ - [10.0, 45.0]).T).min() > 5.0
    assert {setting.may_inject(np.array([(10.0 + shift, 45.0)]))[0] for shift in (4.9, 5.1)} == {False, True}
    for place in open_:  # a ring at the border's distance stays in the same region
        ring = place + (BORDER_MM - 0.01) * np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])
        assert {face.region_at(*spot) for spot in ring} == {face.region_at(*place)}


def test_region_of_goal_places_only(setting: Setting) -> None:
    assert setting.region_of(np.array([(0.0, 45.0), (0.0, -25.0), (45.0, -40.0)])) == ["forehead", "nose", None]


# --- unit limits ------------------------------------------------------------------------------------------


def test_a_limit_counts_its_regions_alone(setting: Setting) -> None:
    limits = (UnitLimit(frozenset({"forehead"}), 5.0), UnitLimit(frozenset({"forehead", "nose"}), 8.0))
    limited = Setting(**{**vars(setting), "unit_limits": limits})
    assert limited.within_unit_limits({"forehead": 5.0, "nose": 3.0})
    assert not limited.within_unit_limits({"forehead": 5.1})
    assert not limited.within_unit_limits({"forehead": 4.0, "nose": 4.1})
    assert limited.within_unit_limits({"chin": 100.0})
    assert limited.within_unit_limits({})


# --- even patterns ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("spacing", SPACINGS_MM)
@pytest.mark.parametrize("centred", [True, False])
def test_hexagonal_pattern(setting: Setting, spacing: float, centred: bool) -> None:
    places = hexagonal(setting, spacing, centred=centred)
    assert len(places) > 3
    assert setting.may_inject(places).all()
    apart = np.hypot(*np.moveaxis(places[:, None] - places[None], -1, 0))
    np.fill_diagonal(apart, np.inf)
    assert apart.min() >= spacing - ONE_MARK
    mirrored = np.column_stack([-places[:, 0], places[:, 1]])
    to_mirror = np.hypot(*np.moveaxis(places[:, None] - mirrored[None], -1, 0)).min(axis=1)
    assert to_mirror.max() <= ONE_MARK, "symmetrical about the midline"


def test_the_two_offsets_differ(setting: Setting) -> None:
    one, two = (hexagonal(setting, 12.0, centred=centred) for centred in (True, False))
    assert {tuple(place) for place in one} != {tuple(place) for place in two}


def test_mirror_groups_hold_every_place_once(setting: Setting) -> None:
    places = hexagonal(setting, 10.0, centred=True)
    groups = mirror_groups(places)
    assert sorted(i for group in groups for i in group) == list(range(len(places)))
    for group in groups:
        assert len(group) == (1 if abs(places[group[0], 0]) < 0.025 else 2)
        assert places[group].sum(axis=0)[0] == pytest.approx(0.0, abs=0.05)


# --- checks of a plan's points ----------------------------------------------------------------------------


def plan_at(*places: tuple[Region, float, float]) -> Plan:
    points = tuple(
        InjectionPoint(id=f"P{number}", region=region, x=x, y=y, depth=0.9, plane="intradermal", units=0.4, volume=0.02)
        for number, (region, x, y) in enumerate(places)
    )
    return Plan(solution=Solution(product=ONA, vial_units=100, diluent_volume=5.0), point=points)  # type: ignore[call-arg]


def test_points_in_their_regions_pass(female_face: Face) -> None:
    plan = plan_at(("forehead", 0.0, 45.0), ("nose", 0.0, -25.0))
    assert checked_points(plan, female_face) is plan
    assert checked_points(plan_at(), female_face).points == ()


@pytest.mark.parametrize(
    ("place", "lies"),
    [(("forehead", 0.0, -25.0), "lies in nose"), (("forehead", 0.0, 200.0), "lies outside every region")],
)
def test_a_point_elsewhere_is_named(place: tuple[Region, float, float], lies: str, female_face: Face) -> None:
    with pytest.raises(FieldError) as caught:
        checked_points(plan_at(("forehead", 0.0, 45.0), place), female_face)
    assert caught.value.field == "point[1]"
    assert "P1" in caught.value.problem
    assert lies in caught.value.problem


def test_margins_are_stated_with_both_numbers(female_face: Face) -> None:
    brow = float(female_face.brow_y(20.0))
    checks = {c.rule_id: c for c in geometry_checks(female_face, plan_at(("forehead", 20.0, round(brow + 15.0, 1))))}
    assert set(checks) == {"TE-24", "TE-23"}
    assert checks["TE-23"].value == pytest.approx(15.0, abs=0.1)  # one decimal is shown
    assert (checks["TE-23"].limit, checks["TE-23"].exceeded) == (20.0, True)
    assert (checks["TE-24"].limit, checks["TE-24"].exceeded) == (10.0, False)
    assert geometry_checks(female_face, plan_at()) == ()
    assert [c.rule_id for c in geometry_checks(female_face, plan_at(("nose", 0.0, -25.0)))] == ["TE-24"]


def test_points_on_lips_and_inflamed_lesions_are_flagged(female_face: Face) -> None:
    plan = plan_at(("chin", 0.0, -100.0))
    y = plan.points[0].y
    lesion = InflamedLesion(x=1.0, y=y, radius=3.0)
    checks = {c.rule_id: c for c in geometry_checks(female_face, plan, (lesion,))}
    assert checks["CI-11"].exceeded
    assert checks["CI-11"].value == -2.0  # 1 mm from the middle of a lesion of 3 mm radius
    assert not checks["lip margin"].exceeded
    far = InflamedLesion(x=30.0, y=y, radius=3.0)
    assert not {c.rule_id: c for c in geometry_checks(female_face, plan, (far,))}["CI-11"].exceeded
