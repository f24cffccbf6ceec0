"""Draws for one person from the population posterior: a typical value each, plus how this person may differ from it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import HypothesisId
from holocrine.knowledge.parameters import Hypothesis, ParameterSet
from holocrine.knowledge.posterior import Posterior
from holocrine.knowledge.variability import SPREAD_FACTOR, Variability, lumped_spread, typical_spread
from holocrine.simulation.draws import SPATIAL, Draws, check_sizes, normal_scores, stream

Array = NDArray[np.float64]


def draw_posterior(
    parameters: ParameterSet,
    variability: Variability,
    hypotheses: Sequence[Hypothesis],
    posterior: Posterior,
    *,
    seed: int,
    n: int = 1024,
    n_spatial: int = 128,
) -> Draws:
    """Draw `n` parameter vectors on `n_spatial` spatial ones for a person of whom nothing is known.

    Every spatial draw belongs to one draw of the population posterior; the full draws on it share that draw's typical
    values and its explanation of the sebum effect, and differ in the person. Parameters that were not part of the
    fit keep their prior. Both numbers must be powers of two.
    """
    check_sizes(n, n_spatial)
    of_hypothesis, row = posterior_rows(posterior, hypotheses, seed, n_spatial)
    spatial_of = np.arange(n) % n_spatial
    typical = {name: typical_scores(posterior, hypotheses, name, of_hypothesis, row, seed) for name in parameters}

    def values(name: str, at: NDArray[np.int64], people: Array) -> Array:
        parameter = parameters[name]
        lumped = lumped_spread(parameter)
        if lumped == 0.0:
            return np.full(at.size, parameter.value)
        spread = variability.spreads.get(name)
        deviation = np.zeros(at.size)
        if spread is not None:
            factor = factors[SPREAD_FACTOR[name]][at] if name in SPREAD_FACTOR else 1.0
            deviation = factor * float(np.hypot(spread.between_subject, spread.between_occasion)) * people
        return parameter.from_normal((typical_spread(parameter, spread) * typical[name][at] + deviation) / lumped)

    every = np.arange(n_spatial)
    factors = {name: parameters[name].from_normal(typical[name]) for name in dict.fromkeys(SPREAD_FACTOR.values())}
    across = _people(variability, SPATIAL, normal_scores(seed, "spatial", n_spatial, len(SPATIAL)))
    rest = tuple(name for name in parameters if name not in SPATIAL)
    within = _people(variability, rest, normal_scores(seed, "local", n, len(rest) + 1))
    return Draws(
        seed,
        {name: values(name, every, across[name]) for name in SPATIAL},
        {name: values(name, spatial_of, within[name]) for name in rest},
        spatial_of,
        of_hypothesis[spatial_of],
        tuple(hypotheses),
        paired=True,
    )


def posterior_rows(
    posterior: Posterior, hypotheses: Sequence[Hypothesis], seed: int, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each of `count` draws its explanation, in proportion to the weights, and a row of that one's scores."""
    edges = np.cumsum([h.weight for h in hypotheses])
    of_hypothesis = np.searchsorted(edges[:-1], (np.arange(count) + 0.5) / count, side="right").astype(np.int64)
    random = stream(seed, "posterior")
    row = np.empty(count, dtype=np.int64)
    for number, hypothesis in enumerate(hypotheses):
        mine = np.flatnonzero(of_hypothesis == number)
        available = len(posterior.scores[hypothesis.id])
        even = (np.arange(mine.size) + random.random()) / max(mine.size, 1) * available
        row[mine] = even.astype(np.int64)
    order = random.permutation(count)
    return of_hypothesis[order], row[order]


def typical_scores(
    posterior: Posterior,
    hypotheses: Sequence[Hypothesis],
    name: str,
    of_hypothesis: NDArray[np.int64],
    row: NDArray[np.int64],
    seed: int,
) -> Array:
    """Scores (draws,) of one typical value; from the prior where the fit did not know it."""
    if name not in posterior.names:
        return stream(seed, "typical", zlib.crc32(name.encode())).standard_normal(row.size)
    ids: list[HypothesisId] = [h.id for h in hypotheses]
    columns = {h: posterior.column(h, name) for h in ids}
    scores = np.empty(row.size)
    for number, h in enumerate(ids):
        column, mine = columns[h], of_hypothesis == number
        if column is not None:
            scores[mine] = column[row[mine]]
    return scores


def _people(variability: Variability, names: Sequence[str], independent: Array) -> dict[str, Array]:
    """Scores of the person by name, correlated as the tables say among `names`."""
    own = {name: independent[:, number] for number, name in enumerate(names)}
    scores = {}
    for name in names:
        parts = [(part, weight) for part, weight in variability.weights.get(name, ((name, 1.0),)) if part in own]
        norm = float(np.sqrt(sum(weight**2 for _, weight in parts))) or 1.0
        scores[name] = sum((weight / norm * own[part] for part, weight in parts), np.zeros(len(independent)))
    return scores
