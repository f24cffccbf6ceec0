"""Standard-normal scores of a person, correlated as the tables say, one stream for each name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from holocrine.knowledge.variability import Weights
from holocrine.population.streams import Ids, normals

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Scores of patients `ids` (n,) who hold their places at `attempts` (n,).

    Every score has mean 0 and SD 1. A score is summed in the fixed order of its weights, element by element, so
    its bytes do not depend on the batch.
    """

    seed: int
    ids: Ids
    attempts: Ids
    weights: Weights
    _drawn: dict[str, Array] = field(default_factory=dict, repr=False, compare=False)

    def subject(self, name: str) -> Array:
        """How far these patients lie from the typical one in `name`, (n,)."""
        return self._correlated(name, lambda part: self._independent(f"subject {part}", 0))

    def occasion(self, name: str, number: int) -> Array:
        """How far session or visit `number` of each patient lies from the patient's own usual, (n,).

        Assumption: deviations of an occasion hang together as those between people do.
        """
        return self._correlated(name, lambda part: self._independent(f"occasion {part}", number))

    def alone(self, purpose: str, number: int = 0) -> Array:
        """Scores (n,) of a purpose of its own that correlates with nothing."""
        return normals(self.seed, purpose, self.ids, attempt=self.attempts, occasion=number)

    def _independent(self, purpose: str, number: int) -> Array:
        key = f"{purpose} {number}"
        if key not in self._drawn:
            self._drawn[key] = self.alone(purpose, number)
        return self._drawn[key]

    def _correlated(self, name: str, independent: Callable[[str], Array]) -> Array:
        total = np.zeros(self.ids.size)
        for part, weight in self.weights.get(name, ((name, 1.0),)):
            total += weight * independent(part)
        return total
