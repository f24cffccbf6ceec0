"""What goes through the kernels: the problem, where results go, the lanes themselves and the tape of their steps."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

DONE, TOO_MANY_STEPS, NOT_FINITE, STEP_TOO_SMALL = 0, 1, 2, 3
CAUSES = {
    TOO_MANY_STEPS: "more steps than allowed",
    NOT_FINITE: "a state or rate is not finite",
    STEP_TOO_SMALL: "the step size fell below 1e-10 day",
}
IDLE = -1
CACHE_LINE = 64
"""Bytes."""
TIME, STEP, USED, REACHED = 0, 1, 2, 3
"""Rows of `clock` (4, LANES), days: now, step proposed, step being tried, where it ends."""
PATIENT, SLOT, TRIED, ACCEPTED, FOLLOWED, OUTPUT_AT, EVENT_AT, WRITTEN = 0, 1, 2, 3, 4, 5, 6, 7
"""Rows of `tally` (8, LANES): who, whose path is kept where, steps tried, step accepted, event at its end, next output,
next event, outputs written."""


class Problem(NamedTuple):
    """What to integrate; shapes as in `solvers.stiff.simulate`. `end` is the last day."""

    starts: Array
    constants: Array
    owner: Index
    times: Array
    end: float
    event_days: Array
    event_targets: Index
    event_values: Array
    rtol: float
    atol: float
    limit: int


class Report(NamedTuple):
    """Where results go: outputs and how many times of them were written, final states, cause and day of the end,
    steps tried, constants replaced by events."""

    outputs: Array
    written: Index
    finals: Array
    causes: Index
    stopped: Array
    steps: Index
    replaced: Array


class Lanes(NamedTuple):
    """The block `b`, per lane constants `p` (LANES, CONSTANTS) and `q` (LANES, PREPARED), `clock` and `tally`."""

    b: Array
    p: Array
    q: Array
    clock: Array
    tally: Index


class Tape(NamedTuple):
    """What a backward sweep needs of every round: states (rounds, STATES*LANES), `clock` and `tally` as it was tried.

    `paths` (LANES or patients, INTERPOLATED, times) are the states that outputs need.
    """

    states: Array
    clocks: Array
    tallies: Index
    rounds: Index
    paths: Array


def _aligned(size: int) -> Array:
    """Zeros (size,) that begin with a line of the cache, so that no row lies across two."""
    spare = CACHE_LINE // 8
    block = np.zeros(size + spare)
    first = -(block.ctypes.data // 8) % spare
    return block[first : first + size]


def empty_lanes(module: Any) -> Lanes:
    """Lanes of the size that a model's compiled module needs."""
    return Lanes(
        _aligned(module.ROWS * module.LANES),
        np.zeros((module.LANES, module.CONSTANTS)),
        np.zeros((module.LANES, module.PREPARED)),
        np.zeros((4, module.LANES)),
        np.zeros((8, module.LANES), dtype=np.int64),
    )
