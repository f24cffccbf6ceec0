"""Keeping the rounds of a run for the way back; compiled like `solvers.lanes`."""

from __future__ import annotations

from typing import Any

import numpy as np

from holocrine.solvers.lane_memory import Array, Index, Lanes, Tape

LANES = STATES = STATE = 0
memory: Any = None
peek: Any = None
poke: Any = None


def remember(tape: Tape, lanes: Lanes, number: int) -> Tape:
    """Put a round on the tape, before its states move on; a full tape is copied to one twice as long."""
    if number == tape.states.shape[0]:
        states = np.empty((2 * number, STATES * LANES))
        clocks = np.empty((2 * number, 4, LANES))
        tallies = np.empty((2 * number, 8, LANES), dtype=np.int64)
        for old in range(number):
            copy_round(tape.states[old], tape.clocks[old], tape.tallies[old], states[old], clocks[old], tallies[old])
        tape = Tape(states, clocks, tallies, tape.rounds, tape.paths)
    block = lanes.b[STATE * LANES : (STATE + STATES) * LANES]
    copy_round(block, lanes.clock, lanes.tally, tape.states[number], tape.clocks[number], tape.tallies[number])
    tape.rounds[0] = number + 1
    return tape


def copy_round(
    states: Array, clock: Array, tally: Index, new_states: Array, new_clock: Array, new_tally: Index
) -> None:
    """Copy one round; loops, because slice assignment triples the time to compile."""
    old, new = memory(states), memory(new_states)
    for i in range(STATES * LANES):
        poke(new, i, peek(old, i))
    for i in range(4):
        for lane in range(LANES):
            new_clock[i, lane] = clock[i, lane]
    for i in range(8):
        for lane in range(LANES):
            new_tally[i, lane] = tally[i, lane]


def forget(tape: Tape, lanes: Lanes, number: int) -> Tape:  # noqa: ARG001 - stands where `remember` may stand
    """Keep nothing of a round."""
    return tape
