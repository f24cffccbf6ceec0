"""One way a block's world might be: typical values, the people around them, and what has been worked out from both."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from holocrine.inference.arms.people import Sample, sample
from holocrine.inference.unknowns import Unknowns
from holocrine.knowledge.fitted_blocks import FittedBlock, block_readings, block_variability, fitted_block

Array = NDArray[np.float64]
Made = TypeVar("Made")

PEOPLE = 16
"""People of an arm, the same in all arms of a block; a power of two."""
SEED = 20261123
"""Seed of these people; part of the model's definition, not of a run."""


@dataclass(frozen=True, eq=False)
class BlockWorld:
    """The model of a block at typical values `typical`, in units; `sample` are the people of every arm.

    `needs` names what all questions together will ask for, and `peers` the worlds that are asked at the same time
    (none: this one alone), so that it can be worked out at one go.
    """

    typical: Mapping[str, float]
    unknowns: Unknowns
    sample: Sample
    needs: tuple[Hashable, ...] = ()
    peers: list[BlockWorld] = field(default_factory=list)
    _kept: dict[Hashable, object] = field(default_factory=dict)

    def persons(self, name: str) -> Array:
        """A parameter in every person, (people,), in its unit; the typical value where people do not differ."""
        return self.sample.values(name, self.typical, self.unknowns.parameters, self.unknowns.variability)

    @cached_property
    def values(self) -> Mapping[str, Array]:
        """Every parameter of the block's tables in every person, (people,), as draws of a forecast look."""
        return {name: self.persons(name) for name in self.unknowns.parameters}

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` returns, worked out once in this world for each `key`."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast(Made, self._kept[key])

    def together(self, key: Hashable, make: Callable[[Sequence[BlockWorld]], Sequence[Made]]) -> Made:
        """As `once`, but `make` works out one result for each of the peers."""
        if key not in self._kept:
            worlds = self.peers or [self]
            for world, made in zip(worlds, make(worlds), strict=True):
                world._kept[key] = made
        return cast(Made, self._kept[key])


def block_unknowns(block: FittedBlock, only: tuple[str, ...] | None = None) -> Unknowns:
    """The typical values of a block's parameters and readings."""
    parameters = fitted_block(block)
    return Unknowns(parameters, block_readings(block), block_variability(parameters), only)


def block_people(unknowns: Unknowns) -> Sample:
    """The people of every arm, evenly spread in all parameters in which people differ."""
    names = tuple(unknowns.variability.spreads)
    if not names:
        return Sample((), np.zeros((PEOPLE, 0)))
    return sample(unknowns.variability, names, SEED, PEOPLE)
