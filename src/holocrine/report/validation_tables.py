"""The tables of the validation page: scores, words, rows the model cannot express, every number, studies."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.validation import ClassScore, Disagreement, ObservationScore, RoleScore, Validation, class_key
from holocrine.report import wording
from holocrine.report.forest import ROLE_NAMES, observed_words, predicted_words
from holocrine.report.markup import paragraph, table, text

_NOTHING = "\N{EN DASH}"  # a cell with nothing to say


def share(value: float | None) -> str:
    """A share (0-1) as a whole percent."""
    return _NOTHING if value is None else f"{wording.decimal(100 * value, 0)}%"


def figure(value: float | None, digits: int = 3) -> str:
    """A number to so many significant figures."""
    return _NOTHING if value is None else wording.significant(value, digits)


def roles_table(validation: Validation) -> str:
    """Fit and held-out side by side."""
    roles = (validation.summary.fit, validation.summary.held_out)
    lines: list[tuple[str, list[str]]] = [
        ("Observations", [f"{one.n:,d}" for one in roles]),
        ("Expressed by the model", [f"{one.n_supported:,d}" for one in roles]),
        ("Numbers held against intervals", [f"{one.n_compared:,d} (studies: {one.clusters})" for one in roles]),
        ("Inside the 50% interval", [share(one.coverage50) for one in roles]),
        ("Inside the 90% interval", [share(one.coverage90) for one in roles]),
        ("95% interval of that share, studies as clusters", [_between(one) for one in roles]),
        ("Median distance from the prediction, standard deviations", [figure(one.median_abs_z, 2) for one in roles]),
        ("Numbers with a table of averages", [f"{one.n_scored:,d}" for one in roles]),
        ("Interval score, model", [figure(one.interval_score) for one in roles]),
        ("Interval score, table of averages", [figure(one.baseline_interval_score) for one in roles]),
        ("90% width over that of the averages, median", [figure(one.median_width_ratio, 2) for one in roles]),
        ("Reported words", [f"{one.direction_rows.n:,d}" for one in roles]),
        ("Reported word was the likeliest", [share(one.direction_rows.share_most_probable) for one in roles]),
        ("Mean log probability of the word", [figure(one.direction_rows.mean_log_score, 2) for one in roles]),
    ]
    rows = [(text(name), *(text(cell) for cell in cells)) for name, cells in lines]
    return table("Fitted and held-out observations", ("What", "Fitted", "Held out"), rows, numeric=(1, 2))


def classes_table(validation: Validation) -> str:
    """Every outcome class the model expresses, control arms apart, held-out and fitted rows on lines of their own."""
    roles = (("held out", validation.summary.held_out), ("fitted", validation.summary.fit))
    rows = [
        (f'{text(wording.capital(key))}<span class="source">{role}: {text(_units(score))}</span>', *_class_cells(score))
        for name in dict.fromkeys(row.outcome_class for row in validation.observations)
        for key in class_keys(name)
        for role, found in roles
        if (score := found.by_class.get(key)) is not None and score.n_supported
    ]
    head = (
        *("Outcome class; unit of widths", "Numbers of rows", "In 50%", "In 90%", "Median |z|"),
        *("Median 90% width", "Width, averages", "Interval score", "Score, averages"),
    )
    return table("By outcome class: model against a table of averages", head, rows, numeric=range(1, 9))


def class_keys(outcome_class: str) -> tuple[str, str]:
    """The keys of `RoleScore.by_class` that belong to one outcome class: treated arms, control arms."""
    return class_key(outcome_class, control=False), class_key(outcome_class, control=True)


def directions_table(rows: Sequence[ObservationScore]) -> str:
    """Rows that report a word, with the probability the model gave it."""
    shown = [row for row in rows if row.direction and row.supported and row.probability is not None]
    if not shown:
        return paragraph("No study reports a word alone that the model can be held against.", "soft")
    made = [
        (
            f'{text(row.study_id)}<span class="source">{text(row.arm)}{text(_when(row))}</span>',
            text(row.outcome),
            text(ROLE_NAMES[row.role]),
            text(row.direction),
            text(wording.probability(100 * (row.probability or 0.0))),
            text("that word" if row.likeliest == row.direction else row.likeliest),
        )
        for row in sorted(shown, key=_order)
    ]
    head = ("Study and arm", "Outcome", "Role", "Word reported", "Its probability", "Likeliest by the model")
    return table("Studies that report a direction, not a number", head, made, numeric=(4,))


def unsupported_table(rows: Sequence[ObservationScore]) -> str:
    """What the model cannot express, grouped by reason, most frequent first, each row named."""
    groups: dict[str, list[ObservationScore]] = {}
    for row in rows:
        if not row.supported:
            groups.setdefault(row.reason, []).append(row)
    if not groups:
        return paragraph("The model expresses every observation.", "soft")
    made = [
        (
            text(wording.capital(reason)),
            f"{len(found):,d}",
            *(f"{sum(row.role == role for row in found):,d}" for role in ROLE_NAMES),
            f'<span class="source">{text(", ".join(row.observation_id for row in found))}</span>',
        )
        for reason, found in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    head = ("Reason", "Rows", "Fitted", "Held out", "Context", "Observations")
    return table("Observations the model cannot express", head, made, numeric=range(1, 5), class_="unsupported")


def observations_table(rows: Sequence[ObservationScore]) -> str:
    """Every numeric prediction in full, nothing shortened; nothing when there is none."""
    made = [
        (
            f'{text(row.observation_id)}<span class="source">{text(ROLE_NAMES[row.role])}</span>',
            f"{text(row.outcome)}, {text(wording.unit_name(row.unit))}"
            f'<span class="source">{text(row.arm)}{text(_when(row))}</span>',
            text(observed_words(row)),
            figure(row.sampling_se, 2),
            text(predicted_words(row)),
            _averages(row),
            figure(row.z, 2),
        )
        for row in sorted(rows, key=_order)
        if row.lo90 is not None
    ]
    if not made:
        return ""
    head = (
        *("Observation", "Outcome, unit of the numbers, arm", "Observed", "Standard error"),
        *("Predicted (90% interval)", "Averages (90% interval)", "z"),
    )
    return table("Every observation with a numeric prediction", head, made, numeric=range(2, 7))


def disagreements_table(found: Sequence[Disagreement]) -> str:
    """Questions that the evidence answers both ways; nothing when there are none."""
    if not found:
        return ""
    rows = [(text(one.title), text(one.data_say), text(one.model_says), text(one.settled_by)) for one in found]
    return table("Open questions", ("Question", "The data say", "The model says", "It would be settled by"), rows)


def studies_table(rows: Sequence[ObservationScore]) -> str:
    """The studies behind the short names; nothing when no row is supported."""
    citations = dict(sorted((row.study_id, row.citation) for row in rows if row.supported))
    made = [(text(name), text(citation)) for name, citation in citations.items()]
    return table("Studies", ("Name", "Citation"), made) if made else ""


def class_sentence(name: str, score: ClassScore) -> str:
    """The scores of one class and role in a sentence, with the unit of the widths."""
    if not score.n_compared:
        return f"{name}: no number to hold against an interval."
    counted = wording.count(score.n_compared, "number")
    words = (
        f"{name}: {share(score.coverage90)} of {counted} inside 90%. Median 90% width {figure(score.median_width90)}"
    )
    if score.baseline_median_width90 is None:
        return f"{words}; unit: {_units(score)}. There is no fit study to average."
    studies = wording.count(score.baseline_studies, "fit study", "fit studies")
    return (
        f"{words} against {figure(score.baseline_median_width90)} for the average of {studies}; unit: "
        f"{_units(score)}. Interval score {figure(score.interval_score)} against "
        f"{figure(score.baseline_interval_score)}."
    )


def _units(score: ClassScore) -> str:
    return "; ".join(dict.fromkeys(wording.unit_name(unit) for unit in score.units)) or "words"


def _class_cells(score: ClassScore) -> tuple[str, ...]:
    return (
        f"{score.n_compared:,d} of {score.n:,d}",
        share(score.coverage50),
        share(score.coverage90),
        figure(score.median_abs_z, 2),
        figure(score.median_width90),
        figure(score.baseline_median_width90),
        figure(score.interval_score),
        figure(score.baseline_interval_score),
    )


def _between(score: RoleScore) -> str:
    if score.coverage90_interval is None:
        return _NOTHING
    low, high = score.coverage90_interval
    return f"{share(low)} to {share(high)}"


def _averages(row: ObservationScore) -> str:
    if row.baseline_predicted is None or row.baseline_lo90 is None or row.baseline_hi90 is None:
        return "no fit study"
    low, middle, high = (figure(v, 2) for v in (row.baseline_lo90, row.baseline_predicted, row.baseline_hi90))
    return f"{middle} ({low} to {high})"


def _when(row: ObservationScore) -> str:
    return "" if row.day is None else f", day {wording.decimal(row.day, 1)}"


def _order(row: ObservationScore) -> tuple[str, int, str, float, str]:
    return (row.outcome_class, list(ROLE_NAMES).index(row.role), row.study_id, row.day or 0.0, row.observation_id)
