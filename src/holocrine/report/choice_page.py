"""How the plan was chosen: what more would cost, what binds, how far it may be from the best, where slips matter."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.forecast import HARM_LABELS
from holocrine.domain.plan import Binding, Misplacement, Objective, Placement, Plan, TradeOff
from holocrine.report import wording
from holocrine.report.markup import bullets, paragraph, picture, section, table, text
from holocrine.report.trade_off_chart import plot_trade_offs

SMALLEST_SHOWN = 0.05
"""Percent below which a harm is left out of the table of misplacements."""


def choice_page(plan: Plan) -> str:
    """What the search found and where it ends; nothing for a plan that was not searched for."""
    if plan.objective is None or not plan.trade_offs:
        return ""
    product = plan.solution.product
    drawing = picture(
        plot_trade_offs(plan.trade_offs, product),
        "Plans that no other found beats; this one is ringed, hollow ones break a harm limit. Expected over the goals, "
        "on the draws of the search.",
    )
    return section(
        "choice",
        "How this plan was chosen",
        drawing if len(plan.trade_offs) > 1 else "",
        table(
            "What more or less would buy",
            ("Dose", "Points", "Expected fall", "Worst harm over its limit", ""),
            [_trade_off_row(row, product) for row in plan.trade_offs],
            numeric=(1, 2, 3),
        ),
        paragraph(_binding_words(plan.binding)),
        paragraph(_gap_words(plan.objective)),
    )


def hand_page(misplacements: Sequence[Misplacement], placement: Placement | None) -> str:
    """What happens if the needle goes elsewhere, and the advice that follows; nothing where no harm is at stake."""
    if placement is None or not misplacements:
        return ""
    worst = {harm: max(case.harms[harm] for case in misplacements) for harm in misplacements[0].harms}
    harms = [harm for harm, high in worst.items() if high >= SMALLEST_SHOWN]
    if not harms:
        return ""
    rows = [
        (text(wording.capital(case.change)), *(text(wording.percent(case.harms[harm])) for harm in harms))
        for case in misplacements
    ]
    return section(
        "hand",
        "If the needle goes elsewhere",
        paragraph(
            f"Planned for {'an' if placement.experience[0] in 'aeiou' else 'a'} {placement.experience} hand, whose "
            "error is part of every figure. "
            "Below: upper end of the 90% interval of each harm if something more goes wrong."
        ),
        table(
            "Upper ends when points are misplaced",
            ("Change", *(wording.capital(HARM_LABELS.get(harm, harm)) for harm in harms)),
            rows,
            numeric=range(1, len(harms) + 1),
        ),
        bullets(placement.advice),
    )


def _trade_off_row(row: TradeOff, product: str) -> tuple[str, ...]:
    harm = f"{wording.decimal(row.harm_share, 2)} times" + (" (breaks it)" if row.harm_share > 1.0 else "")
    return (
        text(wording.dose(row.units, product) if row.points else "nothing"),
        str(row.points),
        text(wording.percent(row.benefit)),
        text(harm),
        '<span class="tag">chosen</span>' if row.chosen else "",
    )


def _binding_words(binding: Sequence[Binding]) -> str:
    if not binding:
        return (
            "No limit keeps the plan from more: a further point would cost more, at the stated prices, than it brings."
        )
    parts = [
        f"{HARM_LABELS.get(b.what, b.what)} at {wording.decimal(b.value, 2)} of {wording.decimal(b.limit, 2)} "
        f"{'' if b.unit == '1' else b.unit}".rstrip()
        for b in binding
    ]
    return f"What keeps the plan from more: {'; '.join(parts)}."


def _gap_words(objective: Objective) -> str:
    if objective.gap is None or objective.upper_bound is None:
        return ""
    words = (
        f"No plan on the places that were tried can be worth more than {wording.decimal(objective.upper_bound, 2)} "
        f"percent of fall after prices if harm did not count; this one stays {wording.percent(100.0 * objective.gap)} "
        "below. "
    )
    if objective.gap_by_limits is not None:
        words += (
            f"The harm limits and the price of harm account for {wording.percent(100.0 * objective.gap_by_limits)}. "
        )
    return (
        words
        + "The rest is what the search may have missed, or slack: the bound lets punctures be shared out in parts."
    )
