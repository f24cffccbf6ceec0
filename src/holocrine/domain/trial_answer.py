"""What `trial` answers with --json: what a design can show, and how well it shows it (`holocrine.trial-answer/1`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from holocrine.domain.base import Record

TrialScenario = Literal["no effect", "H1", "H2", "H3", "H3b", "all"]
"""In which world the trials ran; "all" weighs the explanations as the published results do (assurance)."""


class Estimand(Record):
    """What an endpoint estimates, in the five attributes of ICH E9(R1)."""

    endpoint: str
    population: str
    treatments: str
    variable: str
    drop_out: str
    summary: str


class Power(Record):
    """Share of trials of `patients` (all arms) in which a comparison of `endpoint` was significant, 0 to 1.

    `arm` is the arm compared with the reference, or "any" for at least one. `error` is the Monte-Carlo standard error,
    with trials in one world counted as one observation. "no effect": this is the type I error.
    """

    endpoint: str
    arm: str
    scenario: TrialScenario
    patients: int
    power: float
    error: float
    trials: int


class Quality(Record):
    """How well the estimator does at the planned number of patients, on its own `scale`.

    `truth` is the mean over the worlds of what a large trial without losses estimates; `coverage` of the 95% interval
    is a share, `estimated` the share of trials with an estimate at all. Errors are Monte-Carlo standard errors.
    """

    endpoint: str
    arm: str
    scenario: TrialScenario
    scale: str
    truth: float
    bias: float
    bias_error: float
    coverage: float
    coverage_error: float
    width: float
    estimated: float


class SizeNeeded(Record):
    """Fewest patients, all arms, for the power asked for; None where no size evaluated reaches it."""

    scenario: TrialScenario
    target: float
    patients: int | None


class Information(Record):
    """What trials of `patients` say about the explanations of the sebum effect by `week`, if `hypothesis` holds.

    `believed`: posterior weight of the true explanation, averaged over trials; `settled`: share of trials after which
    it weighs at least 95%, and `misled` in which another one does; `bits`: expected gain of information, averaged over
    all explanations. `bayes_factor`: median of log10 of the Bayes factor for the true one over all others.
    """

    patients: int
    week: float
    hypothesis: TrialScenario
    believed: float
    error: float
    settled: float
    misled: float
    bayes_factor: float
    bits: float


class Influence(Record):
    """Sobol indices of the power of the primary endpoint, with 90% bootstrap intervals: how much an input matters."""

    input: str
    low: float
    high: float
    unit: str
    first: float
    first_lo90: float
    first_hi90: float
    total: float
    total_lo90: float
    total_hi90: float


class TrialProvenance(Record):
    """What the answer rests on."""

    package_version: str
    design_hash: str
    posterior: str
    acne_posterior: str
    parameter_hash: str
    seed: int
    parts: int
    trials_per_part: int
    patients_simulated: int


class TrialAnswer(Record):
    """A design evaluated. `weights` are those of the explanations that assurance averages over."""

    schema_name: Annotated[Literal["holocrine.trial-answer/1"], Field(alias="schema")] = "holocrine.trial-answer/1"
    name: str
    question: str
    patients: int
    reference: str
    weights: dict[str, float]
    estimands: tuple[Estimand, ...]
    power: tuple[Power, ...]
    needed: tuple[SizeNeeded, ...]
    quality: tuple[Quality, ...]
    information: tuple[Information, ...]
    influence: tuple[Influence, ...]
    provenance: TrialProvenance
    files: tuple[str, ...] = ()


class Soonest(Record):
    """When a design settles that `hypothesis` holds: the first look, and the fewest patients, at which at least 80% of
    its trials do. Where none does (`settles` false), what the planned trial says at its end."""

    hypothesis: TrialScenario
    design: str
    settles: bool
    week: float
    patients: int
    believed: float
    settled: float


class TrialAnswers(Record):
    """Several designs evaluated one after the other, and for each explanation which of them settles it soonest."""

    schema_name: Annotated[Literal["holocrine.trial-answers/1"], Field(alias="schema")] = "holocrine.trial-answers/1"
    trials: tuple[TrialAnswer, ...]
    soonest: tuple[Soonest, ...]
