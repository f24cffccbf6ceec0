"""What the numbers rest on: limits of the evidence, provenance, and the methods in short."""

from __future__ import annotations

from holocrine.domain.forecast import Forecast, MassBalance
from holocrine.domain.plan import Objective, Plan, Provenance
from holocrine.report import wording
from holocrine.report.markup import bullets, callout, paragraph, section, table, text

_METHODS = (
    (
        "Spread",
        "The skin is a stack of layers, each with its own diffusion, clearance and uptake. Because a bleb holds far "
        "less toxin than its binding sites could take, uptake is proportional to concentration, and the exposure "
        "summed over all time follows from one linear equation. The plan is the superposition of its points.",
    ),
    (
        "Effect over time",
        "Bound toxin delivers light chain that cuts SNAP-25 and fades; release of acetylcholine is lost and returns, "
        "with sprouting at muscle. The loading saturates, so that a larger dose lasts little longer.",
    ),
    (
        "Glands and muscle",
        "Sweat and force follow release. Sebum follows production, transit through the gland, canal and reservoir, "
        "under each explanation in turn; the forecast is their weighted average.",
    ),
    (
        "Other targets",
        "Lines follow the force of the muscles that fold them, the masseter's thickness its force within weeks, pores "
        "sebum and the tone of the skin, acne lesions sebum through their stages, and leaks the contraction of the "
        "bladder wall. Each benefit is held against the same person without this session.",
    ),
    (
        "Harms",
        "Each draw moves every needle by the placement error of the injector and passes a small, heavy-tailed share "
        "along tissue planes; a harm counts when the muscle concerned weakens beyond its threshold. Absolute risks of "
        "intradermal treatment are extrapolated from intramuscular treatment.",
    ),
    (
        "Intervals",
        "They carry the uncertainty of the parameters, the differences between people and, where a reading is "
        "forecast, its error. If the model is right, a 90% interval holds the outcome in nine of ten people like "
        "this one. On published group results this was checked (holocrine validate), on single patients not.",
    ),
)


def limits_page(forecast: Forecast) -> str:
    """What the evidence cannot say."""
    status = callout("caution", f"Status of the model: {forecast.status}", paragraph(_STATUS_NOTE))
    grades = "; ".join(f"{grade}: {meaning}" for grade, meaning in wording.GRADE_MEANINGS.items())
    return section(
        "limits",
        "Limits of the evidence",
        status,
        bullets(forecast.limits_of_evidence),
        paragraph(f"Evidence grades: {grades}.", "soft small"),
    )


_STATUS_NOTE = (
    "The forecast is a statement of what is known before this person's own response is seen. It supports a decision; "
    "it does not replace the examination or the judgement of the person who injects."
)


def basis_page(plan: Plan, forecast: Forecast) -> str:
    """Which version, parameters, evidence, seed and solver produced these numbers."""
    left, right = [_provenance_table(forecast.provenance, forecast.status, plan)], []
    if plan.provenance is not None and plan.provenance != forecast.provenance:
        left.append(_provenance_table(plan.provenance, "as planned", plan, caption="Provenance of the plan"))
    if plan.objective is not None:
        right.append(_objective_table(plan.objective))
    right.append(_balance_table(forecast.mass_balance, plan.solution.product))
    columns = f'<div class="pair"><div>{"".join(left)}</div><div>{"".join(right)}</div></div>'
    return section("basis", "Basis and provenance", columns, class_="page")


def methods_page() -> str:
    """The methods in one paragraph per step."""
    steps = "".join(f"<div><h3>{text(name)}</h3>{paragraph(words)}</div>" for name, words in _METHODS)
    return section("methods", "Appendix: methods in short", f'<div class="columns">{steps}</div>')


def _provenance_table(
    provenance: Provenance, status: str, plan: Plan, caption: str = "Provenance of the forecast"
) -> str:
    rows = [
        ("Plan", text(", ".join(words for words in (plan.title, plan.source) if words) or "no title given")),
        ("Status", text(status)),
        ("Holocrine version", f"<code>{text(provenance.package_version)}</code>"),
        ("Parameter set", text(provenance.parameter_set)),
        ("Parameter hash", f"<code>{text(provenance.parameter_hash)}</code>"),
        ("Evidence hash", f"<code>{text(provenance.evidence_hash)}</code>"),
        ("Seed", f"<code>{provenance.seed}</code>"),
        ("Draws", f"{provenance.draws:,d}"),
        ("Solver", text(provenance.solver_status)),
    ]
    return table(caption, ("What", "Value"), rows)


def _objective_table(objective: Objective) -> str:
    weights = "; ".join(f"{wording.words(name)} {wording.significant(w, 3)}" for name, w in objective.weights.items())
    bound = "none" if objective.upper_bound is None else wording.significant(objective.upper_bound, 3)
    gap = "not known" if objective.gap is None else wording.percent(100 * objective.gap)
    rows = [
        ("Aim", text(objective.description)),
        ("Weights", text(weights)),
        ("Value reached", wording.significant(objective.value, 3)),
        ("Upper bound", text(bound)),
        ("Gap to the bound", text(gap)),
        ("Plans evaluated", f"{objective.evaluations:,d}"),
        ("Search ended", text(objective.status)),
    ]
    return table("How the plan was chosen", ("What", "Value"), rows)


def _balance_table(balance: MassBalance, product: str) -> str:
    def amount(value: float) -> str:
        return f'<span class="line">{text(wording.dose(value, product))}</span>'

    terminals = [
        (f"of it at {text(wording.words(name))} terminals", amount(bound))
        for name, bound in balance.bound_by_terminal.items()
    ]
    rows = [
        ("Injected", amount(balance.injected)),
        ("Bound", amount(balance.bound)),
        *terminals,
        ("Cleared", amount(balance.cleared)),
        ("Lost at the edge, share", wording.power_of_ten(balance.edge_flux_fraction)),
        ("Error of the balance, relative", wording.power_of_ten(balance.relative_error)),
    ]
    return table("Where the toxin goes", ("Part", "Amount"), rows)
