"""The likelihood of the population fit: all fitted rows of the evidence at once, given typical values.

Rows on sebum form a factor of their own, one for each explanation of the sebum effect; the other rows are common to
all explanations. So the same particles serve every explanation, and the increments of evidence are Bayes factors.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.validation import Role
from holocrine.domain.vocabulary import HypothesisId
from holocrine.errors import SolverError
from holocrine.inference.arms.asking import ask
from holocrine.inference.arms.given import NotModelledError
from holocrine.inference.arms.people import PEOPLE, Sample, sample
from holocrine.inference.arms.questions import UNREPORTED_N, Question, Statistic
from holocrine.inference.arms.world import World, landing_errors
from holocrine.inference.blocks.belonging import TOXIN, block_of
from holocrine.inference.likelihood import Direction, log_density, log_direction, log_tail
from holocrine.inference.unknowns import Unknowns
from holocrine.knowledge.evidence import Evidence
from holocrine.simulation.draws import SPATIAL

Array = NDArray[np.float64]
Asked = TypeVar("Asked", bound=Statistic, covariant=True)
HYPOTHESES: tuple[HypothesisId, ...] = get_args(HypothesisId)
WORLD_SEED = 20261122
"""Seed of the people and needle errors that all arms share; part of the model's definition, not of a run."""
_SPREAD_BY_DOSE = tuple(f"half_loading_{terminal}" for terminal in ("motor", "sudomotor", "sebaceous"))


