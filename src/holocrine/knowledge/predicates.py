"""Predicates on person, history and safety. Each is pure: (case, setting) -> fires, unknown, or None."""

from __future__ import annotations

from typing import get_args

from holocrine.domain.case import Case
from holocrine.domain.vocabulary import Condition, FaceRegion
from holocrine.knowledge.drugs import drug_classes, nearest_drug
from holocrine.knowledge.findings import (
    Finding,
    Setting,
    classes_now,
    counted,
    days_since_toxin,
    drugs_not_known,
    fires,
    first_of,
    listed,
    unknown,
)

FACE = frozenset(get_args(FaceRegion))
UPPER_FACE = frozenset({"forehead", "glabella", "temple_left", "temple_right", "scalp_edge"})
"""Goal regions where frontalis or the orbit is within reach, so that eyelid findings stop the treatment."""
UPPER_FACE_TARGETS = frozenset({"forehead_lines", "glabellar_lines", "crows_feet"})
"""Targets that are injected there, whatever regions are named."""


def always(case: Case, _setting: Setting) -> Finding | None:
    """Holds for everybody to whom the rule applies."""
    return fires("product.name", f"applies to every treatment with {case.product.name}")


def unanswered(case: Case, setting: Setting) -> Finding | None:
    """The field named by the argument was never answered. Pregnancy and lactation are not asked of males."""
    (path,) = setting.argument
    value: object = case
    for name in path.split("."):
        value = getattr(value, name)
    if value not in (None, "unknown"):
        return None
    if path in ("patient.pregnancy", "patient.lactation") and case.patient.sex == "male":
        return None
    if path == "history.earlier_toxin" and case.sessions:
        return None
    if path == "safety.eyelid_findings" and not FACE & set(case.goals.regions):
        return None
    return fires(path, f"{path} is not known")


def earlier_toxin_undated(case: Case, _setting: Setting) -> Finding | None:
    """Toxin was given before, but no session says when and how much."""
    if case.history.earlier_toxin == "yes" and not case.sessions:
        return fires("session", "earlier toxin is reported but no session is listed")
    return None


def drug_unrecognised(case: Case, _setting: Setting) -> Finding | None:
    """A drug whose class is neither given nor in the packaged list; the nearest listed name is offered."""
    strangers = [drug for drug in case.safety.drugs or () if drug_classes(drug) is None]
    if not strangers:
        return None
    offers = []
    for drug in strangers:
        near = nearest_drug(drug)
        offers.append(f"{drug.name}" + (f" (did you mean {near}?)" if near else ""))
    text = ", ".join(offers)
    question = f"Which class does each of these drugs belong to: {text}? Give drug_class, or the generic name."
    return fires("safety.drugs", f"drug not recognised: {text}", question)


def allergy(case: Case, setting: Setting) -> Finding | None:
    """Allergic to an ingredient named by the argument, or reacted to any botulinum toxin before."""
    reacted = ("earlier_reaction_to_botulinum_toxin",)
    return first_of(
        listed(case.safety.allergies, setting.argument, "safety.allergies", "allergy recorded"),
        listed(case.safety.conditions, reacted, "safety.conditions", "recorded"),
    )


def allergen_present(case: Case, setting: Setting) -> Finding | None:
    """An allergy named by the argument is recorded."""
    return listed(case.safety.allergies, setting.argument, "safety.allergies", "allergy recorded")


def infection(case: Case, _setting: Setting) -> Finding | None:
    """The skin at a planned site is infected."""
    return _yes(case.safety.infection_at_site, "safety.infection_at_site", "infection at a planned site")


def allergy_or_infection(case: Case, setting: Setting) -> Finding | None:
    """Either of the two, for labels that state them in one sentence."""
    return first_of(allergy(case, setting), infection(case, setting))


def inflammation(case: Case, _setting: Setting) -> Finding | None:
    """The skin at a planned site is inflamed."""
    return _yes(case.safety.inflammation_at_site, "safety.inflammation_at_site", "inflammation at a planned site")


def inflammation_unmapped(case: Case, setting: Setting) -> Finding | None:
    """The site is inflamed and no single lesions are mapped that points could keep away from."""
    finding = inflammation(case, setting)
    return finding if finding is None or not case.findings.inflamed_lesions else None


def inflamed_lesions(case: Case, _setting: Setting) -> Finding | None:
    """Single inflamed lesions are on the map."""
    number = len(case.findings.inflamed_lesions)
    text = f"{counted(number, 'inflamed lesion')} on the map"
    return fires("findings.inflamed_lesions", text) if number else None


def condition_present(case: Case, setting: Setting) -> Finding | None:
    """One of the conditions named by the argument is recorded."""
    return listed(case.safety.conditions, setting.argument, "safety.conditions", "condition recorded")


