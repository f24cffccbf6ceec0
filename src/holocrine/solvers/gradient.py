"""Derivatives of any scalar of the outputs, by starts, constants and event values: one backward sweep for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holocrine.modelling.declaration import Model
from holocrine.solvers.backward import Bars, empty_scratch
from holocrine.solvers.kernels import kernel_module
from holocrine.solvers.lane_memory import DONE, Problem, Tape, empty_lanes
from holocrine.solvers.stiff import RTOL, Events, Failure, empty_report, failures_of, problem_of
from holocrine.solvers.threads import in_threads

Array = NDArray[np.float64]
Index = NDArray[np.int64]

CHUNK = 96
"""Most lanes whose steps are on one tape (about 4 MB for the site model): more would not stay near the processor."""


@dataclass(frozen=True)
class Gradients:
    """`outputs` (lanes, times, outputs) and the scalar's derivatives: `starts` (lanes, states), `constants` (lanes,
    constants), `events` (lanes, k) by the events' values. Lanes that failed have nan."""

    outputs: Array
    starts: Array
    constants: Array
    events: Array
    failures: tuple[Failure, ...]


def pullback(
    model: Model,
    starts: Array,
    constants: Array,
    times: Array,
    cotangent: Callable[[Index, Array], Array],
    *,
    owner: Index | None = None,
    events: Events | None = None,
    rtol: float = RTOL,
    atol: float | None = None,
    limit: int = 100_000,
    threads: int | None = None,
) -> Gradients:
    """Integrate as `stiff.simulate` does, then go back.

    `cotangent(lanes, outputs)` is called for some lanes at a time, from several threads, with their numbers (n,) and
    outputs (n, times, outputs), and returns the derivatives of the scalar by these outputs. The scalar must be a sum
    over lanes. Exact for the steps taken: their sizes count as given. Raises ValueError as `simulate` does.
    """
    problem = problem_of(model, starts, constants, times, owner, events, rtol, atol, limit)
    module: Any = kernel_module(model)
    report = empty_report(module, problem)
    bars = _bars(model, problem)
    chunks = np.array_split(np.arange(starts.shape[0]), max(1, -(-starts.shape[0] // CHUNK)))

    def work(first: int, stride: int) -> None:
        tape = _tape(module)  # grows in the first chunk and is used again
        for lanes in chunks[first::stride]:
            part = _some(problem, lanes)
            own = empty_report(module, part)
            paths = np.empty((lanes.size, module.INTERPOLATED, times.size))
            tape = module.run_taping(0, 1, part, own, tape._replace(paths=paths), empty_lanes(module))
            failures_of(own)  # sets outputs that were not reached to nan, before anybody reads them
            seeds = np.ascontiguousarray(cotangent(lanes, own.outputs), dtype=np.float64)
            if seeds.shape != own.outputs.shape:
                raise ValueError(f"cotangent must return {own.outputs.shape}, not {seeds.shape}")
            found = _bars(model, part)
            module.back(part, own, tape, seeds, found, empty_lanes(module), empty_scratch(module, times.size))
            for bar in found:
                bar[own.causes != DONE] = np.nan
            for whole, piece in zip((*report, *bars), (*own, *found), strict=True):
                whole[lanes] = piece

    in_threads(work, len(chunks), starts.size * times.size * 1000, threads)
    failures = failures_of(report)
    return Gradients(report.outputs, *bars, failures)


def _bars(model: Model, problem: Problem) -> Bars:
    """Zero until found: an event that never came keeps it."""
    constants = np.zeros((problem.starts.shape[0], len(model.constants)))
    return Bars(np.zeros_like(problem.starts), constants, np.zeros_like(problem.event_values))


def _some(problem: Problem, lanes: Index) -> Problem:
    return problem._replace(
        starts=problem.starts[lanes],
        owner=problem.owner[lanes],
        event_days=problem.event_days[lanes],
        event_targets=problem.event_targets[lanes],
        event_values=problem.event_values[lanes],
    )


def _tape(module: Any) -> Tape:
    rounds = 2048
    return Tape(
        np.empty((rounds, module.STATES * module.LANES)),
        np.empty((rounds, 4, module.LANES)),
        np.empty((rounds, 8, module.LANES), dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.empty((0, module.INTERPOLATED, 0)),
    )
