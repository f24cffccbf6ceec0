"""What the posterior expects of every row of the evidence: a predictive distribution of the reported statistic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.arms.questions import UNREPORTED_N, Statistic
from holocrine.inference.arms.scales import SCALES
from holocrine.inference.likelihood import Direction, log_direction
from holocrine.inference.problem import HYPOTHESES, AnyProblem, Rows
from holocrine.inference.scores.baseline import DEFAULT_BETWEEN
from holocrine.inference.scores.baseline import Scale as BaselineScale
from holocrine.inference.scores.predicted import Predicted
from holocrine.knowledge.block_posterior import BlockPosterior
from holocrine.knowledge.evidence import Evidence, Observation
from holocrine.knowledge.posterior import Posterior
from holocrine.simulation.draws import stream

Array = NDArray[np.float64]
WORDS: tuple[Direction, ...] = ("decrease", "increase", "no significant change")
BASELINE_SCALE: dict[str, BaselineScale] = {"share": "logit", "rare": "logit", "positive": "log"}


@dataclass(frozen=True, eq=False)
class Worlds:
    """Posterior draws to predict from: scores (n, d) and the explanation that holds in each."""

    scores: Array
    hypotheses: tuple[HypothesisId, ...]


def worlds_of(
    posterior: Posterior, weights: dict[HypothesisId, float], names: Sequence[str], *, n: int, seed: int
) -> Worlds:
    """`n` draws of the posterior, explanations in proportion to `weights`; what was not fitted keeps its prior."""
    edges = np.cumsum(list(weights.values()))
    which = np.searchsorted(edges[:-1], (np.arange(n) + 0.5) / n, side="right")
    random = stream(seed, "posterior")
    scores = random.standard_normal((n, len(names)))
    ids = list(weights)
    for number, h in enumerate(ids):
        mine = np.flatnonzero(which == number)
        available = len(posterior.scores[h])
        rows = ((np.arange(mine.size) + random.random()) / max(mine.size, 1) * available).astype(np.int64)
        for column, name in enumerate(names):
            known = posterior.column(h, name)
            if known is not None:
                scores[mine, column] = known[rows]
    return Worlds(scores, tuple(ids[i] for i in which))


def worlds_of_block(posterior: BlockPosterior | None, names: Sequence[str], *, n: int, seed: int) -> Worlds:
    """`n` draws of a block's posterior; what was not fitted, and everything without a posterior, keeps its prior."""
    random = stream(seed, "posterior")
    scores = random.standard_normal((n, len(names)))
    if posterior is not None:
        rows = ((np.arange(n) + random.random()) / n * len(posterior.scores)).astype(np.int64)
        for column, name in enumerate(names):
            known = posterior.column(name)
            if known is not None:
                scores[:, column] = known[rows]
    return Worlds(scores, HYPOTHESES[:1] * n)


ENOUGH_STUDIES = 5
"""Fitted studies of one outcome at one place from which their spread is taken as it was fitted (assumption)."""


def spread_of_new_studies(between: Array, questions: Sequence[Statistic], fitted: Sequence[Statistic]) -> Array:
    """SD between studies (draws, questions) on the working scale for studies that were not fitted.

    Where `ENOUGH_STUDIES` fitted studies report the outcome at the place, the fit has seen how far studies lie apart.
    With fewer it is never below the SD that the table of averages takes for itself (`baseline.DEFAULT_BETWEEN`):
    parameters that were fitted to a few studies make these look closer to each other than the next one will be. Where
    fewer than two do, that SD comes on top: one study cannot show how far the next falls, and without any it is an
    extrapolation.
    """
    studies: dict[tuple[str, str], set[str]] = {}
    for question in fitted:
        studies.setdefault((question.outcome.name, question.place), set()).add(question.study_id)
    counts = np.array([len(studies.get((q.outcome.name, q.place), ())) for q in questions])
    scales = [q.outcome.scale for q in questions]
    least = np.array([DEFAULT_BETWEEN["logit" if scale in ("share", "rare") else "log"] for scale in scales])
    guarded = np.where(counts < 2, np.hypot(between, least), np.maximum(between, least))
    return np.asarray(np.where(counts >= ENOUGH_STUDIES, between, guarded))


@dataclass(frozen=True, eq=False)
class Foreseen:
    """What one block expects: `problem` holds all of its questions, `fitted` those of its fit.

    `expected` (draws, questions, 2) is `AnyProblem.foresee` of `worlds`, the common questions first.
    """

    problem: AnyProblem[Statistic]
    fitted: AnyProblem[Statistic]
    worlds: Worlds
    expected: Array

    @cached_property
    def questions(self) -> tuple[Statistic, ...]:
        """All questions in the order of `expected`."""
        return (*self.problem.common.questions, *self.problem.sebum.questions)

    @cached_property
    def scales(self) -> tuple[Array, Array]:
        """SD between new studies and between arms of one, (draws, questions) each, on the working scale."""
        between, within = self.problem.scales(self.worlds.scores, Rows(self.questions))
        fitted = (*self.fitted.common.questions, *self.fitted.sebum.questions)
        return spread_of_new_studies(between, self.questions, fitted), within


