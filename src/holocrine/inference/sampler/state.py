"""A run of the sampler between two stages, as plain arrays that can be saved and taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holocrine.inference.sampler.moves import KINDS, Particles

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class State:
    """A run between two stages; `arrays` and `from_arrays` turn it into plain arrays and back.

    `z` (n, d) equally weighted particles, `log_base` (n,) and `log_likelihood` (n,) their two log densities in nats
    (nan until the first stage has evaluated them), `ancestors` (n,) the number of each particle's forebear in the
    first generation. `steps` (kinds,) are the present step sizes. History, one row per stage: `betas` (stages,),
    `moves` (stages,) sweeps made, `jumps` (stages,) mean squared distance from the stage's beginning over that of
    independent draws, `acceptance` (stages, kinds).
    """

    z: Array
    log_base: Array
    log_likelihood: Array
    ancestors: Integers
    steps: Array
    seed: int
    stage: int = 0
    beta: float = 0.0
    log_evidence: float = 0.0
    finished: bool = False
    betas: Array = field(default_factory=lambda: np.zeros(0))
    moves: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    jumps: Array = field(default_factory=lambda: np.zeros(0))
    acceptance: Array = field(default_factory=lambda: np.zeros((0, len(KINDS))))

    @property
    def particles(self) -> Particles:
        """The points with their log densities."""
        return Particles(self.z, self.log_base, self.log_likelihood)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every field as an array, ready for `numpy.savez`."""
        return {name: np.asarray(value) for name, value in asdict(self).items()}

    @staticmethod
    def from_arrays(arrays: Mapping[str, NDArray[np.generic]]) -> State:
        """The state that `arrays` came from, equal to the byte. Raises KeyError when a field is missing."""
        fields = State.__dataclass_fields__
        values: dict[str, Any] = {name: np.asarray(arrays[name]) for name in fields}
        return State(**{name: value if value.ndim else value.item() for name, value in values.items()})
