"""Verdicts, precedence, questions, overrides, benefit and limits; the truth table of rules is in test_rules."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.assessment import assess, limit_checks, plan_limit_checks, with_benefit
from holocrine.domain.assessment import Assessment
from holocrine.domain.case import Case
from holocrine.domain.plan import InjectionPoint, Override, Plan, Solution
from holocrine.domain.vocabulary import Allergen, Condition, DrugClass, EyelidFinding, Jurisdiction, Product
from holocrine.errors import InputError

Patch = dict[str, Any]
EXAMPLE = (Path(__file__).parents[2] / "examples" / "oily-forehead.toml").read_text(encoding="utf-8")
REMOVED = object()

SAFETY_FIELDS = (
    "patient.age",
    "patient.sex",
    "patient.pregnancy",
    "patient.lactation",
    "history.earlier_toxin",
    "safety.conditions",
    "safety.drugs",
    "safety.allergies",
    "safety.eyelid_findings",
    "safety.infection_at_site",
    "safety.inflammation_at_site",
)
RANK = ("reasonable_with_conditions", "try_first", "not_now", "ask", "contraindicated")
"""From best to worst."""
LACTATING: Patch = {"patient.lactation": "yes"}
PREGNANT: Patch = {"patient.pregnancy": "yes"}
UNASKED: Patch = {"safety.allergies": REMOVED}
ACNE: Patch = {"findings.iga": 2}


def build(*patches: Patch) -> Case:
    """The example case with dotted paths replaced or removed, later patches last."""
    data = tomllib.loads(EXAMPLE)
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


def toxin(*sessions: tuple[str, str, float]) -> Patch:
    listed = [{"date": date, "product": product, "total_units": units} for date, product, units in sessions]
    return {"session": listed, "history.earlier_toxin": "yes"}


def override(rule_id: str) -> Override:
    return Override(rule_id=rule_id, reason="discussed and agreed", author="Dr A")


def fired(assessment: Assessment) -> set[str]:
    return {reason.rule_id for reason in assessment.reasons}


@pytest.mark.parametrize(
    ("patches", "verdict"),
    [
        ([], "reasonable_with_conditions"),
        ([ACNE], "try_first"),
        ([ACNE, LACTATING], "not_now"),
        ([ACNE, LACTATING, UNASKED], "ask"),
        ([ACNE, LACTATING, UNASKED, PREGNANT], "contraindicated"),
        ([{"product.name": "unknown"}], "ask"),
        ([{"safety.drugs": [{"name": "doxicycline"}]}], "ask"),
        ([{"safety.eyelid_findings": ["dermatochalasis"]}], "not_now"),
        ([{"safety.eyelid_findings": ["dermatochalasis"], "goals.regions": ["nose"]}], "reasonable_with_conditions"),
        ([{"findings": {}}], "reasonable_with_conditions"),
    ],
)
def test_precedence(patches: list[Patch], verdict: str) -> None:
    assert assess(build(*patches)).verdict == verdict


def test_contraindicated_still_asks() -> None:
    assessment = assess(build(PREGNANT, UNASKED))
    assert [question.field for question in assessment.questions if question.required] == ["safety.allergies"]
    assert "1 required answer is missing" in assessment.summary


@pytest.mark.parametrize("field", SAFETY_FIELDS)
def test_each_unknown_safety_field_is_one_required_question(field: str) -> None:
    assessment = assess(build({field: REMOVED}))
    assert assessment.verdict == "ask"
    assert not assessment.permits_plan
    (question,) = [question for question in assessment.questions if question.required]
    assert question.field == field
    assert question.question
    assert question.why
    assert field in assessment.summary


def test_a_missing_finding_is_asked_for_but_required_by_nobody() -> None:
    assessment = assess(build({"findings": {}}))
    assert {"findings.sebum", "findings.iga", "findings.pores"} <= {q.field for q in assessment.questions}
    assert not any(question.required for question in assessment.questions)


def test_males_are_not_asked_about_pregnancy() -> None:
    man = build({"patient.sex": "male", "patient.pregnancy": REMOVED, "patient.lactation": REMOVED})
    assert assess(man).verdict == "reasonable_with_conditions"
    assert not any("pregnancy" in question.field for question in assess(man).questions)


def test_an_unrecognised_drug_is_named_with_its_neighbour() -> None:
    asked = assess(build({"safety.drugs": [{"name": "doxicycline"}]})).questions
    (question,) = (question for question in asked if question.required)
    assert "doxicycline (did you mean doxycycline?)" in question.question


def test_every_reason_shows_where_it_comes_from() -> None:
    for reason in assess(build({"jurisdiction": "unknown"}, ACNE, LACTATING)).reasons:
        assert reason.source
        assert reason.label_version
        assert not reason.reverified
        assert "not re-verified" in reason.statement


@pytest.mark.parametrize(
    ("patch", "strict_rule"),
    [
        ({"safety.inflammation_at_site": "yes"}, "CI-11"),
        ({"safety.conditions": ["myasthenia_gravis"]}, "CI-12"),
        ({"patient.age": 75}, "CI-13"),
        ({"safety.drugs": [{"name": "gentamicin"}]}, "CI-14"),
        ({"patient.age": 17}, "PR-21"),
    ],
)
def test_unknown_jurisdiction_takes_the_strictest_text(patch: Patch, strict_rule: str) -> None:
    assessment = assess(build(patch, {"jurisdiction": "unknown"}))
    assert assessment.verdict == "contraindicated"
    assert strict_rule in fired(assessment)


def test_mapped_lesions_exclude_points_instead_of_the_person() -> None:
    inflamed: Patch = {"safety.inflammation_at_site": "yes", "jurisdiction": "unknown"}
    mapped = assess(build(inflamed, {"findings.inflamed_lesions": [{"x": "10 mm", "y": "40 mm"}]}))
    assert mapped.verdict == "reasonable_with_conditions"
    assert "excludes_site" in {reason.effect for reason in mapped.reasons}


@pytest.mark.parametrize(("days", "verdict"), [(0, "not_now"), (89, "not_now"), (90, "reasonable_with_conditions")])
@pytest.mark.parametrize("product", ["onabotulinumtoxinA", "letibotulinumtoxinA", "unknown"])
def test_interval(days: int, verdict: str, product: str) -> None:
    day = build().assessed_on - dt.timedelta(days=days)
    assessment = assess(build(toxin((day.isoformat(), product, 10), ("2024-01-01", product, 50))))
    assert assessment.verdict == verdict
    earliest = (day + dt.timedelta(days=90)).isoformat() if verdict == "not_now" else None
    assert assessment.earliest_date == earliest


def test_the_earliest_date_is_one_on_which_the_answer_changes() -> None:
    given_before = toxin(("2026-01-20", "onabotulinumtoxinA", 10))
    earliest = assess(build(given_before)).earliest_date
    assert earliest is not None
    eve = dt.date.fromisoformat(earliest) - dt.timedelta(days=1)
    assert assess(build(given_before, {"assessed_on": earliest})).permits_plan
    assert assess(build(given_before, {"assessed_on": eve.isoformat()})).verdict == "not_now"


def test_hormone_testing_shows_both_schools_to_adult_women_with_acne() -> None:
    assert {"MO-09", "MO-10"} <= fired(assess(build(ACNE)))
    assert not {"MO-09", "MO-10"} & fired(assess(build()))


def test_severe_acne_opens_systemic_options_only() -> None:
    assessment = assess(build({"findings.iga": 4, "findings.lesions": {"forehead": {"papules": 30, "nodules": 5}}}))
    assert {"MO-11", "MO-12", "MO-15"} <= fired(assessment)
    options = [text for text in assessment.try_first if text.startswith("Option to discuss")]
    assert any("isotretinoin" in text for text in options)
    assert not any("azelaic" in text for text in options)


def test_options_leave_out_what_ran_long_enough_and_what_is_for_women() -> None:
    course = {"drug": "azelaic acid", "drug_class": "azelaic_acid", "duration": "3 month", "response": "none"}
    short = {"drug": "adapalene", "drug_class": "topical_retinoid", "duration": "11 week"}
    tried = {"findings.iga": 4, "history.acne_treatments": [course, short], "patient.sex": "male"}
    text = " ".join(assess(build(tried)).try_first)
    assert "isotretinoin" in text
    assert "azelaic" not in text
    assert "contraceptive" not in text


# --- properties -----------------------------------------------------------------------------------------------------

YES_NO = st.sampled_from(["yes", "no", "unknown"])


def some(words: object) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(get_args(words)), unique=True, max_size=2)


CASES = st.fixed_dictionaries(
    {
        "jurisdiction": st.sampled_from(get_args(Jurisdiction)),
        "product.name": st.sampled_from([*get_args(Product), "unknown"]),
        "product.diluent": st.sampled_from(["preservative-free saline", "bacteriostatic saline", "lidocaine"]),
        "patient.age": st.integers(10, 90),
        "patient.pregnancy": YES_NO,
        "patient.lactation": YES_NO,
        "history.earlier_toxin": YES_NO,
        "safety.conditions": some(Condition),
        "safety.allergies": some(Allergen),
        "safety.eyelid_findings": some(EyelidFinding),
        "safety.infection_at_site": YES_NO,
        "safety.inflammation_at_site": YES_NO,
        "safety.drugs": some(DrugClass).map(lambda names: [{"name": "drug x", "drug_class": name} for name in names]),
        "findings.iga": st.integers(0, 4),
    }
)


def rank(patch: Patch, *more: Patch) -> int:
    return RANK.index(assess(build(patch, *more)).verdict)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(case=CASES, field=st.sampled_from(SAFETY_FIELDS))
def test_removing_a_safety_field_never_opens_the_way_to_a_plan(case: Patch, field: str) -> None:
    # Not asking is never better than a harmless answer, and never turns a no into a plan. It may turn
    # "contraindicated" into "ask": the reason to say no is then no longer known.
    before, after = rank(case), rank(case, {field: REMOVED})
    assert after >= min(before, RANK.index("ask"))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(case=CASES, condition=st.sampled_from(get_args(Condition)))
def test_adding_a_condition_never_improves_the_verdict(case: Patch, condition: str) -> None:
    more = {"safety.conditions": [*case["safety.conditions"], condition]}
    assert rank(case, more) >= rank(case)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(case=CASES, word=st.sampled_from(["safety.allergies", "safety.eyelid_findings", "safety.drugs"]), data=st.data())
def test_adding_a_finding_never_improves_the_verdict(case: Patch, word: str, data: st.DataObject) -> None:
    kind = {"safety.allergies": Allergen, "safety.eyelid_findings": EyelidFinding, "safety.drugs": DrugClass}[word]
    extra: Any = data.draw(st.sampled_from(get_args(kind)))
    # Acne drugs are left to the acne rules: having tried one is a reason in favour.
    if word == "safety.drugs":
        extra = {"name": "drug y", "drug_class": extra}
        case = case | {"findings.iga": 0}
    assert rank(case, {word: [*case[word], extra]}) >= rank(case)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(case=CASES, known=st.sampled_from([place for place in get_args(Jurisdiction) if place != "unknown"]))
def test_an_unknown_jurisdiction_is_never_milder(case: Patch, known: str) -> None:
    assert rank(case, {"jurisdiction": "unknown"}) >= rank(case, {"jurisdiction": known})


# --- overrides ------------------------------------------------------------------------------------------------------


def test_an_override_is_kept_and_counts() -> None:
    case = build(toxin(("2026-02-20", "onabotulinumtoxinA", 10)))
    assessment = assess(case, [override("IV-01")])
    assert assessment.verdict == "reasonable_with_conditions"
    assert assessment.status == "overridden"
    assert assessment.earliest_date is None
    (reason,) = [reason for reason in assessment.reasons if reason.rule_id == "IV-01"]
    assert reason.overridden_by == override("IV-01")
    assert "Overridden: IV-01" in assessment.summary


def test_an_override_sets_aside_one_rule_only() -> None:
    case = build(toxin(("2026-02-20", "onabotulinumtoxinA", 10)), LACTATING)
    assert assess(case, [override("IV-01")]).verdict == "not_now"


@pytest.mark.parametrize(
    ("patch", "rule_id", "message"),
    [
        ({}, "IV-1", "no rule has this id. Did you mean IV-0"),
        ({}, "IV-01", "did not fire"),
        ({"history.earlier_toxin": REMOVED}, "IV-01", "did not fire"),
        (PREGNANT, "PR-18", "never be overridden"),
        ({"safety.infection_at_site": "yes"}, "CI-02", "never be overridden"),
        ({"safety.allergies": ["human_albumin"]}, "CI-01", "never be overridden"),
        ({"safety.conditions": ["amyotrophic_lateral_sclerosis"]}, "PR-07", "never be overridden"),
        (UNASKED, "SD-36", "never be overridden"),
    ],
)
def test_overrides_that_are_refused(patch: Patch, rule_id: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        assess(build(patch), [override(rule_id)])


# --- benefit --------------------------------------------------------------------------------------------------------


def test_too_little_chance_of_benefit() -> None:
    assessment = with_benefit(assess(build()), 49.9)
    assert assessment.verdict == "insufficient_evidence"
    assert "49.9%" in assessment.summary
    assert assessment.reasons[0].rule_id == "SD-19"
    assert "49.9%" in with_benefit(assess(build()), 49.96).summary
    assert with_benefit(assess(build()), 50.0) == assess(build())


@pytest.mark.parametrize("patch", [ACNE, LACTATING, UNASKED, PREGNANT])
def test_benefit_changes_no_stricter_verdict(patch: Patch) -> None:
    assert with_benefit(assess(build(patch)), 1.0) == assess(build(patch))


@pytest.mark.parametrize("percent", [-0.1, 100.1, float("nan")])
def test_benefit_must_be_a_percentage(percent: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        with_benefit(assess(build()), percent)


# --- limits ---------------------------------------------------------------------------------------------------------


def test_a_touch_up_counts_in_the_totals() -> None:
    case = build(toxin(("2026-02-02", "onabotulinumtoxinA", 60), ("2025-06-01", "onabotulinumtoxinA", 300)))
    checks = {check.rule_id: check for check in limit_checks(case, "onabotulinumtoxinA", {"forehead": 10})}
    assert checks["DL-04"].value == 70
    assert checks["DL-04"].exceeded
    assert checks["DL-06"].value == 70
    assert not checks["DL-06"].exceeded
    assert "60" in checks["DL-04"].statement


def test_products_are_listed_separately_and_never_added() -> None:
    case = build(
        toxin(
            ("2026-02-02", "abobotulinumtoxinA", 300),
            ("2026-02-03", "unknown", 50),
            ("2026-02-04", "onabotulinumtoxinA", 5),
        )
    )
    checks = limit_checks(case, "onabotulinumtoxinA", {"forehead": 10})
    others = {check.unit: check.value for check in checks if check.rule_id == "SD-18"}
    assert others == {"units abobotulinumtoxinA": 300, "units of an unnamed product": 50}
    assert all("not comparable" in check.statement for check in checks if check.rule_id == "SD-18")
    assert all(check.value <= 15 for check in checks if check.rule_id != "SD-18")


def test_a_later_day_leaves_the_window() -> None:
    case = build(toxin(("2026-02-02", "onabotulinumtoxinA", 300)))
    later = case.assessed_on + dt.timedelta(days=80)
    (check,) = (c for c in limit_checks(case, "onabotulinumtoxinA", {"nose": 10}, on=later) if c.rule_id == "DL-06")
    assert check.value == 10


def test_sums_of_tenths_do_not_exceed_by_rounding() -> None:
    regions = {"forehead": 0.1 + 0.2, "nose": 0.1 * 3, "chin": 64 - 0.6}
    (check,) = (c for c in limit_checks(build(), "onabotulinumtoxinA", regions) if c.rule_id == "DL-04")
    assert not check.exceeded


def test_negative_units_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        limit_checks(build(), "onabotulinumtoxinA", {"nose": -1})


def test_limits_of_a_plan_are_those_of_its_points() -> None:
    def point(name: str, plane: str, units: float) -> InjectionPoint:
        place = {"id": name, "region": "forehead", "x": "0 mm", "y": "40 mm", "depth": "1 mm", "volume": "0.05 mL"}
        return InjectionPoint.model_validate({**place, "plane": plane, "units": units})

    solution = Solution.model_validate({"product": "onabotulinumtoxinA", "vial_units": 100, "diluent_volume": "2.5 mL"})
    points = (point("a", "intradermal", 1), point("b", "intramuscular", 2))
    plan = Plan.model_validate({"schema": "holocrine.plan/1", "solution": solution, "point": points})
    checks = {check.rule_id: check.value for check in plan_limit_checks(build(), plan)}
    assert checks["SD-07"] == 3
    assert checks["SD-17"] == 2
