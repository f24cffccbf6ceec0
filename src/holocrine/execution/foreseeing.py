"""Predictions of every observation from posterior draws, kept in the cache so that they are computed once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holocrine.execution.fitting import SOURCES
from holocrine.execution.workers import Predictors
from holocrine.inference.predicting import Worlds
from holocrine.inference.problem import Problem
from holocrine.modelling.cache import cached_arrays, fingerprint

Array = NDArray[np.float64]


def foreseen(
    directory: Path | None,
    evidence_hash: str,
    problem: Problem,
    worlds: Worlds,
    *,
    workers: int,
    tell: Callable[[int], None],
) -> Array:
    """`Problem.foresee` of every world, (worlds, rows, 2); `directory` (None: packaged) holds the tables."""

    def make() -> dict[str, Array]:
        with Predictors(directory, None, workers) as predictors:
            return {"expected": predictors.foresee(worlds, tell)}

    unknowns = problem.unknowns
    tables = (unknowns.parameters.hash, unknowns.readings.hash, repr(unknowns.variability))
    key = fingerprint(SOURCES, evidence_hash, *tables, worlds.scores, worlds.hypotheses)
    return np.asarray(cached_arrays(f"foreseen_{key}", make)["expected"])
