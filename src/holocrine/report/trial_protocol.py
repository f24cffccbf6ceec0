"""One page for a protocol: design, estimand, sample size and its justification, in words to be copied."""

from __future__ import annotations

from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_answer import TrialAnswer
from holocrine.domain.trial_estimand import population, treatment
from holocrine.report import wording
from holocrine.report.markup import bullets, definitions, paragraph, section, text
from holocrine.report.shell import page
from holocrine.report.trial_words import needed_words, primary, share, with_error

_LAYOUTS = {
    "parallel": "Randomised, parallel arms",
    "split_face": "Randomised, split face: each patient has both treatments, sides drawn by lot",
    "crossover": "Randomised crossover: each patient has both treatments, in an order drawn by lot",
}


def protocol_page(design: TrialDesign, answer: TrialAnswer) -> str:
    """The summary as HTML, made to fit one sheet."""
    body = (
        f'<div class="masthead"><div><p class="brand">Protocol summary</p><h1>{text(design.name)}</h1></div></div>'
        + section("design", "Design", paragraph(design.question), definitions(_design(design)))
        + section("endpoints", "Endpoints and estimands", bullets(_endpoints(answer)))
        + section("size", "Sample size", bullets(_size(design, answer)), paragraph(_provenance(answer), "small"))
    )
    title = f"{design.name}: protocol summary"
    return page(title, title, body)


def _design(design: TrialDesign) -> list[tuple[str, str]]:
    gone = design.conduct
    loss = f"{gone.drop_out:g}% by the last visit"
    if gone.drop_out_ratio > 1.0:
        loss += f", {gone.drop_out_ratio:g} times as readily without benefit"
    shares = ":".join(str(arm.share) for arm in design.arm)
    return [
        ("Layout", _LAYOUTS[design.layout] + (f", {shares}" if design.layout == "parallel" else "")),
        ("Patients", f"{design.patients}, let in: {population(design)}"),
        ("Treated", wording.listing([wording.region(region) for region in design.regions])),
        ("Arms", "; ".join(treatment(arm) for arm in design.arm)),
        ("Reference", design.reference),
        ("Visits", f"baseline and weeks {', '.join(f'{week:g}' for week in design.visits)}"),
        ("Drop-out expected", loss),
    ]


def _endpoints(answer: TrialAnswer) -> list[str]:
    roles = ["Primary", *["Secondary"] * (len(answer.estimands) - 1)]
    return [
        f"{role}: {e.endpoint}. {wording.capital(e.variable)}; {e.drop_out}; {e.summary}."
        for role, e in zip(roles, answer.estimands, strict=True)
    ]


def _size(design: TrialDesign, answer: TrialAnswer) -> list[str]:
    rows = {(row.scenario, row.patients): row for row in primary(answer)}
    sizes = sorted({row.patients for row in rows.values()})
    under, mean, null = (rows[s, answer.patients] for s in ("H1", "all", "no effect"))
    level = f"two-sided {100 * design.evaluation.alpha:g}%"
    if len(design.contrasts) > 1 and design.evaluation.multiplicity == "bonferroni":
        level += f" divided among {len(design.contrasts)} comparisons"
    wanted = {one.scenario: one for one in answer.needed}
    return [
        f"{answer.patients} patients give a power of {with_error(under.power, under.error)} at {level} if toxin lowers "
        f"sebum through the cholinergic path (H1), and of {with_error(mean.power, mean.error)} on average over all "
        "explanations and the uncertainty of the model (assurance).",
        f"{wanted['H1'].target:g}% power needs {needed_words(wanted['H1'], sizes)} under H1 and "
        f"{needed_words(wanted['all'], sizes)} on average.",
        f"Simulated type I error: {with_error(null.power, null.error)}.",
        f"Assumed: {share(design.conduct.missed_visits / 100)} of visits missed, rater error "
        f"{design.conduct.rater_error:g} (log SD), rater aware of the arm in {design.conduct.unblinded:g}% of those "
        "given toxin.",
    ]


def _provenance(answer: TrialAnswer) -> str:
    made = answer.provenance
    trials = made.parts * made.trials_per_part
    return (
        f"Simulated with Holocrine {made.package_version}: {trials:,d} virtual trials, posterior {made.posterior}, "
        f"seed {made.seed}. In brackets: Monte-Carlo standard errors in percentage points."
    )
