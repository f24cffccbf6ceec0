"""Rules as data: `data/rules.csv` read, checked and evaluated.

A rule that a case can decide names a predicate, a pure function (case, setting) -> fires | unknown | None.
A dose limit names one of `LIMITS` and is decided by a plan (`assessment.limits`). A rule that neither can
decide says `never` and gives the reason in its note.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from holocrine.domain.assessment import Effect, RuleGrade
from holocrine.domain.case import Case
from holocrine.domain.vocabulary import Jurisdiction, Product
from holocrine.errors import KnowledgeError, nearest_match
from holocrine.knowledge import (
    acne_predicates,
    bladder_predicates,
    hormone_predicates,
    outlook_predicates,
    plan_predicates,
    predicates,
)
from holocrine.knowledge.findings import Finding, Predicate, Setting
from holocrine.knowledge.load import read_table

COLUMNS = (
    "rule_id", "kind", "products", "jurisdiction", "effect", "predicate", "argument", "threshold", "unit", "statement",
    "source", "source_url", "grade", "label_version", "reverified", "overridable", "note",
)  # fmt: skip
PREDICATES: dict[str, Predicate] = {
    function.__name__: function
    for function in (
        predicates.always,
        predicates.unanswered,
        predicates.earlier_toxin_undated,
        predicates.drug_unrecognised,
        predicates.allergy,
        predicates.allergen_present,
        predicates.infection,
        predicates.allergy_or_infection,
        predicates.inflammation,
        predicates.inflammation_unmapped,
        predicates.inflamed_lesions,
        predicates.condition_present,
        predicates.drug_of_class,
        predicates.condition_or_drug,
        predicates.age_at_least,
        predicates.age_below,
        predicates.pregnant,
        predicates.lactating,
        predicates.eyelid_finding,
        predicates.eyelid_finding_upper_face,
        predicates.eyelid_finding_elsewhere,
        predicates.earlier_toxin,
        predicates.toxin_within,
        predicates.other_product_within,
        predicates.isotretinoin_now_or_before,
        predicates.two_antibiotics,
        plan_predicates.off_label_not_acknowledged,
        plan_predicates.harm_limits_loosened,
        plan_predicates.target_is,
        plan_predicates.forehead_without_glabella,
        plan_predicates.diluent_is,
        plan_predicates.lidocaine_allergy_not_excluded,
        plan_predicates.benzyl_alcohol_unsafe,
        plan_predicates.concentration_above,
        plan_predicates.vial_not_listed,
        plan_predicates.thick_skin_or_deep_scars,
        bladder_predicates.bladder_is_goal,
        bladder_predicates.bladder_unanswered,
        bladder_predicates.bladder_answer,
        bladder_predicates.bladder_residual_at_least,
        bladder_predicates.bladder_other_product,
        acne_predicates.first_line_not_tried,
        acne_predicates.severe_acne_without_systemic,
        acne_predicates.isotretinoin_indicated,
        acne_predicates.topical_therapy_failed,
        acne_predicates.topical_antibiotic_alone,
        hormone_predicates.adult_woman_with_acne,
        hormone_predicates.hormone_test_for_all,
        hormone_predicates.hormone_test_by_signs,
        hormone_predicates.androgen_signs,
        hormone_predicates.serum_masked,
        outlook_predicates.outlook_is,
    )
}
LIMITS = frozenset(
    {
        "region_total",
        "target_total",
        "facial_total",
        "cumulative_total",
        "bladder_total",
        "other_product_total",
        "forehead_muscle_alone",
    }
)
"""What a plan is measured against; the argument holds regions, targets or the window in days."""
_NEEDS_THRESHOLD = frozenset(
    {"age_at_least", "age_below", "toxin_within", "other_product_within", "concentration_above", "first_line_not_tried",
     "severe_acne_without_systemic", "isotretinoin_indicated", "adult_woman_with_acne", "hormone_test_for_all",
     "hormone_test_by_signs",
     "bladder_residual_at_least", *LIMITS}
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One row of rules.csv. `products` is empty when the rule holds for any; `jurisdictions` likewise."""

    rule_id: str
    kind: str
    products: tuple[Product, ...]
    jurisdictions: tuple[Jurisdiction, ...]
    effect: Effect
    predicate: str
    setting: Setting
    unit: str
    statement: str
    source: str
    source_url: str
    grade: RuleGrade
    label_version: str
    reverified: bool
    overridable: bool
    note: str

    @property
    def decided_by(self) -> Literal["case", "plan", "never"]:
        """What can decide this rule."""
        if self.predicate == "never":
            return "never"
        return "plan" if self.predicate in LIMITS else "case"

    def applies(self, product: Product | Literal["unknown"], jurisdiction: Jurisdiction) -> bool:
        """Whether this rule speaks about the product and jurisdiction.

        An unknown product or jurisdiction meets every text. A national contraindication is then read for the
        whole class: the strictest wording of any product holds until the jurisdiction is known.
        """
        if self.jurisdictions and jurisdiction == "unknown" and self.kind == "contraindication":
            return True
        right_place = not self.jurisdictions or jurisdiction == "unknown" or jurisdiction in self.jurisdictions
        return right_place and (not self.products or product == "unknown" or product in self.products)


