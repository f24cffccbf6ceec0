"""Truth table of the rules (rules_truth_table.toml): fires, stays quiet, is left open; verdict and override."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any, cast

import pytest

from holocrine.assessment import assess, limit_checks
from holocrine.domain.case import Case
from holocrine.domain.plan import Override
from holocrine.errors import InputError, KnowledgeError
from holocrine.knowledge import load
from holocrine.knowledge import rules as rules_module
from holocrine.knowledge.products import products
from holocrine.knowledge.rules import Rule, evaluate, rule_by_id, rules

Patch = dict[str, Any]
Row = dict[str, Any]

TABLE: dict[str, Row] = tomllib.loads((Path(__file__).parent / "rules_truth_table.toml").read_text(encoding="utf-8"))
BY_CASE = [name for name, row in TABLE.items() if "fires" in row]
BY_PLAN = [name for name, row in TABLE.items() if "exceeds" in row]
UNDECIDED = [name for name, row in TABLE.items() if row.get("decided") is False]
STOPS = ("contraindicates", "postpones", "asks")
FROM_BEST = ("reasonable_with_conditions", "try_first", "not_now", "ask", "contraindicated")

BASE: dict[str, Any] = {
    "schema": "holocrine.case/1",
    "assessed_on": "2026-03-02",
    "jurisdiction": "US",
    "patient": {"pseudonym": "p", "age": 30, "sex": "female", "pregnancy": "no", "lactation": "no"},
    "findings": {
        "iga": 0,
        "pores": {"cheek_left": "fine"},
        "scars": {"cheek_left": "none"},
        "lesions": {"cheek_left": {"papules": 0, "nodules": 0}},
    },
    "history": {"earlier_toxin": "no"},
    "safety": {
        "conditions": [],
        "drugs": [],
        "allergies": [],
        "eyelid_findings": [],
        "infection_at_site": "no",
        "inflammation_at_site": "no",
    },
    "hormones": {"irregular_periods": "no", "hirsutism": "no"},
    "outlook": {
        "expects_cure": "no",
        "expects_no_risk": "no",
        "body_image_screen": "negative",
        "psychosocial_burden": "no",
    },
    "goals": {"targets": ["sebum"], "regions": ["cheek_left"], "acknowledge_off_label": "yes"},
    "product": {"name": "onabotulinumtoxinA", "vial_units": 100, "diluent_volumes": ["5 mL"]},
}


def build(*patches: Patch) -> Case:
    """The base case with dotted paths replaced or "(absent)", later patches last."""
    data = copy.deepcopy(BASE)
    for patch in patches:
        for path, value in patch.items():
            *parents, leaf = path.split(".")
            node = data
            for name in parents:
                node = node.setdefault(name, {})
            if isinstance(value, str) and value == "(absent)":
                node.pop(leaf, None)
            else:
                node[leaf] = value
    return Case.model_validate(data)


def session(date: str, product: str = "onabotulinumtoxinA", units: float = 10) -> Patch:
    return {"session": [{"date": date, "product": product, "total_units": units}], "history.earlier_toxin": "yes"}


ACNE: Patch = {"findings.iga": 2}
DRY_EYE: Patch = {"safety.eyelid_findings": ["dry_eye"]}
UNCONDITIONAL = {"PR-01", "PR-02", "PR-25", "DL-14"}
SCREEN = "SD-20"


def setting_of(rule: Rule) -> Patch:
    """Product and jurisdiction under which the rule speaks."""
    product = rule.products[0] if rule.products else "onabotulinumtoxinA"
    place = rule.jurisdictions[0] if rule.jurisdictions else "US"
    vial = next(v for v in products()[product].vial_units if v >= 100)
    return {"product.name": product, "product.vial_units": vial, "jurisdiction": place}


def case_of(rule_id: str, column: str) -> Case:
    return build(setting_of(rule_by_id(rule_id)), TABLE[rule_id][column])


def set_aside(rule_id: str) -> Override:
    return Override(rule_id=rule_id, reason="discussed and agreed", author="Dr A")


def test_every_rule_is_in_the_table() -> None:
    decided = {
        kind: {rule.rule_id for rule in rules() if rule.decided_by == kind} for kind in ("case", "plan", "never")
    }
    assert decided == {"case": set(BY_CASE), "plan": set(BY_PLAN), "never": set(UNDECIDED)}


@pytest.mark.parametrize("rule_id", TABLE)
def test_effect_threshold_and_override_are_those_of_the_table(rule_id: str) -> None:
    rule, row = rule_by_id(rule_id), TABLE[rule_id]
    assert (rule.effect, rule.setting.threshold, rule.overridable) == (
        row["effect"],
        row.get("threshold"),
        row["overridable"],
    )


@pytest.mark.parametrize("rule_id", BY_CASE)
def test_fires(rule_id: str) -> None:
    case = case_of(rule_id, "fires")
    finding = evaluate(rule_by_id(rule_id), case)
    assert finding is not None
    assert finding.state == "fires"
    assert finding.because
    assessment = assess(case)
    assert rule_id in {reason.rule_id for reason in assessment.reasons}
    assert assessment.verdict == TABLE[rule_id]["verdict"]


@pytest.mark.parametrize("rule_id", [name for name in BY_CASE if "quiet" in TABLE[name]])
def test_stays_quiet(rule_id: str) -> None:
    case = case_of(rule_id, "quiet")
    assert evaluate(rule_by_id(rule_id), case) is None
    assert assess(case).verdict == TABLE[rule_id]["quiet_verdict"]


def test_only_rules_for_everybody_have_no_quiet_case() -> None:
    assert {name for name in BY_CASE if "quiet" not in TABLE[name]} == UNCONDITIONAL


@pytest.mark.parametrize("rule_id", [name for name in BY_CASE if "unknown" in TABLE[name]])
def test_unknown_is_never_safe(rule_id: str) -> None:
    row, case = TABLE[rule_id], case_of(rule_id, "unknown")
    finding = evaluate(rule_by_id(rule_id), case)
    assert finding is not None
    assert finding.state == row.get("unknown_state", "unknown")
    assessment = assess(case)
    assert assessment.verdict == row["unknown_verdict"]
    if finding.state == "unknown":
        (asked,) = (question for question in assessment.questions if question.field == finding.field)
        assert rule_id in asked.rules


@pytest.mark.parametrize("rule_id", BY_CASE)
def test_what_stops_when_it_fires_permits_no_plan_while_unknown(rule_id: str) -> None:
    row = TABLE[rule_id]
    if row["effect"] not in STOPS or rule_id == SCREEN:
        return
    if row.get("unknown_state") == "is the rule":
        assert row["effect"] == "asks"
    elif "unknown_verdict" in row:
        assert FROM_BEST.index(row["unknown_verdict"]) >= FROM_BEST.index("ask")
    else:
        assert row["never_unknown"]


def test_a_screen_that_was_not_done_is_a_condition() -> None:
    """The one stop whose question does not hold up a plan: its unknown answer is a condition of its own."""
    assert rule_by_id(SCREEN).predicate == rule_by_id("SD-26").predicate
    assessment = assess(build({"outlook": {}}))
    assert "SD-26" in {reason.rule_id for reason in assessment.reasons if reason.effect == "condition"}
    assert "outlook.body_image_screen" in {question.field for question in assessment.questions}


@pytest.mark.parametrize("rule_id", BY_CASE)
def test_every_rule_says_what_unknown_means(rule_id: str) -> None:
    row = TABLE[rule_id]
    ways = ("unknown" in row, "never_unknown" in row, row.get("unknown_state") == "is the rule")
    assert sum(ways) == 1


@pytest.mark.parametrize("rule_id", BY_CASE)
def test_override_is_honoured_or_refused(rule_id: str) -> None:
    case = case_of(rule_id, "fires")
    if not TABLE[rule_id]["overridable"]:
        with pytest.raises(InputError, match="never be overridden"):
            assess(case, [set_aside(rule_id)])
        return
    assessment = assess(case, [set_aside(rule_id)])
    assert assessment.status == "overridden"
    assert assessment.verdict == TABLE[rule_id]["after_override"]
    (reason,) = (reason for reason in assessment.reasons if reason.rule_id == rule_id)
    assert reason.overridden_by == set_aside(rule_id)


@pytest.mark.parametrize("rule_id", [*BY_PLAN, *UNDECIDED])
def test_what_no_case_decides_cannot_be_overridden_on_a_case(rule_id: str) -> None:
    assert evaluate(rule_by_id(rule_id), build()) is None
    with pytest.raises(InputError, match="did not fire"):
        assess(build(), [set_aside(rule_id)])


@pytest.mark.parametrize("rule_id", BY_PLAN)
def test_plan_limits(rule_id: str) -> None:
    rule = rule_by_id(rule_id)
    for column, exceeded in (("exceeds", True), ("keeps", False)):
        plan = TABLE[rule_id][column]
        case = build(setting_of(rule), plan.get("case", {}))
        product = cast(Any, case.product.name)
        found = limit_checks(case, product, plan["units"], plan.get("muscle"), units_by_target=plan.get("targets"))
        checks = [check for check in found if check.rule_id == rule_id]
        assert any(check.exceeded for check in checks) == exceeded
        if exceeded:
            (over,) = checks
            assert over.value > over.limit == rule.setting.threshold


def test_facial_totals_count_the_face_alone() -> None:
    case = build(session("2026-02-01", units=40) | {"session": [
        {"date": "2026-02-01", "product": "onabotulinumtoxinA", "total_units": 40, "regions": ["axilla_left"]},
    ]})  # fmt: skip
    (check,) = (
        c for c in limit_checks(case, "onabotulinumtoxinA", {"nose": 10, "palm_left": 90}) if c.rule_id == "DL-04"
    )
    assert check.value == 10
    assert not [c for c in limit_checks(case, "onabotulinumtoxinA", {"palm_left": 90}) if c.rule_id == "DL-04"]


@pytest.mark.parametrize("targets", [["jaw"], ["glabellar_lines"], ["sweat"]])
def test_acne_comes_first_only_where_oily_skin_is_the_goal(targets: list[str]) -> None:
    case = build(ACNE | {"goals.targets": targets})
    assert not [r for r in rules() if r.effect == "try_first" and evaluate(r, case) is not None]


def test_lines_of_the_upper_face_ask_for_the_lids_wherever_they_are_named() -> None:
    case = build(DRY_EYE | {"goals.targets": ["glabellar_lines"]})
    finding = evaluate(rule_by_id("SD-02"), case)
    assert finding is not None
    assert finding.state == "fires"
    palms = build({"goals.targets": ["sweat"], "goals.regions": ["palm_left"], "safety.eyelid_findings": None})
    assert evaluate(rule_by_id("SD-37"), palms) is None


@pytest.mark.parametrize("rule_id", sorted(UNCONDITIONAL))
def test_unconditional_rules_speak_only_of_their_products(rule_id: str) -> None:
    rule = rule_by_id(rule_id)
    for product, facts in products().items():
        case = build({"product.name": product, "product.vial_units": facts.vial_units[0]})
        assert (evaluate(rule, case) is not None) == (not rule.products or product in rule.products)


def test_never_overridable() -> None:
    fixed = {rule.rule_id for rule in rules() if rule.effect == "contraindicates" and not rule.overridable}
    allergy_infection_muscle_pregnancy = {f"CI-{n:02d}" for n in (*range(1, 11), 12)} | {"PR-07", "PR-18"}
    assert fixed == allergy_infection_muscle_pregnancy | {"PR-16", "SD-10", "SD-55", "SD-57"}
    assert {rule.rule_id for rule in rules() if rule.effect == "asks" and rule.overridable} == {"SD-23"}


def test_allergy_rules_name_the_ingredients_of_their_product() -> None:
    for rule in rules():
        if rule.predicate in ("allergy", "allergy_or_infection"):
            (product,) = rule.products
            assert set(rule.setting.argument) == {"botulinum_toxin", *products()[product].excipients}


def test_labelled_facial_maximum_is_the_rule() -> None:
    for facts in products().values():
        rule = rule_by_id(facts.labelled_facial_rule)
        assert rule.products == (facts.name,)
        assert rule.predicate == "facial_total"
        assert rule.setting.threshold == facts.labelled_facial_maximum


def test_what_nothing_decides_says_why_and_nothing_is_claimed_verified() -> None:
    assert all(rule.note for rule in rules() if rule.decided_by == "never")
    assert not any(rule.reverified for rule in rules())
    practice = {rule.rule_id for rule in rules() if rule.grade == "practice" and rule.kind == "practice"}
    assert practice
    assert all("assumption" in rule_by_id(i).source for i in practice if not rule_by_id(i).source_url)


@pytest.mark.parametrize(
    ("column", "value", "part"),
    [
        ("predicate", "allergies", "nearest: allergy"),
        ("effect", "condtion", "nearest: condition"),
        ("products", "botulinum", "products"),
        ("jurisdiction", "unknown", "jurisdiction"),
        ("reverified", "maybe", "reverified"),
        ("threshold", "ninety", "not a number"),
        ("threshold", "nan", "not finite"),
        ("statement", "", "statement is empty"),
    ],
)
def test_faults_are_all_listed(monkeypatch: pytest.MonkeyPatch, column: str, value: str, part: str) -> None:
    rows = load.read_table("rules.csv")
    rows[0][column] = value
    rows[1]["grade"] = "hearsay"
    monkeypatch.setattr(rules_module, "read_table", lambda _: rows)
    with pytest.raises(KnowledgeError, match="hearsay") as error:
        rules.__wrapped__()
    assert part in str(error.value)