@dataclass(frozen=True, eq=False)
class Rows(Generic[Asked]):
    """Questions with what the likelihood needs of each, all on the working scale."""

    questions: tuple[Asked, ...]

    @cached_property
    def is_direction(self) -> NDArray[np.bool_]:
        """Rows that give only a word, (m,)."""
        return np.array([bool(q.observation.direction) for q in self.questions], dtype=bool)

    @cached_property
    def is_bound(self) -> NDArray[np.bool_]:
        """Rows that give only a bound, (m,)."""
        return np.array([q.observation.value is not None and bool(q.observation.value.bound) for q in self.questions])

    @cached_property
    def is_unsigned(self) -> NDArray[np.bool_]:
        """Rows whose sign is not known, (m,)."""
        return np.array([q.sign_unknown for q in self.questions], dtype=bool)

    @cached_property
    def plain(self) -> NDArray[np.int64]:
        """Rows that give a number to compare."""
        return np.flatnonzero(~(self.is_direction | self.is_bound | self.is_unsigned))

    @cached_property
    def group(self) -> NDArray[np.int64]:
        """Rows with one study effect in common, (m,): the same study, kind of outcome and ring round a point."""
        keys = [(q.study_id, q.outcome.name, q.observation.from_mm, q.observation.to_mm) for q in self.questions]
        return np.array([list(dict.fromkeys(keys)).index(key) for key in keys], dtype=np.int64)

    @cached_property
    def word_weight(self) -> Array:
        """Words of one study about one outcome count together as one, (m,)."""
        counts = np.bincount(self.group[self.is_direction], minlength=self.group.max(initial=0) + 1)
        return np.where(self.is_direction, 1.0 / np.maximum(counts[self.group], 1), 1.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class AnyProblem(ABC, Generic[Asked]):
    """Everything a run of the sampler needs."""

    unknowns: Unknowns
    common: Rows[Asked]
    sebum: Rows[Asked]
    unmodelled: tuple[tuple[str, str], ...]

    @abstractmethod
    def predict(self, scores: Array, hypotheses: Sequence[HypothesisId]) -> Array:
        """Predictions (working scale) and what goes with them, (rows, 2): all common rows, then sebum per hypothesis.

        Of a word's row the first number is the effect it speaks about. The second is the SD that a dose adds which
        was not printed.
        """

    def predict_all(self, scores: Array, hypotheses: Sequence[HypothesisId]) -> Array:
        """`predict` of every row of `scores` (n, d), (n, rows, 2); nan where a world cannot be computed."""
        rows = len(self.common.questions) + len(hypotheses) * len(self.sebum.questions)
        answers = np.full((len(scores), rows, 2), np.nan)
        for number, row in enumerate(scores):
            try:
                answers[number] = self.predict(row, hypotheses)
            except (SolverError, ValueError):  # impossible anatomy or equations too stiff
                continue
        return answers

    @abstractmethod
    def foresee(self, scores: Array, hypothesis: HypothesisId, number: int) -> Array:
        """Predictions of all rows, common ones first, in draw `number` (an unidentified product depends on it)."""

    def scales(self, scores: Array, rows: Rows[Statistic]) -> tuple[Array, Array]:
        """SD between studies and between arms of one study for every row, (n, m) each, at scores (n, d)."""
        names = self.unknowns.names
        within = self.unknowns.at("arm_sd", scores[:, names.index("arm_sd")])
        columns = [
            self.unknowns.at(q.outcome.study_sd, scores[:, names.index(q.outcome.study_sd)]) for q in rows.questions
        ]
        between = np.stack(columns, axis=1) if columns else np.zeros((len(scores), 0))
        return between, between * within[:, None]


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem(AnyProblem[Question]):
    """The rows that the model of the toxin answers; `people` and `errors` of the needle are those of every arm."""

    people: Sample
    errors: Array

    def world(self, scores: Array) -> World:
        """The model at standard scores (d,)."""
        return World(self.unknowns.values(scores), self.unknowns, self.people, self.errors)

    def predict(self, scores: Array, hypotheses: Sequence[HypothesisId]) -> Array:
        """As `AnyProblem.predict`."""
        world = self.world(scores)
        found = [_prediction(world, q, "H1") for q in self.common.questions]
        for hypothesis in hypotheses:
            found += [_prediction(world, q, hypothesis) for q in self.sebum.questions]
        return np.array(found).reshape(-1, 2)

    def foresee(self, scores: Array, hypothesis: HypothesisId, number: int) -> Array:
        """As `AnyProblem.foresee`."""
        world = self.world(scores)
        questions = (*self.common.questions, *self.sebum.questions)
        return np.array([_prediction(world, q, hypothesis, number) for q in questions]).reshape(-1, 2)


def problem_of(evidence: Evidence, unknowns: Unknowns, *, role: Role | None = "fit") -> Problem:
    """The rows of one role (None: all) that the toxin's block owns: those it answers, the others with the reason."""
    common: list[Question] = []
    sebum: list[Question] = []
    unmodelled: list[tuple[str, str]] = []
    for observation in evidence.observations.values():
        if (role is not None and observation.role != role) or block_of(observation, evidence) != TOXIN:
            continue
        try:
            question = ask(observation, evidence)
        except NotModelledError as reason:
            unmodelled.append((observation.observation_id, str(reason)))
            continue
        (sebum if question.outcome.name.startswith("sebum") else common).append(question)
    people, errors = arms_people(unknowns)
    return Problem(
        unknowns=unknowns,
        common=Rows(tuple(common)),
        sebum=Rows(tuple(sebum)),
        unmodelled=tuple(unmodelled),
        people=people,
        errors=errors,
    )


def arms_people(unknowns: Unknowns) -> tuple[Sample, Array]:
    """The people and needle errors of every arm."""
    kept = tuple(name for name in unknowns.variability.spreads if name not in (*SPATIAL, *_SPREAD_BY_DOSE))
    return sample(unknowns.variability, kept, WORLD_SEED, PEOPLE), landing_errors(WORLD_SEED + 1, points=100)


def _prediction(world: World, question: Question, hypothesis: HypothesisId, number: int = 0) -> tuple[float, float]:
    """Expected value, and the SD that a dose adds which was not printed, both on the working scale."""
    here = question.expected(world, number, hypothesis)
    if question.given.dose_sd == 0.0:
        return here, 0.0
    return here, abs(question.expected(world, number, hypothesis, float(np.exp(question.given.dose_sd))) - here)


def log_likelihood(
    problem: AnyProblem[Statistic],
    rows: Rows[Statistic],
    predicted: Array,
    scores: Array,
    *,
    extra_between: float = 0.0,
) -> Array:
    """Log likelihood (n,) of `rows` given predictions (n, m, 2) at scores (n, d), nats.

    `extra_between` adds to the SD between studies in quadrature: the signed shift of readings under H3b.
    """
    if not rows.questions:
        return np.zeros(len(scores))
    between, within = problem.scales(scores, rows)
    between = np.hypot(between, extra_between)
    sampling = np.array([q.sampling_sd for q in rows.questions])
    total = np.zeros(len(scores))
    if rows.plain.size:
        total += _plain(rows, predicted, between, within, sampling)
    sd = np.sqrt(between**2 + within**2 + sampling**2 + predicted[:, :, 1] ** 2)
    for index, question in enumerate(rows.questions):
        value = predicted[:, index, 0]
        if rows.is_direction[index]:
            se = question.outcome.individual_sd / np.sqrt(question.n or UNREPORTED_N)
            word: Direction = question.observation.direction  # type: ignore[assignment]
            total += rows.word_weight[index] * log_direction(word, value, se, sd[:, index])
        elif rows.is_bound[index] and question.observation.value is not None:
            above = question.observation.value.bound == ">"
            distance = value - question.working(question.observation.value.mid)
            total += log_tail(distance if above else -distance, sd[:, index])
        elif rows.is_unsigned[index] and question.observed is not None:
            total += _unsigned(question, value, sd[:, index])
    return total


def _plain(rows: Rows[Statistic], predicted: Array, between: Array, within: Array, sampling: Array) -> Array:
    which = rows.plain
    observed = np.array([rows.questions[i].observed_working for i in which])
    return log_density(
        observed - predicted[:, which, 0],
        sampling[which] ** 2,
        rows.group[which],
        np.arange(which.size),
        between[:, which],
        within[:, which],
        extra_variance=predicted[:, which, 1] ** 2,
    )


def _unsigned(question: Statistic, value: Array, sd: Array) -> Array:
    """Either sign, equally likely before looking."""
    size = abs(question.observed or 0.0)
    parts = [
        -0.5 * ((question.working(sign * size) - value) / sd) ** 2 - np.log(sd) - 0.5 * np.log(2.0 * np.pi)
        for sign in (-1.0, 1.0)
    ]
    with np.errstate(invalid="ignore"):  # worlds that could not be computed stay nan
        return np.asarray(np.logaddexp(parts[0], parts[1]) - np.log(2.0))
