"""Many patients through one compiled stepper: every lane has its own patient, time and step size.

Plain Python whose source `solvers.kernels` compiles in one module with the functions generated for a model; those
stand here as placeholders. A lane whose patient is done takes the next one, so lanes are rarely idle, and what a lane
computes never depends on its neighbours. Order of one round: choose every lane's step, attempt it for all, judge,
interpolate outputs inside it, then per lane move on or shrink, apply events, finish, take the next patient.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from holocrine.solvers.lane_memory import (
    ACCEPTED,
    DONE,
    EVENT_AT,
    FOLLOWED,
    IDLE,
    NOT_FINITE,
    OUTPUT_AT,
    PATIENT,
    REACHED,
    SLOT,
    STEP,
    STEP_TOO_SMALL,
    TIME,
    TOO_MANY_STEPS,
    TRIED,
    USED,
    WRITTEN,
    Array,
    Lanes,
    Problem,
    Report,
    Tape,
)

FIRST_STEP = 0.02
"""Day: first step tried at the start and after every event."""
SMALLEST_STEP = 1e-10

LANES = STATES = CONSTANTS = PREPARED = INTERPOLATED = 0
STATE = CONSTANT = DURATION = NEW = ERROR = FACTOR = MOVING = BEND = 0
INTERPOLATED_STATES: Any = None
prepare: Any = None
outputs_along: Any = None
attempt: Any = None
judge: Any = None
accept: Any = None
bend: Any = None
forget: Any = None
memory: Any = None
peek: Any = None
poke: Any = None


def prepare_lane(lanes: Lanes, lane: int) -> None:
    """Work out what depends on a lane's constants alone."""
    prepare(lanes.p[lane], lanes.q[lane])
    for i in range(PREPARED):
        lanes.b[(CONSTANT + i) * LANES + lane] = lanes.q[lane, i]


def write_outputs(lanes: Lanes, lane: int, paths: Array, outputs: Array) -> None:
    """Outputs at the points of a lane's path that have none yet; before its constants or its patient change."""
    tally = lanes.tally
    who = tally[PATIENT, lane]
    first, last = tally[WRITTEN, lane], tally[OUTPUT_AT, lane]
    if last > first:
        outputs_along(paths[tally[SLOT, lane]], lanes.q[lane], outputs[who], first, last)
        tally[WRITTEN, lane] = last


def apply_events(lanes: Lanes, lane: int, problem: Problem, report: Report, paths: Array) -> None:
    """Apply a lane's events up to now: add to a state, or replace a constant."""
    tally = lanes.tally
    who, now = tally[PATIENT, lane], lanes.clock[TIME, lane]
    changed = False
    k = tally[EVENT_AT, lane]
    while k < problem.event_days.shape[1] and problem.event_days[who, k] <= now:
        target, value = problem.event_targets[who, k], problem.event_values[who, k]
        if target < STATES:
            lanes.b[(STATE + target) * LANES + lane] += value
        else:
            if not changed:
                write_outputs(lanes, lane, paths, report.outputs)
            report.replaced[who, k] = lanes.p[lane, target - STATES]
            lanes.p[lane, target - STATES] = value
            changed = True
        k += 1
    tally[EVENT_AT, lane] = k
    if changed:
        prepare_lane(lanes, lane)


def seat(lanes: Lanes, lane: int, who: int, slot: int, problem: Problem) -> None:
    """Put a patient's state and constants into a lane, at day 0."""
    for i in range(STATES):  # loops, because slice assignment triples the time to compile
        lanes.b[(STATE + i) * LANES + lane] = problem.starts[who, i]
    for i in range(CONSTANTS):
        lanes.p[lane, i] = problem.constants[problem.owner[who], i]
    prepare_lane(lanes, lane)
    for i in range(lanes.tally.shape[0]):
        lanes.tally[i, lane] = 0
    lanes.tally[PATIENT, lane], lanes.tally[SLOT, lane] = who, slot
    lanes.clock[TIME, lane] = 0.0
    lanes.clock[STEP, lane] = FIRST_STEP


def choose_steps(lanes: Lanes, problem: Problem) -> None:
    """Every lane's step: never past its next event, and two even ones rather than a sliver before it."""
    clock, tally = lanes.clock, lanes.tally
    for lane in range(LANES):
        who, k = tally[PATIENT, lane], tally[EVENT_AT, lane]
        now, h = clock[TIME, lane], clock[STEP, lane]
        stop = problem.end
        if who != IDLE and k < problem.event_days.shape[1]:
            stop = min(stop, problem.event_days[who, k])
        left = stop - now if who != IDLE else 2.0 * FIRST_STEP
        if h >= left:
            clock[USED, lane], clock[REACHED, lane] = left, stop
        else:
            h = 0.5 * left if 2.0 * h > left else h
            clock[USED, lane], clock[REACHED, lane] = h, now + h
        tally[FOLLOWED, lane] = 1 if clock[REACHED, lane] == stop and stop < problem.end else 0
        lanes.b[DURATION * LANES + lane] = clock[USED, lane]


def due_until(days: Any, count: int, first: int, reached: float, followed: int) -> int:
    """The first of the `count` outputs at `days` that is not due when a step reaches its end.

    At the day of an event that follows they wait for the next step, so that outputs are those just after the event.
    """
    last = first
    while last < count and (peek(days, last) < reached or (peek(days, last) == reached and followed == 0)):
        last += 1
    return last


