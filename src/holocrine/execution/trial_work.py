"""One piece of work on a trial, which any process can do: told by a few words, done from the packaged tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.trial import TrialDesign
from holocrine.execution.workers import load_unknowns
from holocrine.inference.blocks.world import block_unknowns
from holocrine.knowledge.block_posterior import load_block_posterior
from holocrine.knowledge.parameters import load_hypotheses
from holocrine.knowledge.people import load_people
from holocrine.knowledge.posterior import load_posterior
from holocrine.trials.replicates import Scenario, part_of
from holocrine.trials.sensitivity import points, power_at
from holocrine.trials.virtual_data import chunk_of
from holocrine.trials.worlds import Knowledge

Arrays = Mapping[str, NDArray[Any]]
POINTS_AT_ONCE = 16
"""Points of the sensitivity analysis in one piece."""


@dataclass(frozen=True)
class Piece:
    """Piece `number` of one kind: trials under a `scenario`, a chunk of a data set of `patients`, or points of the
    sensitivity analysis, with the worlds in the order of their `effects`."""

    design: TrialDesign
    seed: int
    kind: Literal["trials", "data", "sensitivity"]
    number: int
    scenario: Scenario = "no effect"
    patients: int = 0
    effects: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The name it is saved under."""
        if self.kind == "trials":
            return f"trials-{self.scenario.replace(' ', '-')}-{self.number:05d}"
        if self.kind == "data":
            return f"data-{self.patients}-{self.number:05d}"
        return f"sensitivity-{len(self.effects)}-{self.number:05d}"


def work_on(piece: Piece) -> dict[str, NDArray[Any]]:
    """Do it. The same piece gives the same bytes wherever it is done."""
    knowledge = load_knowledge()
    if piece.kind == "trials":
        return part_of(piece.design, knowledge, piece.scenario, piece.number, piece.seed)
    if piece.kind == "data":
        return chunk_of(piece.design, knowledge, piece.number, piece.patients, piece.seed)
    asked = points(piece.seed)[piece.number * POINTS_AT_ONCE : (piece.number + 1) * POINTS_AT_ONCE]
    powers = [power_at(piece.design, knowledge, row, piece.effects, piece.seed) for row in asked]
    return {"power": np.array(powers)}


@lru_cache(maxsize=1)
def load_knowledge() -> Knowledge:
    """Everything a trial rests on, from the packaged tables."""
    posterior = load_posterior()
    return Knowledge(
        unknowns=load_unknowns(),
        posterior=posterior,
        acne_unknowns=block_unknowns("acne"),
        acne=load_block_posterior("acne"),
        people=load_people(),
        hypotheses=posterior.weighted(tuple(load_hypotheses())),
    )
