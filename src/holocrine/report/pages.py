"""The pages behind the first: points, courses, risks, alternatives, explanations."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.forecast import AreaShare, Forecast, HypothesisWeight, Risk
from holocrine.domain.plan import Alternative, InjectionPoint, Plan
from holocrine.report import wording
from holocrine.report.charts import plot_course
from holocrine.report.comparisons import plot_alternatives, plot_hypotheses, plot_risks
from holocrine.report.dilution import point_marks
from holocrine.report.first_page import NOTHING_PLANNED
from holocrine.report.markup import paragraph, picture, section, table, text
from holocrine.report.point_marks import point_labels

_REPORTED_WEEKS = (2.0, 4.0, 8.0, 12.0, 16.0, 26.0)


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
        "x runs from the middle of the glabella to the patient's left, y upwards. Doses are units of "
        f"{product} and must not be converted to another product."
    )
    return section(
        "points",
        "Injection points",
        _region_table(plan),
        table("Every point", head, rows, numeric=(2, 3, 4, 6, 7, 8)),
        paragraph(note, "soft small"),
    )


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


def courses_page(forecast: Forecast) -> str:
    """Every course as a figure, then the same numbers as a table, then how much of each area responds."""
    figures = "".join(picture(plot_course(c), f"Basis: {c.basis}.", "course") for c in forecast.courses)
    intro = (
        "Half of comparable people are expected inside the dark band and nine in ten inside the pale band. "
        "The mean lies apart from the median where a few people respond strongly."
    )
    return section(
        "course",
        "The coming weeks",
        paragraph(intro),
        f'<div class="pair">{figures}</div>',
        _course_table(forecast),
        _area_table(forecast.areas),
        class_="page",
    )


def _course_table(forecast: Forecast) -> str:
    weeks = [w for w in _REPORTED_WEEKS if all(w in course.weeks for course in forecast.courses)]
    rows = []
    for course in forecast.courses:
        where = f", {wording.region(course.region)}" if course.region else ""
        cells = []
        for week in weeks:
            i = course.weeks.index(week)
            low, middle, high = (wording.figure(v[i], course.unit) for v in (course.lo90, course.median, course.hi90))
            cells.append(f'{text(middle)}<span class="source">{text(f"{low} to {high}")}</span>')
        unit = "percent" if course.unit == "%" else wording.unit_name(course.unit)
        rows.append((f'{text(course.label + where)}<span class="source">{text(unit)}</span>', *cells))
    head = ["Quantity", *(f"Week {wording.decimal(week, 1)}" for week in weeks)]
    return table("Median and 90% interval", head, rows)


def _area_table(areas: Sequence[AreaShare]) -> str:
    if not areas:
        return ""
    steps = sorted({step for area in areas for step in area.share_by_fall}, key=float)
    rows = [
        (
            text(wording.capital(wording.region(area.region))),
            f"{wording.significant(area.area_cm2)} cm2",
            *(wording.percent(100 * area.share_by_fall.get(step, 0.0)) for step in steps),
        )
        for area in areas
    ]
    head = ("Region", "Area", *(f"falls by {step}% or more" for step in steps))
    columns = range(1, len(head))
    return table("Share of each area whose sebum falls, week 4 (expected)", head, rows, numeric=columns)


def risks_page(risks: Sequence[Risk]) -> str:
    """Harms with their definitions and limits."""
    rows = [
        (
            text(risk.label),
            text(risk.definition),
            text(wording.interval90(risk.probability, risk.lo90, risk.hi90)),
            text(wording.percent(risk.limit)),
            _standing(risk),
            text(f"days {wording.span(*risk.onset_days, '')}"),
            text(wording.span(*risk.duration_weeks, "weeks")),
            text(f"{risk.grade}: {risk.basis}"),
        )
        for risk in risks
    ]
    head = ("Harm", "Counted as", "Probability", "Limit", "Upper end", "Starts", "Lasts", "Grade and basis")
    intro = (
        "Each bar is held against the limit by its upper end, not its middle. The figures include the error of "
        "placing the needle at this injector's experience."
    )
    return section(
        "risks",
        "Risks",
        paragraph(intro),
        picture(plot_risks(risks), "Probability of each harm; the dashed mark is the accepted limit."),
        table("Risks with their definitions", head, rows),
    )


def _standing(risk: Risk) -> str:
    if risk.within_limit:
        return '<span class="status-good">within the limit</span>'
    return '<span class="status-bad">above the limit</span>'


def alternatives_page(plan: Plan) -> str:
    """What else was weighed, what it buys, and why this plan."""
    if not plan.alternatives:
        words = "This plan was given, not searched for; no alternatives were weighed."
        return section("alternatives", "Alternatives", paragraph(words))
    target = plan.alternatives[0].target
    head = (
        "Plan",
        "Points",
        "Dose and volume",
        "Spacing",
        f"Fall in {target}",
        "Chance of a worthwhile fall",
        "Risks",
        "Why",
    )
    rows = [_alternative_row(alternative, plan.solution.product) for alternative in plan.alternatives]
    return section(
        "alternatives",
        "Alternatives",
        picture(plot_alternatives(plan), f"Expected fall in {target} of every plan weighed; the chosen one is filled."),
        table("What each alternative buys", head, rows, numeric=(1,)),
    )


def _alternative_row(alternative: Alternative, product: str) -> tuple[str, ...]:
    name = wording.capital(wording.words(alternative.name))
    risks = "".join(
        f'<span class="line">{text(f"{wording.words(harm)} {wording.probability(p)}")}</span>'
        for harm, p in alternative.risks.items()
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
    """The competing explanations and what each alone would forecast."""
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
