"""What a trial is worth for knowledge: how far its sebum readings settle which explanation of the effect holds.

Every simulated trial is read as an observer would who knows the model but not the world: how probable are these
differences under each explanation? That probability is estimated from the other simulated trials: a normal density
round the mean of each world, as wide as trials of that size scatter within a world and, so that few worlds can stand
for all, widened by Scott's rule over the differences between worlds. A trial's own world is left out under the
explanation that made it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from holocrine.domain.trial_answer import Information
from holocrine.trials.dataset import Array
from holocrine.trials.parts import Evaluated
from holocrine.trials.replicates import Scenario, comparisons_of

SURE = 0.95
"""Weight from which an explanation counts as settled."""
LEAST_SD = 1e-3
"""No comparison is taken as more exact than this (log ratio)."""
FEWEST_WORLDS = 8
"""With fewer no density can be drawn round them."""


@dataclass(frozen=True, eq=False)
class _Trials:
    """Sebum differences by explanation, (worlds, replicates, comparisons)."""

    seen: dict[Scenario, Array]
    weights: dict[Scenario, float]


def information(evaluated: Evaluated) -> tuple[Information, ...]:
    """For every size and every week of a look, what trials say by then; empty where too few worlds were simulated."""
    if any(evaluated.stacks[s].worlds < FEWEST_WORLDS for s in evaluated.explanations) or not evaluated.explanations:
        return ()
    weeks = [week for _, _, week in comparisons_of(evaluated.design)]
    found: list[Information] = []
    for place, patients in enumerate(evaluated.sizes):
        for week in dict.fromkeys(weeks):
            columns = [i for i, at in enumerate(weeks) if at <= week]
            seen = {s: evaluated.stacks[s].sebum[:, :, place][..., columns] for s in evaluated.explanations}
            weights = {s: evaluated.weights[s] for s in evaluated.explanations}
            found += _summed_up(_Trials(seen, weights), patients, week)
    return tuple(found)


def _summed_up(trials: _Trials, patients: int, week: float) -> list[Information]:
    names = list(trials.seen)
    prior = np.array([trials.weights[name] for name in names])
    prior = prior / prior.sum()
    logs = {name: _log_densities(trials, name) for name in names}
    entropy = {}
    rows = []
    for place, name in enumerate(names):
        posterior = _normalised(logs[name] + np.log(prior))
        entropy[name] = -np.sum(posterior * np.log2(np.maximum(posterior, 1e-300)), axis=-1).mean()
        own = posterior[..., place]
        by_world = own.mean(axis=1)
        odds = np.log10(np.maximum(own, 1e-12) / np.maximum(1.0 - own, 1e-12)) - np.log10(
            prior[place] / (1.0 - prior[place])
        )
        others = np.delete(posterior, place, axis=-1).max(axis=-1)
        rows.append((name, by_world, own, odds, others))
    left = float(sum(share * entropy[name] for share, name in zip(prior, names, strict=True)))
    bits = max(float(-np.sum(prior * np.log2(prior))) - left, 0.0)
    return [
        Information(
            patients=patients,
            week=week,
            hypothesis=name,
            believed=float(by_world.mean()),
            error=float(by_world.std(ddof=1) / np.sqrt(by_world.size)),
            settled=float((own >= SURE).mean()),
            misled=float((others >= SURE).mean()),
            bayes_factor=float(np.median(odds)),
            bits=bits,
        )
        for name, by_world, own, odds, others in rows
    ]


def _log_densities(trials: _Trials, name: Scenario) -> Array:
    """Log density of every trial made under `name`, under each explanation, (worlds, replicates, explanations)."""
    seen = np.nan_to_num(trials.seen[name])
    worlds = seen.shape[0]
    columns = []
    for other in trials.seen:
        centres = np.nan_to_num(trials.seen[other]).mean(axis=1)
        logs = _log_normal(seen, centres, _width(trials.seen[other]))
        if other == name:
            logs[np.arange(worlds), :, np.arange(worlds)] = -np.inf
        columns.append(_log_mean(logs, worlds - 1 if other == name else len(centres)))
    return np.stack(columns, axis=-1)


def _width(seen: Array) -> Array:
    """Covariance of one world's density: of trials within a world, plus what Scott's rule makes of that between."""
    known = np.nan_to_num(seen)
    worlds, replicates, dimensions = known.shape
    means = known.mean(axis=1, keepdims=True)
    off = (known - means).reshape(-1, dimensions)
    within = off.T @ off / max(worlds * (replicates - 1), 1)
    between = np.atleast_2d(np.cov(means[:, 0].T)) if worlds > 1 else np.zeros((dimensions, dimensions))
    return np.asarray(within + worlds ** (-2.0 / (dimensions + 4.0)) * between + LEAST_SD**2 * np.eye(dimensions))


def _log_normal(seen: Array, centres: Array, covariance: Array) -> Array:
    """Log density of `seen` (worlds, replicates, d) round `centres` (c, d), (worlds, replicates, c)."""
    root = np.linalg.cholesky(covariance)
    off = seen[:, :, None, :] - centres[None, None]
    scaled = np.linalg.solve(root, off.reshape(-1, off.shape[-1]).T)
    half = 0.5 * np.sum(scaled**2, axis=0).reshape(off.shape[:-1])
    return np.asarray(-half - np.sum(np.log(np.diag(root))) - 0.5 * off.shape[-1] * np.log(2.0 * np.pi))


def _log_mean(logs: Array, count: int) -> Array:
    top = logs.max(axis=-1, keepdims=True)
    return np.asarray(top[..., 0] + np.log(np.sum(np.exp(logs - top), axis=-1) / count))


def _normalised(logs: Array) -> Array:
    top = logs.max(axis=-1, keepdims=True)
    weights = np.exp(logs - top)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
