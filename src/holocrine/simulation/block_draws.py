"""Monte-Carlo draws of the parameters of one block of systems, on a stream of their own."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.knowledge.block_posterior import BlockPosterior
from holocrine.knowledge.fitted_blocks import BETWEEN_PEOPLE, FittedBlock, block_of_table
from holocrine.knowledge.parameters import Block, Parameter, ParameterSet, load_block
from holocrine.knowledge.posterior import Posterior
from holocrine.simulation.draws import Draws, stream
from holocrine.simulation.posterior_draws import posterior_rows, typical_scores

Array = NDArray[np.float64]


def block_draws(
    parameters: ParameterSet,
    block: Block,
    *,
    seed: int,
    n: int,
    typical: Mapping[str, Array] | None = None,
) -> dict[str, Array]:
    """Every parameter of a block by name, (n,).

    From its prior, drawn evenly over its distribution (one draw per n-th part), in an order of its own, so that a
    parameter added to the table leaves the others' draws as they are. Where `typical` holds the typical value (n,), as
    its distance from the table's in SDs of the table's interval, the draw is that value and how a person differs
    from it.
    """
    known = typical or {}
    found = {}
    for name, parameter in parameters.items():
        scores = _scores(seed, block, name, n)
        if name in known:
            scores = known[name] + np.sqrt(_between(parameter)) * scores
        found[name] = parameter.from_normal(scores)
    return found


def _between(parameter: Parameter) -> float:
    """Share of the variance of the table's interval that lies between people."""
    return BETWEEN_PEOPLE if parameter.level == "person" else 0.0


def _scores(seed: int, block: Block, name: str, n: int) -> Array:
    random = stream(seed, "block", zlib.crc32(f"{block} {name}".encode()))
    return np.asarray(scipy.special.ndtri((random.permutation(n) + random.random(n)) / n))


def with_blocks(
    draws: Draws, fitted: Mapping[FittedBlock, BlockPosterior] | None = None, toxin: Posterior | None = None
) -> Draws:
    """The draws with the parameters of every block beside their own; each block on its own stream of the same seed.

    A block in `fitted` is drawn from its posterior. Parameters of other blocks that readings of the toxin's studies
    depend on come from the same rows of `toxin` as the draws, which `draw_posterior` must have made. Everything else
    comes from its prior.
    """
    rows = {block: _drawn_rows(posterior, draws.seed, draws.n) for block, posterior in (fitted or {}).items()}
    local = dict(draws.local)
    for table in get_args(Block):
        parameters, block = load_block(table), block_of_table(table)
        typical: Mapping[str, Array] = {}
        if block is not None:
            typical = {
                name: np.sqrt(1.0 - _between(parameters[name])) * scores
                for name, scores in rows.get(block, {}).items()
                if name in parameters
            }
        elif toxin is not None:
            typical = _typical_of_readings(toxin, draws, parameters)
        local |= block_draws(parameters, table, seed=draws.seed, n=draws.n, typical=typical)
    return replace(draws, local=local)


def _drawn_rows(posterior: BlockPosterior, seed: int, n: int) -> dict[str, Array]:
    """Scores (n,) of every fitted typical value, all from the same row of the posterior in one draw."""
    random = stream(seed, "block", zlib.crc32(f"posterior of {posterior.block}".encode()))
    rows = random.permutation(((np.arange(n) + random.random()) / n * len(posterior.scores)).astype(np.int64))
    return {name: posterior.scores[rows, column] for column, name in enumerate(posterior.names)}


def _typical_of_readings(toxin: Posterior, draws: Draws, parameters: ParameterSet) -> dict[str, Array]:
    """Typical values (n,) of the parameters that are also readings of the toxin's fit, from the rows of `draws`.

    There they have the whole interval of the table for their own, so it is the unit of their scores.
    """
    shared = [name for name in parameters if name in toxin.names and name not in draws.local]
    count = int(draws.spatial_of.max()) + 1
    of_hypothesis, row = posterior_rows(toxin, draws.hypotheses, draws.seed, count)
    return {
        name: typical_scores(toxin, draws.hypotheses, name, of_hypothesis, row, draws.seed)[draws.spatial_of]
        for name in shared
    }
