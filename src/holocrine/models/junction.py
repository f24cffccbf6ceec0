"""A cholinergic terminal after toxin: delivery, light chain, SNAP-25, release, sprouts.

One declaration serves motor, sudomotor and periglandular terminals; they differ in constants only.
A session adds its loading (0 to 1) to the depot A.
"""

from __future__ import annotations

import math
from typing import Literal

from holocrine.modelling.declaration import Assigned, Constant, Piece, State

Terminal = Literal["motor", "sudomotor", "sebaceous"]
TERMINALS: tuple[Terminal, ...] = ("motor", "sudomotor", "sebaceous")

MINUTES_PER_DAY = 1440.0
K_B, K_T, K_L = (rate * MINUTES_PER_DAY for rate in (0.058, 0.141, 0.013))
"""1/day: binding, translocation, lysis (Simpson 1980, as used by Lebeda 2008, doi 10.1007/s10928-008-9087-3)."""

DELIVERY_LAG_RATE = 1.0 / (1.0 / K_B + 1.0 / K_T + 1.0 / K_L)
"""1/day: binding, translocation and lysis lumped into one step of the same mean time (101 minutes)."""

JUNCTION = Piece(
    states=(
        State("A", "1", "-k_S*A", 0.0, "toxin at the terminal, not yet released to its inside (share of full loading)"),
        State("T", "1", "k_S*A - k_lag*T", 0.0, "toxin on its way through binding, translocation and first cleavage"),
        State("L", "1", "k_lag*T - lambda_*L", 0.0, "active light chain (1 = full loading)"),
        State("S", "1", "k_d*(1 - S) - k_d*x0*L*S", 1.0, "intact share of SNAP-25"),
        State("N", "1", "k_N*(1 - rho)*(1 - N) - k_ret*rho*N", 0.0, "sprouts (1 = full set)"),
    ),
    constants=(
        Constant("k_S", "1/day", "slow step of delivery", "depot_release"),
        Constant("k_lag", "1/day", "binding, translocation and lysis lumped", "Simpson 1980; Lebeda 2008"),
        Constant("lambda_", "1/day", "loss of light chain", "light_chain_half_life"),
        Constant("k_d", "1/day", "turnover of SNAP-25", "snap25_half_life"),
        Constant("x0", "1", "cleavage over turnover at full loading", "cleavage_ratio"),
        Constant("theta", "1", "cleaved share at half release", "threshold"),
        Constant("h", "1", "steepness of release", "release_hill"),
        Constant("k_N", "1/day", "growth of sprouts", "sprout_growth"),
        Constant("k_ret", "1/day", "retraction of sprouts", "sprout_retraction"),
        Constant("q", "1", "release a full set of sprouts adds; motor terminals only, 0 elsewhere", "sprout_release"),
        Constant(
            "delta", "1", "rounds the corner at no cleavage so that powers stay differentiable", "numerical, 1e-6"
        ),
    ),
    assigned=(
        Assigned("f", "1", "((1 - S)**2 + delta**2)**(1/2)", "cleaved share of SNAP-25"),
        Assigned("rho", "1", "1/(1 + (f/theta)**h)", "release of acetylcholine from the parent terminal"),
        Assigned("rho_eff", "1", "rho + q*N*(1 - rho)", "release including sprouts; never above 1"),
    ),
)

NUMERICAL_CORNER = 1e-6
"""`delta` of the declaration."""


def block_days(half_life: float, cleavage_ratio: float, threshold: float) -> float:
    """How long (day) release stays below half after a full loading, by the duration algebra of the design.

    Light chain of `half_life` (day) decays until x falls to theta/(1 - theta); SNAP-25 taken as quasi-steady.
    Raises ValueError when even the full loading does not block.
    """
    excess = cleavage_ratio * (1.0 - threshold) / threshold
    if excess <= 1.0:
        raise ValueError("a full loading does not reach the threshold")
    return half_life * math.log2(excess)
