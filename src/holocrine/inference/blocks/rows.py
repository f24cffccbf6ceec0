"""A row of a block's evidence and the question it asks, answered in the block's own world."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from holocrine.inference.arms.questions import Statistic
from holocrine.inference.arms.rows import ReportedRow
from holocrine.inference.arms.scales import SCALES
from holocrine.inference.blocks.world import BlockWorld
from holocrine.knowledge.evidence import Arm

BlockReading = Callable[[BlockWorld], float]
"""A statistic with its settings filled in, in a typical study and in the unit of the report."""
BlockAsked = tuple[str, BlockReading]
"""Name of the outcome class, and the reading."""


@dataclass(frozen=True)
class BlockRow(ReportedRow):
    """A row with its arm; `contrast` is the arm it is compared with, if any, and `design` what the study was."""

    contrast: Arm | None = None
    design: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class BlockQuestion(Statistic):
    """A row that a block can answer; `contrast` answers for the arm a word compares it with."""

    answer: BlockReading
    contrast: BlockReading | None = None

    @property
    def needs(self) -> tuple[Hashable, ...]:
        """What its readings declare to need of a world, see `BlockWorld.needs`."""
        return tuple(need for reading in (self.answer, self.contrast) for need in getattr(reading, "needs", ()))

    def expected(self, world: BlockWorld) -> float:
        """The statistic in a typical study on the working scale; of a word the effect that it speaks about."""
        value = self.answer(world)
        if not self.observation.direction:
            return self.working(-value if self.flip else value)
        scale = SCALES[self.outcome.scale]
        other = 0.0 if self.contrast is None else self.contrast(world)
        return float(scale.forward(value) - scale.forward(other))
