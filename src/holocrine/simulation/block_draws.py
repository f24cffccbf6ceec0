"""Monte-Carlo draws of the parameters of one block of systems, on a stream of their own."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import get_args

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.knowledge.parameters import Block, ParameterSet, load_block
from holocrine.simulation.draws import Draws, stream

Array = NDArray[np.float64]


def block_draws(parameters: ParameterSet, block: Block, *, seed: int, n: int) -> dict[str, Array]:
    """Every parameter of a block by name, (n,), from its prior.

    Each parameter is drawn evenly over its distribution (one draw per n-th part), in an order of its own, so that a
    parameter added to the table leaves the others' draws as they are.
    """
    return {name: parameters[name].from_normal(_scores(seed, block, name, n)) for name in parameters}


def _scores(seed: int, block: Block, name: str, n: int) -> Array:
    random = stream(seed, "block", zlib.crc32(f"{block} {name}".encode()))
    return np.asarray(scipy.special.ndtri((random.permutation(n) + random.random(n)) / n))


def with_blocks(draws: Draws) -> Draws:
    """The draws with the parameters of every block beside their own; each block on its own stream of the same seed."""
    local = dict(draws.local)
    for block in get_args(Block):
        local |= block_draws(load_block(block), block, seed=draws.seed, n=draws.n)
    return replace(draws, local=local)
