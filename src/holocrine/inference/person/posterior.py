"""A person's posterior: a mixture of normal approximations, and people drawn from it with their importance weights.

Weights take every drawn person from the approximation to the posterior itself, so their evenness says how good the
approximation is. Where they are too uneven to be trusted, every interval is the wider of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.interval import Interval
from holocrine.inference.person.check import Check, check
from holocrine.inference.person.kinetics import Courses
from holocrine.inference.person.laplace import Modes, modes, sampled
from holocrine.inference.person.likelihoods import log_likelihoods
from holocrine.inference.person.problem import People, Problem

Array = NDArray[np.float64]
Index = NDArray[np.int64]

ENOUGH = 100.0
"""Effective number of people below which weights are not trusted alone."""
LEAST_TRUST = 0.05


@dataclass(frozen=True)
class Size:
    """How many possible populations and how many people a posterior rests on."""

    anchors: int
    people: int


QUICK = Size(anchors=48, people=512)
FULL = Size(anchors=256, people=4096)


@dataclass(frozen=True)
class Posterior:
    """`people` drawn from the mixture, `courses` of them, importance `weight` (n,) that sum to one, the `signals`
    (n, readings) of the readings, and a `check` of the readings against all of it."""

    problem: Problem
    modes: Modes
    mixture: Array
    people: People
    courses: Courses
    signals: Array
    weight: Array
    check: Check

    @property
    def effective(self) -> float:
        """Effective number of people: 1 / sum of squared weights."""
        return float(1.0 / np.sum(self.weight**2))

    @cached_property
    def uncertain(self) -> bool:
        """Whether the weights are too uneven to be trusted alone."""
        return self.effective < ENOUGH

    @cached_property
    def even(self) -> Array:
        """The same weight for everyone, (n,)."""
        return np.full(self.people.n, 1.0 / self.people.n)

    @property
    def answering(self) -> Array:
        """The weights (n,) that point estimates use: the importance weights, or none where they are uncertain."""
        return self.even if self.uncertain else self.weight

    def quantiles(self, values: Array, levels: tuple[float, ...], among: NDArray[np.bool_] | None = None) -> Array:
        """Quantiles (levels, ...) of `values` (n, ...), of all people or those `among` (n,); where the weights are
        uncertain, the outer bounds of both answers."""
        some = slice(None) if among is None else among
        own = weighted_quantiles(values[some], self.answering[some], levels)
        if not self.uncertain:
            return own
        other = weighted_quantiles(values[some], self.weight[some], levels)
        pick = [np.minimum if level < 0.5 else np.maximum if level > 0.5 else _first for level in levels]
        return np.stack([choose(one, two) for choose, one, two in zip(pick, own, other, strict=True)])

    def interval(self, values: Array, among: NDArray[np.bool_] | None = None) -> Interval:
        """Median with 50 and 90% interval of `values` (n,), of all people or those `among` (n,)."""
        found = self.quantiles(values, (0.5, 0.25, 0.75, 0.05, 0.95), among)
        median, lo50, hi50, lo90, hi90 = (float(q) for q in found)
        return Interval(median=median, lo50=lo50, hi50=hi50, lo90=lo90, hi90=hi90)

    def equally_likely(self, n: int) -> People:
        """`n` of the people, as often as their weights say."""
        place = (np.arange(n) + 0.5) / n
        index = np.minimum(np.searchsorted(np.cumsum(self.answering), place), self.people.n - 1)
        return People(self.people.anchor[index], self.people.z[index])

    def disagreement(self, values: Array) -> float:
        """Largest distance of the median and 90% bounds with and without weights, as a share of the 90% width, over
        all columns of `values` (n, ...) that differ between people."""
        levels = (0.05, 0.5, 0.95)
        one, two = (weighted_quantiles(values, weight, levels) for weight in (self.even, self.weight))
        width = one[2] - one[0]
        seen = width > 1e-9
        return float(np.max(np.abs(one - two)[:, seen] / width[seen])) if np.any(seen) else 0.0

    def hypotheses(self) -> Mapping[str, float]:
        """Weight of every explanation of the sebum effect."""
        draws = self.problem.body.anchors.draws
        ids = draws.hypothesis_ids[self.people.anchor]
        return {h.id: float(self.answering[ids == h.id].sum()) for h in draws.hypotheses}


def posterior(problem: Problem, times: Array, size: Size, seed: int) -> Posterior:
    """The posterior with courses at `times` (days), which must hold those of the problem.

    Readings that contradict each other or the model are trusted less and searched again, once.
    """
    found = _posterior(problem, times, size, seed)
    if not found.check.contradicts:
        return found
    less = replace(problem, trust=max(LEAST_TRUST, min(1.0, found.check.trust)))
    return replace(_posterior(less, times, size, seed), check=found.check)


def prior(problem: Problem, times: Array, n: int, seed: int) -> Posterior:
    """The same person before any reading: what the population alone says."""
    nothing = replace(problem, readings=(), trust=1.0)
    return _posterior(nothing, times, Size(problem.body.anchors.n, n), seed)


def _posterior(problem: Problem, times: Array, size: Size, seed: int) -> Posterior:
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(101,))))
    anchors = problem.body.anchors
    found = modes(problem) if problem.readings else _flat(problem)
    log_mixture = np.log(anchors.weight) + found.log_evidence
    mixture = normalised(log_mixture)
    people, log_proposal = sampled(found, mixture, size.people, random)
    scores = problem.body.correlated(people.z)
    courses = problem.body.courses(times, people.anchor, scores)
    shown = problem.signals(people, courses)
    each = log_likelihoods(problem.readings, shown, problem.errors)
    log_target = np.log(anchors.weight)[people.anchor] - 0.5 * (people.z**2).sum(axis=1)
    log_target = log_target + problem.trust * each.sum(axis=1)
    weight = normalised(log_target - log_mixture[people.anchor] - log_proposal)
    return Posterior(
        problem,
        found,
        mixture,
        people,
        courses,
        shown,
        weight,
        check(problem, people.anchor, shown, random),
    )


def _flat(problem: Problem) -> Modes:
    """The prior as modes."""
    n, columns = problem.body.anchors.n, len(problem.body.layout.names)
    root = np.broadcast_to(np.eye(columns), (n, columns, columns))
    return Modes(np.arange(n), np.zeros((n, columns)), np.zeros(n), root, root)


def normalised(log_weight: Array) -> Array:
    """Weights (n,) that sum to one."""
    weight = np.exp(log_weight - log_weight.max())
    return np.asarray(weight / weight.sum())


def weighted_quantiles(values: Array, weight: Array, levels: tuple[float, ...]) -> Array:
    """Quantiles (levels, ...) of `values` (n, ...) in proportion to `weight` (n,), straight between people."""
    order = np.argsort(values, axis=0, kind="stable")
    ranked = np.take_along_axis(values, order, axis=0)
    own = (weight / weight.sum())[order]
    middle = np.cumsum(own, axis=0) - 0.5 * own
    flat, places = ranked.reshape(weight.size, -1), middle.reshape(weight.size, -1)
    found = [np.interp(levels, places[:, k], flat[:, k]) for k in range(flat.shape[1])]
    return np.stack(found, axis=1).reshape(len(levels), *values.shape[1:])


def _first(one: Array, _other: Array) -> Array:
    return one
