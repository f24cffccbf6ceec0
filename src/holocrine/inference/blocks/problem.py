"""The likelihood of a block's fit: all of its fitted rows, given the typical values of its parameters."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.validation import Role
from holocrine.domain.vocabulary import HypothesisId
from holocrine.errors import SolverError
from holocrine.inference.arms.given import NotModelledError
from holocrine.inference.arms.people import Sample
from holocrine.inference.blocks.asking import ask_block
from holocrine.inference.blocks.belonging import block_of
from holocrine.inference.blocks.rows import BlockQuestion
from holocrine.inference.blocks.world import BlockWorld, block_people
from holocrine.inference.problem import AnyProblem, Rows
from holocrine.inference.unknowns import Unknowns
from holocrine.knowledge.evidence import Evidence
from holocrine.knowledge.fitted_blocks import FittedBlock

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class BlockProblem(AnyProblem[BlockQuestion]):
    """The rows that a block answers, all of them common: no explanation of the toxin's effect on sebum matters here."""

    sample: Sample

    @cached_property
    def needs(self) -> tuple[Hashable, ...]:
        """What the questions need of a world, each once."""
        return tuple(dict.fromkeys(need for question in self.common.questions for need in question.needs))

    def world(self, scores: Array) -> BlockWorld:
        """The block at standard scores (d,)."""
        return BlockWorld(self.unknowns.values(scores), self.unknowns, self.sample, self.needs)

    def predict(self, scores: Array, hypotheses: Sequence[HypothesisId] = ()) -> Array:
        """As `AnyProblem.predict`; doses count as known."""
        del hypotheses
        return self._answered(self.world(scores))

    def predict_all(self, scores: Array, hypotheses: Sequence[HypothesisId] = ()) -> Array:
        """As `AnyProblem.predict_all`; the worlds share their integrations."""
        worlds = [self.world(row) for row in scores]
        for world in worlds:
            world.peers.extend(worlds)
        try:
            return np.stack([self._answered(world) for world in worlds])
        except (SolverError, ValueError):  # one of them is impossible: find out which
            return super().predict_all(scores, hypotheses)

    def _answered(self, world: BlockWorld) -> Array:
        return np.array([(q.expected(world), 0.0) for q in self.common.questions]).reshape(-1, 2)

    def foresee(self, scores: Array, hypothesis: HypothesisId, number: int) -> Array:
        """As `AnyProblem.foresee`; the same in every draw."""
        del hypothesis, number
        return self.predict(scores)


def block_problem(
    evidence: Evidence, block: FittedBlock, unknowns: Unknowns, *, role: Role | None = "fit"
) -> BlockProblem:
    """The rows of one role (None: all) that a block owns: those it answers, and the others with the reason why not."""
    questions: list[BlockQuestion] = []
    unmodelled: list[tuple[str, str]] = []
    for observation in evidence.observations.values():
        if (role is not None and observation.role != role) or block_of(observation, evidence) != block:
            continue
        try:
            questions.append(ask_block(observation, evidence, block))
        except NotModelledError as reason:
            unmodelled.append((observation.observation_id, str(reason)))
    return BlockProblem(
        unknowns=unknowns,
        common=Rows(tuple(questions)),
        sebum=Rows(()),
        unmodelled=tuple(unmodelled),
        sample=block_people(unknowns),
    )