def drug_of_class(case: Case, setting: Setting) -> Finding | None:
    """A drug of a class named by the argument is taken now."""
    wanted = set(setting.argument)
    hits = [drug.name for drug in case.safety.drugs or () if wanted & (drug_classes(drug) or frozenset())]
    if hits:
        return fires("safety.drugs", f"taken now: {', '.join(hits)}")
    return unknown("safety.drugs") if drugs_not_known(case) else None


def condition_or_drug(case: Case, setting: Setting) -> Finding | None:
    """A condition or a drug class named by the argument."""
    words = set(setting.argument)
    conditions = Setting(tuple(words & set(get_args(Condition))))
    return first_of(condition_present(case, conditions), drug_of_class(case, setting))


def age_at_least(case: Case, setting: Setting) -> Finding | None:
    """As old as the threshold (years) or older."""
    age = case.patient.age
    if age is None:
        return unknown("patient.age")
    return fires("patient.age", f"age {age} years") if age >= setting.limit else None


def age_below(case: Case, setting: Setting) -> Finding | None:
    """Younger than the threshold (years)."""
    age = case.patient.age
    if age is None:
        return unknown("patient.age")
    return fires("patient.age", f"age {age} years") if age < setting.limit else None


def pregnant(case: Case, _setting: Setting) -> Finding | None:
    """Pregnant; not asked of males."""
    return _of_females(case, case.patient.pregnancy, "patient.pregnancy", "pregnancy is recorded")


def lactating(case: Case, _setting: Setting) -> Finding | None:
    """Breast-feeding; not asked of males."""
    return _of_females(case, case.patient.lactation, "patient.lactation", "lactation is recorded")


def eyelid_finding(case: Case, setting: Setting) -> Finding | None:
    """An eyelid or brow finding named by the argument, whatever the goal regions."""
    return listed(case.safety.eyelid_findings, setting.argument, "safety.eyelid_findings", "found")


def eyelid_finding_upper_face(case: Case, setting: Setting) -> Finding | None:
    """Such a finding, with a goal in the upper face."""
    return eyelid_finding(case, setting) if _upper_face(case) else None


def eyelid_finding_elsewhere(case: Case, setting: Setting) -> Finding | None:
    """Such a finding, with every goal away from the upper face."""
    return None if _upper_face(case) else eyelid_finding(case, setting)


def earlier_toxin(case: Case, _setting: Setting) -> Finding | None:
    """Toxin of any product was given before."""
    if case.sessions or case.history.earlier_toxin == "yes":
        return fires("history.earlier_toxin", "botulinum toxin was given before")
    return unknown("history.earlier_toxin") if case.history.earlier_toxin == "unknown" else None


def toxin_within(case: Case, setting: Setting) -> Finding | None:
    """Any toxin, any indication, less than the threshold (days) ago."""
    days = days_since_toxin(case)
    if days is None:
        undecided = {"yes": unknown("session"), "unknown": unknown("history.earlier_toxin")}
        return undecided.get(case.history.earlier_toxin)
    return fires("session", f"last toxin {counted(days, 'day')} ago") if days < setting.limit else None


def other_product_within(case: Case, setting: Setting) -> Finding | None:
    """Another product (or one that nobody named) within the threshold (days)."""
    if not case.sessions and case.history.earlier_toxin != "no":
        return unknown("history.earlier_toxin" if case.history.earlier_toxin == "unknown" else "session")
    recent = [s for s in case.sessions if (case.assessed_on - s.date).days <= setting.limit]
    others = sorted({s.product for s in recent if s.product != case.product.name or s.product == "unknown"})
    names = ", ".join("an unnamed product" if name == "unknown" else name for name in others)
    return fires("session", f"given within {setting.limit:g} days: {names}") if others else None


def isotretinoin_now_or_before(case: Case, _setting: Setting) -> Finding | None:
    """Oral isotretinoin now, or in the history without a date of its last dose."""
    if any(t.drug_class == "oral_isotretinoin" for t in case.history.acne_treatments):
        return fires(
            "history.acne_treatments", "oral isotretinoin in the history; the date of the last dose is not held"
        )
    return drug_of_class(case, Setting(("oral_isotretinoin",)))


def two_antibiotics(case: Case, _setting: Setting) -> Finding | None:
    """A topical and an oral antibiotic at the same time."""
    if {"topical_antibiotic", "oral_antibiotic"} <= classes_now(case):
        return fires("safety.drugs", "a topical and an oral antibiotic are both taken now")
    return unknown("safety.drugs") if drugs_not_known(case) else None


def _upper_face(case: Case) -> bool:
    return bool(UPPER_FACE & set(case.goals.regions) or UPPER_FACE_TARGETS & set(case.goals.targets))


def _yes(value: str, field: str, text: str) -> Finding | None:
    if value == "unknown":
        return unknown(field)
    return fires(field, text) if value == "yes" else None


def _of_females(case: Case, value: str, field: str, text: str) -> Finding | None:
    # A recorded "yes" counts whatever the sex field says: the contradiction must not open the door.
    if value != "yes" and case.patient.sex == "male":
        return None
    return _yes(value, field, text)
