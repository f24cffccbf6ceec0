"""The terminal alone, without an organ: what the onset and block-time tests simulate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holocrine.modelling.declaration import compose
from holocrine.models.junction import DELIVERY_LAG_RATE, NUMERICAL_CORNER, junction
from holocrine.solvers import stiff

Array = NDArray[np.float64]

TERMINAL = compose("terminal", (junction("motor"),), outputs=("L_m", "rho_m"))
REST = {state.symbol: state.initial for state in TERMINAL.states}
USUAL = {
    "k_S": 0.56,
    "k_lag": DELIVERY_LAG_RATE,
    "lambda_m": np.log(2.0) / 31.0,
    "k_d": np.log(2.0) / 4.0,
    "x0_m": 3.0,
    "theta_m": 0.26,
    "h": 4.0,
    "delta": NUMERICAL_CORNER,
}
"""Typical motor terminal, rates per day."""


def run(times: Array, loading: float = 1.0, **changed: float) -> tuple[Array, Array]:
    """Light chain and parent release (nt,) at `times` (day) after `loading`, at tolerances far below any claim."""
    values = {**USUAL, **changed}
    constants = np.array([[values[name] for name in TERMINAL.constant_names]])
    start = np.array([[{**REST, "A_m": loading}[name] for name in TERMINAL.state_names]])
    outputs = stiff.simulate(TERMINAL, start, constants, times, rtol=1e-9, atol=1e-12).checked().outputs[0]
    return outputs[:, 0], outputs[:, 1]
