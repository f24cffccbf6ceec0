"""Standard patterns of muscle targets: doses in whole marks, labelled regions, and what the search may do with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from holocrine import services
from holocrine.anatomy.face import Face
from holocrine.anatomy.stacks import is_deep, stack_at
from holocrine.domain.vocabulary import Product, Target
from holocrine.knowledge.usual_doses import usual_dose
from holocrine.planning.kernels import kernels_wanted
from holocrine.planning.muscle_sets import BLADDER_MOST_ML, LEVELS, MOST_ML, muscle_group, standard_regions
from holocrine.planning.setting import Setting, setting_of

MUSCLE_TARGETS: tuple[Target, ...] = (
    "forehead_lines",
    "glabellar_lines",
    "crows_feet",
    "jaw",
    "nose_tip",
    "upper_lip",
)
SKIN_TARGETS: tuple[Target, ...] = ("sebum", "sweat", "pores", "acne", "scars")


@pytest.fixture(scope="module")
def setting(examples: Path, female_face: Face) -> Setting:
    return setting_of(services.load_case(examples / "upper-face-lines.toml"), female_face, "onabotulinumtoxinA", ())


@pytest.mark.parametrize("target", MUSCLE_TARGETS)
@pytest.mark.parametrize("level", LEVELS)
def test_doses_are_whole_marks_near_the_level(setting: Setting, target: Target, level: float) -> None:
    (solution,) = setting.solutions
    group = muscle_group(setting, target, solution, level)
    usual = usual_dose(target, solution.product)
    assert usual is not None
    assert group, "every pattern can be given from this tray"
    for point in group:
        marks = setting.syringe.marks(point.volume)
        assert marks == pytest.approx(round(marks), abs=1e-9)
        assert setting.syringe.minimum_ml <= point.volume <= MOST_ML
        assert point.units == pytest.approx(point.volume * solution.concentration)
        assert (point.plane, point.aim) == ("intramuscular", target)
    half_a_mark = 0.5 * setting.syringe.mark_ml * solution.concentration
    assert abs(sum(point.units for point in group) - level * usual.units) <= len(group) * half_a_mark + 1e-9


@pytest.mark.parametrize("target", MUSCLE_TARGETS)
def test_needles_are_meant_for_the_middle_of_a_muscle(setting: Setting, target: Target) -> None:
    for point in muscle_group(setting, target, setting.solutions[0], 1.0):
        stack = stack_at(setting.face, point.region, point.x, point.y, point.plane)
        assert stack.top("muscle") < point.depth < stack.depth_mm
        assert is_deep(stack) == (target == "jaw")


def test_a_pattern_counts_towards_its_label_s_region(setting: Setting, female_face: Face) -> None:
    group = muscle_group(setting, "glabellar_lines", setting.solutions[0], 1.0)
    assert {point.labelled_region for point in group} == {"glabella"}
    assert "forehead" in {point.region for point in group}, "the outer points lie over the brow"
    assert standard_regions(female_face, ("glabellar_lines",)) == ("glabella",)


def test_a_dilution_that_needs_too_much_fluid_is_not_offered(setting: Setting) -> None:
    (solution,) = setting.solutions
    thin = solution.model_copy(update={"diluent_volume": 10.0})
    assert muscle_group(setting, "jaw", thin, 1.0) == ()
    assert muscle_group(setting, "nose_tip", thin, 1.0) == ()


def test_the_bladder_gets_its_labelled_points(setting: Setting) -> None:
    (solution,) = setting.solutions
    group = muscle_group(setting, "bladder", solution.model_copy(update={"diluent_volume": 10.0}), 0.5)
    assert len(group) == 20
    assert sum(point.units for point in group) == pytest.approx(100.0), "the label's dose, whatever the level"
    assert {point.volume for point in group} == {0.5}
    too_thin = solution.model_copy(update={"diluent_volume": 30.0})
    assert 5.0 / too_thin.concentration > BLADDER_MOST_ML
    assert muscle_group(setting, "bladder", too_thin, 1.0) == ()


def test_kernels_of_every_pattern_are_asked_for(setting: Setting) -> None:
    wanted = kernels_wanted(setting, ("jaw",))
    for level in LEVELS:
        for point in muscle_group(setting, "jaw", setting.solutions[0], level):
            assert (stack_at(setting.face, point.region, point.x, point.y, point.plane), point.volume) in wanted


@pytest.mark.parametrize("product", get_args(Product))
def test_every_product_has_a_dose_with_its_basis(product: Product) -> None:
    for target in (*MUSCLE_TARGETS, "bladder"):
        dose = usual_dose(target, product)
        assert dose is not None
        assert dose.units > 0.0
        assert dose.basis.startswith(("product label", "assumption"))
    assert all(usual_dose(target, product) is None for target in SKIN_TARGETS)


def test_no_skin_target_no_skin_doses(examples: Path, female_face: Face) -> None:
    case = services.load_case(examples / "upper-face-lines.toml")
    assert setting_of(case, female_face, "onabotulinumtoxinA", ()).doses == ()
    both = case.model_copy(update={"goals": case.goals.model_copy(update={"targets": ("sebum", "glabellar_lines")})})
    assert setting_of(both, female_face, "onabotulinumtoxinA", ()).doses
    assert replace(setting_of(both, female_face, "onabotulinumtoxinA", ()), doses=()).solutions
