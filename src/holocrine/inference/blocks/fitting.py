"""A block's fit: independent runs of the sampler from next to the posterior."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.inference.blocks.problem import BlockProblem
from holocrine.inference.calibration import (
    CENTRE,
    FIRST,
    SETTINGS,
    Arrays,
    Predict,
    Size,
    first_density,
    onwards,
    predict_and_score,
    share_done,
)
from holocrine.inference.centre import Centre, find_centre
from holocrine.inference.sampler.smc import Settings, start
from holocrine.inference.sampler.state import State

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BlockFit:
    """Finished runs, and the centre their particles are measured from."""

    centre: Centre
    runs: tuple[State, ...]

    @property
    def scores(self) -> Array:
        """Draws (runs, particles, names) of the posterior."""
        return np.stack([self.centre.scores(state.z) for state in self.runs])

    @property
    def heights(self) -> Array:
        """Log posterior (runs x particles,) of the draws, up to a constant, nats."""
        return np.concatenate([state.particles.log_target(1.0) for state in self.runs])


def fit_block(
    problem: BlockProblem,
    predict: Predict,
    *,
    seed: int,
    size: Size,
    kept: Mapping[str, Arrays],
    settings: Settings = SETTINGS,
) -> Iterator[tuple[str, Arrays, float]]:
    """Every part of the fit as it is reached, as `inference.calibration.fit`; feed the last arrays to `collect_block`.

    The explanation of the sebum effect that predictions are asked for has no meaning in a block.
    """
    d = len(problem.unknowns.names)
    if CENTRE in kept:
        centre = Centre.from_arrays(kept[CENTRE])  # type: ignore[arg-type]  # arrays of floats
    else:
        centre = find_centre(*predict_and_score(problem, predict, FIRST), d)
        yield CENTRE, centre.arrays(), 1.0
    density = first_density(problem, predict, centre)
    for run in range(size.runs):
        part = _part(run)
        state = State.from_arrays(kept[part]) if part in kept else start(size.particles, d, seed + run)
        for reached in onwards(state, density, settings):
            yield part, reached.arrays(), share_done(reached)


def collect_block(parts: Mapping[str, Arrays], size: Size) -> BlockFit:
    """The fit from the last arrays of every part."""
    return BlockFit(
        Centre.from_arrays(parts[CENTRE]),  # type: ignore[arg-type]  # arrays of floats
        tuple(State.from_arrays(parts[_part(run)]) for run in range(size.runs)),
    )


def _part(run: int) -> str:
    return f"run {run + 1}"
