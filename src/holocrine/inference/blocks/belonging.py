"""Which block a row of the evidence belongs to: exactly one, whether or not it can be expressed there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from holocrine.inference.arms.asking import topic_of
from holocrine.inference.arms.given import NotModelledError
from holocrine.knowledge.evidence import Arm, Evidence, Observation
from holocrine.knowledge.fitted_blocks import FittedBlock

TOXIN: Literal["toxin"] = "toxin"
_BY_TARGET: Mapping[str, FittedBlock] = {
    "acne": "acne",
    "hormones": "acne",
    "bladder": "bladder",
    "skin": "reactions",
}


def block_of(observation: Observation, evidence: Evidence) -> FittedBlock | Literal["toxin"]:
    """The block whose parameters a row speaks about.

    What a toxin does to acne runs through its effect on sebum, but the words and counts are those of block `acne`.
    """
    arm = evidence.arm_of(observation)
    if observation.target in _BY_TARGET:
        return _BY_TARGET[observation.target]
    if observation.target == "satisfaction" and arm.route == "intradetrusor":
        return "bladder"
    if observation.target in ("sebum", "satisfaction") and _in_a_trial_of_acne_drugs(arm, evidence):
        return "acne"
    try:
        topic_of(observation)
    except NotModelledError:
        return "reactions" if observation.target == "safety" else TOXIN
    return TOXIN


def _in_a_trial_of_acne_drugs(arm: Arm, evidence: Evidence) -> bool:
    """Whether people were chosen for acne, and drugs but no toxin given, in this arm or in another of its study."""
    trial = [other for other in evidence.arms.values() if other.study_id == arm.study_id]
    return "acne" in arm.selected_for and any(a.drug for a in trial) and not any(a.has_toxin for a in trial)
