"""Predicates on acne and its treatment so far: what should come before an off-label procedure."""

from __future__ import annotations

from holocrine.domain.case import AcneTreatment, Case
from holocrine.domain.goals import OILY_SKIN
from holocrine.domain.vocabulary import DrugClass, LesionType
from holocrine.knowledge.findings import (
    Finding,
    Setting,
    classes_now,
    counted,
    drugs_not_known,
    fires,
    first_of,
    in_words,
    lesion_count,
    unknown,
)

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
IGA_MAY_BE_MANY = 3
"""From this grade on the lesions may be as many as MO-12 counts."""
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


def isotretinoin_indicated(case: Case, setting: Setting) -> Finding | None:
    """Oral isotretinoin neither tried nor taken, and acne that is severe (IGA 4 or by count), scars, weighs heavily on
    the person or persists after a systemic course."""
    if _isotretinoin_known(case):
        return None
    return first_of(_severe_by_count(case, setting), _reason_beyond_count(case))


def _reason_beyond_count(case: Case) -> Finding | None:
    acne = acne_present(case)
    if not acne:
        return unknown("findings.iga") if acne is None else None
    scarred = [region for region, grade in case.findings.scars.items() if grade in ("moderate", "severe")]
    failed = _without_enough_effect(case, SYSTEMIC)
    burden = case.outlook.psychosocial_burden
    return first_of(
        fires("findings.iga", f"IGA {IGA_SEVERE}") if case.findings.iga == IGA_SEVERE else None,
        fires("findings.scars", f"scarring: {in_words(scarred)}") if scarred else None,
        fires("history.acne_treatments", f"acne persists after {', '.join(failed)}") if failed else None,
        fires("outlook.psychosocial_burden", "acne weighs heavily on the person") if burden == "yes" else None,
        _response_unknown(case, SYSTEMIC),
        unknown("outlook.psychosocial_burden") if burden == "unknown" else None,
    )


def topical_therapy_failed(case: Case, _setting: Setting) -> Finding | None:
    """Acne persists after an adequate first-line course on the skin; nothing systemic ran long enough yet."""
    acne = acne_present(case)
    if acne is None:
        return unknown("findings.iga")
    if not acne or _isotretinoin_known(case) or tried_long_enough(case, SYSTEMIC):
        return None
    failed = _without_enough_effect(case, FIRST_LINE)
    if failed:
        return fires("history.acne_treatments", f"acne persists after {', '.join(failed)}")
    return _response_unknown(case, FIRST_LINE)


def topical_antibiotic_alone(case: Case, _setting: Setting) -> Finding | None:
    """A topical antibiotic is the only acne treatment now."""
    if drugs_not_known(case):
        return unknown("safety.drugs")
    now = classes_now(case)
    alone = "topical_antibiotic" in now and not now & FIRST_LINE
    return fires("safety.drugs", "a topical antibiotic is the only acne drug taken now") if alone else None


def _severe_by_count(case: Case, setting: Setting) -> Finding | None:
    if not OILY_SKIN & set(case.goals.targets):
        return None
    inflammatory, nodules = lesion_count(case, INFLAMMATORY), lesion_count(case, ("nodules",))
    (nodule_limit,) = setting.argument
    if (inflammatory or 0) >= setting.limit or (nodules or 0) >= int(nodule_limit):
        text = f"{counted(inflammatory or 0, 'inflammatory lesion')}, of them {counted(nodules or 0, 'nodule')}"
        return fires("findings.lesions", text)
    grade = case.findings.iga
    return unknown("findings.lesions") if inflammatory is None and (grade is None or grade >= IGA_MAY_BE_MANY) else None


def _without_enough_effect(case: Case, classes: frozenset[DrugClass]) -> list[str]:
    return [t.drug for t in tried_long_enough(case, classes) if t.response in ("none", "partial")]


def _response_unknown(case: Case, classes: frozenset[DrugClass]) -> Finding | None:
    silent = any(t.response == "unknown" for t in tried_long_enough(case, classes))
    return unknown("history.acne_treatments") if silent else None


def _isotretinoin_known(case: Case) -> bool:
    tried = any(t.drug_class == "oral_isotretinoin" for t in case.history.acne_treatments)
    return tried or "oral_isotretinoin" in classes_now(case)
