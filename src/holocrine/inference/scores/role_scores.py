"""Scores of many observations together: a role (fit or held-out), and each outcome class within it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from holocrine.domain.validation import ClassScore, DirectionScore, ObservationScore, Role, RoleScore, class_key
from holocrine.inference.scores.baseline import Average
from holocrine.inference.scores.clustering import clustered_interval
from holocrine.inference.scores.row_scores import Comparison, compare

LEAST_PROBABILITY = 1e-4
"""Floor of a reported word's probability in the log score: no practical number of draws shows it to be impossible."""


def role_score(rows: Iterable[ObservationScore], role: Role, averages: Mapping[str, Average]) -> RoleScore:
    """Everything counted over the rows of one role; `averages` by `class_key`."""
    members = [row for row in rows if row.role == role]
    compared = _compared(members, averages)
    ratios = [one.width / one.baseline_width for one in compared if one.baseline_width is not None]
    by_class: dict[str, list[ObservationScore]] = {}
    for row in members:
        by_class.setdefault(class_key(row.outcome_class, row.control), []).append(row)
    return RoleScore(
        **_scores(members, compared),
        clusters=len({one.study_id for one in compared}),
        coverage90_interval=clustered_interval([one.inside90 for one in compared], [one.study_id for one in compared])
        if compared
        else None,
        median_width_ratio=_median(ratios),
        direction_rows=direction_score(members),
        by_class={key: _class_score(found, averages, key) for key, found in by_class.items()},
    )


def direction_score(rows: Iterable[ObservationScore]) -> DirectionScore:
    """The supported rows that report a word: mean natural logarithm of its probability, share where it ranked first."""
    words = [(row, row.probability) for row in rows if row.direction and row.probability is not None and row.supported]
    return DirectionScore(
        n=len(words),
        mean_log_score=_mean([math.log(max(probability, LEAST_PROBABILITY)) for _, probability in words]),
        share_most_probable=_mean([row.direction == row.likeliest for row, _ in words]),
    )


def _class_score(rows: Sequence[ObservationScore], averages: Mapping[str, Average], key: str) -> ClassScore:
    compared, average = _compared(rows, averages), averages.get(key)
    return ClassScore(
        **_scores(rows, compared),
        units=tuple(dict.fromkeys(row.class_unit for row in rows if row.class_unit)),
        median_width90=_median([one.width for one in compared]),
        baseline_median_width90=_median([one.baseline_width for one in compared if one.baseline_width is not None]),
        scale=None if average is None else average.spread,
        baseline_studies=0 if average is None else average.studies,
    )


def _compared(rows: Iterable[ObservationScore], averages: Mapping[str, Average]) -> list[Comparison]:
    return [found for row in rows if (found := compare(row, averages)) is not None]


def _scores(rows: Sequence[ObservationScore], compared: Sequence[Comparison]) -> dict[str, Any]:
    """The fields of `Score`."""
    model = [one.score for one in compared if one.score is not None]
    baseline = [one.baseline_score for one in compared if one.baseline_score is not None]
    return {
        "n": len(rows),
        "n_supported": sum(row.supported for row in rows),
        "n_compared": len(compared),
        "n_scored": len(model),
        "coverage50": _mean([one.inside50 for one in compared]),
        "coverage90": _mean([one.inside90 for one in compared]),
        "median_abs_z": _median([abs(one.z) for one in compared]),
        "interval_score": _mean(model),
        "baseline_interval_score": _mean(baseline),
    }


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if values else None
