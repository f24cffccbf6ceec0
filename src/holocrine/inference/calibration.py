"""The population fit: four or more independent runs, first on what is common, then on sebum under each explanation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.diagnostics import effective_size, mean_error, r_hat
from holocrine.inference.problem import HYPOTHESES, Problem, log_likelihood
from holocrine.inference.smc import Settings, advance, start
from holocrine.inference.state import State

Array = NDArray[np.float64]

SETTINGS = Settings(share=0.6, settled=0.04, min_moves=3, max_moves=12, final_moves=8)


class Predict(Protocol):
    """Predictions of many worlds at once, perhaps by several processes."""

    def __call__(self, scores: Array, hypotheses: Sequence[HypothesisId]) -> Array:
        """`Problem.predict` of every row of `scores` (n, d), (n, rows, 2); nan where a world cannot be computed."""


@dataclass(frozen=True)
class Size:
    """How much work a fit does: independent `runs` (at least 2) of `particles` each."""

    runs: int = 4
    particles: int = 256


@dataclass(frozen=True, eq=False)
class Fit:
    """Finished states: `common[run]`, and `sebum[hypothesis][run]` that went on from there."""

    common: tuple[State, ...]
    sebum: Mapping[HypothesisId, tuple[State, ...]]

    def scores(self, hypothesis: HypothesisId) -> Array:
        """Draws (runs, particles, names) of the posterior under an explanation."""
        return np.stack([state.z for state in self.sebum[hypothesis]])

    def log_evidence(self, hypothesis: HypothesisId) -> Array:
        """Log evidence (runs,) of the sebum rows given all others, nats."""
        return np.array([state.log_evidence for state in self.sebum[hypothesis]])

    def diagnostics(self) -> dict[str, float]:
        """Worst R-hat, effective size and Monte-Carlo error (prior SDs) over all names and explanations."""
        draws = [self.scores(hypothesis) for hypothesis in HYPOTHESES]
        return {
            "r_hat": max(float(r_hat(each).max()) for each in draws),
            "effective_size": min(float(effective_size(each).min()) for each in draws),
            "mean_error": max(float(mean_error(each).max()) for each in draws),
        }


Stage = tuple[str, State]
"""What part of the fit a state belongs to ("run 1, common", "run 2, H1"), and the state."""


def fit(
    problem: Problem,
    predict: Predict,
    *,
    seed: int,
    size: Size,
    kept: Mapping[str, State],
    settings: Settings = SETTINGS,
) -> Iterator[Stage]:
    """Every state of every run as it is reached; states in `kept` (by part) are taken up where they were.

    Feed all of them to `collect`. The same seed gives the same states to the byte, resumed or not.
    """
    d = len(problem.unknowns.names)
    for run in range(size.runs):
        last = kept.get(f"run {run + 1}, common") or start(size.particles, d, seed + run)
        for reached in _onwards(last, common_density(problem, predict), settings):
            last = reached
            yield f"run {run + 1}, common", reached
        for number, hypothesis in enumerate(HYPOTHESES):
            part = f"run {run + 1}, {hypothesis}"
            first = kept.get(part) or start(size.particles, d, seed + 1000 * (number + 1) + run, last.z)
            for reached in _onwards(first, sebum_density(problem, predict, hypothesis), settings):
                yield part, reached


def collect(states: Mapping[str, State], size: Size) -> Fit:
    """The fit from the last state of every part."""
    runs = range(1, size.runs + 1)
    return Fit(
        tuple(states[f"run {run}, common"] for run in runs),
        {h: tuple(states[f"run {run}, {h}"] for run in runs) for h in HYPOTHESES},
    )


def common_density(problem: Problem, predict: Predict) -> Callable[[Array], tuple[Array, Array]]:
    """Log likelihood of all rows but sebum, to be tempered from the prior."""

    def density(scores: Array) -> tuple[Array, Array]:
        found = predict(scores, ())
        return np.zeros(len(scores)), log_likelihood(problem, problem.common, found, scores)

    return density


def sebum_density(
    problem: Problem, predict: Predict, hypothesis: HypothesisId
) -> Callable[[Array], tuple[Array, Array]]:
    """Log likelihood of all other rows as the base, and that of the sebum rows under one explanation."""
    split = len(problem.common.questions)
    artefact = problem.unknowns.parameters["artefact_sd"].value if hypothesis == "H3b" else 0.0

    def density(scores: Array) -> tuple[Array, Array]:
        found = predict(scores, (hypothesis,))
        common = log_likelihood(problem, problem.common, found[:, :split], scores)
        sebum = log_likelihood(problem, problem.sebum, found[:, split:], scores, extra_between=artefact)
        return common, sebum

    return density


def _onwards(state: State, density: Callable[[Array], tuple[Array, Array]], settings: Settings) -> Iterator[State]:
    """The state itself when it is finished, otherwise every state that follows."""
    if state.finished:
        yield state
    while not state.finished:
        state = advance(state, density, settings)
        yield state
