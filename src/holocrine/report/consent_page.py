"""What is talked through before consent: the use, the chance of nothing, every harm, the alternatives.

Informed consent needs the same numbers as the decision, in words that a patient can take home.
"""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.assessment import Assessment
from holocrine.domain.case import Case
from holocrine.domain.forecast import Forecast, Risk
from holocrine.domain.plan import Alternative, Plan
from holocrine.report import names, wording
from holocrine.report.first_page import headline
from holocrine.report.markup import OFF_LABEL, bullets, paragraph, section, stacked, table, text

NO_INJECTION = "No injection at all: it costs nothing, risks nothing, and can be chosen today or on any later day."


def consent_page(case: Case, assessment: Assessment, plan: Plan, forecast: Forecast) -> str:
    """The facts of this plan for this person, each with its uncertainty."""
    return section(
        "consent",
        "Consent: what to talk through",
        paragraph(f"The use. {OFF_LABEL} {_ACKNOWLEDGED[case.goals.acknowledge_off_label]}"),
        headline(forecast.benefit, forecast.status),
        _harms(forecast.risks),
        "<h3>Instead of this plan</h3>",
        bullets(_alternatives(plan, assessment)),
        class_="page",
    )


_ACKNOWLEDGED = {
    "yes": "The case records that this was explained and accepted.",
    "no": "The case records that this was not accepted: do not treat.",
    "unknown": "The case does not record that this was explained: explain it now.",
}


def _harms(risks: Sequence[Risk]) -> str:
    if not risks:
        return ""
    rows = [
        (
            text(wording.capital(risk.label)),
            stacked(wording.probability(risk.probability), wording.in_ten(risk.probability)),
            text(wording.span(risk.lo90, risk.hi90, "%")),
            text(_lasting(risk)),
        )
        for risk in risks
    ]
    head = ("What may go wrong", "Probability", "90% interval", "Lasts")
    return table("The harms that were forecast; reactions to the needle are under After the session", head, rows)


def _lasting(risk: Risk) -> str:
    first, last = risk.duration_weeks
    return wording.duration(7.0 * first, 7.0 * last) if last else "none forecast"


def _alternatives(plan: Plan, assessment: Assessment) -> list[str]:
    """No injection first, then the other plans that were weighed, then what can be tried before toxin."""
    others = [other for other in plan.alternatives if not other.chosen and other.points]
    options = [f"Before toxin: {option.rstrip('.')}." for option in assessment.try_first]
    return [NO_INJECTION, *(_other_plan(other, plan.solution.product) for other in others), *options]


def _other_plan(other: Alternative, product: str) -> str:
    fall = wording.interval90(other.benefit, other.benefit_lo90, other.benefit_hi90)
    return (
        f"{wording.capital(wording.words(other.name))}: {wording.count(other.points, 'point')}, "
        f"{wording.dose(other.units, product)}; expected fall in {names.READ_OUTS[other.target]} {fall}."
    )
