"""Back through the steps on the tape: derivatives of a scalar of the outputs, exact for the computed steps.

Plain Python compiled like `solvers.lanes`. Step sizes and the choice of steps count as given. Rounds are undone last
first; a lane meets its patients in reverse order: last step, events, outputs inside it, ..., first step.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from holocrine.solvers.lane_memory import (
    ACCEPTED,
    FOLLOWED,
    IDLE,
    OUTPUT_AT,
    PATIENT,
    REACHED,
    TIME,
    USED,
    Lanes,
    Problem,
    Report,
    Tape,
)

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LANES = STATES = CONSTANTS = PREPARED = INTERPOLATED = 0
STATE = DURATION = MOVING = 0
LATER_BAR = STATE_BAR = PREPARED_BAR = DENSE_BAR = 0
INTERPOLATED_STATES: Any = None
prepare_lane: Any = None
due_until: Any = None
prepare_pullback: Any = None
outputs_pullback: Any = None
attempt: Any = None
sweep: Any = None
hand_back: Any = None
memory: Any = None
peek: Any = None
poke: Any = None

HARMLESS_STEP = 1e-3
"""Day: what lanes that did not move are stepped by meanwhile, so that they stay finite."""


class Bars(NamedTuple):
    """Derivatives to fill: by starts (patients, STATES), constants (patients, CONSTANTS) and events (patients, k)."""

    starts: Array
    constants: Array
    events: Array


class Scratch(NamedTuple):
    """Per lane derivatives by constants (LANES, CONSTANTS), prepared ones (LANES, PREPARED) and points of the path
    (LANES, INTERPOLATED, times); the number of events and of outputs not yet gone back through."""

    constants: Array
    prepared: Array
    path: Array
    events_left: Index
    outputs_left: Index


def empty_scratch(module: Any, times: int) -> Scratch:
    """Room for one backward sweep with `times` outputs' times."""
    return Scratch(
        np.zeros((module.LANES, module.CONSTANTS)),
        np.zeros((module.LANES, module.PREPARED)),
        np.zeros((module.LANES, module.INTERPOLATED, times)),
        np.zeros(module.LANES, dtype=np.int64),
        np.zeros(module.LANES, dtype=np.int64),
    )


def flush(lanes: Lanes, lane: int, scratch: Scratch) -> None:
    """Take derivatives by prepared constants on to the constants."""
    for i in range(PREPARED):
        scratch.prepared[lane, i] += lanes.b[(PREPARED_BAR + i) * LANES + lane]
        lanes.b[(PREPARED_BAR + i) * LANES + lane] = 0.0
    prepare_pullback(lanes.p[lane], scratch.prepared[lane], scratch.constants[lane])
    for i in range(PREPARED):
        scratch.prepared[lane, i] = 0.0


def take_outputs(
    lanes: Lanes, lane: int, who: int, problem: Problem, tape: Tape, seeds: Array, scratch: Scratch
) -> None:
    """Go back through the outputs since the constants last changed, on to the points of the path."""
    last = scratch.outputs_left[lane]
    day = 0.0
    for k in range(scratch.events_left[lane]):
        if problem.event_targets[who, k] >= STATES:
            day = problem.event_days[who, k]
    first = min(last, np.searchsorted(problem.times, day))
    outputs_pullback(
        tape.paths[who], lanes.q[lane], seeds[who], first, last, scratch.path[lane], scratch.prepared[lane]
    )
    scratch.outputs_left[lane] = first


def undo_events(
    lanes: Lanes,
    lane: int,
    who: int,
    day: float,
    problem: Problem,
    report: Report,
    tape: Tape,
    seeds: Array,
    scratch: Scratch,
    bars: Bars,
) -> None:
    """Undo a lane's events of `day`, last first."""
    changed = False
    k = scratch.events_left[lane] - 1
    while k >= 0 and problem.event_days[who, k] >= day:
        target = problem.event_targets[who, k]
        if target < STATES:
            bars.events[who, k] = lanes.b[(LATER_BAR + target) * LANES + lane]
        else:
            if not changed:
                flush(lanes, lane, scratch)
                changed = True
            constant = target - STATES
            bars.events[who, k] = scratch.constants[lane, constant]
            scratch.constants[lane, constant] = 0.0
            lanes.p[lane, constant] = report.replaced[who, k]
        k -= 1
    scratch.events_left[lane] = k + 1
    if changed:
        prepare_lane(lanes, lane)
        take_outputs(lanes, lane, who, problem, tape, seeds, scratch)


