"""Needle reactions: how likely per session, from what one puncture does; and how an intradermal weal goes down.

Punctures of one person are alike: a person who bruises easily does so at many points. The rate per puncture is
therefore multiplied by a gamma-distributed frailty of mean 1, which keeps the probability of a session closed-form.
"""

from __future__ import annotations

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.modelling.declaration import Constant, Piece, State, compose

Array = NDArray[np.float64]

LN2 = float(np.log(2.0))
MINUTES_PER_DAY = 1440.0

WEAL = compose(
    "weal",
    (
        Piece(
            states=(
                State("W", "mL", "-k_W*W", 0.0, "fluid of a weal still in the dermis; a puncture adds its volume"),
            ),
            constants=(Constant("k_W", "1/day", "uptake of the fluid", "weal_half_life"),),
        ),
    ),
    outputs=("W",),
)


def at_least_one(expected: Array, frailty_variance: Array) -> Array:
    """Probability (0..1) of at least one event in a session with `expected` events on average over persons.

    The Laplace transform of a gamma frailty of mean 1: 1 - (1 + v m)^(-1/v); for v to 0 it is 1 - exp(-m).
    """
    return np.asarray(-np.expm1(-np.log1p(frailty_variance * expected) / frailty_variance))


def weal_days(volume_ml: Array | float, half_life_minutes: Array, visible_ml: Array) -> Array:
    """How long (day) a weal of `volume_ml` is seen: until no more than `visible_ml` is left; 0 if it never is."""
    halvings = np.log2(np.maximum(volume_ml / visible_ml, 1.0))
    return np.asarray(half_life_minutes / MINUTES_PER_DAY * halvings)


def exceeds(mean: Array, sd: Array, threshold: float) -> Array:
    """Probability (0..1) that a normally distributed score with `mean` and `sd` reaches `threshold`."""
    return np.asarray(scipy.special.ndtr((mean - threshold) / sd))
