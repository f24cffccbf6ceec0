"""The safety card: what the clinic prepares, and what the patient takes home.

The items are the safety defaults every report carries. They are general clinical practice (graded "practice")
except the warning of distant spread, which every product's label carries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from holocrine.domain.plan import Plan
from holocrine.domain.vocabulary import Region, Target
from holocrine.report import wording
from holocrine.report.markup import callout, paragraph, section, text

REVIEW_DAYS = (3, 14)  # drooping is looked for in this window; practice
RESULT_DAY = 14  # the result is read on this day; practice
REPEAT_DAYS = 90  # no toxin of any product for any indication before; safety default

_SKIN: frozenset[Target] = frozenset({"sebum", "pores", "acne", "scars"})
_SITE_CHECKS = {
    "palm": "Grip tested before the session and at each review.",
    "bladder": "Urine tested before the session; residual volume measured within two weeks and on any trouble.",
}
_SITE_WARNINGS = {
    "palm": "Likewise if the hand becomes too weak to hold a cup or to work safely.",
    "bladder": "Likewise if you cannot pass urine, or for fever or burning when you do.",
}
"""By kind of site; practice."""


def safety_page(plan: Plan, start: str, targets: Sequence[Target]) -> str:
    """Both halves of the card for a session planned on `start` (an ISO date, or text shown as it is)."""
    regions = {point.region for point in plan.points}
    return section(
        "safety", "Safety card", _clinic(plan, start, regions), _patient(plan, start, targets, regions), class_="page"
    )


def review_dates(start: str) -> dict[str, str]:
    """Dates in words of the reviews and of the earliest repeat; without a date, the day numbers alone."""
    first, last = REVIEW_DAYS
    window, result, repeat = f"days {first} to {last}", f"day {RESULT_DAY}", f"{REPEAT_DAYS} days after the session"
    try:
        day = dt.date.fromisoformat(start)
    except ValueError:
        return {"window": window, "result": result, "repeat": repeat}
    after = [wording.date(day + dt.timedelta(days=days)) for days in (first, last, RESULT_DAY, REPEAT_DAYS)]
    return {
        "window": f"{after[0]} to {after[1]} ({window})",
        "result": f"{after[2]} ({result})",
        "repeat": f"{after[3]} ({repeat})",
    }


def _clinic(plan: Plan, start: str, regions: Collection[Region]) -> str:
    dates = review_dates(start)
    product = plan.solution.product
    checks = (
        "Off-label use explained and agreed to; the chance of no effect named.",
        "Ready for anaphylaxis: adrenaline, airway equipment and a second person within reach.",
        f"Product, vial and dilution read aloud: {wording.dose(plan.solution.vial_units, product)} in "
        f"{wording.volume(plan.solution.diluent_volume)} {plan.solution.diluent}.",
        "No point placed in infected or inflamed skin.",
        f"Review for a drooping lid or brow: {dates['window']}.",
        *(words for kind, words in _SITE_CHECKS.items() if _treats(kind, regions)),
        f"Review of the result: {dates['result']}.",
        f"No further botulinum toxin of any product for any reason before {dates['repeat']}.",
        "Every departure from the plan noted point by point.",
    )
    boxes = "".join(f"<li>{text(check)}</li>" for check in checks)
    blanks = ("Lot number", "Expiry", "Injected by", "Date and time")
    return f'<h3>For the clinic</h3><ul class="checks">{boxes}</ul>{_fill(blanks)}'


def _patient(plan: Plan, start: str, targets: Sequence[Target], regions: Collection[Region]) -> str:
    dates = review_dates(start)
    emergency = callout(
        "stop",
        "Call the emergency services at once",
        paragraph(
            "if swallowing, speaking or breathing becomes difficult, or weakness spreads beyond the treated area. The "
            "toxin can act far from where it was injected; this may begin hours to weeks after treatment."
        ),
        paragraph("Likewise for swelling of the face, lips or tongue, wheezing, widespread hives or fainting."),
    )
    same_day = callout(
        "caution",
        "Be seen by a doctor the same day",
        paragraph("for eye pain, a red or dry eye, blurred or double vision, or an eye that does not close."),
        *(paragraph(words) for kind, words in _SITE_WARNINGS.items() if _treats(kind, regions)),
    )
    tell = paragraph(
        "Tell the clinic about a drooping eyelid or brow, a changed smile, or anything else that worries you. "
        "Pain, swelling and bruising at the needle marks usually settle within a week."
    )
    facts = paragraph(
        f"You were treated with {plan.solution.product}. {_label_status(targets)} Tell every doctor, dentist and "
        f"pharmacist. No further botulinum toxin before {dates['repeat']}."
    )
    visits = paragraph(f"Visits: check of eyelids and brows {dates['window']}; check of the result {dates['result']}.")
    blanks = ("Contact in office hours", "Contact at night and weekends", "Emergency number", "Next visit")
    return (
        '<div class="cut"><h3>For the patient: keep this card</h3>'
        f"{emergency}{same_day}{tell}{visits}{facts}{_fill(blanks)}</div>"
    )


def _label_status(targets: Sequence[Target]) -> str:
    """What the patient is told of the approval; of which uses a label names, the clinic's label has the last word."""
    if _SKIN.intersection(targets):
        return "This use is off-label: the product is not approved for oily or acne-prone skin."
    return "Unless the product's label names this use where you live, it is off-label: ask the clinic."


def _treats(kind: str, regions: Collection[Region]) -> bool:
    return any(region.startswith(kind) for region in regions)


def _fill(labels: tuple[str, ...]) -> str:
    """Lines to write on."""
    return '<div class="fill">' + "".join(f"<p>{text(label)}</p>" for label in labels) + "</div>"