def seat_at_end(
    lanes: Lanes, lane: int, who: int, problem: Problem, tape: Tape, seeds: Array, scratch: Scratch
) -> None:
    """Put a patient into a lane as it was at the end: constants after all events, derivatives zero."""
    for i in range(CONSTANTS):
        lanes.p[lane, i] = problem.constants[problem.owner[who], i]
        scratch.constants[lane, i] = 0.0
    k = 0
    while k < problem.event_days.shape[1] and problem.event_days[who, k] < problem.end:
        target = problem.event_targets[who, k]
        if target >= STATES:
            lanes.p[lane, target - STATES] = problem.event_values[who, k]
        k += 1
    scratch.events_left[lane] = k
    prepare_lane(lanes, lane)
    for i in range(STATES):
        lanes.b[(LATER_BAR + i) * LANES + lane] = 0.0
    for i in range(PREPARED):
        lanes.b[(PREPARED_BAR + i) * LANES + lane] = 0.0
        scratch.prepared[lane, i] = 0.0
    scratch.outputs_left[lane] = problem.times.size
    take_outputs(lanes, lane, who, problem, tape, seeds, scratch)


def unseat(lanes: Lanes, lane: int, who: int, scratch: Scratch, bars: Bars) -> None:
    """A patient is back at day 0, before its events: hand the derivatives over."""
    flush(lanes, lane, scratch)
    for i in range(STATES):
        bars.starts[who, i] = lanes.b[(LATER_BAR + i) * LANES + lane]
    for i in range(CONSTANTS):
        bars.constants[who, i] = scratch.constants[lane, i]


def take_paths(lanes: Lanes, clock: Array, tally: Index, times: Array, scratch: Scratch) -> None:
    """Derivatives by the points of the path inside the steps, on to state and interpolation: see `lanes.trace`."""
    m, path, days = memory(lanes.b), scratch.path, memory(times)
    for lane in range(LANES):
        if peek(m, MOVING * LANES + lane) == 0.0:
            continue
        first, reached = tally[OUTPUT_AT, lane], clock[REACHED, lane]
        last = due_until(days, times.size, first, reached, tally[FOLLOWED, lane])
        if last == first:
            continue
        start, scale = clock[TIME, lane], 1.0 / clock[USED, lane]
        for i in range(INTERPOLATED):
            old = new = d0 = d1 = d2 = 0.0
            for j in range(first, last):
                s = min(1.0, (times[j] - start) * scale)
                bar = path[lane, i, j]
                bent = s * (1.0 - s) * bar
                old += (1.0 - s) * bar
                new += s * bar
                d0 += bent
                d1 += s * bent
                d2 += s * s * bent
            state = INTERPOLATED_STATES[i]
            poke(m, (STATE_BAR + state) * LANES + lane, old)
            later = (LATER_BAR + state) * LANES + lane
            poke(m, later, peek(m, later) + new)
            poke(m, (DENSE_BAR + i) * LANES + lane, d0)
            poke(m, (DENSE_BAR + INTERPOLATED + i) * LANES + lane, d1)
            poke(m, (DENSE_BAR + 2 * INTERPOLATED + i) * LANES + lane, d2)


def back(
    problem: Problem, report: Report, tape: Tape, seeds: Array, bars: Bars, lanes: Lanes, scratch: Scratch
) -> None:
    """Undo all rounds of the tape, in empty lanes.

    `seeds` (patients, times, outputs): derivatives of the scalar by the outputs.
    """
    b = lanes.b
    m = memory(b)
    for number in range(tape.rounds[0] - 1, -1, -1):
        clock, tally = tape.clocks[number], tape.tallies[number]
        states = memory(tape.states[number])
        for i in range(STATES * LANES):
            poke(m, STATE * LANES + i, peek(states, i))
            poke(m, STATE_BAR * LANES + i, 0.0)
        for i in range(3 * INTERPOLATED * LANES):
            poke(m, DENSE_BAR * LANES + i, 0.0)
        for lane in range(LANES):
            who = tally[PATIENT, lane]
            moved = tally[ACCEPTED, lane] == 1 and who != IDLE and report.causes[who] == 0
            b[MOVING * LANES + lane] = 1.0 if moved else 0.0
            b[DURATION * LANES + lane] = clock[USED, lane] if moved else HARMLESS_STEP
            if not moved:
                continue
            if clock[REACHED, lane] >= problem.end:
                seat_at_end(lanes, lane, who, problem, tape, seeds, scratch)
            elif tally[FOLLOWED, lane] == 1:
                undo_events(lanes, lane, who, clock[REACHED, lane], problem, report, tape, seeds, scratch, bars)
        take_paths(lanes, clock, tally, problem.times, scratch)
        attempt(b)
        sweep(b)
        hand_back(b)
        for lane in range(LANES):
            if b[MOVING * LANES + lane] > 0.0 and clock[TIME, lane] == 0.0:
                who = tally[PATIENT, lane]
                undo_events(lanes, lane, who, 0.0, problem, report, tape, seeds, scratch, bars)
                unseat(lanes, lane, who, scratch, bars)
