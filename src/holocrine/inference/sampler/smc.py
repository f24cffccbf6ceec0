"""Tempered sequential Monte Carlo: a set of particles carried from the prior to the posterior, stage by stage.

A stage raises the power beta of the likelihood as far as the weights stay even enough, resamples, and moves the
particles until they have forgotten where the stage began. The product of the mean weights is the evidence, so a
second factor added on top of a finished run yields a Bayes factor. Every random number is a function of seed, stage
and move: a run that was saved between stages continues to the same bytes. Sources: Del Moral, Doucet, Jasra (2006),
doi:10.1111/j.1467-9868.2006.00553.x; choice of beta: Zhou, Johansen, Aston (2016), doi:10.1080/10618600.2015.1060885.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holocrine.inference.sampler.gaussian import Gaussian, likenesses_of_others
from holocrine.inference.sampler.moves import KINDS, LARGEST_STEP, LogLikelihood, evaluate, sweep
from holocrine.inference.sampler.state import State
from holocrine.inference.sampler.tempering import next_beta, systematic

Array = NDArray[np.float64]

SMALLEST_STEP = 1e-4
FOLDS = 8
"""The particles move in this many folds, each by a Gaussian like the others."""
STEP_GAIN = 2.0
"""A sweep multiplies a step by exp(gain x (acceptance - target))."""


@dataclass(frozen=True)
class Settings:
    """How a run proceeds. The defaults suit 20 particles or more per unknown."""

    share: float = 0.7
    """Conditional effective sample size after a stage, as a share of the particles."""
    target_acceptance: float = 0.3
    settled: float = 0.02
    """Moving stops when one more sweep adds less than this share to the mean squared distance jumped."""
    min_moves: int = 4
    max_moves: int = 40
    final_moves: int = 20
    """Further sweeps at beta = 1, with step sizes that no longer change."""
    mixture: tuple[float, float, float] = (0.7, 0.1, 0.2)
    """Probabilities of the kinds of moves, in the order of `moves.KINDS`."""

    def __post_init__(self) -> None:
        if not 0.0 < self.share < 1.0 or not 0.0 < self.target_acceptance < 1.0:
            raise ValueError("share and target_acceptance lie strictly between 0 and 1")
        if not 1 <= self.min_moves <= self.max_moves or self.final_moves < 1:
            raise ValueError("1 <= min_moves <= max_moves and final_moves >= 1 are required")
        if min(self.mixture) < 0.0 or abs(sum(self.mixture) - 1.0) > 1e-9:
            raise ValueError("mixture holds probabilities that sum to one")


def start(n: int, d: int, seed: int, z: Array | None = None) -> State:
    """The first generation: `n` draws from the prior N(0, I) in `d` dimensions, or the given draws `z` (n, d).

    With `z`, the draws must come from the prior times exp(base): the posterior of an earlier run. Nothing is
    evaluated yet. Raises ValueError when `z` has another shape or there are fewer than 2 particles.
    """
    if n < 2 or d < 1 or (z is not None and z.shape != (n, d)):
        shape = None if z is None else z.shape
        raise ValueError(f"n >= 2, d >= 1 and z of shape (n, d) are required, not {n}, {d} and {shape}")
    base = np.full(n, np.nan)
    if z is None:
        z, base = _random(seed, 0, 0).standard_normal((n, d)), np.zeros(n)
    steps = np.full(len(KINDS), min(1.0, 2.4 / np.sqrt(d)))
    return State(z.copy(), base, np.full(n, np.nan), np.arange(n, dtype=np.int64), steps, seed)


def advance(state: State, log_likelihood: LogLikelihood, settings: Settings | None = None) -> State:
    """The state one stage later: more of the likelihood, or the final sweeps once all of it is in.

    Raises ValueError when the run is finished or `log_likelihood` has a base that the particles do not come from,
    SolverError when no particle is possible or beta can no longer rise.
    """
    if state.finished:
        raise ValueError("the run is finished; start another one from its particles to add a further factor")
    settings = settings or Settings()
    if state.stage == 0:
        state = _first_evaluation(state, log_likelihood)
    if state.beta == 1.0:
        n = state.z.shape[0]
        gaussians = likenesses_of_others(state.z, np.full(n, 1.0 / n), np.arange(n), FOLDS)
        final = replace(settings, min_moves=settings.final_moves, max_moves=settings.final_moves)
        moved = _moved(state, log_likelihood, gaussians, final, adapt=False)
        return replace(moved, finished=True)
    beta = next_beta(state.log_likelihood, state.beta, settings.share)
    log_weights = (beta - state.beta) * state.log_likelihood
    top = log_weights.max()
    weights = np.exp(log_weights - top)
    log_mean = float(top + np.log(weights.mean()))
    weights /= weights.sum()
    index = systematic(weights, _random(state.seed, state.stage + 1, 0).random())
    chosen = state.particles.at(index)
    resampled = replace(
        state,
        z=chosen.z,
        log_base=chosen.log_base,
        log_likelihood=chosen.log_likelihood,
        ancestors=state.ancestors[index],
        beta=beta,
        log_evidence=state.log_evidence + log_mean,
    )
    gaussians = likenesses_of_others(state.z, weights, index, FOLDS)
    return _moved(resampled, log_likelihood, gaussians, settings, adapt=True)


def complete(state: State, log_likelihood: LogLikelihood, settings: Settings | None = None) -> State:
    """All the stages that remain."""
    while not state.finished:
        state = advance(state, log_likelihood, settings)
    return state


def _random(seed: int, stage: int, move: int) -> np.random.Generator:
    """The random stream of one move of one stage; move 0 draws the first generation or resamples."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(stage, move))))


