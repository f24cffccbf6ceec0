"""Many patients of one declared model at once: simulate them, each with its own constants and events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holocrine.errors import SolverError
from holocrine.modelling.declaration import Model
from holocrine.solvers.kernels import kernel_module
from holocrine.solvers.lane_memory import CAUSES, Problem, Report, Tape, empty_lanes
from holocrine.solvers.threads import in_threads

Array = NDArray[np.float64]
Index = NDArray[np.int64]

RTOL, ATOL_OVER_RTOL = 1e-5, 1e-2
SHORTEST_DAYS = 1e-3
"""What is integrated when the only output asked for is at day 0."""


@dataclass(frozen=True)
class Events:
    """Doses and changes of constants, per lane in increasing order of day; what is not before the last day is left out.

    `days` (lanes, k), padded with inf. `targets` (lanes, k): the number of the state to which `values` (lanes, k) is
    added or, from the number of states on, of the constant that takes the value (see `target_of`).
    """

    days: Array
    targets: Index
    values: Array


def target_of(model: Model, symbol: str) -> int:
    """The target number of a state or constant. Raises ValueError for another symbol."""
    symbols = (*model.state_names, *model.constant_names)
    if symbol not in symbols:
        raise ValueError(f"model {model.name}: {symbol} is neither a state nor a constant")
    return symbols.index(symbol)


@dataclass(frozen=True)
class Failure:
    """A lane that could not be integrated to the end: how far it got (day) and why."""

    lane: int
    day: float
    cause: str


@dataclass(frozen=True)
class Runs:
    """`outputs` (lanes, times, outputs of the model), `finals` (lanes, states) at the last day, `steps` (lanes,) tried.

    A lane that failed has nan from the day on at which it stopped.
    """

    outputs: Array
    finals: Array
    steps: Index
    failures: tuple[Failure, ...]

    def checked(self) -> Runs:
        """The same, if no lane failed. Raises SolverError naming the first that did."""
        if self.failures:
            first = self.failures[0]
            raise SolverError(
                f"{len(self.failures)} of {self.finals.shape[0]} lanes failed, first lane {first.lane} "
                f"at day {first.day:.6g}: {first.cause}"
            )
        return self


def simulate(
    model: Model,
    starts: Array,
    constants: Array,
    times: Array,
    *,
    owner: Index | None = None,
    events: Events | None = None,
    rtol: float = RTOL,
    atol: float | None = None,
    limit: int = 100_000,
    threads: int | None = None,
) -> Runs:
    """Integrate many lanes of one model from day 0.

    `starts` (lanes, states); `constants` (sets, constants) in the model's order, lane i using row `owner[i]` (row i, or
    the only one); `times` (nt,) days, increasing, from 0. At an event's day outputs are those just after it. `atol`
    is `rtol` times 0.01 unless given, `limit` the most steps tried per lane; `threads` as many as there are
    processors. Results do not depend on neighbours, order or threads. Raises ValueError for arguments that do not fit.
    """
    problem = problem_of(model, starts, constants, times, owner, events, rtol, atol, limit)
    module: Any = kernel_module(model)
    report = empty_report(module, problem)

    def work(first: int, stride: int) -> None:
        module.run(first, stride, problem, report, _no_tape(module, problem), empty_lanes(module))

    in_threads(work, starts.shape[0], starts.size * times.size * 100, threads)
    failures = failures_of(report)
    return Runs(report.outputs, report.finals, report.steps, failures)


def problem_of(
    model: Model,
    starts: Array,
    constants: Array,
    times: Array,
    owner: Index | None,
    events: Events | None,
    rtol: float,
    atol: float | None,
    limit: int,
) -> Problem:
    """The arguments of `simulate` as the kernels take them. Raises ValueError where they do not fit."""
    lanes = starts.shape[0]
    if owner is None:
        owner = np.arange(lanes) if constants.shape[0] > 1 else np.zeros(lanes, dtype=np.int64)
    if events is None:
        nothing = np.zeros((lanes, 0))
        events = Events(nothing, nothing.astype(np.int64), nothing)
    atol = rtol * ATOL_OVER_RTOL if atol is None else atol
    _check(model, starts, constants, times, owner, events, (rtol, atol, limit))
    return Problem(
        starts=np.ascontiguousarray(starts, dtype=np.float64),
        constants=np.ascontiguousarray(constants, dtype=np.float64),
        owner=np.ascontiguousarray(owner, dtype=np.int64),
        times=np.ascontiguousarray(times, dtype=np.float64),
        end=max(float(times[-1]), SHORTEST_DAYS),
        event_days=np.ascontiguousarray(events.days, dtype=np.float64),
        event_targets=np.ascontiguousarray(events.targets, dtype=np.int64),
        event_values=np.ascontiguousarray(events.values, dtype=np.float64),
        rtol=float(rtol),
        atol=float(atol),
        limit=int(limit),
    )


def _check(
    model: Model,
    starts: Array,
    constants: Array,
    times: Array,
    owner: Index,
    events: Events,
    positive: tuple[float, float, int],
) -> None:
    lanes, states, symbols = starts.shape[0], len(model.states), len(model.states) + len(model.constants)
    shape = (lanes, *events.days.shape[1:])
    shaped = len(shape) == 2 and shape == events.days.shape == events.targets.shape == events.values.shape
    days = np.concatenate([np.zeros((lanes, 1)), events.days], axis=1) if shaped else np.zeros((lanes, 1))
    faults = {
        f"starts must be (lanes, {states})": starts.shape != (lanes, states),
        f"constants must be (sets, {len(model.constants)})": constants.shape[1:] != (len(model.constants),),
        "owner must name a row of constants for every lane": owner.shape != (lanes,)
        or (lanes > 0 and not (owner.min() >= 0 and owner.max() < constants.shape[0])),
        "times must begin at 0 or later and increase": times.size == 0
        or not (times[0] >= 0.0 and np.all(np.diff(times) > 0.0) and np.isfinite(times[-1])),
        "rtol, atol and limit must be positive numbers": not all(0.0 < value < np.inf for value in positive),
        "events' days, targets and values must be (lanes, k)": not shaped,
        "events' days must not decrease, from 0 on": not np.all(days[:, 1:] >= days[:, :-1]),
        "events' targets must be states or constants": bool(
            events.targets.size and not (events.targets.min() >= 0 and events.targets.max() < symbols)
        ),
    }
    found = [fault for fault, there in faults.items() if there]
    if found:
        raise ValueError(f"model {model.name}: " + "; ".join(found))


def empty_report(module: Any, problem: Problem) -> Report:
    """Room for the results."""
    lanes = problem.starts.shape[0]
    return Report(
        outputs=np.empty((lanes, problem.times.size, module.OUTPUTS)),
        written=np.zeros(lanes, dtype=np.int64),
        finals=np.empty_like(problem.starts),
        causes=np.zeros(lanes, dtype=np.int64),
        stopped=np.zeros(lanes),
        steps=np.zeros(lanes, dtype=np.int64),
        replaced=np.zeros_like(problem.event_values),
    )


def _no_tape(module: Any, problem: Problem) -> Tape:
    return Tape(
        np.empty((0, module.STATES * module.LANES)),
        np.empty((0, 4, module.LANES)),
        np.empty((0, 8, module.LANES), dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.empty((module.LANES, module.INTERPOLATED, problem.times.size)),
    )


def failures_of(report: Report) -> tuple[Failure, ...]:
    """Lanes that failed, in order; what they could not reach becomes nan."""
    failed = np.flatnonzero(report.causes)
    for lane in failed:
        report.outputs[lane, report.written[lane] :] = np.nan
    return tuple(Failure(int(lane), float(report.stopped[lane]), CAUSES[int(report.causes[lane])]) for lane in failed)
