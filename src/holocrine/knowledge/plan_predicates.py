"""Predicates on what is intended: goals, product, diluent, solution."""

from __future__ import annotations

from holocrine.domain.case import Case
from holocrine.domain.goals import OILY_SKIN, HarmLimits
from holocrine.knowledge.findings import Finding, Setting, fires, first_of, in_words, listed, unknown
from holocrine.knowledge.predicates import pregnant
from holocrine.knowledge.products import products


def off_label_not_acknowledged(case: Case, _setting: Setting) -> Finding | None:
    """Nobody has acknowledged that the treatment is off-label."""
    said = case.goals.acknowledge_off_label
    return None if said == "yes" else fires("goals.acknowledge_off_label", f"off-label use acknowledged: {said}")


def harm_limits_loosened(case: Case, _setting: Setting) -> Finding | None:
    """A harm is accepted above its default limit."""
    defaults, chosen = HarmLimits(), case.goals.harm_limits
    looser = [
        f"{name} at {getattr(chosen, name):g}% (default {getattr(defaults, name):g}%)"
        for name in HarmLimits.model_fields
        if getattr(chosen, name) > getattr(defaults, name)
    ]
    text = ", ".join(looser)
    question = (
        f"Who accepts {text}, and why? Record it as an override of this rule, or go back to the default or below."
    )
    return fires("goals.harm_limits", f"looser than the default: {text}", question) if looser else None


def target_is(case: Case, setting: Setting) -> Finding | None:
    """A target named by the argument is a goal."""
    wanted = [target for target in case.goals.targets if target in setting.argument]
    return fires("goals.targets", f"target: {in_words(wanted)}") if wanted else None


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


def benzyl_alcohol_unsafe(case: Case, setting: Setting) -> Finding | None:
    """Bacteriostatic saline (benzyl alcohol) in a person allergic to it, or in pregnancy."""
    if case.product.diluent != "bacteriostatic saline":
        return None
    return first_of(
        pregnant(case, setting),
        listed(
            case.safety.allergies, ("benzyl_alcohol",), "safety.allergies", "bacteriostatic saline, allergy recorded"
        ),
    )


def concentration_above(case: Case, setting: Setting) -> Finding | None:
    """A dilution on offer is stronger than the threshold (units of the product per mL)."""
    strongest = case.product.vial_units / min(case.product.diluent_volumes)
    text = f"{strongest:g} units per mL on offer, {setting.limit:g} on the label"
    return fires("product.diluent_volumes", text) if strongest > setting.limit else None


def vial_not_listed(case: Case, _setting: Setting) -> Finding | None:
    """The vial size is not one known for the product: perhaps another product's vial."""
    if case.product.name == "unknown":
        return unknown("product.name")
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
    if not OILY_SKIN & set(case.goals.targets):
        return None
    for field, graded in (("pores", case.findings.pores), ("scars", case.findings.scars)):
        if any(region not in graded for region in case.goals.regions):
            return unknown(f"findings.{field}")
    return None
