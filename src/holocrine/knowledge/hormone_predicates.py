"""Predicates on hormones: who shows signs, what each school would measure, and when a serum value misleads."""

from __future__ import annotations

from holocrine.domain.case import Case
from holocrine.knowledge.acne_predicates import acne_present
from holocrine.knowledge.findings import Finding, Setting, fires, first_of, in_words, unknown
from holocrine.knowledge.predicates import age_at_least, drug_of_class

SIGNS = ("irregular_periods", "hirsutism")


def adult_woman_with_acne(case: Case, setting: Setting) -> Finding | None:
    """Female, at least as old as the threshold (years), acne present."""
    acne = acne_present(case)
    if case.patient.sex == "male" or acne is False:
        return None
    grown = age_at_least(case, setting)
    if grown is None:
        return None
    open_questions = (
        unknown("patient.sex") if case.patient.sex is None else None,
        grown if grown.state == "unknown" else None,
        unknown("findings.iga") if acne is None else None,
    )
    return first_of(*open_questions) or fires("findings.iga", "adult woman with acne")


def hormone_test_for_all(case: Case, setting: Setting) -> Finding | None:
    """Every adult woman with acne is tested."""
    woman = adult_woman_with_acne(case, setting)
    return _with(woman, "by this school: measure") if woman else None


def hormone_test_by_signs(case: Case, setting: Setting) -> Finding | None:
    """An adult woman with acne is tested when she shows further signs of androgen excess."""
    woman = adult_woman_with_acne(case, setting)
    if woman is None or woman.state == "unknown":
        return woman
    signs = androgen_signs(case, setting)
    if signs is None:
        return _with(woman, "by this school: no test, as no further sign is recorded")
    if signs.state == "unknown":
        return _with(woman, f"by this school it depends on {signs.field}, which is not known")
    return _with(woman, f"by this school: measure ({signs.because})")


def androgen_signs(case: Case, _setting: Setting) -> Finding | None:
    """Signs of androgen excess in a female: irregular periods, hirsutism, polycystic ovary syndrome."""
    if case.patient.sex == "male":
        return None
    signs = [sign for sign in SIGNS if getattr(case.hormones, sign) == "yes"]
    if "polycystic_ovary_syndrome" in (case.safety.conditions or ()):
        signs.append("polycystic_ovary_syndrome")
    if signs:
        return fires("hormones", f"recorded: {in_words(signs)}")
    if acne_present(case) is False:
        return None
    if any(getattr(case.hormones, sign) == "unknown" for sign in SIGNS):
        return unknown("hormones")
    return unknown("safety.conditions") if case.safety.conditions is None else None


def serum_masked(case: Case, setting: Setting) -> Finding | None:
    """Serum values are recorded and a drug of a class named by the argument, which changes them, is taken now."""
    drug = drug_of_class(case, setting) if case.hormones.serum else None
    return _with(drug, "serum values are recorded") if drug else None


def _with(finding: Finding, more: str) -> Finding:
    return finding if finding.state == "unknown" else fires(finding.field, f"{finding.because}; {more}")
