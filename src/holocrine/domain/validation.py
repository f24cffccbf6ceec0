"""Validation: every published observation beside its prediction, scored and judged (`holocrine.validation/1`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from holocrine.domain.base import Record
from holocrine.domain.tables import frame

if TYPE_CHECKING:
    import pandas

Role = Literal["fit", "held_out", "context"]
"""What an observation was for: fitted, kept out of every fit to judge it, or only quoted."""
Bound = Literal["", "<", ">"]
"""Whether the reported number is the value itself or only its upper ("<") or lower (">") limit."""
Verdict = Literal["passed", "failed", "not enough held-out observations"]


def class_key(outcome_class: str, control: bool) -> str:
    """The name under which rows are scored and averaged: arms without active treatment are a class of their own."""
    return f"{outcome_class}, control" if control else outcome_class


class ObservationScore(Record):
    """One observation beside its prediction, both in `unit`, as reported.

    `predicted` is the median, `lo50` ... `hi90` the central intervals of the reported statistic: parameter,
    between-study and sampling uncertainty together. `inside90` and `z`, the normal score of the observed value among
    the draws, are None unless an observed number that is not a bound meets a numeric prediction. `probability` is what
    the model gave to the reported word (`direction` rows) or to the stated side (`bound` rows); `likeliest` is the word
    it found most probable. `factor` takes a number to `class_unit`, in which its class is scored. `baseline_*` is what
    a table of averages of the fit studies would have said.
    """

    observation_id: str
    study_id: str
    citation: str
    arm: str
    n: int | None
    control: bool
    outcome: str
    outcome_class: str
    role: Role
    unit: str
    class_unit: str
    factor: float
    day: float | None
    predicted: float | None
    lo50: float | None
    hi50: float | None
    lo90: float | None
    hi90: float | None
    observed: float | None
    bound: Bound
    sampling_se: float | None
    inside90: bool | None
    z: float | None
    direction: str
    probability: float | None
    likeliest: str
    baseline_predicted: float | None
    baseline_lo90: float | None
    baseline_hi90: float | None
    supported: bool
    reason: str

    @property
    def in_words(self) -> str:
        """Observed and predicted in one phrase, with unit."""
        when = f" on day {self.day:g}" if self.day is not None else ""
        unit = f" {self.unit}" if self.unit else ""
        if self.direction:
            chance = "" if self.probability is None else f", to which the model gives {self.probability:.0%}"
            return f"{self.outcome}{when} ({self.arm}): reported {self.direction}{chance}"
        observed = "" if self.observed is None else f"observed {self.bound}{self.observed:g}{unit}, "
        if self.predicted is None or self.lo90 is None or self.hi90 is None:
            return f"{self.outcome}{when} ({self.arm}): {observed}not predicted ({self.reason})"
        return (
            f"{self.outcome}{when} ({self.arm}): {observed}predicted {self.predicted:.3g}{unit} "
            f"(90% interval {self.lo90:.3g} to {self.hi90:.3g})"
        )


class Score(Record):
    """How a set of observations was predicted; None where nothing could be counted. Coverages are shares (0-1).

    `n` observations, of which the model expresses `n_supported`; `n_compared` of them are numbers held against
    intervals and `n_scored` of those have a baseline. Both interval scores are means over the `n_scored`, in units of
    the class's scale (`ClassScore.scale`); lower is better.
    """

    n: int
    n_supported: int
    n_compared: int
    n_scored: int
    coverage50: float | None
    coverage90: float | None
    median_abs_z: float | None
    interval_score: float | None
    baseline_interval_score: float | None


class ClassScore(Score):
    """One outcome class; widths of the 90% intervals and `scale` in the class's `units`."""

    units: tuple[str, ...]
    median_width90: float | None
    baseline_median_width90: float | None
    scale: float | None
    baseline_studies: int


class DirectionScore(Record):
    """Rows that report a word, not a number: the mean log probability of that word, and how often it ranked first."""

    n: int
    mean_log_score: float | None
    share_most_probable: float | None


class RoleScore(Score):
    """All observations of one role. `clusters` are studies; `coverage90_interval` (95%) allows for them.

    `median_width_ratio`: 90% width over the baseline's, median of the observations that have both.
    """

    clusters: int
    coverage90_interval: tuple[float, float] | None
    median_width_ratio: float | None
    direction_rows: DirectionScore
    by_class: dict[str, ClassScore]


class Summary(Record):
    """Fit and held-out, never mixed."""

    fit: RoleScore
    held_out: RoleScore


class ValidationProvenance(Record):
    """What produced the predictions."""

    package_version: str
    parameter_hash: str
    evidence_hash: str
    posterior: str
    seed: int


class Disagreement(Record):
    """A question on which the evidence contradicts itself, in words."""

    title: str
    data_say: str
    model_says: str
    settled_by: str


class Validation(Record):
    """Every observation, the scores, and whether the model may be trusted with them."""

    schema_name: Annotated[Literal["holocrine.validation/1"], Field(alias="schema")] = "holocrine.validation/1"
    verdict: Verdict
    reasons: tuple[str, ...]
    observations: tuple[ObservationScore, ...]
    summary: Summary
    provenance: ValidationProvenance

    def to_frame(self) -> pandas.DataFrame:
        """The observations as a table, one row each, in the reported units (extra `science`)."""
        return frame([dict(observation) for observation in self.observations])
