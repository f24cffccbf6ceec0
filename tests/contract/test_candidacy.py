"""Candidacy as a clinic meets it: every safety field of every example, guidance, outlook, limits, what to ask first."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.assessment import assess, with_forecast
from holocrine.domain.assessment import Assessment
from holocrine.domain.case import Case
from holocrine.domain.forecast import Benefit
from holocrine.domain.goals import HarmLimits
from holocrine.domain.interval import Interval
from holocrine.domain.plan import Override

Patch = dict[str, Any]
EXAMPLES = {
    path.stem: path.read_text(encoding="utf-8") for path in (Path(__file__).parents[2] / "examples").glob("*.toml")
}
REMOVED = object()
ACNE: Patch = {"findings.iga": 2}

OF_EVERYBODY = (
    "patient.age",
    "patient.sex",
    "history.earlier_toxin",
    "safety.conditions",
    "safety.drugs",
    "safety.allergies",
    "safety.infection_at_site",
    "safety.inflammation_at_site",
    "product.name",
)
OF_FEMALES = ("patient.pregnancy", "patient.lactation")
OF_FACES = ("safety.eyelid_findings",)
OF_BLADDERS = tuple(
    f"urology.{name}" for name in ("cause", "infection", "residual_volume", "self_catheterisation", "dysreflexia_risk")
)


def build(*patches: Patch, example: str = "oily-forehead") -> Case:
    """The example with dotted paths replaced or removed, later patches last."""
    data = tomllib.loads(EXAMPLES[example])
    for patch in patches:
        for path, value in patch.items():
            *parents, leaf = path.split(".")
            node = data
            for name in parents:
                node = node.setdefault(name, {})
            if value is REMOVED:
                node.pop(leaf, None)
            else:
                node[leaf] = value
    return Case.model_validate(data)


def override(rule_id: str) -> Override:
    return Override(rule_id=rule_id, reason="discussed and agreed", author="Dr A")


def safety_fields(case: Case) -> tuple[str, ...]:
    """What must be known of this person before any plan."""
    fields = OF_EVERYBODY
    fields += OF_FEMALES if case.patient.sex == "female" else ()
    fields += OF_BLADDERS if case.goals.targets == ("bladder",) else ()
    fields += (
        OF_FACES if not {"palm", "sole", "axilla", "bladder"} & {r.split("_")[0] for r in case.goals.regions} else ()
    )
    return fields


REMOVALS = [(name, field) for name in sorted(EXAMPLES) for field in safety_fields(build(example=name))]


@pytest.mark.parametrize(("name", "field"), REMOVALS)
def test_removing_any_safety_field_of_any_example_asks_for_it(name: str, field: str) -> None:
    """Only a contraindication that is found all the same outranks the question, which is then put with it."""
    gone: Patch = {field: "unknown" if field == "product.name" else REMOVED}
    gone |= {"session": REMOVED} if field == "history.earlier_toxin" else {}
    assessment = assess(build(gone, example=name))
    assert not assessment.permits_plan
    assert field in {question.field for question in assessment.questions if question.required}
    if not any(reason.effect == "contraindicates" for reason in assessment.reasons):
        assert assessment.verdict == "ask"


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data(), name=st.sampled_from(sorted(EXAMPLES)))
def test_removing_several_safety_fields_asks_for_all_of_them(data: st.DataObject, name: str) -> None:
    known = [field for field in safety_fields(build(example=name)) if field not in ("product.name", "patient.sex")]
    known = [field for field in known if field != "history.earlier_toxin"]
    chosen = data.draw(st.lists(st.sampled_from(known), min_size=2, unique=True))
    assessment = assess(build(dict.fromkeys(chosen, REMOVED), example=name))
    assert not assessment.permits_plan
    assert set(chosen) <= {question.field for question in assessment.questions if question.required}


def steps(assessment: Assessment) -> dict[str, str]:
    return {step.rule_id: step.concerns for step in assessment.guidance}


def test_guidance_shows_every_step_with_its_source_to_a_person_with_acne() -> None:
    woman = assess(build(ACNE, {"hormones": {"irregular_periods": "no", "hirsutism": "no"}}))
    assert steps(woman)["MO-11"] == "yes"
    assert steps(woman)["MO-12"] == "no"
    assert {step.topic for step in woman.guidance} == {"tried first", "antibiotics", "isotretinoin", "hormone tests"}
    assert all(step.source and step.statement for step in woman.guidance)
    assert assess(build()).guidance == (), "no acne, no guidance"


def test_both_schools_say_what_they_would_do_for_this_person() -> None:
    def said(hormones: dict[str, str]) -> tuple[str, str]:
        because = {step.rule_id: step.because for step in assess(build(ACNE, {"hormones": hormones})).guidance}
        return because["MO-09"], because["MO-10"]

    by_signs, for_all = said({"irregular_periods": "no", "hirsutism": "no"})
    assert "no test" in by_signs
    assert "by this school: measure" in for_all
    assert "by this school: measure (recorded: hirsutism)" in said({"irregular_periods": "no", "hirsutism": "yes"})[0]
    assert "depends on hormones" in said({})[0]


@pytest.mark.parametrize(
    ("patch", "because"),
    [
        ({"findings.scars": {"forehead": "severe"}}, "scarring"),
        ({"outlook": {"psychosocial_burden": "yes"}}, "weighs heavily"),
        (
            {"history.acne_treatments": [
                {"drug": "lymecycline", "drug_class": "oral_antibiotic", "duration": "12 week", "response": "none"}
            ]},
            "after lymecycline",
        ),
    ],
)  # fmt: skip
def test_isotretinoin_is_discussed_before_toxin(patch: Patch, because: str) -> None:
    assessment = assess(build(ACNE, patch))
    (reason,) = (reason for reason in assessment.reasons if reason.rule_id == "MO-15")
    assert because in reason.because
    assert assessment.verdict == "try_first"
    assert any("isotretinoin" in option for option in assessment.try_first)


@pytest.mark.parametrize("drug_class", ["oral_antibiotic", "topical_retinoid"])
def test_a_course_of_unknown_response_is_asked_about(drug_class: str) -> None:
    course = {"drug": "drug x", "drug_class": drug_class, "duration": "12 week"}
    asked = {
        question.field: question.rules
        for question in assess(build(ACNE, {"history.acne_treatments": [course]})).questions
    }
    assert ("MO-15" if drug_class == "oral_antibiotic" else "SD-16") in asked["history.acne_treatments"]


def test_a_positive_screen_postpones_and_offers_a_referral() -> None:
    assessment = assess(build({"outlook.body_image_screen": "positive"}))
    assert assessment.verdict == "not_now"
    (reason,) = (reason for reason in assessment.reasons if reason.rule_id == "SD-20")
    assert "offer a talk" in reason.statement
    assert assess(build({"outlook": {"expects_cure": "yes", "expects_no_risk": "yes"}})).verdict == (
        "reasonable_with_conditions"
    )


HARMS = tuple(HarmLimits.model_fields)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(harm=st.sampled_from(HARMS), tenths=st.integers(0, 1000))
def test_a_limit_above_its_default_needs_an_author_and_below_is_free(harm: str, tenths: int) -> None:
    patch = {"goals.harm_limits": {harm: f"{tenths / 10:g} %"}}
    assessment = assess(build(patch))
    if tenths / 10 <= getattr(HarmLimits(), harm):
        assert assessment == assess(build())
        return
    assert assessment.verdict == "ask"
    assert not assessment.permits_plan
    (question,) = (question for question in assessment.questions if question.required)
    for text in (question.question, assessment.summary):
        assert harm in text
        assert f"{tenths / 10:g}%" in text
    assert "--override SD-23" in question.why
    assert "SD-23" in assessment.summary
    signed = assess(build(patch), [override("SD-23")])
    assert signed.verdict == "reasonable_with_conditions"
    assert signed.status == "overridden"
    assert not any(question.required for question in signed.questions)


def test_the_question_on_which_most_rules_hinge_comes_first() -> None:
    asked = assess(build({"safety": REMOVED, "findings": REMOVED})).questions
    for required in (True, False):
        counts = [len(question.rules) for question in asked if question.required == required]
        assert len(counts) > 3
        assert counts == sorted(counts, reverse=True)
    assert [question.required for question in asked] == sorted((q.required for q in asked), reverse=True)


def test_after_a_forecast_the_finding_that_narrows_it_most_comes_first() -> None:
    assessment = assess(build({"findings": REMOVED}))
    shares = {"findings.pores": 0.02, "findings.sebum": 0.6, "findings.iga": 0.3}
    told = with_forecast(assessment, [BENEFIT], (), shares)
    first = [question.field for question in told.questions[:3]]
    assert first == ["findings.sebum", "findings.iga", "findings.pores"]
    assert "60%" in told.questions[0].why
    assert {q.field for q in told.questions} == {q.field for q in assessment.questions}


BENEFIT = Benefit(
    target="sebum",
    description="made up",
    mean=15.0,
    interval=Interval(median=15.0, lo50=10.0, hi50=20.0, lo90=0.0, hi90=30.0),
    meaningful_fall=20.0,
    probability_meaningful=41.0,
    probability_no_effect=12.0,
    duration_weeks=None,
)


def test_the_answer_states_the_chance_of_no_effect() -> None:
    told = with_forecast(assess(build()), [BENEFIT])
    assert told.verdict == "insufficient_evidence"
    assert "of no effect 12%" in told.summary
    unsure = BENEFIT.model_copy(update={"probability_meaningful": 99.9, "probability_no_effect": 0.1})
    assert "over 99%, of no effect under 1%" in with_forecast(assess(build()), [unsure]).summary
    better = BENEFIT.model_copy(update={"target": "pores", "probability_meaningful": 70.0})
    assert with_forecast(assess(build()), [BENEFIT, better]).verdict == "reasonable_with_conditions"


def test_every_field_a_rule_may_name_has_its_question() -> None:
    bare = {
        "safety": REMOVED,
        "findings": REMOVED,
        "history": REMOVED,
        "hormones": REMOVED,
        "patient": {"pseudonym": "p"},
    }
    for goals in (["acne"], ["bladder"], ["sweat"], ["forehead_lines"]):
        regions = ["bladder"] if goals == ["bladder"] else ["forehead"]
        assessment = assess(build(bare, {"goals": {"targets": goals, "regions": regions}, "product.name": "unknown"}))
        assert all(question.question for question in assessment.questions)
        assert assessment.verdict == "ask"
