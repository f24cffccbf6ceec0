"""The validation page: observed against predicted for every study, as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.validation import Disagreement, ObservationScore, RoleScore, Validation
from holocrine.report import validation_tables as tables
from holocrine.report import wording
from holocrine.report.forest import forest_key, plot_forest
from holocrine.report.markup import OFF_LABEL, bullets, callout, definitions, paragraph, picture, section, text
from holocrine.report.style import report_style

_CALLOUTS = {
    "passed": ("good", "Passed"),
    "failed": ("stop", "Failed"),
    "not enough held-out observations": ("caution", "Not judged: not enough held-out observations"),
}
_TITLE = "Observed against predicted"

_METHODS = (
    "Each interval is that of the reported statistic: parameters, differences between studies and sampling error.",
    "Interval score of a 90% interval: its width plus twenty times the distance by which the observed value misses it "
    "(Gneiting and Raftery 2007). Before classes are pooled it is divided by the class's scale: the 90% interval that "
    "the table of averages gives to a typical observation of the class, as the standard deviation of a normal.",
    "The table of averages is a random-effects mean (DerSimonian and Laird) of the fit studies of a class, control "
    "arms apart, with the interval for an observation in a new study. On fitted rows it has seen what it predicts, as "
    "the model has.",
    "The interval of the 90% coverage is Clopper-Pearson's at the effective sample size: rows of one study count for "
    "less the more they agree. Failed: that interval lies wholly outside 80 to 98%, or the held-out interval score is "
    "worse than that of the averages.",
    "z: the rank of the observed value among the predictive draws as a standard normal deviate. Values reported only "
    "as a bound, and words, are listed with their probability and enter no coverage.",
)


def validation_page(validation: Validation, disagreements: Sequence[Disagreement] = ()) -> str:
    """The page as HTML; nothing in it is fetched. `disagreements` are questions the evidence answers both ways."""
    rows = validation.observations
    after_plots = (
        ("words", "Reported directions", tables.directions_table(rows)),
        ("disagreements", "Where the data disagree", tables.disagreements_table(disagreements)),
        ("unsupported", "What the model cannot express", tables.unsupported_table(rows)),
        ("numbers", "Appendix: every number", tables.observations_table(rows)),
        ("studies", "Appendix: studies", tables.studies_table(rows)),
        ("methods", "Appendix: how it was scored", bullets(_METHODS)),
    )
    body = (
        _masthead(validation)
        + _verdict(validation)
        + section("scores", "Scores", tables.roles_table(validation), tables.classes_table(validation))
        + _plots(validation)
        + "".join(section(key, heading, content) for key, heading, content in after_plots if content)
    )
    return _shell(validation, body)


def _masthead(validation: Validation) -> str:
    made = validation.provenance
    facts = [
        ("Holocrine version", made.package_version),
        ("Posterior", made.posterior),
        ("Seed", str(made.seed)),
        ("Parameter hash", made.parameter_hash),
        ("Evidence hash", made.evidence_hash),
    ]
    return (
        f'<div class="masthead"><div><p class="brand">Holocrine</p><h1>{text(_TITLE)}</h1></div>'
        f"{definitions(facts)}</div>"
    )


def _verdict(validation: Validation) -> str:
    kind, heading = _CALLOUTS[validation.verdict]
    return (
        '<section id="verdict" class="first" aria-label="Verdict">'
        f"{callout(f'{kind} verdict', heading, bullets(validation.reasons))}{_tiles(validation.summary.held_out)}"
        "</section>"
    )


def _tiles(held_out: RoleScore) -> str:
    """The four numbers that matter, all of held-out observations."""
    span = "no number to compare"
    if held_out.coverage90_interval is not None:
        low, high = (tables.share(value) for value in held_out.coverage90_interval)
        span = f"95% interval {low} to {high}; wanted 80 to 98%"
    studies = wording.count(held_out.clusters, "study", "studies")
    shown = [
        ("Held-out numbers inside the 90% interval", tables.share(held_out.coverage90), span),
        (
            "Interval score, lower is better",
            tables.figure(held_out.interval_score),
            f"table of averages {tables.figure(held_out.baseline_interval_score)}",
        ),
        (
            "90% width over that of the averages",
            tables.figure(held_out.median_width_ratio, 2),
            f"median of {wording.count(held_out.n_scored, 'observation')}",
        ),
        (
            "Held-out observations the model expresses",
            f"{held_out.n_supported:,d} of {held_out.n:,d}",
            f"{wording.count(held_out.n_compared, 'number')} from {studies}, "
            f"{wording.count(held_out.direction_rows.n, 'word')}",
        ),
    ]
    made = "".join(
        f"<div><dt>{text(label)}</dt><dd>{text(value)}<span>{text(note)}</span></dd></div>"
        for label, value, note in shown
    )
    return f'<dl class="tiles">{made}</dl>'


def _plots(validation: Validation) -> str:
    intro = (
        "Every observation is a row: study, arm, outcome, day after the session and number of people (n). Names too "
        "long for the plot are shortened here and stand whole in the appendix."
    )
    classes = dict.fromkeys(row.outcome_class for row in validation.observations if row.lo90 is not None)
    if not classes:
        return ""
    blocks = "".join(_class_block(validation, name, f"class-{i}") for i, name in enumerate(classes, 1))
    key = picture(forest_key(), "The marks of all plots below.")
    return section("plots", "Outcome by outcome", paragraph(intro), key, blocks, class_="page")


def _class_block(validation: Validation, name: str, key: str) -> str:
    rows = [row for row in validation.observations if row.outcome_class == name]
    figures = plot_forest(key, wording.capital(name), rows)
    caption = f"{wording.capital(name)}: observed and predicted, {_units(rows)}."
    first, *others = (picture(drawing, caption) for drawing in figures)
    heading = f'<h3 id="{key}">{text(wording.capital(name))}</h3>{bullets(_sentences(validation, name), "small")}'
    return f'<div class="whole">{heading}{first}</div>{"".join(others)}'


def _units(rows: Sequence[ObservationScore]) -> str:
    return "; ".join(dict.fromkeys(wording.unit_name(row.unit) for row in rows if row.lo90 is not None))


def _sentences(validation: Validation, name: str) -> list[str]:
    roles = (("Held out", validation.summary.held_out), ("Fitted", validation.summary.fit))
    return [
        tables.class_sentence(f"{label}, control arms" if key != name else label, found.by_class[key])
        for label, found in roles
        for key in tables.class_keys(name)
        if key in found.by_class
    ]


def _shell(validation: Validation, body: str) -> str:
    standing = text(f"{_TITLE}: {validation.verdict}")
    running = f'<div class="running"><strong>{text(OFF_LABEL)}</strong><span>{standing}</span></div>'
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">'
        f"<title>{standing}</title><style>{report_style()}</style></head><body>"
        f'<table class="sheet" role="presentation"><thead><tr><td>{running}</td></tr></thead>'
        f"<tbody><tr><td><main>{body}</main></td></tr></tbody></table></body></html>\n"
    )
