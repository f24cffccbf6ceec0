"""The report: one self-contained HTML file a dermatologist keeps, or one page that says why there is no plan."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from holocrine import __version__
from holocrine.anatomy.face import Face
from holocrine.domain.assessment import Assessment
from holocrine.domain.case import Case
from holocrine.domain.forecast import Forecast
from holocrine.domain.maps import FaceMaps
from holocrine.domain.plan import Plan
from holocrine.domain.vocabulary import SheetRegion
from holocrine.report import basis, first_page, pages, parameter_table, reasons, wording
from holocrine.report.aftermath_page import aftermath_page
from holocrine.report.choice_page import choice_page, hand_page
from holocrine.report.consent_page import consent_page
from holocrine.report.courses_page import courses_page
from holocrine.report.markup import callout, paragraph, section, text
from holocrine.report.safety_card import safety_page
from holocrine.report.shell import page
from holocrine.report.signing_page import signing_page
from holocrine.report.sites import site_figures
from holocrine.report.vial_page import vial_page

_SHOWN_WEEK = 4.0  # the week of the headline map: near the strongest effect in the published series
_NO_SHEETS: Mapping[SheetRegion, FaceMaps] = MappingProxyType({})

_CONTENTS = (
    ("points", "Points"),
    ("vial", "Syringe"),
    ("consent", "Consent"),
    ("course", "Coming weeks"),
    ("aftermath", "After the session"),
    ("risks", "Risks"),
    ("hand", "Slips"),
    ("alternatives", "Alternatives"),
    ("choice", "Choice"),
    ("explanations", "Explanations"),
    ("reasons", "Reasons"),
    ("limits", "Limits of the evidence"),
    ("safety", "Safety card"),
    ("signing", "Signatures"),
    ("basis", "Basis"),
    ("methods", "Methods"),
    ("parameters", "Parameters"),
)


def render_report(
    case: Case,
    assessment: Assessment,
    plan: Plan,
    forecast: Forecast,
    face: Face,
    maps: FaceMaps | None,
    sheets: Mapping[SheetRegion, FaceMaps] = _NO_SHEETS,
) -> str:
    """The full report as HTML; nothing in it is fetched.

    `maps` of the face and `sheets` of the sites off it are None and empty where they are not part of the plan. Raises
    ValueError when `assessment` permits no plan.
    """
    if not assessment.permits_plan:
        raise ValueError(f"verdict {assessment.verdict} permits no plan; use render_refusal")
    targets = [benefit.target for benefit in (forecast.benefit, *forecast.further_benefits)]
    figures = site_figures(plan, face, maps, sheets, targets, _SHOWN_WEEK)
    behind = (
        pages.points_page(plan)
        + vial_page(plan, case.product.name)
        + consent_page(case, assessment, plan, forecast)
        + courses_page(forecast, targets)
        + (aftermath_page(forecast.needle_reactions, forecast.retreatment) if plan.points else "")
        + pages.risks_page(forecast.risks)
        + hand_page(plan.misplacements, plan.placement)
        + pages.alternatives_page(plan)
        + choice_page(plan)
        + pages.hypotheses_page(forecast.hypotheses)
        + reasons.reasons_page(assessment, plan.overrides)
        + basis.limits_page(forecast)
        + safety_page(plan, forecast.start, targets)
        + signing_page(plan)
        + basis.basis_page(plan, forecast)
        + basis.methods_page()
        + parameter_table.parameters_page()
    )
    front = first_page.masthead(case, "Treatment plan and forecast", plan.solution.product) + first_page.first_page(
        assessment, plan, forecast, figures
    )
    return _page(f"Treatment plan for {case.patient.pseudonym}", case, front + _contents(behind) + behind)


def render_refusal(case: Case, assessment: Assessment) -> str:
    """One page: no plan, the reasons, and the questions whose answers could change that."""
    earliest = ""
    if assessment.earliest_date is not None:
        earliest = callout("note", f"Not before {wording.date(assessment.earliest_date)}")
    content = (
        first_page.masthead(case, "Assessment: no plan was made", case.product.name)
        + '<section id="glance" class="first" aria-label="Verdict">'
        + first_page.verdict(assessment)
        + earliest
        + "</section>"
        + section(
            "reasons",
            "Reasons and questions",
            reasons.questions_table(assessment.questions),
            reasons.reasons_table(assessment.reasons),
            reasons.try_first(assessment),
            paragraph(
                "An unknown answer is never read as no. Decision support for professionals: the decision and the "
                f"responsibility stay with the clinician. Holocrine {__version__}.",
                "soft small",
            ),
        )
    )
    return _page(f"Assessment of {case.patient.pseudonym}", case, content)


def _contents(body: str) -> str:
    """Links to the sections that `body` has."""
    there = [(key, name) for key, name in _CONTENTS if f'<section id="{key}"' in body]
    links = "".join(f'<a href="#{key}">{text(name)}</a>' for key, name in there)
    return f'<nav class="contents" aria-label="Contents">{links}</nav>'


def _page(title: str, case: Case, body: str) -> str:
    return page(title, f"{case.patient.pseudonym}, {wording.date(case.assessed_on)}", body)
