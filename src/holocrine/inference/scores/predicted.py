"""One observation of the evidence with everything the model says about it, ready to be scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.validation import Bound, Role
from holocrine.inference.scores.baseline import Scale

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """What was reported and what was predicted, both in `unit`, as reported; `day` counts from the first session.

    `predictive` (K,) are draws of the reported statistic: parameter, between-study and sampling uncertainty together;
    `model` (K,) draws of a typical study's true value. Both are None for a row without a numeric prediction. A
    `direction` row reports a word instead of a number: `probability` is what the model gives to that word, `likeliest`
    the word to which it gives most. `bound` marks an `observed` number that is only a limit. `scale` is the working
    scale of the outcome class, the same for all its rows; `control` marks placebo, saline, vehicle and untreated arms.
    `factor` takes a reported number to the unit of its class, `class_unit` ("": the same): months to days, a rate to
    percent of its baseline, a fall reported as a positive number (-1) to a change.
    `reason` says why the model cannot express the row and is empty where it can.

    Raises ValueError when these contradict each other or draws are not finite.
    """

    observation_id: str
    study_id: str
    arm_label: str
    citation: str
    outcome: str
    outcome_class: str
    scale: Scale
    role: Role
    unit: str
    day: float | None
    observed: float | None
    sampling_se: float | None
    predictive: Array | None
    model: Array | None
    probability: float | None
    direction: str
    reason: str
    product_arm: str
    bound: Bound = ""
    likeliest: str = ""
    control: bool = False
    n: int | None = None
    factor: float = 1.0
    class_unit: str = ""

    def __post_init__(self) -> None:
        for name in ("predictive", "model"):
            draws = getattr(self, name)
            if draws is not None and (draws.ndim != 1 or draws.size == 0 or not np.all(np.isfinite(draws))):
                raise ValueError(f"{self.observation_id}: {name} must be finite draws (K,), not of shape {draws.shape}")
        if not self.supported:
            return
        if not self.direction and self.predictive is None:
            raise ValueError(f"{self.observation_id}: neither a prediction nor the reason why there is none")
        if self.direction and (self.probability is None or not 0.0 <= self.probability <= 1.0 or not self.likeliest):
            raise ValueError(f"{self.observation_id}: a reported word needs its probability and the likeliest word")

    @property
    def supported(self) -> bool:
        """Whether the model expresses this row."""
        return not self.reason
