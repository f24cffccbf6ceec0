"""Blocks of parameters that are fitted on their own, since no published result depends on two of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal, get_args

from holocrine.knowledge.parameters import Block, ParameterSet, load_block, load_block_readings, load_readings
from holocrine.knowledge.variability import Spread, Variability, lumped_spread

FittedBlock = Literal["acne", "bladder", "reactions"]
FITTED_BLOCKS: tuple[FittedBlock, ...] = get_args(FittedBlock)
TABLES: Mapping[FittedBlock, tuple[Block, ...]] = MappingProxyType(
    {"acne": ("acne", "drugs"), "bladder": ("bladder",), "reactions": ("reactions",)}
)
"""Parameter tables that are fitted together."""
BETWEEN_PEOPLE = 0.5
"""Share of the prior variance of a parameter marked `person` that lies between people; the rest is how uncertain its
typical value is (assumption, where no table of variability says otherwise)."""


def block_of_table(table: Block) -> FittedBlock | None:
    """The block that a table is fitted in; None for one that keeps its prior."""
    return next((block for block, tables in TABLES.items() if table in tables), None)


@cache
def fitted_block(block: FittedBlock) -> ParameterSet:
    """All parameters of a block. Raises KnowledgeError naming every faulty row."""
    return ParameterSet({name: parameter for table in TABLES[block] for name, parameter in load_block(table).items()})


@cache
def block_readings(block: FittedBlock) -> ParameterSet:
    """What turns effects into the statistics of a block's studies: its own readings, and its own copy of how far
    studies and arms differ. Raises KnowledgeError naming every faulty row."""
    common = {name: p for name, p in load_readings().items() if name == "arm_sd" or name.startswith("study_sd_")}
    return ParameterSet({**common, **load_block_readings(block)})


def block_variability(parameters: ParameterSet) -> Variability:
    """How people differ in the parameters of a block: independent of one another, by `BETWEEN_PEOPLE`."""
    spreads = {
        name: Spread(name, BETWEEN_PEOPLE**0.5 * lumped_spread(parameter), 0.0, "assumption")
        for name, parameter in parameters.items()
        if parameter.level == "person" and parameter.distribution != "fixed"
    }
    return Variability(MappingProxyType(spreads), MappingProxyType({}), 0.0)
