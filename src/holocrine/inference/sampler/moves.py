"""Markov moves of a whole set of particles that leave the tempered posterior where it is, without gradients.

The tempered posterior is pi(z) = N(z; 0, I) exp(base(z) + beta factor(z)), up to a constant. In one sweep each
particle draws one of three kinds of move at random and takes or rejects it, all in one batch of evaluations:

ensemble  preconditioned Crank-Nicolson about a Gaussian like the particles: z' = m + sqrt(1 - s^2) (z - m) + s w
          with w ~ N(0, C), reversible with respect to N(m, C); s = 1 is an independent proposal
prior     the same about the prior N(0, I), whose tails are never lighter than those of a bounded likelihood
block     a symmetric random walk of a few coordinates, scaled by their standard deviations in the ensemble

A proposal that is reversible with respect to a density g is accepted with probability
min(1, pi(z') g(z) / (pi(z) g(z'))); g is constant for the random walk. The kinds are drawn without a look at the
state, so the mixture is reversible too. Source: Cotter, Roberts, Stuart, White (2013), doi:10.1214/13-STS421.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.inference.sampler.gaussian import Gaussian, folds, standard

Array = NDArray[np.float64]

LogLikelihood = Callable[[Array], tuple[Array, Array]]
"""Unknowns (m, d) on the normal scale -> (base (m,), factor (m,)), log densities in nats.

`base` is fully included already, `factor` is being added. -inf, nan or +inf in either says "impossible"."""

KINDS = ("ensemble", "prior", "block")
LARGEST_STEP = np.array([1.0, 1.0, 3.0])
"""Largest step of each kind: a Crank-Nicolson step of 1 forgets where it came from."""
BLOCKS_PER_STATE = 8
"""A block holds one coordinate in this many, at least one."""


@dataclass(frozen=True)
class Particles:
    """Points `z` (n, d) with their `log_base` (n,) and the `log_likelihood` (n,) of the factor; -inf: impossible."""

    z: Array
    log_base: Array
    log_likelihood: Array

    def log_target(self, beta: float) -> Array:
        """Log of the tempered posterior up to a constant, (n,)."""
        return np.asarray(-0.5 * np.sum(self.z**2, axis=1) + self.log_base + beta * self.log_likelihood)

    def at(self, index: NDArray[np.int64]) -> Particles:
        """The particles of these numbers, which may repeat."""
        return Particles(self.z[index], self.log_base[index], self.log_likelihood[index])

    def replaced(self, by: Particles, where: NDArray[np.bool_]) -> Particles:
        """These particles, but those of `by` where `where` (n,) is true."""
        return Particles(
            np.where(where[:, None], by.z, self.z),
            np.where(where, by.log_base, self.log_base),
            np.where(where, by.log_likelihood, self.log_likelihood),
        )


def evaluate(log_likelihood: LogLikelihood, z: Array) -> Particles:
    """The particles at `z` (n, d). Raises ValueError when the callable returns other shapes than two of (n,)."""
    base, factor = (np.asarray(part, dtype=np.float64) for part in log_likelihood(z))
    if base.shape != z.shape[:1] or factor.shape != z.shape[:1]:
        raise ValueError(f"log_likelihood must return two arrays of {z.shape[:1]}, not {base.shape}, {factor.shape}")
    possible = np.isfinite(base) & np.isfinite(factor)
    return Particles(z, np.where(possible, base, -np.inf), np.where(possible, factor, -np.inf))


def sweep(
    particles: Particles,
    log_likelihood: LogLikelihood,
    beta: float,
    gaussians: Sequence[Gaussian],
    steps: Array,
    mixture: Array,
    random: np.random.Generator,
) -> tuple[Particles, Array]:
    """One move of every particle, all of which must be possible; returns them and the acceptance of each kind.

    The particles fall into as many folds as there are `gaussians` (see `gaussian.folds`), each with its own for the
    ensemble and block moves. `steps` (kinds,) are the step sizes in the order of KINDS, `mixture` (kinds,) the
    probabilities of the kinds, which sum to one. The acceptance (kinds,) is the share of the particles drawing a
    kind that moved, nan for a kind that none drew.
    """
    n, d = particles.z.shape
    kind = np.searchsorted(np.cumsum(mixture)[:-1], random.random(n), side="right")
    noise = random.standard_normal((n, d))
    order = random.random((n, d))
    proposal, correction = particles.z.copy(), np.zeros(n)
    ensemble, prior, block = (kind == number for number in range(len(KINDS)))
    proposal[prior], correction[prior] = _crank_nicolson(particles.z[prior], standard(d), steps[1], noise[prior])
    for gaussian, fold in zip(gaussians, folds(n, len(gaussians)), strict=True):
        near, walking = fold[ensemble[fold]], fold[block[fold]]
        proposal[near], correction[near] = _crank_nicolson(particles.z[near], gaussian, steps[0], noise[near])
        proposal[walking] += steps[2] * gaussian.sd * noise[walking] * _block(order[walking])
    proposed = evaluate(log_likelihood, proposal)
    log_ratio = proposed.log_target(beta) - particles.log_target(beta) + correction
    accepted = np.log1p(-random.random(n)) < log_ratio
    drawn = np.bincount(kind, minlength=len(KINDS)).astype(np.float64)
    moved = np.bincount(kind, weights=accepted, minlength=len(KINDS))
    acceptance = np.divide(moved, drawn, out=np.full(len(KINDS), np.nan), where=drawn > 0)
    return particles.replaced(proposed, accepted), acceptance


def _crank_nicolson(z: Array, about: Gaussian, step: float, noise: Array) -> tuple[Array, Array]:
    """Proposals (m, d) from `z` (m, d), and log g(z) - log g(z') (m,) for the Gaussian g they are reversible to."""
    proposal = about.mean + np.sqrt(1.0 - step**2) * (z - about.mean) + step * about.spread(noise)
    return proposal, about.log_density(z) - about.log_density(proposal)


def _block(order: Array) -> NDArray[np.bool_]:
    """Which coordinates move, (m, d): the first few of a random order."""
    size = max(1, order.shape[1] // BLOCKS_PER_STATE)
    return np.asarray(order <= np.partition(order, size - 1, axis=1)[:, size - 1 : size])
