"""Preparing the syringe: every sum from vial to point, and a warning where the tray holds another product."""

from __future__ import annotations

from holocrine.domain.plan import Plan
from holocrine.report import dilution, wording
from holocrine.report.first_page import NOTHING_PLANNED, contradictions
from holocrine.report.markup import callout, paragraph, section, table, text


def vial_page(plan: Plan, on_tray: str) -> str:
    """All of the arithmetic, checkable by hand; `on_tray` is the product that the case names."""
    return section(
        "vial",
        "Preparing the syringe",
        product_note(plan, on_tray),
        contradictions(plan),
        _steps_table(plan) + _doses_table(plan) if plan.points else paragraph(f"{NOTHING_PLANNED}."),
    )


def product_note(plan: Plan, on_tray: str) -> str:
    """A stop sign when the plan's product is not the one on the tray; else nothing."""
    product = plan.solution.product
    if on_tray in (product, "unknown"):
        return ""
    return callout(
        "stop",
        f"This plan is for {product}, not for {on_tray}",
        paragraph(
            f"The case has {on_tray} on the tray. Units of one product say nothing about another, so no dose was "
            f"converted: draw up {product}, or make a new plan for {on_tray}."
        ),
    )


def _steps_table(plan: Plan) -> str:
    """The dilution card with every sum beside its result."""
    rows = [tuple(text(words) for words in step) for step in dilution.steps(plan)]
    caption = f"Dilution: {wording.dose(plan.solution.vial_units, plan.solution.product)} per vial"
    return table(caption, ("Step", "Sum", "Result"), rows, numeric=(2,))


def _doses_table(plan: Plan) -> str:
    """From marks to mL to units for every different dose, as a second person checks it, and the sum of them all."""
    card, product = dilution.dilution(plan), plan.solution.product
    strength, mark = wording.concentration(card.concentration), wording.volume(card.mark_volume)
    everything = dilution.DoseStep(plan.total_units, plan.total_volume, card.marks, ("all together",))
    rows = [
        (
            text(f"{wording.marks(step.marks)} × {mark}"),
            text(f"{wording.volume(step.volume)} × {strength}"),
            text(wording.dose(step.units, product)),
            text(f"{wording.count(number, 'point')}: {', '.join(step.labels)}"),
        )
        for step, number in [*((s, len(s.labels)) for s in dilution.dose_steps(plan)), (everything, len(plan.points))]
    ]
    head = ("Marks", "Volume and strength", "Dose", "Points")
    note = paragraph("Doses are shown to a thousandth of a unit, volumes to the microlitre.", "soft small")
    return table("Every dose, worked out from the syringe", head, rows) + note
