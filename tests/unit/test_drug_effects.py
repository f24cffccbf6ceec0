"""Acne drugs: actions by mechanism, courses from a case, combinations, and the accuracy of the integration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from holocrine.domain.case import AcneTreatment, Case, Drug
from holocrine.domain.reading import read_case
from holocrine.domain.vocabulary import DrugClass
from holocrine.errors import KnowledgeError
from holocrine.knowledge import acne_drugs
from holocrine.knowledge.acne_drugs import INGREDIENTS, acts_on_acne, ingredients
from holocrine.knowledge.parameters import load_block
from holocrine.modelling.dimensions import check_units
from holocrine.models.drugs import ACNE_DRUGS
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.systems import drugs as module
from holocrine.simulation.systems.drugs import (
    SETTLED_DAYS,
    DrugCourse,
    DrugEffects,
    drug_effects,
    schedules,
    tried_course,
)

TABLE = load_block("drugs")
Array = NDArray[np.float64]
DRUGS: Mapping[str, Array] = block_draws(TABLE, "drugs", seed=4, n=32)
WEEKS = np.arange(0.0, 183.0, 7.0)
CLASSES: list[DrugClass] = [name for name in get_args(DrugClass) if acts_on_acne(name)]
ACTIONS = ("keratin", "killing", "inflammation")


def effects(*courses: DrugCourse) -> DrugEffects:
    return drug_effects(courses, DRUGS, WEEKS)


@pytest.fixture
def case(examples: Path) -> Case:
    return read_case((examples / "jawline-acne.toml").read_text(encoding="utf-8"), "case.toml")


def test_declaration_matches_the_table() -> None:
    check_units(ACNE_DRUGS)
    for constant in ACNE_DRUGS.constants:
        row = constant.source in TABLE or f"{constant.source}_female" in TABLE
        assert row or " " in constant.source, f"{constant.symbol}: {constant.source}"


def test_no_drug_no_effect() -> None:
    for nothing in (effects(), effects(DrugCourse("anticoagulant", 0.0))):
        assert np.all(nothing.sebum == 1.0)
        assert all(np.all(getattr(nothing, action) == 0.0) for action in ACTIONS)


def test_before_the_first_dose_nothing_happens() -> None:
    late = effects(DrugCourse("combined_oral_contraceptive", 84.0), DrugCourse("azelaic_acid", 84.0))
    assert late.sebum[:, :13] == pytest.approx(1.0, abs=1e-9)  # at rest, to the solver's own rounding
    assert np.all(late.keratin[:, :13] == 0.0)
    assert np.all(late.sebum[:, 14:] < 1.0)


@pytest.mark.parametrize("drug_class", CLASSES)
def test_each_class_acts_by_its_own_mechanism_and_fades(drug_class: DrugClass) -> None:
    course = effects(DrugCourse(drug_class, 0.0, 84.0))
    parts = set(ingredients(drug_class))
    on_gland = parts & {"clascoterone", "spironolactone", "contraceptive", "isotretinoin"}
    expected = {
        "keratin": parts & {"retinoid", "peroxide", "azelaic", "isotretinoin"},
        "killing": parts & {"peroxide", "topical_antibiotic", "oral_antibiotic", "azelaic"},
        "inflammation": parts & {"retinoid", "topical_antibiotic", "oral_antibiotic", "azelaic", "isotretinoin"},
    }
    for action, acting in expected.items():
        values = getattr(course, action)
        assert np.all((values[:, 12] > 0.0) == bool(acting))
        assert np.all(values[:, 26] <= values[:, 12])
    assert np.all((course.sebum[:, 12] < 1.0 - 1e-3) == bool(on_gland))
    assert np.all(course.sebum[:, 26] >= course.sebum[:, 12] - 1e-9)
    assert np.all((course.keratin >= 0.0) & (course.keratin < 1.0) & (course.inflammation < 1.0))


def test_parts_of_a_combination_act_independently() -> None:
    both = effects(DrugCourse("fixed_combination", 0.0, name="clindamycin and benzoyl peroxide"))
    antibiotic, peroxide = effects(DrugCourse("topical_antibiotic", 0.0)), effects(DrugCourse("benzoyl_peroxide", 0.0))
    assert both.killing == pytest.approx(antibiotic.killing + peroxide.killing, rel=1e-3)
    left = (1.0 - antibiotic.inflammation) * (1.0 - peroxide.inflammation)
    assert both.inflammation == pytest.approx(1.0 - left, rel=1e-3)


def test_one_ingredient_in_two_drugs_counts_once() -> None:
    twice = effects(DrugCourse("benzoyl_peroxide", 0.0, 60.0), DrugCourse("fixed_combination", 30.0, 90.0))
    once = effects(DrugCourse("benzoyl_peroxide", 0.0, 90.0))
    assert twice.killing == pytest.approx(once.killing, abs=1e-4)


def test_a_second_course_builds_on_what_is_left() -> None:
    again = effects(DrugCourse("oral_isotretinoin", -120.0, -1.0), DrugCourse("oral_isotretinoin", 28.0))
    fresh = effects(DrugCourse("oral_isotretinoin", 28.0))
    assert np.all(again.sebum[:, 5:20] < fresh.sebum[:, 5:20])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(CLASSES), st.floats(-400, 180), st.floats(0.1, 300)), max_size=5))
def test_any_schedule_stays_in_bounds(courses: list[tuple[DrugClass, float, float]]) -> None:
    result = effects(*(DrugCourse(name, start, start + length) for name, start, length in courses))
    assert np.all((result.sebum > 0.0) & (result.sebum < 1.0 + 1e-3))
    for action in ACTIONS:
        values = getattr(result, action)
        assert np.all(values >= 0.0)
        assert np.all(values < (np.inf if action == "killing" else 1.0))


def test_integration_is_accurate(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = (
        DrugCourse("oral_isotretinoin", -50.0, 70.0),
        DrugCourse("spironolactone", 3.5),
        DrugCourse("fixed_combination", 0.0, 100.0),
    )
    usual = effects(*schedule)
    monkeypatch.setattr(module, "RTOL", 1e-9)
    exact = effects(*schedule)
    for name in ("sebum", *ACTIONS):
        assert getattr(usual, name) == pytest.approx(getattr(exact, name), abs=1e-3)


def test_resistant_bacteria_are_not_killed_by_antibiotics() -> None:
    resistant = {**DRUGS, "topical_resistance": np.ones(32)}
    days = np.array([84.0])
    assert np.all(drug_effects([DrugCourse("topical_antibiotic", 0.0)], resistant, days).killing == 0.0)
    assert np.all(drug_effects([DrugCourse("benzoyl_peroxide", 0.0)], resistant, days).killing > 0.0)


def test_courses_of_a_case(case: Case) -> None:
    drugs = (Drug(name="doxycycline 100 mg"), Drug(name="warfarin"), Drug(name="unheard of"))
    goals = case.goals.model_copy(update={"drugs_alongside": ("spironolactone", "anticoagulant")})
    changed = case.model_copy(update={"safety": case.safety.model_copy(update={"drugs": drugs}), "goals": goals})
    found = schedules(changed)
    assert {part for course in found.running for part in ingredients(course.drug_class, course.name)} == {
        "oral_antibiotic"
    }
    assert all(course.start_day == -SETTLED_DAYS and course.end_day is None for course in found.running)
    assert found.alongside == (DrugCourse("spironolactone", 0.0),)
    assert found.both == found.running + found.alongside
    nobody_asked = case.model_copy(update={"safety": case.safety.model_copy(update={"drugs": None})})
    assert schedules(nobody_asked).running == ()


def test_a_drug_taken_now_has_settled(case: Case) -> None:
    drugs = (Drug(name="spironolactone"),)
    now = schedules(case.model_copy(update={"safety": case.safety.model_copy(update={"drugs": drugs})})).running
    steady = drug_effects(now, DRUGS, WEEKS, sex="female").sebum
    assert np.ptp(steady, axis=1) == pytest.approx(0.0, abs=2e-3)
    assert np.all(steady < 1.0)


def test_a_tried_drug_keeps_its_name() -> None:
    tried = AcneTreatment(
        drug="Clindamycin and benzoyl peroxide 1%/5%", drug_class="fixed_combination", duration=0.0, response="none"
    )
    assert ingredients(tried_course(tried).drug_class, tried_course(tried).name) == ("topical_antibiotic", "peroxide")


def test_a_course_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="azelaic_acid ends on day 3"):
        DrugCourse("azelaic_acid", 3.0, 3.0)


def test_every_ingredient_is_in_some_drug() -> None:
    assert {part for name in CLASSES for part in ingredients(name)} == set(INGREDIENTS)


def test_faulty_rows_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"drug_class": "azelaic", "name": "", "ingredients": "azelaic", "source": "", "assumption": "a"},
        {"drug_class": "azelaic_acid", "name": "", "ingredients": "vinegar", "source": "", "assumption": "a"},
        {"drug_class": "azelaic_acid", "name": "warfarin", "ingredients": "azelaic", "source": "", "assumption": "a"},
        {"drug_class": "spironolactone", "name": "", "ingredients": "spironolactone", "source": "", "assumption": ""},
        {"drug_class": "spironolactone", "name": "", "ingredients": "spironolactone", "source": "", "assumption": "a"},
    ]
    monkeypatch.setattr(acne_drugs, "read_table", lambda _: rows)
    with pytest.raises(KnowledgeError) as raised:
        acne_drugs.ingredient_table.__wrapped__()
    for word in ("row 2", "nearest: azelaic_acid", "vinegar", "'warfarin' is not listed", "row 5: neither", "twice"):
        assert word in str(raised.value)
