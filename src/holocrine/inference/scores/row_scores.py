"""One observation against its prediction: quantiles, rank, interval score, and the same for the table of averages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from holocrine.domain.validation import ObservationScore, class_key
from holocrine.inference.scores.baseline import Average
from holocrine.inference.scores.predicted import Predicted

Array = NDArray[np.float64]

LARGEST_Z = 4.0
"""Normal scores end here: no practical number of draws tells more extreme ranks apart."""


@dataclass(frozen=True)
class Comparison:
    """An observed number held against intervals; widths in the unit of its class, interval scores in `Average.spread`.

    The last three are None where the class has no table of averages.
    """

    study_id: str
    inside50: bool
    inside90: bool
    z: float
    width: float
    score: float | None
    baseline_width: float | None
    baseline_score: float | None


def interval_score(low: float, high: float, value: float, level: float = 0.90) -> float:
    """Width of a central interval plus a penalty for missing `value`; in the unit of `value`, lower is better.

    Gneiting and Raftery, J Am Stat Assoc 2007;102:359-378, equation 43.
    """
    miss = max(low - value, value - high, 0.0)
    return (high - low) + 2.0 / (1.0 - level) * miss


def normal_score(value: float, draws: Array) -> float:
    """The rank of `value` among draws (K,) as a standard normal deviate, within +-LARGEST_Z; ties count half."""
    rank = np.sum(draws < value) + 0.5 * np.sum(draws == value) + 0.5
    return float(np.clip(ndtri(rank / (draws.size + 1)), -LARGEST_Z, LARGEST_Z))


def score_row(row: Predicted, averages: Mapping[str, Average]) -> ObservationScore:
    """The row with its prediction, rank and baseline; what cannot be said is None."""
    return ObservationScore(
        observation_id=row.observation_id,
        study_id=row.study_id,
        citation=row.citation,
        arm=row.product_arm or row.arm_label,
        n=row.n,
        control=row.control,
        outcome=row.outcome,
        outcome_class=row.outcome_class,
        role=row.role,
        unit=row.unit,
        class_unit=row.class_unit or row.unit,
        factor=row.factor,
        day=row.day,
        observed=row.observed,
        bound=row.bound,
        sampling_se=row.sampling_se,
        direction=row.direction,
        likeliest=row.likeliest,
        supported=row.supported,
        reason=row.reason,
        **_prediction(row),
        **_baseline(row, averages),
    )


def compare(row: ObservationScore, averages: Mapping[str, Average]) -> Comparison | None:
    """The row's scores, or None when no observed number meets a numeric prediction: words, bounds, unsupported."""
    if row.lo90 is None or row.hi90 is None or row.lo50 is None or row.hi50 is None:
        return None
    if row.observed is None or row.inside90 is None or row.z is None:
        return None
    average = averages.get(class_key(row.outcome_class, row.control))
    score = baseline_width = baseline_score = None
    if average is not None and row.baseline_lo90 is not None and row.baseline_hi90 is not None:
        scale = average.spread / abs(row.factor)
        score = interval_score(row.lo90, row.hi90, row.observed) / scale
        baseline_score = interval_score(row.baseline_lo90, row.baseline_hi90, row.observed) / scale
        baseline_width = (row.baseline_hi90 - row.baseline_lo90) * abs(row.factor)
    return Comparison(
        study_id=row.study_id,
        inside50=row.lo50 <= row.observed <= row.hi50,
        inside90=row.inside90,
        z=row.z,
        width=(row.hi90 - row.lo90) * abs(row.factor),
        score=score,
        baseline_width=baseline_width,
        baseline_score=baseline_score,
    )


def _prediction(row: Predicted) -> dict[str, Any]:
    names = ("lo90", "lo50", "predicted", "hi50", "hi90")
    fields: dict[str, Any] = {**dict.fromkeys((*names, "inside90", "z")), "probability": row.probability}
    draws, observed = row.predictive, row.observed
    if draws is None or not row.supported:
        return fields
    fields |= zip(names, (float(q) for q in np.quantile(draws, (0.05, 0.25, 0.5, 0.75, 0.95))), strict=True)
    if observed is not None and row.bound:
        fields["probability"] = float(np.mean(draws <= observed if row.bound == "<" else draws >= observed))
    elif observed is not None and not row.direction:
        fields["inside90"] = fields["lo90"] <= observed <= fields["hi90"]
        fields["z"] = normal_score(observed, draws)
    return fields


def _baseline(row: Predicted, averages: Mapping[str, Average]) -> dict[str, float | None]:
    names = ("baseline_predicted", "baseline_lo90", "baseline_hi90")
    average = averages.get(class_key(row.outcome_class, row.control))
    if average is None or row.predictive is None or not row.supported:
        return dict.fromkeys(names)
    error = None if row.sampling_se is None else row.sampling_se * abs(row.factor)
    middle, low, high = (value / row.factor for value in average.interval(error))
    return dict(zip(names, (middle, min(low, high), max(low, high)), strict=True))
