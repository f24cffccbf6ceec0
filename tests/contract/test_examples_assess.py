"""The example cases and protocols read, and get the verdict that their first lines promise."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_verdicts import LOOSER_LIMITS, VERDICTS

from holocrine.anatomy.face import build_face, height_above_brow
from holocrine.assessment import assess, plan_limit_checks
from holocrine.domain.case import Case
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.plan import Override, Plan
from holocrine.domain.reading import read_case, read_plan
from holocrine.domain.vocabulary import Sex
from holocrine.knowledge.products import products, syringes
from holocrine.planning.geometry import checked_points

EXAMPLES = Path(__file__).parents[2] / "examples"
PROTOCOLS = {
    # name: points, units, mL, as published
    "abobotulinumtoxinA-forehead-row": (10, 40.0, 0.4),
    "bladder-20-points": (20, 100.0, 10.0),
    "forehead-intramuscular-5x2": (5, 10.0, 0.25),
    "forehead-intramuscular-5x4": (5, 20.0, 0.5),
    "microbotox-forehead": (100, 20.0, 1.0),
}
FACIAL = sorted(set(PROTOCOLS) - {"bladder-20-points"})
BROW_MARGIN = 20.0
"""mm; the default of the safety rules."""


def case_of(name: str) -> Case:
    path = EXAMPLES / f"{name}.toml"
    return read_case(path.read_text(encoding="utf-8"), path.name)


def plan_of(name: str) -> Plan:
    path = EXAMPLES / "protocols" / f"{name}.toml"
    return read_plan(path.read_text(encoding="utf-8"), path.name)


def test_every_example_is_tested() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.toml")} == set(VERDICTS)
    assert {path.stem for path in (EXAMPLES / "protocols").glob("*.toml")} == set(PROTOCOLS)


@pytest.mark.parametrize("name", VERDICTS)
def test_verdict(name: str) -> None:
    assessment = assess(case_of(name))
    assert assessment.verdict == VERDICTS[name]
    assert assessment.permits_plan == (VERDICTS[name] in ("reasonable_with_conditions", "try_first"))
    assert assessment.reasons


@pytest.mark.parametrize("name", VERDICTS)
def test_persons_are_said_to_be_fictional(name: str) -> None:
    assert (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8").startswith("# Fictional person")


# what follow-up could tell stands in its dated readings, which are no findings
@pytest.mark.parametrize("name", sorted(set(VERDICTS) - {"incomplete", "follow-up", *LOOSER_LIMITS}))
def test_nothing_is_left_to_ask(name: str) -> None:
    assert assess(case_of(name)).questions == ()


@pytest.mark.parametrize("name", LOOSER_LIMITS)
def test_looser_limits_need_only_their_author(name: str) -> None:
    case = case_of(name)
    assert [question.field for question in assess(case).questions] == ["goals.harm_limits"]
    signed = assess(case, [Override(rule_id="SD-23", reason="discussed and accepted", author="Dr A")])
    assert signed.verdict == "reasonable_with_conditions"
    assert signed.questions == ()


def test_the_incomplete_case_asks_about_everything_left_out() -> None:
    required = {question.field for question in assess(case_of("incomplete")).questions if question.required}
    assert {"patient.pregnancy", "safety.allergies", "safety.drugs", "history.earlier_toxin"} <= required


def test_ten_weeks_is_too_early_and_says_until_when() -> None:
    assessment = assess(case_of("repeat-10-weeks"))
    assert assessment.earliest_date == "2026-05-31"  # 90 days after 2026-03-02


@pytest.mark.parametrize(
    ("name", "units_per_ml"), [("repeat-10-weeks", 20), ("repeat-20-weeks", 20), ("repeat-frown-lines", 40)]
)
def test_past_points_lie_where_they_are_said_to_lie(name: str, units_per_ml: int) -> None:
    case = case_of(name)
    assert case.patient.sex is not None
    face = build_face(case.patient.sex, case.patient.face)
    mapped = [session for session in case.sessions if session.points]
    assert mapped
    for session in mapped:
        assert {face.region_at(point.x, point.y) for point in session.points} == set(session.regions)
        for point in session.points:
            # the tolerance is the rounding of the product
            assert point.units == pytest.approx(units_per_ml * point.volume, rel=1e-9)


def test_mapped_lesions_lie_in_goal_regions() -> None:
    case = case_of("jawline-acne")
    face = build_face("female", case.patient.face)
    assert {face.region_at(lesion.x, lesion.y) for lesion in case.findings.inflamed_lesions} <= set(case.goals.regions)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_protocol_is_as_published(name: str) -> None:
    plan, (points, units, volume) = plan_of(name), PROTOCOLS[name]
    assert plan.title
    assert plan.source
    assert len(plan.points) == points
    # the tolerance is the rounding of sums of tenths and hundredths
    assert plan.total_units == pytest.approx(units, rel=1e-9)
    assert plan.total_volume == pytest.approx(volume, rel=1e-9)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_protocol_can_be_drawn_up(name: str) -> None:
    plan = plan_of(name)
    facts = products()[plan.solution.product]
    assert plan.solution.vial_units in facts.vial_units
    for point in plan.points:
        assert point.volume >= syringes()[plan.solution.syringe].minimum_ml
        # units and volume of each point agree with the vial; the tolerance is the rounding of one product
        assert point.units == pytest.approx(plan.solution.concentration * point.volume, rel=1e-9)


@pytest.mark.parametrize("name", FACIAL)
def test_protocol_of_the_face_keeps_its_labelled_maximum(name: str) -> None:
    plan = plan_of(name)
    assert plan.total_units <= products()[plan.solution.product].labelled_facial_maximum


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("name", PROTOCOLS)
def test_protocol_points_lie_in_their_region(name: str, sex: Sex) -> None:
    plan = plan_of(name)
    assert checked_points(plan, build_face(sex, FaceMeasurements())) == plan
    assert len({(point.x, point.y) for point in plan.points}) == len(plan.points)


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("name", FACIAL)
def test_protocol_of_the_face_stays_above_the_brow(name: str, sex: Sex) -> None:
    face = build_face(sex, FaceMeasurements())
    heights = height_above_brow(face, [(point.x, point.y) for point in plan_of(name).points])
    assert heights.min() >= BROW_MARGIN


def test_only_the_intramuscular_protocols_break_the_forehead_rule() -> None:
    case = case_of("oily-forehead")
    broken = {
        name: {check.rule_id for check in plan_limit_checks(case, plan_of(name)) if check.exceeded}
        for name in PROTOCOLS
    }
    assert broken == {name: {"SD-17"} if "intramuscular" in name else set() for name in PROTOCOLS}
