"""The population fit: independent runs from next to the posterior, each carried on to every explanation of sebum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.arms.questions import Statistic
from holocrine.inference.bayes_factors import relative_log_evidence
from holocrine.inference.centre import Centre, find_centre
from holocrine.inference.problem import HYPOTHESES, AnyProblem, Problem, log_likelihood
from holocrine.inference.sampler.smc import Settings, advance, start
from holocrine.inference.sampler.state import State

Array = NDArray[np.float64]
Arrays = Mapping[str, NDArray[np.generic]]

FIRST: HypothesisId = HYPOTHESES[0]
OTHERS = HYPOTHESES[1:]
CENTRE = "centre"
SETTINGS = Settings(share=0.4, settled=0.02, min_moves=4, max_moves=8, final_moves=20, mixture=(0.45, 0.35, 0.2))
"""Few, large stages: the start lies next to the posterior, and every evaluation costs ten milliseconds."""


class Predict(Protocol):
    """Predictions of many worlds at once, perhaps by several processes."""

    def __call__(self, scores: Array, hypotheses: Sequence[HypothesisId]) -> Array:
        """`Problem.predict` of every row of `scores` (n, d), (n, rows, 2); nan where a world cannot be computed."""


@dataclass(frozen=True)
class Size:
    """How much work a fit does: independent `runs` (at least 2) of `particles` each, under each explanation."""

    runs: int = 4
    particles: int = 128


@dataclass(frozen=True, eq=False)
class Fit:
    """Finished runs by explanation, and the centre their particles are measured from."""

    centre: Centre
    runs: Mapping[HypothesisId, tuple[State, ...]]

    def scores(self, hypothesis: HypothesisId) -> Array:
        """Draws (runs, particles, names) of the posterior under an explanation."""
        return np.stack([self.centre.scores(state.z) for state in self.runs[hypothesis]])


def relative_evidence(problem: Problem, predict: Predict, done: Fit) -> Mapping[HypothesisId, Array]:
    """Log evidence (runs,) of every explanation over the mean of all, nats, from runs of the same number together."""
    split, rows = len(problem.common.questions), len(problem.sebum.questions)
    found = []
    for run in range(len(done.runs[HYPOTHESES[0]])):
        scores = np.concatenate([done.scores(h)[run] for h in HYPOTHESES])
        predicted = predict(scores, HYPOTHESES)
        logs = [
            _sebum_likelihood(problem, h, predicted[:, split + k * rows : split + (k + 1) * rows], scores)
            for k, h in enumerate(HYPOTHESES)
        ]
        drawn = np.array([len(done.scores(h)[run]) for h in HYPOTHESES], dtype=np.int64)
        found.append(relative_log_evidence(np.stack(logs, axis=1), drawn))
    return {h: np.array([each[k] for each in found]) for k, h in enumerate(HYPOTHESES)}


def fit(
    problem: Problem,
    predict: Predict,
    *,
    seed: int,
    size: Size,
    kept: Mapping[str, Arrays],
    settings: Settings = SETTINGS,
) -> Iterator[tuple[str, Arrays, float]]:
    """Every part of the fit as it is reached: its name, arrays to keep, and how far it has come (0 to 1).

    Runs under the first explanation start next to its posterior, those under the others where these end. Parts in
    `kept` are taken up where they were. Feed the last arrays of every part to `collect`. The same seed gives the same
    numbers to the byte, resumed or not.
    """
    d = len(problem.unknowns.names)
    if CENTRE in kept:
        centre = Centre.from_arrays(kept[CENTRE])  # type: ignore[arg-type]  # arrays of floats
    else:
        centre = find_centre(*predict_and_score(problem, predict, FIRST), d)
        yield CENTRE, centre.arrays(), 1.0
    for run in range(size.runs):
        part = _part(FIRST, run)
        last = State.from_arrays(kept[part]) if part in kept else start(size.particles, d, seed + run)
        for reached in onwards(last, first_density(problem, predict, centre), settings):
            last = reached
            yield part, last.arrays(), share_done(last)
        for number, hypothesis in enumerate(OTHERS, 1):
            part = _part(hypothesis, run)
            begin = start(size.particles, d, seed + 97 * number + run, last.z)
            state = State.from_arrays(kept[part]) if part in kept else begin
            for reached in onwards(state, branch_density(problem, predict, hypothesis, centre), settings):
                yield part, reached.arrays(), share_done(reached)


def collect(parts: Mapping[str, Arrays], size: Size) -> Fit:
    """The fit from the last arrays of every part."""
    return Fit(
        Centre.from_arrays(parts[CENTRE]),  # type: ignore[arg-type]  # arrays of floats
        {h: tuple(State.from_arrays(parts[_part(h, run)]) for run in range(size.runs)) for h in HYPOTHESES},
    )


def first_density(
    problem: AnyProblem[Statistic], predict: Predict, centre: Centre
) -> Callable[[Array], tuple[Array, Array]]:
    """The posterior under the first explanation over the standard normal of the centre's coordinates."""
    guess, score = predict_and_score(problem, predict, FIRST)

    def density(x: Array) -> tuple[Array, Array]:
        scores = centre.scores(x)
        return np.zeros(len(x)), score(guess(scores), scores) + centre.log_correction(x)

    return density


def branch_density(
    problem: Problem, predict: Predict, hypothesis: HypothesisId, centre: Centre
) -> Callable[[Array], tuple[Array, Array]]:
    """The posterior under the first explanation as the base, and what another one changes of it as the factor."""
    split, rows = len(problem.common.questions), len(problem.sebum.questions)

    def density(x: Array) -> tuple[Array, Array]:
        scores = centre.scores(x)
        predicted = predict(scores, (FIRST, hypothesis))
        common = log_likelihood(problem, problem.common, predicted[:, :split], scores) + centre.log_correction(x)
        first = _sebum_likelihood(problem, FIRST, predicted[:, split : split + rows], scores)
        other = _sebum_likelihood(problem, hypothesis, predicted[:, split + rows :], scores)
        return common + first, other - first

    return density


def onwards(state: State, density: Callable[[Array], tuple[Array, Array]], settings: Settings) -> Iterator[State]:
    """The state itself when it is finished, otherwise every state that follows."""
    if state.finished:
        yield state
    while not state.finished:
        state = advance(state, density, settings)
        yield state


def _part(hypothesis: HypothesisId, run: int) -> str:
    return f"{hypothesis}, run {run + 1}"


def share_done(state: State) -> float:
    """How far a run has come, 0 to 1."""
    return 1.0 if state.finished else 0.9 * state.beta


def predict_and_score(
    problem: AnyProblem[Statistic], predict: Predict, hypothesis: HypothesisId
) -> tuple[Callable[[Array], Array], Callable[[Array, Array], Array]]:
    """Predictions of all fitted rows under one explanation, and their log likelihood."""
    split = len(problem.common.questions)

    def guess(scores: Array) -> Array:
        return predict(scores, (hypothesis,))

    def score(predicted: Array, scores: Array) -> Array:
        common = log_likelihood(problem, problem.common, predicted[:, :split], scores)
        return common + _sebum_likelihood(problem, hypothesis, predicted[:, split:], scores)

    return guess, score


def _sebum_likelihood(
    problem: AnyProblem[Statistic], hypothesis: HypothesisId, predicted: Array, scores: Array
) -> Array:
    """Log likelihood (n,) of the sebum rows; under H3b readings shift by a signed share, mean zero."""
    artefact = problem.unknowns.parameters["artefact_sd"].value if hypothesis == "H3b" else 0.0
    return log_likelihood(problem, problem.sebum, predicted, scores, extra_between=artefact)
