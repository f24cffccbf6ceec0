"""Predicates on acne and its treatment so far: what should come before an off-label procedure."""

from __future__ import annotations

from holocrine.domain.case import AcneTreatment, Case
from holocrine.domain.goals import OILY_SKIN
from holocrine.domain.vocabulary import DrugClass, LesionType
from holocrine.knowledge.findings import Finding, Setting, classes_now, counted, fires, in_words, lesion_count, unknown

INFLAMMATORY: tuple[LesionType, ...] = ("papules", "pustules", "nodules")
ACTIVE: tuple[LesionType, ...] = ("closed_comedones", "open_comedones", *INFLAMMATORY)
SYSTEMIC: frozenset[DrugClass] = frozenset(
    {"oral_antibiotic", "tetracycline", "oral_isotretinoin", "spironolactone", "combined_oral_contraceptive"}
)
FIRST_LINE: frozenset[DrugClass] = SYSTEMIC | frozenset(
    {"topical_retinoid", "benzoyl_peroxide", "fixed_combination", "azelaic_acid", "topical_antiandrogen"}
)
"""Classes counted as an adequate first attempt; a topical antibiotic by itself is not (MO-13)."""
ADEQUATE_DAYS = 84.0
"""12 weeks (MO-11)."""
IGA_WITH_ACNE = 2
IGA_SEVERE = 4


def acne_present(case: Case) -> bool | None:
    """Whether there is acne that deserves treatment of its own: IGA 2 or more, else any active lesion; None unknown.

    Never where all goals lie away from oily skin: nobody tries a retinoid before a jaw or an armpit.
    """
    if not OILY_SKIN & set(case.goals.targets):
        return False
    if case.findings.iga is not None:
        return case.findings.iga >= IGA_WITH_ACNE
    number = lesion_count(case, ACTIVE)
    return None if number is None else number > 0


def tried_long_enough(case: Case, classes: frozenset[DrugClass]) -> list[AcneTreatment]:
    """Treatments of `classes` that ran for 12 weeks or more."""
    return [t for t in case.history.acne_treatments if t.drug_class in classes and t.duration >= ADEQUATE_DAYS]


def first_line_not_tried(case: Case, setting: Setting) -> Finding | None:
    """Acne is present and no first-line treatment ran for the threshold (weeks)."""
    acne = acne_present(case)
    if acne is None:
        return unknown("findings.iga")
    if not acne:
        return None
    long_enough = [
        t for t in case.history.acne_treatments if t.drug_class in FIRST_LINE and t.duration >= 7.0 * setting.limit
    ]
    text = f"acne is present and no first-line treatment of {counted(setting.limit, 'week')} is recorded"
    return None if long_enough else fires("history.acne_treatments", text)


def severe_acne_without_systemic(case: Case, setting: Setting) -> Finding | None:
    """Inflammatory lesions at or above the threshold, or nodules at or above the argument; no systemic course yet."""
    finding = _severe_by_count(case, setting)
    if finding is None or finding.state == "unknown":
        return finding
    return None if tried_long_enough(case, SYSTEMIC) else finding


def severe_acne_without_isotretinoin(case: Case, setting: Setting) -> Finding | None:
    """Severe by count or by IGA 4, and oral isotretinoin was neither tried nor is taken now."""
    if _isotretinoin_known(case) or not OILY_SKIN & set(case.goals.targets):
        return None
    if case.findings.iga == IGA_SEVERE:
        return fires("findings.iga", f"IGA {IGA_SEVERE}")
    return _severe_by_count(case, setting)


def standard_therapy_failed(case: Case, _setting: Setting) -> Finding | None:
    """Acne persists after an adequate course, or has scarred; isotretinoin not tried."""
    acne = acne_present(case)
    if acne is None:
        return unknown("findings.iga")
    if not acne or _isotretinoin_known(case):
        return None
    failed = [t.drug for t in tried_long_enough(case, FIRST_LINE) if t.response in ("none", "partial")]
    if failed:
        return fires("history.acne_treatments", f"acne persists after {', '.join(failed)}")
    scarred = [region for region, grade in case.findings.scars.items() if grade in ("moderate", "severe")]
    return fires("findings.scars", f"scarring: {in_words(scarred)}") if scarred else None


def topical_antibiotic_alone(case: Case, _setting: Setting) -> Finding | None:
    """A topical antibiotic is the only acne treatment now."""
    if case.safety.drugs is None:
        return unknown("safety.drugs")
    now = classes_now(case)
    alone = "topical_antibiotic" in now and not now & FIRST_LINE
    return fires("safety.drugs", "a topical antibiotic is the only acne drug taken now") if alone else None


def adult_woman_with_acne(case: Case, setting: Setting) -> Finding | None:
    """Female, at least as old as the threshold (years), acne present."""
    if case.patient.sex is None or case.patient.age is None:
        return unknown("patient.sex" if case.patient.sex is None else "patient.age")
    if case.patient.sex == "male" or case.patient.age < setting.limit:
        return None
    acne = acne_present(case)
    if acne is None:
        return unknown("findings.iga")
    return fires("findings.iga", "adult woman with acne") if acne else None


def androgen_signs(case: Case, _setting: Setting) -> Finding | None:
    """Signs of androgen excess in a female: irregular periods, hirsutism, polycystic ovary syndrome."""
    if case.patient.sex == "male":
        return None
    signs = [s for s in ("irregular_periods", "hirsutism") if getattr(case.hormones, s) == "yes"]
    if "polycystic_ovary_syndrome" in (case.safety.conditions or ()):
        signs.append("polycystic_ovary_syndrome")
    if signs:
        return fires("hormones", f"recorded: {in_words(signs)}")
    if acne_present(case) and "unknown" in (case.hormones.irregular_periods, case.hormones.hirsutism):
        return unknown("hormones")
    return None


def _severe_by_count(case: Case, setting: Setting) -> Finding | None:
    if not OILY_SKIN & set(case.goals.targets):
        return None
    inflammatory, nodules = lesion_count(case, INFLAMMATORY), lesion_count(case, ("nodules",))
    (nodule_limit,) = setting.argument
    if (inflammatory or 0) >= setting.limit or (nodules or 0) >= int(nodule_limit):
        text = f"{counted(inflammatory or 0, 'inflammatory lesion')}, of them {counted(nodules or 0, 'nodule')}"
        return fires("findings.lesions", text)
    return unknown("findings.lesions") if inflammatory is None and (case.findings.iga or 0) >= 3 else None


def _isotretinoin_known(case: Case) -> bool:
    tried = any(t.drug_class == "oral_isotretinoin" for t in case.history.acne_treatments)
    return tried or "oral_isotretinoin" in classes_now(case)
