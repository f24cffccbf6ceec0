"""The terminal summary: one screen, the same wording as the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from holocrine.domain.aftermath import NeedleReaction, Retreatment
from holocrine.domain.assessment import Assessment, Question, Reason
from holocrine.domain.forecast import Benefit, Forecast, Risk
from holocrine.domain.plan import Alternative, LimitCheck, Plan
from holocrine.report import dilution, names, wording
from holocrine.report.aftermath_page import mostly_over_in_a_week, units_in_words
from holocrine.report.first_page import NOTHING_PLANNED, limit_quantity
from holocrine.report.markup import OFF_LABEL
from holocrine.report.pages import possible, unlikely

_STYLES = {
    "contraindicated": "bold red",
    "not_now": "bold red",
    "ask": "bold yellow",
    "try_first": "bold yellow",
    "insufficient_evidence": "bold yellow",
    "reasonable_with_conditions": "bold green",
}
_DECISIVE = tuple(wording.EFFECTS)  # the most decisive first
_MOST_REASONS = 6
_MOST_REACTIONS = 4


def print_summary(console: Console, assessment: Assessment, plan: Plan | None, forecast: Forecast | None) -> None:
    """Print verdict and reasons, and where there is a plan: points, benefit, risks, alternatives and basis."""
    _print_verdict(console, assessment)
    if plan is not None:
        console.print()
        _print_plan(console, plan)
    if forecast is not None:
        console.print()
        _print_forecast(console, forecast, injected=plan is not None and bool(plan.points))
    if plan is not None and plan.alternatives:
        console.print()
        _print_alternatives(console, plan.alternatives, plan.solution.product)
    if forecast is not None:
        origin = forecast.provenance
        line = (
            f"Basis: {forecast.status}; parameters {origin.parameter_set}; seed {origin.seed}; {origin.draws:,d} draws."
        )
        console.print(Text(line, style="dim"))
    console.print(Text(OFF_LABEL, style="dim"))


def _print_verdict(console: Console, assessment: Assessment) -> None:
    heading = Text(wording.VERDICTS[assessment.verdict], style=_STYLES[assessment.verdict])
    if assessment.status == "overridden":
        heading.append(" (a rule was overridden)", style="bold red")
    heading.append(f"  {assessment.pseudonym}, {wording.date(assessment.assessed_on)}", style="dim")
    console.print(heading)
    console.print(Text(assessment.summary))
    if assessment.earliest_date is not None:
        console.print(Text(f"Not before {wording.date(assessment.earliest_date)}."))
    for line in _reason_lines(assessment.reasons):
        console.print(line)
    for line in _question_lines(assessment.questions, required_only=assessment.permits_plan):
        console.print(line)
    if assessment.try_first:
        console.print(Text(f"  first: {'; '.join(assessment.try_first)}"))


def _reason_lines(reasons: Sequence[Reason]) -> list[Text]:
    ordered = sorted(reasons, key=lambda reason: _DECISIVE.index(reason.effect))
    lines = [
        Text.assemble("  ", (f"{wording.EFFECTS[r.effect]}: ", "bold"), r.statement, (f" [{r.rule_id}]", "dim"))
        for r in ordered[:_MOST_REASONS]
    ]
    if len(ordered) > _MOST_REASONS:
        more = wording.count(len(ordered) - _MOST_REASONS, "more reason")
        lines.append(Text(f"  and {more}, in the report and with --json", style="dim"))
    return lines


def _question_lines(questions: Sequence[Question], *, required_only: bool) -> list[Text]:
    wanted = [q for q in questions if q.required or not required_only]
    return [Text.assemble("  ", ("ask: ", "bold"), q.question, (f" ({q.field})", "dim")) for q in wanted]


def _print_plan(console: Console, plan: Plan) -> None:
    _print_regions(console, plan)
    for check in plan.limits:
        if check.exceeded:
            console.print(_exceeded(check, plan.solution.product))
    for line in dilution.disagreements(plan):
        console.print(Text(f"  contradiction in the plan: {line}", style="bold red"))


def _exceeded(check: LimitCheck, product: str) -> Text:
    value, limit = (limit_quantity(number, check.unit, product) for number in (check.value, check.limit))
    return Text(f"  limit exceeded: {check.statement}: {value}, limit {limit} [{check.rule_id}]", style="bold red")


def _print_regions(console: Console, plan: Plan) -> None:
    solution, card = plan.solution, dilution.dilution(plan)
    heading = (
        f"{wording.dose(solution.vial_units, solution.product)} in {wording.volume(solution.diluent_volume)} "
        f"{solution.diluent}: {wording.concentration(card.concentration)}, "
        f"{wording.dose(card.units_per_mark, solution.product)} per mark of the {solution.syringe} syringe"
    )
    console.print(Text(heading, style="bold"))
    if not plan.points:
        console.print(Text(f"{NOTHING_PLANNED}."))
        return
    table = _table()
    for name in ("Region", "Points", f"Dose ({solution.product})", "Volume", "Marks", "Depth"):
        table.add_column(name, justify="left" if name == "Region" else "right")
    for name in dict.fromkeys(point.region for point in plan.points):
        here = [point for point in plan.points if point.region == name]
        depths = sorted({wording.decimal(point.depth, 1) for point in here})
        table.add_row(
            wording.region(name),
            str(len(here)),
            wording.units(sum(point.units for point in here)),
            wording.volume(sum(point.volume for point in here)),
            wording.decimal(sum(dilution.point_marks(point, plan) for point in here), 1),
            f"{wording.listing(depths)} mm",
        )
    total = ("Total", str(len(plan.points)), wording.units(plan.total_units), wording.volume(plan.total_volume))
    table.add_row(*total, wording.decimal(card.marks, 1), wording.count(card.syringes, "syringe"), style="bold")
    console.print(table)


def _print_forecast(console: Console, forecast: Forecast, *, injected: bool) -> None:
    _print_benefits(console, (forecast.benefit, *forecast.further_benefits))
    seen, unseen = possible(forecast.risks)
    for risk in seen:
        console.print(_risk_line(risk))
    if unseen:
        console.print(_line("Risk", unlikely(unseen)))
    if injected:
        if forecast.needle_reactions:
            console.print(_line("Needles", _needles(forecast.needle_reactions)))
        if forecast.retreatment is not None:
            console.print(_line("Next", _next_session(forecast.retreatment)))


def _print_benefits(console: Console, benefits: Sequence[Benefit]) -> None:
    """One line for each target."""
    _, when, weeks = benefits[0].description.rpartition(" in weeks ")
    table = _table()
    table.add_column(f"Benefit{when}{weeks if when else ''}")
    for name in ("Expected", "Worthwhile", "No effect"):
        table.add_column(name, justify="right")
    for benefit in benefits:
        least = wording.percent(benefit.meaningful_fall)
        table.add_row(
            f"mean fall in {names.READ_OUTS[benefit.target]}",
            wording.interval90(benefit.mean, benefit.interval.lo90, benefit.interval.hi90),
            f"{wording.probability(benefit.probability_meaningful)} ({least} or more)",
            wording.probability(benefit.probability_no_effect),
        )
    console.print(table)


def _needles(reactions: Sequence[NeedleReaction]) -> str:
    """The most likely reactions, the likeliest first."""
    ordered = sorted(reactions, key=lambda reaction: -reaction.probability)[:_MOST_REACTIONS]
    chances = [f"{reaction.label} {wording.probability(reaction.probability)}" for reaction in ordered]
    longer = [reaction.label for reaction in ordered if not mostly_over_in_a_week(reaction)]
    after = f"may stay longer than a week: {wording.listing(longer)}" if longer else "mostly over within a week"
    return f"{', '.join(chances)}; {after}"


def _next_session(retreatment: Retreatment) -> str:
    """When to come back, and how much that makes in a year."""
    back: dict[dt.date, list[str]] = {}
    for found in retreatment.returns:
        if found.suggested is not None:
            back.setdefault(found.suggested, []).append(names.READ_OUTS[found.target])
    dates = [f"{wording.date(day)} ({', '.join(targets)})" for day, targets in sorted(back.items())]
    suggested = f"suggested {', '.join(dates)}; " if dates else ""
    return (
        f"not before {wording.date(retreatment.earliest)}; {suggested}in 12 months with this session "
        f"{units_in_words(retreatment)}"
    )


def _line(head: str, words: str) -> Text:
    return Text.assemble((f"{head}  ", "bold"), words)


def _risk_line(risk: Risk) -> Text:
    upper = wording.against_limit(risk.hi90, risk.limit)
    standing = ("within", "green") if risk.within_limit else ("ABOVE", "bold red")
    return Text.assemble(
        ("Risk  ", "bold"),
        f"{risk.label[:1].lower()}{risk.label[1:]}: {wording.probability(risk.probability)}, up to {upper}; ",
        standing,
        f" the limit of {wording.percent(risk.limit)}",
    )


def _print_alternatives(console: Console, alternatives: Sequence[Alternative], product: str) -> None:
    fall = f"fall in {names.READ_OUTS[alternatives[0].target]}"
    console.print(Text(f"Alternatives weighed (doses in units {product}; {fall} with 90% interval)", style="bold"))
    table = _table()
    table.add_column("Plan", no_wrap=True)
    table.add_column("Points", justify="right")
    table.add_column("Dose", justify="right", no_wrap=True)
    table.add_column("Fall", no_wrap=True)
    table.add_column("Why")
    for a in alternatives:
        table.add_row(
            wording.capital(wording.words(a.name)) + (" (chosen)" if a.chosen else ""),
            str(a.points),
            wording.units(a.units),
            f"{wording.percent(a.benefit)} ({wording.span(a.benefit_lo90, a.benefit_hi90, '%')})",
            escape(a.why),
            style="bold" if a.chosen else None,
        )
    console.print(table)


def _table() -> Table:
    return Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
