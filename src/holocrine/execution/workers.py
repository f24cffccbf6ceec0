"""Predictions of the population fit by several processes; each builds the problem once and answers in batches."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.validation import Role
from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.arms.questions import Statistic
from holocrine.inference.blocks.belonging import TOXIN
from holocrine.inference.blocks.problem import BlockProblem, block_problem
from holocrine.inference.blocks.world import block_unknowns
from holocrine.inference.predicting import Worlds
from holocrine.inference.problem import AnyProblem, Problem, problem_of
from holocrine.inference.unknowns import Unknowns
from holocrine.knowledge.evidence import packaged_evidence, read_evidence
from holocrine.knowledge.fitted_blocks import FittedBlock
from holocrine.knowledge.parameters import load_parameters, load_readings
from holocrine.knowledge.variability import load_variability

Array = NDArray[np.float64]

CHUNK = 8
"""Worlds handed to a process at a time: some 0.2 s of work."""


ONE_THREAD = ("OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
"""Variables that keep a process to one thread."""
BlockName = FittedBlock | Literal["toxin"]
Only = tuple[str, ...] | None
"""Names of the unknowns to keep; None: all."""


def load_unknowns(only: Only = None) -> Unknowns:
    """The unknowns of the packaged tables."""
    parameters = load_parameters()
    return Unknowns(parameters, load_readings(), load_variability(parameters), only)


def load_problem(directory: Path | None, role: Role | None, only: Only = None) -> Problem:
    """The toxin's problem of a directory of evidence tables, or of the packaged ones."""
    evidence = packaged_evidence() if directory is None else read_evidence(directory)
    return problem_of(evidence, load_unknowns(only), role=role)


def load_block_problem(
    directory: Path | None, role: Role | None, block: FittedBlock, only: Only = None
) -> BlockProblem:
    """A block's problem of a directory of evidence tables, or of the packaged ones."""
    evidence = packaged_evidence() if directory is None else read_evidence(directory)
    return block_problem(evidence, block, block_unknowns(block, only), role=role)


class Predictors:
    """`workers` processes that predict, or this process alone with one; a context manager that ends them."""

    def __init__(
        self,
        directory: Path | None,
        role: Role | None,
        workers: int,
        only: Only = None,
        block: BlockName = TOXIN,
    ) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._lent: list[str] = []
        if workers == 1:
            _prepare(directory, role, only, block)
            return
        self._lent = [name for name in ONE_THREAD if name not in os.environ]
        os.environ.update(dict.fromkeys(self._lent, "1"))  # inherited: every process has its own processor
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(workers, context, _prepare, (directory, role, only, block))

    def __enter__(self) -> Predictors:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _prepared.clear()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        for name in self._lent:
            os.environ.pop(name, None)

    def __call__(self, scores: Array, hypotheses: Sequence[HypothesisId]) -> Array:
        """Predictions of every row of `scores` (n, d), (n, rows, 2); nan where a world cannot be computed."""
        chunks = [scores[first : first + CHUNK] for first in range(0, len(scores), CHUNK)]
        return np.concatenate(list(self._map(_answer, chunks, [tuple(hypotheses)] * len(chunks))))

    def foresee(self, worlds: Worlds, tell: Callable[[int], None]) -> Array:
        """`Problem.foresee` of every world, (n, rows, 2); `tell` hears how many are done."""
        count = len(worlds.scores)
        numbers = [np.arange(first, min(first + CHUNK, count)) for first in range(0, count, CHUNK)]
        chosen = [tuple(worlds.hypotheses[i] for i in chunk) for chunk in numbers]
        found = []
        for part in self._map(_foresee, [worlds.scores[chunk] for chunk in numbers], chosen, numbers):
            found.append(part)
            tell(len(part))
        return np.concatenate(found)

    def _map(self, function: Callable[..., Array], *items: Sequence[Any]) -> Iterable[Array]:
        return map(function, *items) if self._pool is None else self._pool.map(function, *items)


_prepared: dict[str, AnyProblem[Statistic]] = {}
"""What this process works on; filled once when it starts."""


def _prepare(directory: Path | None, role: Role | None, only: Only, block: BlockName) -> None:
    if block == TOXIN:
        _prepared["problem"] = load_problem(directory, role, only)
    else:
        _prepared["problem"] = load_block_problem(directory, role, block, only)


def _answer(scores: Array, hypotheses: tuple[HypothesisId, ...]) -> Array:
    return _prepared["problem"].predict_all(scores, hypotheses)


def _foresee(scores: Array, hypotheses: tuple[HypothesisId, ...], numbers: NDArray[np.int64]) -> Array:
    problem = _prepared["problem"]
    rows = zip(scores, hypotheses, numbers, strict=True)
    return np.array([problem.foresee(row, hypothesis, int(number)) for row, hypothesis, number in rows])
