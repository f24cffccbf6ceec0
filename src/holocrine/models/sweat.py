"""Sweat: a muscarinic dose response of release, times a gland responsiveness that fades and returns."""

from __future__ import annotations

from holocrine.modelling.declaration import Assigned, Constant, Piece, State, compose
from holocrine.models.junction import junction

SWEAT_GLAND = Piece(
    states=(State("G", "1", "(G_0 + (1 - G_0)*rho_s - G)/tau_G", 1.0, "gland responsiveness"),),
    constants=(
        Constant("K_q", "1", "release at half sweat rate", "sweat_half_release"),
        Constant("n_q", "1", "steepness of sweat", "sweat_hill"),
        Constant("tau_G", "day", "time constant of responsiveness", "gland_time"),
        Constant("G_0", "1", "responsiveness without release", "gland_floor"),
    ),
    assigned=(
        Assigned("sweat", "1", "G*(1 + K_q**n_q)*rho_s**n_q/(rho_s**n_q + K_q**n_q)", "sweat rate over baseline"),
    ),
)

SWEAT = compose("sweat", (junction("sudomotor"), SWEAT_GLAND), outputs=("sweat", "rho_s"))
