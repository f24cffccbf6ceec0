"""Predicates on what is intended: goals, product, diluent, solution."""

from __future__ import annotations

from holocrine.domain.case import Case
from holocrine.domain.goals import OILY_SKIN
from holocrine.knowledge.findings import Finding, Setting, fires, in_words, listed, unknown
from holocrine.knowledge.products import products


def off_label_not_acknowledged(case: Case, _setting: Setting) -> Finding | None:
    """Nobody has acknowledged that the treatment is off-label."""
    said = case.goals.acknowledge_off_label
    return None if said == "yes" else fires("goals.acknowledge_off_label", f"off-label use acknowledged: {said}")


def forehead_without_glabella(case: Case, _setting: Setting) -> Finding | None:
    """The forehead is a goal and the glabella is not."""
    regions = set(case.goals.regions)
    alone = "forehead" in regions and "glabella" not in regions
    return fires("goals.regions", "forehead is a goal, glabella is not") if alone else None


def diluent_is(case: Case, setting: Setting) -> Finding | None:
    """The diluent is the one named by the argument."""
    diluent = case.product.diluent
    return fires("product.diluent", f"diluent: {diluent}") if diluent in setting.argument else None


def lidocaine_allergy_not_excluded(case: Case, _setting: Setting) -> Finding | None:
    """Lidocaine as diluent, and a lidocaine allergy is recorded or was never asked about."""
    if case.product.diluent != "lidocaine":
        return None
    if case.safety.allergies is None:
        return fires("safety.allergies", "lidocaine as diluent and allergies are not known")
    return listed(case.safety.allergies, ("lidocaine",), "safety.allergies", "lidocaine as diluent, allergy recorded")


def benzyl_alcohol_unsafe(case: Case, _setting: Setting) -> Finding | None:
    """Bacteriostatic saline (benzyl alcohol) in a person allergic to it, or in pregnancy."""
    if case.product.diluent != "bacteriostatic saline":
        return None
    if case.patient.pregnancy == "yes":
        return fires("patient.pregnancy", "bacteriostatic saline as diluent in pregnancy")
    if case.patient.pregnancy == "unknown" and case.patient.sex != "male":
        return unknown("patient.pregnancy")
    return listed(
        case.safety.allergies, ("benzyl_alcohol",), "safety.allergies", "bacteriostatic saline, allergy recorded"
    )


def concentration_above(case: Case, setting: Setting) -> Finding | None:
    """A dilution on offer is stronger than the threshold (units of the product per mL)."""
    strongest = case.product.vial_units / min(case.product.diluent_volumes)
    text = f"{strongest:g} units per mL on offer, {setting.limit:g} on the label"
    return fires("product.diluent_volumes", text) if strongest > setting.limit else None


def vial_not_listed(case: Case, _setting: Setting) -> Finding | None:
    """The vial size is not one known for the product: perhaps another product's vial."""
    if case.product.name == "unknown":
        return None
    known = products()[case.product.name].vial_units
    text = f"{case.product.vial_units:g} units; known for {case.product.name}: {', '.join(f'{v:g}' for v in known)}"
    return fires("product.vial_units", text) if case.product.vial_units not in known else None


def thick_skin_or_deep_scars(case: Case, _setting: Setting) -> Finding | None:
    """Severe scars or very enlarged pores (the sign of thick sebaceous skin used here) in a goal region."""
    scarred = [r for r in case.goals.regions if case.findings.scars.get(r) == "severe"]
    thick = [r for r in case.goals.regions if case.findings.pores.get(r) == "very_enlarged"]
    parts = [f"severe scars: {in_words(scarred)}"] if scarred else []
    parts += [f"very enlarged pores: {in_words(thick)}"] if thick else []
    if parts:
        return fires("findings.scars" if scarred else "findings.pores", "; ".join(parts))
    missing = [r for r in case.goals.regions if r not in case.findings.pores]
    if not OILY_SKIN & set(case.goals.targets):
        return None
    return unknown("findings.pores") if missing else None
