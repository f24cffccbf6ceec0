"""The report of a trial: what the design can show, how sure that is, and what it hangs on, as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_answer import Information, Power, Quality, TrialAnswer
from holocrine.report import wording
from holocrine.report.markup import bullets, callout, definitions, paragraph, picture, section, table, text
from holocrine.report.shell import page
from holocrine.report.trial_charts import Curve, plot_curves, plot_influences
from holocrine.report.trial_words import SCENARIOS, needed_words, overall, primary, share, with_error

_METHODS = (
    "Every number is simulated: the model of Holocrine at draws of its posterior stands for the world, virtual "
    "patients stand for people. What the posterior does not know, the trial cannot know either.",
    "Assurance is power averaged over the posterior and over the four explanations of the sebum effect, by their "
    "weights. Under H2 and H3 toxin may change nothing; a low power there is no fault of the design.",
    "Power counts significant results in either direction. Errors are Monte-Carlo standard errors; all trials in one "
    "world count as one observation. No effect: every arm is conducted as the reference is, so what is significant "
    "there is the type I error.",
    "Bias and coverage compare each trial with a large one in the same world, in which nobody is lost and no rater "
    "knows the arm.",
    "What trials say about the explanations rests on sebum readings alone, and is read as by an observer who knows the "
    "model; real observers learn less.",
    "Data and analysis are apart: the analysis sees what a statistician would see.",
)


def trial_page(design: TrialDesign, answer: TrialAnswer, explanation: str) -> str:
    """The page as HTML; nothing in it is fetched. `explanation` is the one that holds in the data set."""
    parts = (
        ("power", "Power", _power(design, answer)),
        ("estimands", "Estimands", _estimands(answer)),
        ("endpoints", "All endpoints", _endpoints(answer)),
        ("quality", "Bias and coverage", _quality(answer)),
        ("information", "What it says about the sebum effect", _information(answer)),
        ("influence", "What the power hangs on", _influence(answer)),
        ("data", "The data set", _data(answer, explanation)),
        ("methods", "How it was worked out", bullets(_METHODS)),
    )
    body = _masthead(answer) + _first(design, answer) + "".join(section(*part) for part in parts if part[2])
    return page(answer.name, answer.name, body)


def _masthead(answer: TrialAnswer) -> str:
    made = answer.provenance
    facts = [
        ("Holocrine version", made.package_version),
        ("Posterior", f"{made.posterior}, acne {made.acne_posterior}"),
        ("Design hash", made.design_hash),
        ("Seed", str(made.seed)),
        ("Patients simulated", f"{made.patients_simulated:,d}"),
    ]
    return (
        f'<div class="masthead"><div><p class="brand">Holocrine</p><h1>{text(answer.name)}</h1></div>'
        f"{definitions(facts)}</div>"
    )


def _first(design: TrialDesign, answer: TrialAnswer) -> str:
    rows = {(row.scenario, row.patients): row for row in primary(answer)}
    sizes = sorted({row.patients for row in rows.values()})
    here, null = rows["all", answer.patients], rows["no effect", answer.patients]
    under = rows["H1", answer.patients]
    wanted = {one.scenario: one for one in answer.needed}
    tiles = (
        ("Power on average", share(here.power), f"error {wording.decimal(100 * here.error, 1)}; all explanations"),
        ("Power if H1 holds", share(under.power), f"error {wording.decimal(100 * under.error, 1)}"),
        (
            f"{wording.decimal(wanted['H1'].target, 0)}% power if H1 holds",
            wording.capital(needed_words(wanted["H1"], sizes)),
            "all arms together",
        ),
        (
            "Type I error",
            share(null.power),
            f"error {wording.decimal(100 * null.error, 1)}; wanted {100 * design.evaluation.alpha:g}%",
        ),
    )
    made = "".join(
        f"<div><dt>{text(label)}</dt><dd>{text(value)}<span>{text(note)}</span></dd></div>"
        for label, value, note in tiles
    )
    enough = here.power >= design.evaluation.target / 100.0
    heading = f"{answer.question} With {answer.patients} patients: power {share(here.power)} on average."
    return (
        '<section id="verdict" class="first" aria-label="Answer">'
        f"{callout('good verdict' if enough else 'caution verdict', heading)}"
        f'<dl class="tiles">{made}</dl></section>'
    )


def _power(design: TrialDesign, answer: TrialAnswer) -> str:
    curves = [
        _curve(words, [row for row in primary(answer) if row.scenario == scenario], strong=scenario == "all")
        for scenario, words in SCENARIOS.items()
    ]
    target = design.evaluation.target
    drawing = plot_curves(
        "power-curves",
        "Power by number of patients",
        curves,
        planned=answer.patients,
        marks={f"{target:g}%": target / 100.0},
        up="trials with a significant result, percent",
    )
    sizes = sorted({row.patients for row in primary(answer)})
    rows = [
        (
            text(SCENARIOS[one.scenario]),
            text(needed_words(one, sizes)),
            text(f"{100 * answer.weights[one.scenario]:.0f}%") if one.scenario != "all" else "",
        )
        for one in answer.needed
    ]
    head = ("If this explanation holds", f"Patients for {target:g}% power", "Weight of the explanation")
    caption = f"Primary endpoint: {answer.estimands[0].endpoint}. Bars: two Monte-Carlo errors each way."
    return picture(drawing, caption) + table("Patients needed", head, rows)


def _curve(name: str, rows: Sequence[Power], *, strong: bool) -> Curve:
    ordered = sorted(rows, key=lambda row: row.patients)
    return Curve(
        name,
        tuple(row.patients for row in ordered),
        tuple(row.power for row in ordered),
        tuple(row.error for row in ordered),
        strong,
    )


def _estimands(answer: TrialAnswer) -> str:
    head = ("Endpoint", "Variable", "Drop-out", "Summary")
    rows = [(text(e.endpoint), text(e.variable), text(e.drop_out), text(e.summary)) for e in answer.estimands]
    first = answer.estimands[0]
    return definitions([("Population", first.population), ("Treatments", first.treatments)]) + table(
        "Estimands (ICH E9(R1))", head, rows
    )


def _endpoints(answer: TrialAnswer) -> str:
    rows = overall(answer.power)
    here = {(row.endpoint, row.scenario): row for row in rows if row.patients == answer.patients}
    names = dict.fromkeys(row.endpoint for row in rows)
    head = ("Endpoint", *(wording.capital(words) for words in SCENARIOS.values()))
    cells = [
        (text(name), *(text(with_error(here[name, s].power, here[name, s].error)) for s in SCENARIOS)) for name in names
    ]
    caption = f"Significant results with {answer.patients} patients, percent of trials"
    return table(caption, head, cells)


def _quality(answer: TrialAnswer) -> str:
    head = ("Endpoint, arm", "World", "Scale", "Truth", "Bias (error)", "95% interval covers (error)", "Estimated")
    rows = [_quality_row(row) for row in answer.quality if row.scenario in ("no effect", "H1")]
    return table(f"The estimators with {answer.patients} patients", head, rows, numeric=(3, 6))


def _quality_row(row: Quality) -> tuple[str, ...]:
    bias = f"{wording.decimal(row.bias, 3)} ({wording.decimal(row.bias_error, 3)})"
    return (
        text(f"{row.endpoint}, {row.arm}"),
        text(SCENARIOS[row.scenario]),
        text(row.scale),
        text(wording.decimal(row.truth, 3)),
        text(bias),
        text(with_error(row.coverage, row.coverage_error)),
        text(share(row.estimated)),
    )


def _information(answer: TrialAnswer) -> str:
    if not answer.information:
        return ""
    last = max(row.week for row in answer.information)
    rows = [row for row in answer.information if row.week == last]
    names = list(dict.fromkeys(row.hypothesis for row in rows))
    curves = [
        Curve(
            SCENARIOS[name],
            tuple(row.patients for row in rows if row.hypothesis == name),
            tuple(row.believed for row in rows if row.hypothesis == name),
            tuple(row.error for row in rows if row.hypothesis == name),
        )
        for name in names
    ]
    drawing = plot_curves(
        "belief",
        "Weight of the true explanation after the trial",
        curves,
        planned=answer.patients,
        marks={},
        up="weight of the true explanation, percent",
    )
    head = (
        "If this holds",
        "By week",
        "Believed before",
        "Believed after",
        "Settled",
        "Misled",
        "Bayes factor",
        "Bits",
    )
    here = [row for row in answer.information if row.patients == answer.patients]
    cells = [_information_row(row, answer) for row in here]
    note = "Settled: trials after which the true explanation weighs at least 95%. Bits: information gained on average."
    return (
        picture(drawing, f"By week {last:g}, averaged over trials; bars: two Monte-Carlo errors each way.")
        + table(f"With {answer.patients} patients", head, cells, numeric=(1, 2, 3, 4, 5, 6, 7))
        + paragraph(note, "small")
    )


def _information_row(row: Information, answer: TrialAnswer) -> tuple[str, ...]:
    return (
        text(SCENARIOS[row.hypothesis]),
        text(f"{row.week:g}"),
        text(share(answer.weights[row.hypothesis])),
        text(share(row.believed)),
        text(share(row.settled)),
        text(share(row.misled)),
        text(_factor(row.bayes_factor)),
        text(wording.decimal(row.bits, 2)),
    )


def _factor(log10: float) -> str:
    """A Bayes factor, as far as its size says anything."""
    return wording.significant(10.0**log10, 2) if log10 < 3.0 else "over 1,000"


def _influence(answer: TrialAnswer) -> str:
    if not answer.influence:
        return paragraph("The power does not change with any of the assumptions varied.")
    caption = (
        "Sobol indices of the power of the primary endpoint: bar, what the input does alone; ring, with all its "
        "interactions; line, 90% bootstrap interval of the ring."
    )
    return picture(plot_influences(answer.influence), caption)


def _data(answer: TrialAnswer, explanation: str) -> str:
    words = (
        f"One virtual trial, made in one world of the posterior in which {explanation} holds; a single trial is no "
        "answer. Tables are shaped like CDISC's SDTM (dm, ex, fa, qs, ae, ds) and ADaM (adsl, adeff); "
        "data-dictionary.csv says what every column means."
    )
    return paragraph(words) + bullets(name for name in answer.files if name.startswith("data/"))