def evaluate(rule: Rule, case: Case) -> Finding | None:
    """The rule's finding on this case; None when it does not fire, does not apply, or is for a plan to decide."""
    if rule.decided_by != "case" or not rule.applies(case.product.name, case.jurisdiction):
        return None
    return PREDICATES[rule.predicate](case, rule.setting)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules in file order. Raises KnowledgeError listing every fault of rules.csv."""
    rows = read_table("rules.csv")
    if rows and tuple(rows[0]) != COLUMNS:
        raise KnowledgeError(f"rules.csv: the columns must be {', '.join(COLUMNS)}")
    faults = [fault for row in rows for fault in _row_faults(row)]
    ids = [row["rule_id"] for row in rows]
    faults += [f"{rule_id} occurs twice" for rule_id in sorted({i for i in ids if ids.count(i) > 1})]
    if faults:
        raise KnowledgeError("rules.csv: " + "; ".join(faults))
    return tuple(_rule(row) for row in rows)


def rule_by_id(rule_id: str) -> Rule:
    """The rule with this id; KnowledgeError when the table has none."""
    for rule in rules():
        if rule.rule_id == rule_id:
            return rule
    raise KnowledgeError(f"rules.csv has no rule {rule_id}")


def _words(cell: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split(";") if word.strip())


def _row_faults(row: dict[str, str]) -> list[str]:
    """Every fault of one row, in words."""
    closed: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("products", _words(row["products"]), (*get_args(Product), "any")),
        ("jurisdiction", _words(row["jurisdiction"]), (*(j for j in get_args(Jurisdiction) if j != "unknown"), "any")),
        ("effect", (row["effect"],), get_args(Effect)),
        ("predicate", (row["predicate"],), (*PREDICATES, *sorted(LIMITS), "never")),
        ("grade", (row["grade"],), get_args(RuleGrade)),
        ("reverified", (row["reverified"],), ("yes", "no")),
        ("overridable", (row["overridable"],), ("yes", "no")),
    )
    name = row["rule_id"]
    faults = []
    for column, words, allowed in closed:
        faults += [
            f"{name}: {column} {word!r} is not allowed (nearest: {nearest_match(word, allowed)})"
            for word in words or ("",)
            if word not in tuple(allowed)
        ]
    faults += [f"{name}: {c} is empty" for c in ("kind", "statement", "source", "label_version") if not row[c]]
    if row["predicate"] == "never" and not row["note"]:
        faults.append(f"{name}: a rule that nothing decides needs its reason in note")
    return faults + _threshold_faults(row)


def _threshold_faults(row: dict[str, str]) -> list[str]:
    name, text = row["rule_id"], row["threshold"]
    if not text:
        return [f"{name}: {row['predicate']} needs a threshold"] if row["predicate"] in _NEEDS_THRESHOLD else []
    try:
        number = float(text)
    except ValueError:
        return [f"{name}: threshold {text!r} is not a number"]
    faults = [] if math.isfinite(number) else [f"{name}: threshold {text!r} is not finite"]
    return faults if row["unit"] else [*faults, f"{name}: a threshold needs a unit"]


def _rule(row: dict[str, str]) -> Rule:
    values: dict[str, Any] = {
        key: row[key]
        for key in ("rule_id", "kind", "effect", "predicate", "unit", "statement", "source", "source_url", "grade",
                    "label_version", "note")
    }  # fmt: skip
    return Rule(
        **values,
        products=_without_any(row["products"]),
        jurisdictions=_without_any(row["jurisdiction"]),
        setting=Setting(_words(row["argument"]), float(row["threshold"]) if row["threshold"] else None),
        reverified=row["reverified"] == "yes",
        overridable=row["overridable"] == "yes",
    )


def _without_any(cell: str) -> tuple[Any, ...]:
    return () if "any" in _words(cell) else _words(cell)
