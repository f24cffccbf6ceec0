"""From a row of a block's evidence to the question it asks, or to the reason why the block cannot answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from holocrine.inference.arms.asked_acne import acne
from holocrine.inference.arms.asked_bladder import bladder
from holocrine.inference.arms.asked_reactions import reactions
from holocrine.inference.arms.given import NotModelledError
from holocrine.inference.blocks.classes import CLASSES
from holocrine.inference.blocks.rows import BlockAsked, BlockQuestion, BlockRow
from holocrine.knowledge.evidence import Evidence, Observation
from holocrine.knowledge.evidence.words import DIRECTIONS
from holocrine.knowledge.fitted_blocks import FittedBlock


def ask_block(observation: Observation, evidence: Evidence, block: FittedBlock) -> BlockQuestion:
    """The question of one row. Raises NotModelledError with the reason, in words for users."""
    if observation.role == "context":
        raise NotModelledError(f"context: {observation.reason.replace('_', ' ') or 'not an observation to predict'}")
    if observation.value is None and not observation.direction:
        raise NotModelledError("no value reported")
    if observation.direction and observation.direction not in DIRECTIONS:
        raise NotModelledError(f"direction not understood: {observation.direction}")
    arm, other = evidence.arm_of(observation), evidence.contrast_of(observation)
    design, read = evidence.study_of(arm).design, READERS[block]
    name, reading = read(BlockRow(observation, arm, other, design))
    compared = None
    if other is not None and observation.direction:
        compared = read(BlockRow(observation, other, None, design))[1]
    return BlockQuestion(
        observation=observation,
        study_id=arm.study_id,
        outcome=CLASSES[name],
        place=arm.site or block,
        n=arm.n,
        flip=_is_fall(observation, name),
        class_unit=observation.unit,
        sign_unknown=observation.facts.get("sign", "").startswith("unknown"),
        control=not (arm.has_toxin or arm.drug),
        answer=reading,
        contrast=compared,
    )


READERS: Mapping[FittedBlock, Callable[[BlockRow], BlockAsked]] = {
    "acne": acne,
    "bladder": bladder,
    "reactions": reactions,
}
"""What understands the rows of each block."""


def _is_fall(observation: Observation, name: str) -> bool:
    """Whether the sign of the report is that of a fall: a class of falls takes negative changes, any other class
    takes a fall that was reported as a positive number."""
    if observation.value is None:
        return False
    if CLASSES[name].name.startswith("fall of"):
        return observation.value.mid < 0.0
    words = observation.outcome.lower()
    return (
        CLASSES[name].scale in ("remaining", "log change", "identity")
        and observation.value.mid > 0.0
        and any(word in words for word in ("reduc", "decrease", "fall", "loss", "improve"))
    )