def _first_evaluation(state: State, log_likelihood: LogLikelihood) -> State:
    """The state with its log densities. A base that is not zero needs particles from an earlier run."""
    particles = evaluate(log_likelihood, state.z)
    from_prior = not np.isnan(state.log_base).any()
    if from_prior and np.any(particles.log_base[np.isfinite(particles.log_base)] != 0.0):
        raise ValueError("log_likelihood has a base, but the particles are from the prior: give start() its z")
    return replace(state, log_base=particles.log_base, log_likelihood=particles.log_likelihood)


def _moved(
    state: State, log_likelihood: LogLikelihood, gaussians: list[Gaussian], settings: Settings, adapt: bool
) -> State:
    """The state after the sweeps of one stage, with the stage entered into its history."""
    particles, steps, stage = state.particles, state.steps, state.stage + 1
    mixture = np.asarray(settings.mixture)
    acceptances, jump = np.full((settings.max_moves, len(KINDS)), np.nan), 0.0
    made = 0
    while made < settings.max_moves:
        random = _random(state.seed, stage, made + 1)
        particles, acceptance = sweep(particles, log_likelihood, state.beta, gaussians, steps, mixture, random)
        acceptances[made] = acceptance
        made += 1
        if adapt:
            off = np.where(np.isnan(acceptance), 0.0, acceptance - settings.target_acceptance)
            steps = np.clip(steps * np.exp(STEP_GAIN * off), SMALLEST_STEP, LARGEST_STEP)
        before, jump = jump, _jump(gaussians[0], state.z, particles.z)
        if made >= settings.min_moves and jump - before < settings.settled * jump:
            break
    return replace(
        state,
        z=particles.z,
        log_base=particles.log_base,
        log_likelihood=particles.log_likelihood,
        steps=steps,
        stage=stage,
        betas=np.append(state.betas, state.beta),
        moves=np.append(state.moves, made),
        jumps=np.append(state.jumps, jump),
        acceptance=np.vstack([state.acceptance, _mean_of_known(acceptances)]),
    )


def _jump(gaussian: Gaussian, before: Array, after: Array) -> float:
    """Mean squared distance of pairs of points over its value for independent draws of `gaussian`, 2 d."""
    return float(np.mean(gaussian.whiten(after - before) ** 2) / 2.0)


def _mean_of_known(values: Array) -> Array:
    """Mean of each column over its entries that are not nan; nan where there are none."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0))
