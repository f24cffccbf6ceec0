"""A small stiff model for tests of the engine, so that one compilation serves them all.

Robertson's reaction (1966), the usual stiff example: A turns into B at k1, B with itself into C at k2, B with C back
into A at k3. With other constants it is a plain decay, slows down or blows up with a closed form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from holocrine.modelling.declaration import Constant, Piece, State, compose
from holocrine.solvers.stiff import Events, target_of

Array = NDArray[np.float64]

REACTION = compose(
    "reaction",
    (
        Piece(
            states=(
                State("A", "1", "-k1*A + k3*B*C", 1.0, "first substance"),
                State("B", "1", "k1*A - k3*B*C - k2*B**2", 0.0, "what reacts"),
                State("C", "1", "k2*B**2", 0.0, "last substance"),
            ),
            constants=(
                Constant("k1", "1/day", "A into B", "test"),
                Constant("k2", "1/day", "B into C", "test"),
                Constant("k3", "1/day", "B back into A", "test"),
            ),
        ),
    ),
    outputs=("C", "A", "B"),
)
START = np.array([state.initial for state in REACTION.states])
STIFF = np.array([0.04, 3e7, 1e4])
"""Robertson's own constants, per second there and per day here."""
MILD = np.array([0.7, 1.3, 2.1])
"""All rates alike: the solution is smooth on the scale of a day."""
DECAY = np.array([0.5, 0.0, 0.0])
"""A decays into B, nothing else."""
RUNAWAY = np.array([0.0, -1.0, 0.0])
"""B' = B^2, which is infinite at day 1/B(0)."""

Given = tuple[float, str, float]
"""An event: day, state or constant, value."""


def rates(y: Array, k: Array) -> Array:
    """The rates (3,) by hand."""
    forth, pair, back = k[0] * y[0], k[1] * y[1] ** 2, k[2] * y[1] * y[2]
    return np.array([back - forth, forth - back - pair, pair])


def jacobian(y: Array, k: Array) -> Array:
    """Their derivatives (3, 3) by hand."""
    back = np.array([0.0, k[2] * y[2], k[2] * y[1]])
    forth, pair = np.array([k[0], 0.0, 0.0]), np.array([0.0, 2.0 * k[1] * y[1], 0.0])
    return np.array([back - forth, forth - back - pair, pair])


def starts(*states: Mapping[str, float]) -> Array:
    """Start states (lanes, 3), each the usual one with some values replaced."""
    return np.array([[{**dict(zip("ABC", START, strict=True)), **state}[name] for name in "ABC"] for state in states])


def events(*lanes: Sequence[Given]) -> Events:
    """Events of every lane as the engine takes them."""
    shape = (len(lanes), max(map(len, lanes)))
    days, targets, values = np.full(shape, np.inf), np.zeros(shape, dtype=np.int64), np.zeros(shape)
    for lane, given in enumerate(lanes):
        for place, (day, symbol, value) in enumerate(given):
            days[lane, place], values[lane, place] = day, value
            targets[lane, place] = target_of(REACTION, symbol)
    return Events(days, targets, values)
