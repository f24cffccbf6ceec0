"""Truth table of the rules: every rule that something can decide fires once and stays quiet once."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from holocrine.assessment import limit_checks
from holocrine.domain.case import Case
from holocrine.errors import KnowledgeError
from holocrine.knowledge import load
from holocrine.knowledge import rules as rules_module
from holocrine.knowledge.products import products
from holocrine.knowledge.rules import Rule, evaluate, rule_by_id, rules

Patch = dict[str, Any]

BASE: dict[str, Any] = {
    "schema": "holocrine.case/1",
    "assessed_on": "2026-03-02",
    "jurisdiction": "US",
    "patient": {"pseudonym": "p", "age": 30, "sex": "female", "pregnancy": "no", "lactation": "no"},
    "findings": {"iga": 0, "pores": {"cheek_left": "fine"}, "lesions": {"cheek_left": {"papules": 0, "nodules": 0}}},
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
    "goals": {"targets": ["sebum"], "regions": ["cheek_left"], "acknowledge_off_label": "yes"},
    "product": {"name": "onabotulinumtoxinA", "vial_units": 100, "diluent_volumes": ["5 mL"]},
}


def build(*patches: Patch) -> Case:
    """The base case with dotted paths replaced, later patches last."""
    data = copy.deepcopy(BASE)
    for patch in patches:
        for path, value in patch.items():
            *parents, leaf = path.split(".")
            node = data
            for name in parents:
                node = node.setdefault(name, {})
            node[leaf] = value
    return Case.model_validate(data)


def session(date: str, product: str = "onabotulinumtoxinA", units: float = 10) -> Patch:
    return {"session": [{"date": date, "product": product, "total_units": units}], "history.earlier_toxin": "yes"}


def drugs(*names: str) -> Patch:
    return {"safety.drugs": [{"name": name} for name in names]}


def treatment(drug_class: str, weeks: int, response: str = "partial") -> Patch:
    course = {"drug": drug_class, "drug_class": drug_class, "duration": f"{weeks} week", "response": response}
    return {"history.acne_treatments": [course]}


ALLERGIC: Patch = {"safety.allergies": ["botulinum_toxin"]}
ALBUMIN: Patch = {"safety.allergies": ["human_albumin"]}
INFECTED: Patch = {"safety.infection_at_site": "yes"}
INFLAMED: Patch = {"safety.inflammation_at_site": "yes"}
LESION: Patch = {"findings.inflamed_lesions": [{"x": "50 mm", "y": "-50 mm"}]}
MYASTHENIA: Patch = {"safety.conditions": ["myasthenia_gravis"]}
DRY_EYE: Patch = {"safety.eyelid_findings": ["dry_eye"]}
FOREHEAD: Patch = {"goals.regions": ["forehead"], "findings.pores": {"forehead": "fine"}}
ACNE: Patch = {"findings.iga": 2}
MANY: Patch = {"findings.iga": 3, "findings.lesions": {"cheek_left": {"papules": 35}}}
FEWER: Patch = {"findings.iga": 3, "findings.lesions": {"cheek_left": {"papules": 32, "nodules": 2}}}
SCARRED: Patch = {"findings.scars": {"cheek_left": "severe"}}
MALE: Patch = {"patient.sex": "male"}
PATHWAY: dict[str, Any] = {
    "cause": "idiopathic",
    "infection": "no",
    "residual_volume": "20 mL",
    "self_catheterisation": "yes",
    "dysreflexia_risk": "no",
}


def bladder(**found: Any) -> Patch:
    """Leaks as the goal, with the pathway complete but for what is named (None: not known)."""
    known = {name: value for name, value in (PATHWAY | found).items() if value is not None}
    return {"goals.targets": ["bladder"], "goals.regions": ["bladder"], "urology": known}


TABLE: dict[str, tuple[Patch, Patch]] = {
    # rule: (fires, stays quiet); each is laid over a case to which the rule applies
    "CI-01": (ALBUMIN, {"safety.allergies": ["lactose"]}),
    "CI-02": (INFECTED, INFLAMED),
    "CI-03": ({"safety.allergies": ["cows_milk_protein"]}, {"safety.allergies": ["polysorbate"]}),
    "CI-04": (INFECTED, {}),
    "CI-05": (INFECTED, {"safety.allergies": ["lactose"]}),
    "CI-06": (ALLERGIC, {}),
    "CI-07": (INFECTED, {}),
    "CI-08": ({"safety.conditions": ["earlier_reaction_to_botulinum_toxin"]}, {}),
    "CI-09": (INFECTED, {}),
    "CI-10": ({"safety.allergies": ["polysorbate"]}, ALBUMIN),
    "CI-11": (INFLAMED, INFLAMED | LESION),
    "CI-12": (MYASTHENIA, {"safety.conditions": ["rosacea"]}),
    "CI-13": ({"patient.age": 75}, {"patient.age": 74}),
    "CI-14": (drugs("Gentamicin 80 mg"), drugs("doxycycline")),
    "PR-03": (session("2020-01-01", "abobotulinumtoxinA"), session("2020-01-01")),
    "PR-04": (SCARRED, {"findings.scars": {"cheek_right": "severe"}}),
    "PR-05": ({"findings.pores": {"cheek_left": "very_enlarged"}}, {"findings.pores": {"cheek_left": "enlarged"}}),
    "PR-06": (INFLAMED, {}),
    "PR-07": ({"safety.conditions": ["motor_neuropathy"]}, {"safety.conditions": ["bleeding_disorder"]}),
    "PR-08": ({"safety.conditions": ["swallowing_difficulty"]}, {}),
    "PR-09": ({"safety.conditions": ["cardiovascular_disease"]}, {}),
    "PR-10": (drugs("tobramycin"), drugs("doxycycline")),
    "PR-11": (drugs("oxybutynin"), drugs("ibuprofen")),
    "PR-12": (drugs("baclofen"), drugs("ibuprofen")),
    "PR-13": (session("2025-09-03", "abobotulinumtoxinA"), session("2025-09-02", "abobotulinumtoxinA")),
    "PR-14": (drugs("minocycline"), drugs("azithromycin")),
    "PR-15": (drugs("hydroxychloroquine"), {}),
    "PR-16": (
        {"product.diluent": "lidocaine", "safety.allergies": None},
        {"product.diluent": "preservative-free saline", "safety.allergies": None},
    ),
    "PR-17": (DRY_EYE, {"safety.eyelid_findings": ["diplopia"]}),
    "PR-18": ({"patient.pregnancy": "yes"}, MALE | {"patient.pregnancy": "unknown"}),
    "PR-20": ({"patient.lactation": "yes"}, {}),
    "PR-21": ({"patient.age": 17}, {"patient.age": 18}),
    "PR-22": ({"patient.age": 17}, {"patient.age": 18}),
    "PR-23": ({"patient.age": 65}, {"patient.age": 64}),
    "PR-24": ({"patient.age": 65}, {"patient.age": 64}),
    "PR-26": (drugs("apixaban"), drugs("ibuprofen")),
    "PR-27": (session("2025-01-01"), {}),
    "PR-28": (treatment("oral_isotretinoin", 20), treatment("topical_retinoid", 20)),
    "DL-15": ({"product.diluent_volumes": ["5 mL", "2 mL"]}, {"product.diluent_volumes": ["2.5 mL"]}),
    "IV-01": (session("2025-12-03", "abobotulinumtoxinA"), session("2025-12-02")),
    "IV-02": (session("2026-02-20"), session("2025-12-02")),
    "IV-03": (session("2026-02-20"), session("2025-12-02")),
    "IV-04": (session("2026-02-20"), session("2025-12-02")),
    "IV-05": (session("2026-02-20"), session("2025-12-02")),
    "IV-06": (session("2026-02-20"), session("2025-12-02")),
    "MO-09": (ACNE, ACNE | MALE),
    "MO-10": (ACNE, ACNE | {"patient.age": 17}),
    "MO-11": (ACNE | treatment("topical_antibiotic", 20), ACNE | treatment("topical_retinoid", 12)),
    "MO-12": (MANY, FEWER),
    "MO-13": (drugs("clindamycin gel"), drugs("clindamycin gel", "benzoyl peroxide")),
    "MO-14": (drugs("clindamycin gel", "doxycycline"), drugs("doxycycline")),
    "MO-15": ({"findings.iga": 4}, {"findings.iga": 4} | treatment("oral_isotretinoin", 20)),
    "SD-01": ({"patient.lactation": "yes"}, {}),
    "SD-02": (DRY_EYE | FOREHEAD, DRY_EYE),
    "SD-03": (DRY_EYE, DRY_EYE | FOREHEAD),
    "SD-04": ({"safety.conditions": ["body_dysmorphic_disorder"]}, {}),
    "SD-05": ({"goals.acknowledge_off_label": "unknown"}, {}),
    "SD-06": (FOREHEAD, {"goals.regions": ["forehead", "glabella"]}),
    "SD-08": (LESION, INFLAMED),
    "SD-09": ({"product.diluent": "lidocaine"}, {}),
    "SD-10": (
        {"product.diluent": "bacteriostatic saline", "safety.allergies": ["benzyl_alcohol"]},
        {"product.diluent": "bacteriostatic saline"},
    ),
    "SD-11": ({"safety.allergies": ["lidocaine"]}, {}),
    "SD-12": ({"safety.allergies": ["other"]}, {}),
    "SD-13": ({"safety.conditions": ["other"]}, {}),
    "SD-14": ({"product.vial_units": 300}, {}),
    "SD-15": ({"hormones.hirsutism": "yes"}, {"hormones.hirsutism": "yes"} | MALE),
    "SD-16": (ACNE | treatment("fixed_combination", 12), ACNE | treatment("fixed_combination", 12, "good")),
    "SD-30": ({"patient.age": None}, {}),
    "SD-31": ({"patient.sex": None}, {}),
    "SD-32": ({"patient.pregnancy": "unknown"}, MALE | {"patient.pregnancy": "unknown"}),
    "SD-33": ({"patient.lactation": "unknown"}, MALE | {"patient.lactation": "unknown"}),
    "SD-34": ({"safety.conditions": None}, {}),
    "SD-35": ({"safety.drugs": None}, {}),
    "SD-36": ({"safety.allergies": None}, {}),
    "SD-37": ({"safety.eyelid_findings": None}, {}),
    "SD-38": ({"safety.infection_at_site": "unknown"}, {}),
    "SD-39": ({"safety.inflammation_at_site": "unknown"}, {}),
    "SD-40": ({"history.earlier_toxin": "unknown"}, session("2025-01-01") | {"history.earlier_toxin": "unknown"}),
    "SD-41": ({"product.name": "unknown"}, {}),
    "SD-42": ({"history.earlier_toxin": "yes"}, session("2025-01-01")),
    "SD-43": (drugs("doxicycline"), {"safety.drugs": [{"name": "doxicycline", "drug_class": "tetracycline"}]}),
    "SD-50": (bladder(cause=None), bladder()),
    "SD-51": (bladder(infection="unknown"), bladder()),
    "SD-52": (bladder(residual_volume=None), bladder()),
    "SD-53": (bladder(self_catheterisation=None), {}),
    "SD-54": (bladder(dysreflexia_risk=None), bladder(dysreflexia_risk="yes")),
    "SD-55": (bladder(infection="yes"), bladder()),
    "SD-56": (bladder(residual_volume="200 mL"), bladder(residual_volume="199 mL")),
    "SD-57": (bladder(self_catheterisation="no"), bladder()),
    "SD-58": (bladder(dysreflexia_risk="yes"), bladder()),
    "SD-59": (bladder(), {}),
    "SD-62": (bladder() | {"product.name": "incobotulinumtoxinA"}, bladder()),
}
UNCONDITIONAL = {"PR-01", "PR-02", "PR-25", "DL-14"}

REGIONS = {"forehead": 0.0, "glabella": 0.0}
Units = dict[str, float]
PLANS: dict[str, tuple[Units, Units, Patch, Units, Units, Patch]] = {
    # rule: planned units, of them into muscle, patch; the first three exceed the limit, the last three do not
    "DL-01": ({"glabella": 20.1}, {}, {}, {"glabella": 20}, {}, {}),
    "DL-03": ({"forehead": 21, "glabella": 20}, {}, {}, {"forehead": 20, "glabella": 20}, {}, {}),
    "DL-04": ({"cheek_left": 64.1}, {}, {}, {"cheek_left": 64}, {}, session("2025-12-02")),
    "DL-06": ({"nose": 11}, {}, session("2025-11-30", units=390), {"nose": 11}, {}, session("2025-11-29", units=390)),
    "DL-07": ({"forehead": 51}, {}, {}, {"forehead": 50}, {}, {}),
    "DL-08": ({"glabella": 21}, {}, {}, {"glabella": 20, "forehead": 20}, {}, {}),
    "DL-09": ({"nose": 65}, {}, {}, {"nose": 64}, {}, {}),
    "DL-10": ({"nose": 401}, {}, {}, {"nose": 400}, {}, {}),
    "DL-11": ({"nose": 21}, {}, {}, {"nose": 20}, {}, {}),
    "DL-12": ({"nose": 21}, {}, {}, {"nose": 20}, {}, {}),
    "DL-13": ({"nose": 41}, {}, {}, {"nose": 40}, {}, {}),
    "DL-16": ({"axilla_left": 60, "axilla_right": 41}, {}, {}, {"axilla_left": 50, "axilla_right": 50}, {}, {}),
    "SD-60": ({"bladder": 101}, {}, bladder(cause=None), {"bladder": 101}, {}, bladder(cause="neurogenic")),
    "SD-61": ({"bladder": 201}, {}, bladder(cause="neurogenic"), {"bladder": 200}, {}, bladder(cause="neurogenic")),
    "SD-07": ({"forehead": 21}, {}, {}, {"forehead": 20}, {}, {}),
    "SD-17": ({"forehead": 4}, {"forehead": 4}, {}, {"forehead": 4}, {"forehead": 4, "glabella": 4}, {}),
    "SD-18": ({"nose": 1}, {}, session("2026-01-01", "unknown"), {"nose": 1}, {}, session("2026-01-01")),
}


def setting_of(rule: Rule) -> Patch:
    """Product and jurisdiction under which the rule speaks."""
    product = rule.products[0] if rule.products else "onabotulinumtoxinA"
    place = rule.jurisdictions[0] if rule.jurisdictions else "US"
    vial = next(v for v in products()[product].vial_units if v >= 100)
    return {"product.name": product, "product.vial_units": vial, "jurisdiction": place}


def test_every_rule_is_in_the_table() -> None:
    by_case = {rule.rule_id for rule in rules() if rule.decided_by == "case"}
    by_plan = {rule.rule_id for rule in rules() if rule.decided_by == "plan"}
    assert by_case == set(TABLE) | UNCONDITIONAL
    assert by_plan == set(PLANS)


@pytest.mark.parametrize("rule_id", TABLE)
def test_fires(rule_id: str) -> None:
    rule = rule_by_id(rule_id)
    finding = evaluate(rule, build(setting_of(rule), TABLE[rule_id][0]))
    assert finding is not None
    assert finding.state == "fires"
    assert finding.because


@pytest.mark.parametrize("rule_id", TABLE)
def test_stays_quiet(rule_id: str) -> None:
    rule = rule_by_id(rule_id)
    assert evaluate(rule, build(setting_of(rule), TABLE[rule_id][1])) is None


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


@pytest.mark.parametrize("rule_id", PLANS)
def test_plan_limits(rule_id: str) -> None:
    rule = rule_by_id(rule_id)
    above, above_muscle, above_patch, below, below_muscle, below_patch = PLANS[rule_id]
    case = build(setting_of(rule), above_patch)
    (over,) = (c for c in limit_checks(case, case.product.name, above, above_muscle) if c.rule_id == rule_id)
    assert over.exceeded
    assert over.value > over.limit == rule.setting.threshold
    case = build(setting_of(rule), below_patch)
    checks = [c for c in limit_checks(case, case.product.name, below, below_muscle) if c.rule_id == rule_id]
    assert not any(check.exceeded for check in checks)


@pytest.mark.parametrize(
    ("effect", "patch", "field"),
    [
        ("contraindicates", {"safety.allergies": None}, "safety.allergies"),
        ("contraindicates", {"safety.infection_at_site": "unknown"}, "safety.infection_at_site"),
        ("contraindicates", {"safety.conditions": None}, "safety.conditions"),
        ("contraindicates", {"patient.pregnancy": "unknown"}, "patient.pregnancy"),
        ("contraindicates", {"patient.age": None}, "patient.age"),
        ("postpones", {"history.earlier_toxin": "unknown"}, "history.earlier_toxin"),
        ("postpones", {"history.earlier_toxin": "yes"}, "session"),
        ("postpones", {"safety.eyelid_findings": None} | FOREHEAD, "safety.eyelid_findings"),
        ("try_first", {"findings": {}}, "findings.iga"),
        ("condition", {"safety.drugs": [{"name": "nonsensicin"}]}, "safety.drugs"),
    ],
)
def test_third_value_is_unknown(effect: str, patch: Patch, field: str) -> None:
    case = build(patch)
    found = [f for rule in rules() if rule.effect == effect and (f := evaluate(rule, case)) is not None]
    assert ("unknown", field) in {(f.state, f.field) for f in found}


def test_never_overridable() -> None:
    fixed = {rule.rule_id for rule in rules() if rule.effect == "contraindicates" and not rule.overridable}
    allergy_infection_muscle_pregnancy = {f"CI-{n:02d}" for n in (*range(1, 11), 12)} | {"PR-07", "PR-18"}
    assert fixed == allergy_infection_muscle_pregnancy | {"PR-16", "SD-10", "SD-55", "SD-57"}
    assert not any(rule.overridable for rule in rules() if rule.effect == "asks")


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
