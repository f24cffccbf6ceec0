"""The pages behind the first: points, risks, alternatives, explanations."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.anatomy.sheets import is_sheet, on_face
from holocrine.domain.forecast import HARM_LABELS, HypothesisWeight, Risk
from holocrine.domain.plan import Alternative, InjectionPoint, Plan
from holocrine.report import names, wording
from holocrine.report.comparisons import plot_alternatives, plot_hypotheses, plot_risks
from holocrine.report.dilution import point_marks
from holocrine.report.first_page import NOTHING_PLANNED, SMALLEST_RISK
from holocrine.report.markup import paragraph, picture, section, stacked, table, text
from holocrine.report.point_marks import point_labels


def points_page(plan: Plan) -> str:
    """What goes where: totals per region, then every point."""
    product = plan.solution.product
    if not plan.points:
        return section("points", "Injection points", paragraph(f"{NOTHING_PLANNED}."))
    head = (
        "Point",
        "Region",
        "x, mm",
        "y, mm",
        "Depth, mm",
        "Plane",
        f"Dose, units {product}",
        "Volume, mL",
        "Syringe marks",
    )
    rows = [_point_row(point, label, plan) for point, label in zip(plan.points, point_labels(plan), strict=True)]
    note = (
        f"x runs to the patient's left, y upwards, both from {_origins(plan)}. Doses are units of {product} and must "
        "not be converted to another product."
    )
    return section(
        "points",
        "Injection points",
        _region_table(plan),
        table("Every point", head, rows, numeric=(2, 3, 4, 6, 7, 8)),
        paragraph(note, "soft small"),
    )


def _origins(plan: Plan) -> str:
    """What the coordinates of this plan count from."""
    face = ["the middle of the glabella"] if any(on_face(point.region) for point in plan.points) else []
    sheets = ["the cross in the figure of a site off the face"] if any(is_sheet(p.region) for p in plan.points) else []
    return wording.listing([*face, *sheets], "or")


def _point_row(point: InjectionPoint, label: str, plan: Plan) -> tuple[str, ...]:
    return (
        text(label if label == point.id else f"{label} ({point.id})"),
        text(wording.region(point.region)),
        wording.decimal(point.x, 1),
        wording.decimal(point.y, 1),
        wording.decimal(point.depth, 1),
        text(point.plane),
        wording.decimal(point.units, 2),
        wording.decimal(point.volume, 3),
        wording.decimal(point_marks(point, plan), 1),
    )


def _region_table(plan: Plan) -> str:
    rows = []
    for name in dict.fromkeys(point.region for point in plan.points):
        here = [point for point in plan.points if point.region == name]
        depths = sorted({wording.decimal(point.depth, 1) for point in here})
        rows.append(
            (
                text(wording.capital(wording.region(name))),
                str(len(here)),
                text(wording.dose(sum(point.units for point in here), plan.solution.product)),
                wording.volume(sum(point.volume for point in here)),
                text(f"{wording.listing(depths)} mm"),
                text(wording.listing(sorted({point.plane for point in here}))),
            )
        )
    return table("By region", ("Region", "Points", "Dose", "Volume", "Depth", "Plane"), rows, numeric=(1,))


def possible(risks: Sequence[Risk]) -> tuple[list[Risk], list[Risk]]:
    """Risks to look at, and those within their limit whose interval ends below what is written as a number."""
    unseen = [risk for risk in risks if risk.hi90 < SMALLEST_RISK and risk.within_limit]
    return [risk for risk in risks if risk not in unseen], unseen


def risks_page(risks: Sequence[Risk]) -> str:
    """Harms with their definitions and limits."""
    seen, unseen = possible(risks)
    rows = [
        (
            text(wording.capital(risk.label)),
            text(risk.definition),
            stacked(wording.probability(risk.probability), wording.span(risk.lo90, risk.hi90, "%")),
            text(wording.percent(risk.limit)),
            _standing(risk),
            text(wording.duration(*risk.onset_days)),
            text(wording.duration(*(7.0 * weeks for weeks in risk.duration_weeks))),
            text(f"{risk.grade}: {risk.basis}"),
        )
        for risk in seen
    ]
    head = (
        "Harm",
        "Counted as",
        "Probability (90% interval)",
        "Limit",
        "Upper end",
        "Starts after",
        "Lasts",
        "Grade and basis",
    )
    intro = (
        "Each bar is held against the limit by its upper end, not its middle. The figures include the error of "
        "placing the needle at this injector's experience."
    )
    return section(
        "risks",
        "Risks",
        paragraph(intro),
        picture(plot_risks(seen), "Probability of each harm; the dashed mark is the accepted limit.") if seen else "",
        table("Risks with their definitions", head, rows) if seen else "",
        paragraph(wording.capital(unlikely(unseen))) if unseen else "",
    )


def unlikely(risks: Sequence[Risk]) -> str:
    """The harms that this plan does not come near to."""
    return f"under 0.01%, the upper end included: {wording.listing([HARM_LABELS[risk.harm] for risk in risks])}."


def _standing(risk: Risk) -> str:
    if risk.within_limit:
        return '<span class="status-good">within the limit</span>'
    return '<span class="status-bad">above the limit</span>'


def alternatives_page(plan: Plan) -> str:
    """What else was weighed, what it buys, and why this plan."""
    if not plan.alternatives:
        words = "This plan was given, not searched for; no alternatives were weighed."
        return section("alternatives", "Alternatives", paragraph(words))
    fall = f"fall in {names.READ_OUTS[plan.alternatives[0].target]}"
    head = (
        "Plan",
        "Points",
        "Dose and volume",
        "Spacing",
        wording.capital(fall),
        "Chance of a worthwhile fall",
        "Risks",
        "Why",
    )
    rows = [_alternative_row(alternative, plan.solution.product) for alternative in plan.alternatives]
    return section(
        "alternatives",
        "Alternatives",
        picture(plot_alternatives(plan), f"Expected {fall} of every plan weighed; the chosen one is filled."),
        table("What each alternative buys", head, rows, numeric=(1,)),
    )


def _alternative_row(alternative: Alternative, product: str) -> tuple[str, ...]:
    name = wording.capital(wording.words(alternative.name))
    risks = "".join(
        f'<span class="line">{text(f"{HARM_LABELS.get(harm, wording.words(harm))} {wording.probability(p)}")}</span>'
        for harm, p in alternative.risks.items()
        if p >= SMALLEST_RISK
    )
    fall = f"90% interval {wording.span(alternative.benefit_lo90, alternative.benefit_hi90, '%')}"
    chosen = ' <span class="tag">chosen</span>' if alternative.chosen else ""
    injected = f"{wording.dose(alternative.units, product)} in {wording.volume(alternative.volume)}"
    return (
        f"{text(name)}{chosen}",
        str(alternative.points),
        text(injected if alternative.points else "nothing"),
        text("none" if alternative.spacing is None else wording.length(alternative.spacing)),
        f'{text(wording.percent(alternative.benefit))}<span class="source">{text(fall)}</span>',
        text(wording.probability(alternative.probability_meaningful)),
        risks or "none",
        text(alternative.why),
    )


def hypotheses_page(hypotheses: Sequence[HypothesisWeight]) -> str:
    """The competing explanations of the sebum effect and what each alone would forecast; nothing without any."""
    if not hypotheses:
        return ""
    rows = [
        (
            text(h.id),
            text(h.label),
            text(wording.percent(100 * h.weight)),
            text(wording.percent(h.mean_fall)),
            text(h.basis),
        )
        for h in hypotheses
    ]
    intro = (
        "Nobody knows for certain why skin becomes less oily after toxin, or whether it does. The forecast "
        "averages over the explanations below by their weights; those without an effect are part of it."
    )
    return section(
        "explanations",
        "Explanations and their weights",
        paragraph(intro),
        picture(plot_hypotheses(hypotheses), "Weights used in this forecast."),
        table(
            "What each explanation alone would forecast",
            ("Id", "Explanation", "Weight", "Fall in sebum", "Basis"),
            rows,
        ),
    )
