"""Neutralising antibodies: a small chance with every session that grows with its dose and with haste.

Doses of different products are never converted: each counts as a multiple of its own product's labelled facial
maximum. The chance of a session is

    hazard * (dose/labelled maximum)^a * (90 days/days since the session before)^b * factor of the product,

the interval counting only where it is shorter than 90 days or longer, and not for a first session. Antibodies once
formed are taken to stay (assumption; they can fade over years).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

REFERENCE_INTERVAL = 90.0
"""Days between sessions at which labels allow the next one."""


def session_hazard(
    relative_dose: float, days_before: float | None, *, hazard: Array, dose: Array, interval: Array, product: Array
) -> Array:
    """Cumulative hazard (n,) that one session adds.

    `relative_dose` is a multiple of the labelled facial maximum, `days_before` the time since the session before
    (None for a first one); `dose` and `interval` are exponents, `product` a factor, all (n,).
    """
    haste = 1.0 if days_before is None else (REFERENCE_INTERVAL / days_before) ** interval
    return np.asarray(hazard * product * relative_dose**dose * haste)


def probability(cumulative_hazard: Array) -> Array:
    """Probability (0..1) of antibodies by then, (n,)."""
    return np.asarray(-np.expm1(-cumulative_hazard))
