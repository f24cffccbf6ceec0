"""The printed report put together: which pages in which order, and what stands at the edge of every sheet of paper."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from holocrine.anatomy.face import Face
from holocrine.domain.assessment import Assessment
from holocrine.domain.case import Case
from holocrine.domain.forecast import Forecast
from holocrine.domain.plan import Plan
from holocrine.errors import InternalError
from holocrine.report import basis, first_page, pages, wording
from holocrine.report.aftermath_page import aftermath_page
from holocrine.report.choice_page import choice_page, hand_page
from holocrine.report.consent_page import consent_page
from holocrine.report.markup import OFF_LABEL
from holocrine.report.printed.blocks import Block, Heading
from holocrine.report.printed.characters import printable
from holocrine.report.printed.charts import charts
from holocrine.report.printed.reading import blocks_of
from holocrine.report.printed.typesetting import pdf
from holocrine.report.reasons import reasons_page
from holocrine.report.safety_card import safety_page
from holocrine.report.signing_page import signing_page
from holocrine.report.vial_page import vial_page


@dataclass(frozen=True)
class Signature:
    """Who vouches for a plan, and since when."""

    name: str
    date: dt.date


def render_pdf(
    case: Case, assessment: Assessment, plan: Plan, forecast: Forecast, face: Face, signature: Signature | None = None
) -> bytes:
    """The plan on A4 as PDF/UA-1, to print and sign; a draft on every page without a `signature`.

    The document is dated to the day of the case, so the same arguments give the same bytes. Raises ValueError when
    `assessment` permits no plan.
    """
    if not assessment.permits_plan:
        raise ValueError(f"verdict {assessment.verdict} permits no plan to print")
    return pdf(json.dumps(_content(case, assessment, plan, forecast, face, signature)), case.assessed_on)


def _content(
    case: Case, assessment: Assessment, plan: Plan, forecast: Forecast, face: Face, signature: Signature | None
) -> dict[str, Any]:
    """Everything that the template sets, as plain data."""
    origin = forecast.provenance
    return {
        "title": printable(f"Treatment plan for {case.patient.pseudonym}"),
        "date": [case.assessed_on.year, case.assessed_on.month, case.assessed_on.day],
        "off_label": OFF_LABEL,
        "who": printable(f"{case.patient.pseudonym}, {wording.date(case.assessed_on)}"),
        "standing": _standing(signature),
        "draft": signature is None,
        "basis": printable(f"Holocrine {origin.package_version}; {origin.parameter_set}; seed {origin.seed}"),
        "blocks": _blocks(case, assessment, plan, forecast, face),
    }


def _standing(signature: Signature | None) -> str:
    if signature is None:
        return "DRAFT until signed on the last page"
    return printable(f"Signed by {signature.name}, {wording.date(signature.date)}")


def _blocks(case: Case, assessment: Assessment, plan: Plan, forecast: Forecast, face: Face) -> list[Block]:
    """What is decided first, then what is done, then what is talked about, then what it rests on."""
    targets = [benefit.target for benefit in (forecast.benefit, *forecast.further_benefits)]
    glance = (
        first_page.masthead(case, "Treatment plan and forecast", plan.solution.product)
        + first_page.verdict(assessment)
        + first_page.headline(forecast.benefit, forecast.status)
        + first_page.tiles(forecast)
        + first_page.benefits_table(forecast)
        + first_page.total(plan)
        + vial_page(plan, case.product.name)
    )
    drawn = charts(plan, face, targets)
    points = pages.points_page(plan) + first_page.limits_table(plan.limits, plan.solution.product)
    consent = consent_page(case, assessment, plan, forecast) + basis.limits_page(forecast)
    harms = (
        pages.risks_page(forecast.risks)
        + (aftermath_page(forecast.needle_reactions, forecast.retreatment) if plan.points else "")
        + hand_page(plan.misplacements, plan.placement)
        + pages.alternatives_page(plan)
        + choice_page(plan)
    )
    behind = reasons_page(assessment, plan.overrides) + basis.basis_page(plan, forecast)
    return [
        *blocks_of(glance),
        *([_heading("Where: charts to scale"), *drawn] if drawn else []),
        *blocks_of(points),
        *blocks_of(consent + harms),
        *_on_a_new_page(blocks_of(safety_page(plan, forecast.start, targets))),
        *_on_a_new_page(blocks_of(behind)),
        *_on_a_new_page(blocks_of(signing_page(plan))),
    ]


def _heading(words: str) -> Heading:
    return Heading(kind="heading", level=1, text=words, apart=False)


def _on_a_new_page(blocks: list[Block]) -> list[Block]:
    """The blocks of a section that is cut off, handed over or signed; its heading opens a page."""
    first, *others = blocks
    if first["kind"] != "heading":
        raise InternalError("a page of the printed report begins without a heading")
    return [Heading(kind="heading", level=1, text=first["text"], apart=True), *others]
