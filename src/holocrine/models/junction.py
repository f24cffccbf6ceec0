"""A cholinergic terminal after toxin: delivery, light chain, SNAP-25, release, sprouts.

One declaration serves motor, sudomotor and periglandular terminals; they differ in constants only.
A session adds its loading (0 to 1) to the depot A.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from holocrine.modelling.declaration import Assigned, Constant, Piece, State

Terminal = Literal["motor", "sudomotor", "sebaceous"]
TERMINALS: tuple[Terminal, ...] = ("motor", "sudomotor", "sebaceous")

MINUTES_PER_DAY = 1440.0
K_B, K_T, K_L = (rate * MINUTES_PER_DAY for rate in (0.058, 0.141, 0.013))
"""1/day: binding, translocation, lysis (Simpson 1980, as used by Lebeda 2008, doi 10.1007/s10928-008-9087-3)."""

DELIVERY_LAG_RATE = 1.0 / (1.0 / K_B + 1.0 / K_T + 1.0 / K_L)
"""1/day: binding, translocation and lysis lumped into one step of the same mean time (101 minutes)."""

SUFFIX: Mapping[Terminal, str] = {"motor": "m", "sudomotor": "s", "sebaceous": "g"}
"""What the symbols of a terminal type end in (g for gland)."""

_SHARED = (
    Constant("k_S", "1/day", "slow step of delivery", "depot_release"),
    Constant("k_lag", "1/day", "binding, translocation and lysis lumped", "Simpson 1980; Lebeda 2008"),
    Constant("k_d", "1/day", "turnover of SNAP-25", "snap25_half_life"),
    Constant("h", "1", "steepness of release", "release_hill"),
    Constant("delta", "1", "rounds the corner at no cleavage so that powers stay differentiable", "numerical, 1e-6"),
)


def junction(terminal: Terminal) -> Piece:
    """The terminals of one type; what is one person's and not the terminal's (SNAP-25, delivery) is shared."""
    i = SUFFIX[terminal]
    threshold = "threshold_motor" if terminal == "motor" else "threshold_autonomic"
    return Piece(
        states=(
            State(f"A_{i}", "1", f"-k_S*A_{i}", 0.0, "toxin waiting to be delivered (share of full loading)"),
            State(f"T_{i}", "1", f"k_S*A_{i} - k_lag*T_{i}", 0.0, "toxin on its way through binding and translocation"),
            State(f"L_{i}", "1", f"k_lag*T_{i} - lambda_{i}*L_{i}", 0.0, "active light chain (1 = full loading)"),
            State(f"S_{i}", "1", f"k_d*(1 - S_{i}) - k_d*x0_{i}*L_{i}*S_{i}", 1.0, "intact share of SNAP-25"),
        ),
        constants=(
            *_SHARED,
            Constant(f"lambda_{i}", "1/day", "loss of light chain", f"light_chain_half_life_{terminal}"),
            Constant(f"x0_{i}", "1", "cleavage over turnover at full loading", f"cleavage_ratio_{terminal}"),
            Constant(f"theta_{i}", "1", "cleaved share at half release", threshold),
        ),
        assigned=(
            Assigned(f"f_{i}", "1", f"((1 - S_{i})**2 + delta**2)**(1/2)", "cleaved share of SNAP-25"),
            Assigned(f"rho_{i}", "1", f"1/(1 + (f_{i}/theta_{i})**h)", "release of acetylcholine"),
        ),
    )


SPROUTS = Piece(
    states=(State("N", "1", "k_N*(1 - rho_m)*(1 - N) - k_ret*rho_m*N", 0.0, "sprouts (1 = full set)"),),
    constants=(
        Constant("k_N", "1/day", "growth of sprouts", "sprout_growth"),
        Constant("k_ret", "1/day", "retraction of sprouts", "sprout_retraction"),
        Constant("q", "1", "release a full set of sprouts adds", "sprout_release_motor"),
    ),
    assigned=(Assigned("rho_eff", "1", "rho_m + q*N*(1 - rho_m)", "release including sprouts; never above 1"),),
)
"""Sprouts of motor terminals; none were seen to restore autonomic release, so those have none."""

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
