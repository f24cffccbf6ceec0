"""After the session: what the needles leave, when each target returns, and what repeated sessions add up to."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.aftermath import NeedleReaction, Range, RepeatedPlan, Retreatment
from holocrine.report import names, wording
from holocrine.report.markup import paragraph, section, stacked, table, text

_MOST = 50.0  # percent of those who have a reaction


def aftermath_page(reactions: Sequence[NeedleReaction], retreatment: Retreatment | None) -> str:
    """Needle reactions, then the next session; nothing where there is neither."""
    parts = [*_reactions(reactions), *(() if retreatment is None else _next_session(retreatment))]
    return section("aftermath", "After the session", *parts) if parts else ""


def mostly_over_in_a_week(reaction: NeedleReaction) -> bool:
    """Whether it comes and goes within a week in most of those who have it."""
    return reaction.resolved_by_day_7 >= _MOST


def _week_in_words(reactions: Sequence[NeedleReaction]) -> str:
    """Which reactions mostly come and go within a week, and which do not."""
    possible = [reaction for reaction in reactions if reaction.probability > 0.0]
    gone = [reaction.label for reaction in possible if mostly_over_in_a_week(reaction)]
    later = [reaction.label for reaction in possible if not mostly_over_in_a_week(reaction)]
    words = f"Come and gone within a week in most who have them: {wording.listing(gone)}." if gone else ""
    return f"{words} Later or longer: {wording.listing(later)}.".strip() if later else words


def units_in_words(retreatment: Retreatment) -> str:
    """'22 units onabotulinumtoxinA'; units of different products stay apart."""
    doses = [
        wording.dose(units, "of an unknown product" if product == "unknown" else product)
        for product, units in retreatment.units_in_12_months.items()
    ]
    return wording.listing(doses) or "none"


def _reactions(reactions: Sequence[NeedleReaction]) -> list[str]:
    if not reactions:
        return []
    head = (
        "Needle reaction",
        "Probability (90% interval)",
        "Expected number",
        "Starts after",
        "Lasts",
        "Over by day 7",
        "Basis",
    )
    rows = [_reaction_row(reaction) for reaction in reactions if reaction.probability > 0.0]
    note = (
        "Starts and lasts: the middle 80% of those who have the reaction. Over by day 7: the share of them in whom it "
        "has come and gone by then."
    )
    return [
        paragraph(_week_in_words(reactions)),
        table("Reactions to the needle in this session", head, rows),
        paragraph(note, "soft small"),
    ]


def _reaction_row(reaction: NeedleReaction) -> tuple[str, ...]:
    low, high = reaction.onset_days
    return (
        stacked(wording.capital(reaction.label), reaction.definition),
        stacked(wording.probability(reaction.probability), wording.span(reaction.lo90, reaction.hi90, "%")),
        text(_number(reaction)),
        "at once" if high == 0.0 else text(wording.duration(low, high)),
        text(wording.duration(*reaction.duration_days)),
        text(wording.probability(reaction.resolved_by_day_7)),
        text(f"{reaction.grade}: {reaction.basis}"),
    )


def _number(reaction: NeedleReaction) -> str:
    if reaction.expected_number is None:
        return "not counted"
    number = wording.significant(reaction.expected_number, 1 if reaction.expected_number < 1 else 2)
    return f"mean score {number} of 10" if reaction.reaction == "pain" else f"{number} points"


def _next_session(retreatment: Retreatment) -> list[str]:
    facts = (
        f"No further session before {wording.date(retreatment.earliest)} (rule {', '.join(retreatment.rule_ids)}). "
        f"In 12 months up to and with this session: {units_in_words(retreatment)}. Chance of neutralising antibodies "
        f"after it: {_range(retreatment.antibodies)}."
    )
    return [
        "<h3>The next session</h3>",
        paragraph(facts),
        _returns_table(retreatment),
        _repeated_table(retreatment.repeated),
        paragraph(f"Grade {retreatment.grade}. Basis: {retreatment.basis}.", "soft small"),
    ]


def _returns_table(retreatment: Retreatment) -> str:
    rows = []
    for found in retreatment.returns:
        name = text(wording.capital(names.READ_OUTS[found.target]))
        if found.peak is None or found.half is None or found.gone is None or found.suggested is None:
            rows.append((name, "none", "", "", "", ""))
            continue
        rows.append(
            (
                name,
                text(_range(found.peak)),
                text(_weeks(found.half)),
                text(_weeks(found.gone)),
                text(wording.probability(found.still_there)),
                text(wording.date(found.suggested)),
            )
        )
    head = ("Improvement in", "Peak", "Half gone", "Nine tenths gone", "More left at the end", "Suggested date")
    return table("When each effect returns (median, 90% interval, of those with any effect)", head, rows)


def _repeated_table(repeated: Sequence[RepeatedPlan]) -> str:
    """A row per target, a column per interval: what is left when the next session is due."""
    if not repeated:
        return ""
    intervals = list(dict.fromkeys(plan.interval_weeks for plan in repeated))
    allowed = {plan.interval_weeks: plan.allowed for plan in repeated}
    risk = {plan.interval_weeks: plan.antibodies for plan in repeated}
    left = {(plan.target, plan.interval_weeks): plan.trough for plan in repeated}
    rows = [
        (text(wording.capital(names.READ_OUTS[target])), *(text(_range(left[target, weeks])) for weeks in intervals))
        for target in dict.fromkeys(plan.target for plan in repeated)
    ]
    rows.append(("Antibodies after a year", *(text(_range(risk[weeks])) for weeks in intervals)))
    head = ["Left of the improvement", *(_interval(weeks, allowed=allowed[weeks]) for weeks in intervals)]
    return table("The same plan again and again: what is left when the next session is due", head, rows)


def _interval(weeks: float, *, allowed: bool) -> str:
    return f"Every {wording.decimal(weeks, 1)} weeks{'' if allowed else ' (too early)'}"


def _weeks(value: Range) -> str:
    median, low, high = (wording.decimal(v, 0) for v in (value.median, value.lo90, value.hi90))
    return f"{median} weeks ({low} to {high})"


def _range(value: Range) -> str:
    return f"{wording.percent(value.median)} ({wording.span(value.lo90, value.hi90, '%')})"
