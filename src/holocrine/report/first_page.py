"""The first page, in plain words: the answer, what to expect, the face, the dilution, the totals."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.assessment import Assessment
from holocrine.domain.case import Case
from holocrine.domain.forecast import Benefit, Forecast, Risk
from holocrine.domain.plan import LimitCheck, Plan
from holocrine.report import dilution, names, wording
from holocrine.report.markup import callout, definitions, paragraph, stacked, table, text

NOTHING_PLANNED = "No injection is planned"
SMALLEST_RISK = 0.01
"""Percent; less is written as "under 0.01%"."""

_KINDS = {
    "contraindicated": "stop",
    "not_now": "stop",
    "ask": "caution",
    "try_first": "caution",
    "insufficient_evidence": "caution",
    "reasonable_with_conditions": "good",
}


def masthead(case: Case, title: str, product: str) -> str:
    """Who, when and with what."""
    patient = case.patient
    person = [] if patient.age is None else [f"{patient.age} years"]
    person += [patient.sex] if patient.sex else []
    facts = [
        ("Patient", patient.pseudonym),
        ("Age, sex", ", ".join(person) or "not recorded"),
        ("Assessed on", wording.date(case.assessed_on)),
        ("Jurisdiction", case.jurisdiction),
        ("Product", product),
        ("Injector", case.injector.experience),
    ]
    return (
        f'<div class="masthead"><div><p class="brand">Holocrine</p><h1>{text(title)}</h1></div>'
        f"{definitions(facts)}</div>"
    )


def verdict(assessment: Assessment) -> str:
    """The verdict with its caveat; an override is named in the same breath."""
    heading = wording.VERDICTS[assessment.verdict]
    if assessment.status == "overridden":
        heading += " (a rule was overridden)"
    return callout(f"{_KINDS[assessment.verdict]} verdict", heading, paragraph(assessment.summary))


def headline(benefit: Benefit, status: str) -> str:
    """What may be expected for the main target, with its uncertainty and the basis of the numbers."""
    fall = wording.interval90(benefit.mean, benefit.interval.lo90, benefit.interval.hi90)
    chance = wording.probability(benefit.probability_no_effect)
    often = wording.in_ten(benefit.probability_no_effect)
    return (
        f'<p class="headline"><strong>Expected {text(benefit.description)}: {text(fall)}.</strong> '
        f"The chance that it does nothing at all is {text(chance)} ({text(often)}). "
        f'<span class="soft">Basis: {text(status)}.</span></p>'
    )


def benefits_table(forecast: Forecast) -> str:
    """Every target in a row, where there are several."""
    benefits = (forecast.benefit, *forecast.further_benefits)
    if len(benefits) < 2:
        return ""
    rows = [
        (
            text(wording.capital(benefit.description)),
            stacked(wording.percent(benefit.mean), wording.span(benefit.interval.lo90, benefit.interval.hi90, "%")),
            stacked(
                wording.probability(benefit.probability_meaningful),
                f"{wording.percent(benefit.meaningful_fall)} or more",
            ),
            text(wording.probability(benefit.probability_no_effect)),
            _lasting(benefit, _horizon(forecast)),
        )
        for benefit in benefits
    ]
    head = (
        "Benefit",
        "Expected (90% interval)",
        "Chance of a worthwhile fall",
        "Chance of no effect",
        "Half gone after",
    )
    return table("What may be expected of each target", head, rows)


def _lasting(benefit: Benefit, horizon: float) -> str:
    lasting = benefit.duration_weeks
    if lasting is None:
        return "no effect"
    return stacked(_weeks(lasting.median, horizon), wording.span(lasting.lo90, lasting.hi90, ""))


def tiles(forecast: Forecast) -> str:
    """Four numbers to talk about with the patient."""
    benefit, worthwhile = forecast.benefit, wording.percent(forecast.benefit.meaningful_fall)
    shown = [
        (
            f"Chance of a fall in {names.READ_OUTS[benefit.target]} of at least {worthwhile}",
            wording.probability(benefit.probability_meaningful),
            wording.in_ten(benefit.probability_meaningful),
        ),
        (
            "Chance of no effect",
            wording.probability(benefit.probability_no_effect),
            wording.in_ten(benefit.probability_no_effect),
        ),
        _duration_tile(benefit, _horizon(forecast)),
        _risk_tile(forecast.risks),
    ]
    made = "".join(
        f"<div><dt>{text(label)}</dt><dd>{text(value)}<span>{text(note)}</span></dd></div>"
        for label, value, note in shown
    )
    return f'<dl class="tiles">{made}</dl>'


def _duration_tile(benefit: Benefit, horizon: float) -> tuple[str, str, str]:
    lasting = benefit.duration_weeks
    if lasting is None:
        return "How long it lasts", "no effect", "nothing to fade"
    return (
        "How long until half is gone",
        _weeks(lasting.median, horizon),
        f"90% interval {wording.span(lasting.lo90, lasting.hi90, 'weeks')}",
    )


def _weeks(value: float, horizon: float) -> str:
    """What has not ended when the forecast does lasts longer than that."""
    return f"{wording.significant(value)} weeks{' or more' if value >= horizon else ''}"


def _horizon(forecast: Forecast) -> float:
    """The last week of the forecast."""
    return max((course.weeks[-1] for course in forecast.courses), default=float("inf"))


def _risk_tile(risks: Sequence[Risk]) -> tuple[str, str, str]:
    """The harm closest to, or furthest over, its limit."""
    if not risks:
        return "Largest risk", "not estimated", "no risk was forecast"
    if all(risk.hi90 < SMALLEST_RISK for risk in risks):
        return "Largest risk", wording.probability(max(risk.hi90 for risk in risks)), "at the upper end of every risk"
    worst = max(risks, key=lambda risk: risk.hi90 / risk.limit if risk.limit > 0 else risk.hi90)
    upper = wording.against_limit(worst.hi90, worst.limit)
    standing = "within" if worst.within_limit else "above"
    return (
        f"Risk nearest its limit: {worst.label[:1].lower()}{worst.label[1:]}",
        wording.probability(worst.probability),
        f"up to {upper}, {standing} its limit of {wording.percent(worst.limit)}",
    )


def dilution_card(plan: Plan) -> str:
    """The arithmetic from vial to syringe, and a warning where the plan contradicts itself."""
    if not plan.points:
        return callout("note", NOTHING_PLANNED, paragraph("Of the plans weighed, no injection came out best."))
    rows = [
        (f'{text(label)}<span class="source">{text(arithmetic)}</span>', text(result))
        for label, arithmetic, result in dilution.steps(plan)
    ]
    caption = f"Dilution: {wording.dose(plan.solution.vial_units, plan.solution.product)} per vial"
    card = f'<div class="card">{table(caption, ("Step", "Result"), rows, numeric=(1,))}</div>'
    return card + contradictions(plan)


def contradictions(plan: Plan) -> str:
    """A stop sign when units, volume and marks of a point do not fit together; else nothing."""
    found = dilution.disagreements(plan)
    if not found:
        return ""
    return callout("stop", "Check before drawing up: the plan contradicts itself", *(paragraph(line) for line in found))


def total(plan: Plan) -> str:
    """What is injected in all."""
    product = plan.solution.product
    whole = (
        f"{wording.count(len(plan.points), 'point')}, {wording.dose(plan.total_units, product)} "
        f"in {wording.volume(plan.total_volume)}"
    )
    return paragraph(f"In all: {whole}.", "total")


def limits_table(limits: Sequence[LimitCheck], product: str) -> str:
    """Every limit with both numbers, its rule and whether it holds."""
    if not limits:
        return paragraph("No limits were checked for this plan.", "soft")
    rows = [
        (
            text(check.statement),
            text(limit_quantity(check.value, check.unit, product)),
            text(limit_quantity(check.limit, check.unit, product)),
            '<span class="status-bad">exceeded</span>' if check.exceeded else '<span class="status-good">holds</span>',
            f'<span class="source">{text(check.rule_id)}: {text(check.source)}</span>',
        )
        for check in limits
    ]
    return table("Totals against the limits", ("Limit", "This plan", "Limit is", "Status", "Rule and source"), rows)


def limit_quantity(value: float, unit: str, product: str) -> str:
    """A limit's number; a dose always carries the product."""
    return wording.dose(value, product) if unit == "units" else wording.quantity(value, unit)


def first_page(assessment: Assessment, plan: Plan, forecast: Forecast, figures: Sequence[str]) -> str:
    """Everything a dermatologist needs before picking up the syringe; `figures` show where, the main one first."""
    card, figure = f"<div>{dilution_card(plan)}{total(plan)}</div>", ""
    if len(figures) % 2:
        figure, *figures = figures
        card = f'<div class="split"><div>{figure}</div>{card}</div>'
    others = f'<div class="pair">{"".join(figures)}</div>' if figures else ""
    body = (
        verdict(assessment)
        + headline(forecast.benefit, forecast.status)
        + tiles(forecast)
        + benefits_table(forecast)
        + (card + others if figure else others + card)
        + limits_table(plan.limits, plan.solution.product)
    )
    return f'<section id="glance" class="first" aria-label="At a glance">{body}</section>'
