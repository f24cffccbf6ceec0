"""Muscle: force from release through a safety factor, bulk that follows within weeks."""

from __future__ import annotations

from holocrine.modelling.declaration import Assigned, Constant, Piece, State, compose
from holocrine.models.junction import SPROUTS, junction

FIBRES = Piece(
    states=(State("M", "1", "(1 - d_M*(1 - g) - M)/tau_M", 1.0, "muscle bulk relative to its own baseline"),),
    constants=(
        Constant("K_f", "1", "release at half force", "force_half_release"),
        Constant("m_f", "1", "steepness of force", "force_hill"),
        Constant("tau_M", "day", "time constant of bulk", "bulk_time"),
        Constant("d_M", "1", "bulk lost under full block", "bulk_loss"),
    ),
    assigned=(
        Assigned("g", "1", "(1 + K_f**m_f)*rho_eff**m_f/(rho_eff**m_f + K_f**m_f)", "activation, 1 at full release"),
        Assigned("force", "1", "M*g", "force relative to its own baseline"),
    ),
)

MUSCLE = compose("muscle", (junction("motor"), SPROUTS, FIBRES), outputs=("force", "M", "rho_eff"))