def trace(lanes: Lanes, times: Array, paths: Array) -> None:
    """Interpolate the states that outputs need at the times inside accepted steps."""
    bent = False
    b, clock, tally = lanes.b, lanes.clock, lanes.tally
    m, days, points = memory(b), memory(times), memory(paths)
    for lane in range(LANES):
        if tally[ACCEPTED, lane] == 0:
            continue
        first, reached = tally[OUTPUT_AT, lane], clock[REACHED, lane]
        last = due_until(days, times.size, first, reached, tally[FOLLOWED, lane])
        if last == first:
            continue
        if not bent:
            bend(b)
            bent = True
        slot, start, scale = tally[SLOT, lane], clock[TIME, lane], 1.0 / clock[USED, lane]
        for i in range(INTERPOLATED):
            old = peek(m, (STATE + INTERPOLATED_STATES[i]) * LANES + lane)
            new = peek(m, (NEW + INTERPOLATED_STATES[i]) * LANES + lane)
            d0 = peek(m, (BEND + i) * LANES + lane)
            d1 = peek(m, (BEND + INTERPOLATED + i) * LANES + lane)
            d2 = peek(m, (BEND + 2 * INTERPOLATED + i) * LANES + lane)
            rise = new - old
            for j in range(first, last):
                s = min(1.0, (peek(days, j) - start) * scale)
                r = 1.0 - s
                value = old + s * (rise + r * (d0 + s * (d1 + s * d2)))
                poke(points, (slot * INTERPOLATED + i) * times.size + j, value)
        tally[OUTPUT_AT, lane] = last


def settle(lanes: Lanes, problem: Problem, report: Report, paths: Array) -> int:
    """Move every lane on, or make its step smaller; returns how many are done (or have failed) and now idle.

    One loop inside, not one call a lane: each call would count references to every array it is given.
    """
    b, clock, tally, end = lanes.b, lanes.clock, lanes.tally, problem.end
    done = 0
    for lane in range(LANES):
        if tally[PATIENT, lane] == IDLE:
            continue
        used, factor, cause = clock[USED, lane], b[FACTOR * LANES + lane], DONE
        tally[TRIED, lane] += 1
        if tally[ACCEPTED, lane] == 1:
            clock[TIME, lane] = clock[REACHED, lane]
            grown = used * factor
            clock[STEP, lane] = grown if used == clock[STEP, lane] else max(clock[STEP, lane], grown)
            if tally[FOLLOWED, lane] == 1:
                apply_events(lanes, lane, problem, report, paths)
                clock[STEP, lane] = min(clock[STEP, lane], FIRST_STEP)
        else:
            finite = np.isfinite(b[ERROR * LANES + lane])
            clock[STEP, lane] = used * (min(0.9, factor) if finite else 0.1)
            if clock[STEP, lane] < SMALLEST_STEP:
                cause = STEP_TOO_SMALL if finite else NOT_FINITE
        ended = clock[TIME, lane] >= end
        if cause == DONE and not ended and tally[TRIED, lane] >= problem.limit:
            cause = TOO_MANY_STEPS
        if ended or cause != DONE:
            finish(lanes, lane, cause, report, paths)
            done += 1
    return done


def finish(lanes: Lanes, lane: int, cause: int, report: Report, paths: Array) -> None:
    """Report a patient and leave its lane idle."""
    who = lanes.tally[PATIENT, lane]
    write_outputs(lanes, lane, paths, report.outputs)
    for i in range(STATES):
        report.finals[who, i] = lanes.b[(STATE + i) * LANES + lane]
    report.causes[who], report.stopped[who] = cause, lanes.clock[TIME, lane]
    report.steps[who], report.written[who] = lanes.tally[TRIED, lane], lanes.tally[WRITTEN, lane]
    lanes.tally[PATIENT, lane] = IDLE


def admit(lanes: Lanes, waiting: int, stride: int, problem: Problem, report: Report, paths: Array) -> int:
    """Seat waiting patients in idle lanes, each with a path of its own if there are so many; returns who waits next."""
    own_path = paths.shape[0] == problem.starts.shape[0]
    for lane in range(LANES):
        if lanes.tally[PATIENT, lane] == IDLE and waiting < problem.starts.shape[0]:
            seat(lanes, lane, waiting, waiting if own_path else lane, problem)
            apply_events(lanes, lane, problem, report, paths)
            waiting += stride
    return waiting


def run(first: int, stride: int, problem: Problem, report: Report, tape: Tape, lanes: Lanes) -> Tape:
    """Integrate patients first, first + stride, ... in empty lanes.

    Compiled twice: as it stands, and as `run_taping` with `remember` for `forget`, which returns the tape filled.
    """
    b, tally = lanes.b, lanes.tally
    for lane in range(LANES):
        seat(lanes, lane, first, lane, problem)  # lanes that stay idle step along with numbers that make sense
        tally[PATIENT, lane] = IDLE
    waiting = admit(lanes, first, stride, problem, report, tape.paths)
    busy, number = (waiting - first) // stride, 0
    while busy > 0:
        choose_steps(lanes, problem)
        attempt(b)
        judge(b, problem.rtol, problem.atol)
        for lane in range(LANES):
            fine = tally[PATIENT, lane] != IDLE and b[ERROR * LANES + lane] <= 1.0
            tally[ACCEPTED, lane] = 1 if fine else 0
            b[MOVING * LANES + lane] = 1.0 if fine else 0.0
        tape = forget(tape, lanes, number)
        number += 1
        trace(lanes, problem.times, tape.paths)
        accept(b)
        done = settle(lanes, problem, report, tape.paths)
        if done > 0:
            before = waiting
            waiting = admit(lanes, before, stride, problem, report, tape.paths)
            busy += (waiting - before) // stride - done
    return tape
