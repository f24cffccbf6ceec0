"""The last page: the batch of every vial, and who vouches for the plan. Until then the report is a draft."""

from __future__ import annotations

from holocrine.domain.plan import Plan
from holocrine.report.dilution import dilution
from holocrine.report.markup import paragraph, section, table

_BLANK = ""


def signing_page(plan: Plan) -> str:
    """Room for a sticker per vial, and lines for the clinician, the injector and the patient."""
    vials = dilution(plan).vials if plan.points else 0
    rows = [(f"Vial {number}", *[_BLANK] * 4) for number in range(1, vials + 1)]
    head = ("Vial", "Lot number, or the batch sticker", "Expiry", "Reconstituted: date, time", "By")
    return section(
        "signing",
        "Batch and signatures",
        paragraph("A draft until it is signed here. Whoever signs has checked the points, the doses and the dilution."),
        table("Every vial that was opened", head, rows, class_="blank") if rows else "",
        table(
            "Signatures",
            ("Who", "Name", "Signature", "Date"),
            [(who, *[_BLANK] * 3) for who in _SIGNING],
            class_="blank",
        ),
    )


_SIGNING = ("Planned and checked by", "Injected by", "Agreed to by the patient")
