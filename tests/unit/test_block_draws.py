"""Draws of the blocks: complete, on their own streams, and with names used once."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import numpy as np
import pytest

from holocrine.knowledge.parameters import Block, load_block, load_parameters
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.draws import Draws

BLOCKS: tuple[Block, ...] = get_args(Block)


def test_no_name_stands_in_two_tables() -> None:
    names = Counter([*load_parameters(), *(name for block in BLOCKS for name in load_block(block))])
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("block", BLOCKS)
def test_draws_cover_the_declared_interval(block: Block) -> None:
    parameters = load_block(block)
    drawn = block_draws(parameters, block, seed=5, n=512)
    assert list(drawn) == list(parameters)
    for name, values in drawn.items():
        parameter = parameters[name]
        if parameter.distribution == "fixed":
            assert np.all(values == parameter.value)
            continue
        inside = np.mean((values >= parameter.low90) & (values <= parameter.high90))
        assert inside == pytest.approx(0.9, abs=0.05), name


def test_blocks_and_seeds_differ_and_repeat() -> None:
    parameters = load_block("acne")
    first, again, other = (block_draws(parameters, "acne", seed=seed, n=64) for seed in (1, 1, 2))
    for name, values in first.items():
        assert np.array_equal(values, again[name])
        if parameters[name].distribution != "fixed":
            assert not np.array_equal(values, other[name])


def test_a_person_s_draws_hold_every_block(small_draws: Draws) -> None:
    for block in BLOCKS:
        for name in load_block(block):
            assert small_draws.local[name].shape == (small_draws.n,)
