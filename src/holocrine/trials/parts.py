"""Parts of an evaluation put side by side, in the order of their numbers whoever finished first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from holocrine.domain.trial import TrialDesign
from holocrine.trials.dataset import Array
from holocrine.trials.replicates import NO_EFFECT, SCENARIOS, Scenario, all_sizes

Part = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Stack:
    """The parts of one scenario: `value`, `se`, `p` (worlds, replicates, sizes, endpoints, contrasts), `truth` (worlds,
    endpoints, contrasts), `sebum` (worlds, replicates, sizes, comparisons)."""

    value: Array
    se: Array
    p: Array
    truth: Array
    sebum: Array

    @property
    def worlds(self) -> int:
        """Number of worlds."""
        return int(self.truth.shape[0])

    @property
    def trials(self) -> int:
        """Number of trials."""
        return int(self.value.shape[0] * self.value.shape[1])


@dataclass(frozen=True, eq=False)
class Evaluated:
    """Everything simulated for a design, by scenario."""

    design: TrialDesign
    stacks: Mapping[Scenario, Stack]
    weights: Mapping[str, float]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes in the arrays."""
        return all_sizes(self.design)

    @property
    def planned(self) -> int:
        """Where the planned number of patients stands among the sizes."""
        return self.sizes.index(self.design.patients)

    @property
    def explanations(self) -> tuple[Scenario, ...]:
        """The explanations of the sebum effect that were simulated."""
        return tuple(s for s in SCENARIOS if s != NO_EFFECT and s in self.stacks)


def stacked(design: TrialDesign, parts: Mapping[Scenario, Sequence[Part]], weights: Mapping[str, float]) -> Evaluated:
    """Parts by scenario, each in the order of its numbers; scenarios without any are left out."""
    names = ("value", "se", "p", "truth", "sebum")
    stacks = {
        scenario: Stack(*(np.stack([part[name] for part in some]) for name in names))
        for scenario, some in parts.items()
        if some
    }
    return Evaluated(design, stacks, weights)
