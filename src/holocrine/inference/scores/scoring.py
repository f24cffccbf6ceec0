"""Predictions against published observations: every row scored, fit and held-out apart, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.validation import RoleScore, Summary, Validation, ValidationProvenance, Verdict
from holocrine.inference.scores.baseline import Reading, table_of_averages
from holocrine.inference.scores.predicted import Predicted
from holocrine.inference.scores.role_scores import role_score
from holocrine.inference.scores.row_scores import score_row

WANTED_COVERAGE90 = (0.80, 0.98)
"""Where the 90% coverage of held-out observations should lie; a clustered interval wholly outside is a failure."""
FEWEST = 2
"""Held-out numbers below which nothing is judged."""


def score(rows: Sequence[Predicted], fitted: Sequence[Reading], provenance: ValidationProvenance) -> Validation:
    """Score `rows`, keeping their order, against a table of averages of what was `fitted`.

    Raises ValueError when readings of one outcome class name different working scales.
    """
    averages = table_of_averages(fitted)
    observations = tuple(score_row(row, averages) for row in rows)
    held_out = role_score(observations, "held_out", averages)
    verdict, reasons = judge(held_out)
    return Validation(
        verdict=verdict,
        reasons=reasons,
        observations=observations,
        summary=Summary(fit=role_score(observations, "fit", averages), held_out=held_out),
        provenance=provenance,
    )


def judge(held_out: RoleScore) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, and why: what failed, or everything that was checked."""
    coverage, interval = held_out.coverage90, held_out.coverage90_interval
    if coverage is None or interval is None or held_out.n_compared < FEWEST:
        found = f"Held-out observations that a numeric prediction can be held against: {held_out.n_compared}"
        return "not enough held-out observations", (f"{found}. At least {FEWEST} are needed.",)
    checks = (_check_coverage(held_out, coverage, interval), _check_against_averages(held_out))
    failures = tuple(words for passed, words in checks if not passed)
    return ("failed", failures) if failures else ("passed", tuple(words for _, words in checks))


def _check_coverage(held_out: RoleScore, coverage: float, interval: tuple[float, float]) -> tuple[bool, str]:
    low, high = interval
    least, most = WANTED_COVERAGE90
    passed = high >= least and low <= most
    return passed, (
        f"The 90% intervals hold {coverage:.1%} of {held_out.n_compared} held-out observations (studies: "
        f"{held_out.clusters}). Its 95% interval, studies taken as clusters, runs from {low:.1%} to {high:.1%}: "
        f"{'compatible with' if passed else 'wholly outside'} the wanted {least:.0%} to {most:.0%}."
    )


def _check_against_averages(held_out: RoleScore) -> tuple[bool, str]:
    model, baseline = held_out.interval_score, held_out.baseline_interval_score
    if model is None or baseline is None:
        return True, "No held-out observation has a fit study of its class: there are no averages to beat."
    passed = model <= baseline
    return passed, (
        f"The interval score over {held_out.n_scored} held-out observations is {model:.3g}, "
        f"{'no worse' if passed else 'worse'} than the {baseline:.3g} of a table of averages (lower is better)."
    )