def predicted_rows(evidence: Evidence, blocks: Sequence[Foreseen], *, seed: int) -> tuple[Predicted, ...]:
    """Every row of the evidence in its order, those that no block can express with the reason.

    Study effects and sampling errors are drawn here.
    """
    place = {q.observation.observation_id: (block, i) for block in blocks for i, q in enumerate(block.questions)}
    reasons = {row: reason for block in blocks for row, reason in block.problem.unmodelled}
    rows = []
    for number, observation in enumerate(evidence.observations.values()):
        if observation.observation_id not in place:
            rows.append(_unsupported(evidence, observation, reasons[observation.observation_id]))
            continue
        block, i = place[observation.observation_id]
        random, expected = stream(seed, "reading", number), block.expected
        between, within = block.scales
        centre = expected[:, i, 0] + expected[:, i, 1] * random.standard_normal(len(expected))
        studies = centre + np.hypot(between[:, i], within[:, i]) * random.standard_normal(len(expected))
        make = _word if observation.direction else _number
        rows.append(make(evidence, block.questions[i], centre, studies, random))
    return tuple(rows)


def _number(
    evidence: Evidence, question: Statistic, centre: Array, studies: Array, random: np.random.Generator
) -> Predicted:
    reports = _sampled(question, studies, random)
    if question.sign_unknown:
        reports = np.abs(reports)
    observation = question.observation
    return Predicted(
        **_labels(evidence, observation, question),
        observed=question.observed,
        sampling_se=reported_se(question),
        predictive=reports,
        model=question.reported(centre),
        probability=None,
        direction="",
        reason="",
        bound=observation.value.bound if observation.value else "",
    )


def _sampled(question: Statistic, studies: Array, random: np.random.Generator) -> Array:
    """What would be reported: people counted where shares are, an error added where means are."""
    if question.outcome.scale in ("share", "rare"):
        people = question.n or UNREPORTED_N
        shares = SCALES[question.outcome.scale].back(studies) / 100.0
        return 100.0 * random.binomial(people, np.clip(shares, 0.0, 1.0)) / people
    return question.reported(studies + question.sampling_sd * random.standard_normal(studies.size))


def _word(
    evidence: Evidence, question: Statistic, centre: Array, studies: Array, random: np.random.Generator
) -> Predicted:
    del centre, random
    se = question.outcome.individual_sd / np.sqrt(question.n or UNREPORTED_N)
    chances = {
        word: float(np.exp(log_direction(word, studies, se, np.full(studies.size, se))).mean()) for word in WORDS
    }
    word: Direction = question.observation.direction  # type: ignore[assignment]
    return Predicted(
        **_labels(evidence, question.observation, question),
        observed=None,
        sampling_se=None,
        predictive=None,
        model=None,
        probability=min(chances[word], 1.0),
        direction=word,
        reason="",
        likeliest=max(chances, key=lambda key: chances[key]),
    )


def _unsupported(evidence: Evidence, observation: Observation, reason: str) -> Predicted:
    return Predicted(
        **_labels(evidence, observation, None),
        observed=observation.value.mid if observation.value else None,
        sampling_se=None,
        predictive=None,
        model=None,
        probability=None,
        direction=observation.direction,
        reason=reason,
    )


def _labels(evidence: Evidence, observation: Observation, question: Statistic | None) -> dict[str, Any]:
    arm, study = evidence.arm_of(observation), evidence.study_of(observation)
    return {
        "observation_id": observation.observation_id,
        "study_id": study.study_id,
        "arm_label": arm.label,
        "citation": study.citation,
        "outcome": observation.outcome,
        "outcome_class": question.outcome.name if question else observation.target,
        "scale": BASELINE_SCALE.get(question.outcome.scale, "identity") if question else "identity",
        "role": observation.role,
        "unit": observation.unit,
        "day": observation.day.mid if observation.day else None,
        "product_arm": arm.product or arm.drug,
        "control": bool(question and question.control),
        "n": arm.n,
        "factor": question.factor if question else 1.0,
        "class_unit": question.class_unit if question else "",
    }


def reported_se(question: Statistic) -> float | None:
    """Sampling error in the unit of the report."""
    if question.reported_error is not None:
        return question.reported_error
    if question.observed is None:
        return None
    at = question.working(question.observed)
    ends = question.reported(np.array([at - question.sampling_sd, at + question.sampling_sd]))
    return float(abs(ends[1] - ends[0]) / 2.0)
