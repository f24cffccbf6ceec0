"""Predictions of every observation from posterior draws, kept in the cache so that they are computed once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holocrine.execution.fitting import BLOCK_SOURCES, SOURCES
from holocrine.execution.workers import BlockName, Predictors
from holocrine.inference.arms.questions import Statistic
from holocrine.inference.blocks.belonging import TOXIN
from holocrine.inference.predicting import Worlds
from holocrine.inference.problem import AnyProblem
from holocrine.modelling.cache import cached_arrays, fingerprint

Array = NDArray[np.float64]


def foreseen(
    directory: Path | None,
    evidence_hash: str,
    problem: AnyProblem[Statistic],
    worlds: Worlds,
    *,
    workers: int,
    tell: Callable[[int], None],
    block: BlockName = TOXIN,
) -> Array:
    """`AnyProblem.foresee` of every world, (worlds, rows, 2); `directory` (None: packaged) holds the tables."""

    def make() -> dict[str, Array]:
        with Predictors(directory, None, workers, None, block) as predictors:
            return {"expected": predictors.foresee(worlds, tell)}

    unknowns = problem.unknowns
    tables = (unknowns.parameters.hash, unknowns.readings.hash, repr(unknowns.variability))
    sources = SOURCES if block == TOXIN else BLOCK_SOURCES
    key = fingerprint(sources, evidence_hash, *tables, worlds.scores, worlds.hypotheses)
    return np.asarray(cached_arrays(f"foreseen_{block}_{key}", make)["expected"])
