"""Sebum: production under the competing explanations, sebocyte transit, follicle reservoir and surface.

All quantities are relative to this person's untreated baseline. Under H1 production loses a share that
needs acetylcholine (`e_ach`), under H2 a share that the toxin itself removes (`e_X`, driven by its
concentration C); under H3 and H3b both shares are zero and nothing needs simulating.
"""

from __future__ import annotations

from holocrine.modelling.declaration import Assigned, Constant, Piece, State, compose
from holocrine.models.junction import junction

DIRECT = Piece(
    states=(
        State("C", "pM", "-k_c*C", 0.0, "toxin concentration at the gland"),
        State("X", "1", "k_X*(C/(C + EC50) - X)", 0.0, "direct effect (1 = full)"),
    ),
    constants=(
        Constant("k_c", "1/day", "loss of toxin from the tissue", "clearance and uptake"),
        Constant("EC50", "pM", "concentration at half effect", "direct_half_effect"),
        Constant("k_X", "1/day", "build-up and loss of the direct effect", "direct_rate"),
    ),
)

SEBACEOUS_GLAND = Piece(
    states=(
        State("Z1", "1", "3*(production - Z1)/tau_seb", 1.0, "sebocytes, first third of transit"),
        State("Z2", "1", "3*(Z1 - Z2)/tau_seb", 1.0, "sebocytes, second third"),
        State("Z3", "1", "3*(Z2 - Z3)/tau_seb", 1.0, "sebocytes, last third"),
        State("R", "1", "(Z3 - R)/tau_R", 1.0, "follicle reservoir and surface film"),
    ),
    constants=(
        Constant("e_ach", "1", "share of production that needs acetylcholine", "cholinergic_share"),
        Constant("e_X", "1", "largest share the direct effect removes", "direct_share"),
        Constant("tau_seb", "day", "mean transit", "gland_transit"),
        Constant("tau_R", "day", "mean residence in reservoir and film", "reservoir_time"),
    ),
    assigned=(Assigned("production", "1", "(1 - e_ach*(1 - rho_g))*(1 - e_X*X)", "sebum production over baseline"),),
)

SEBUM = compose("sebum", (junction("sebaceous"), DIRECT, SEBACEOUS_GLAND), outputs=("R", "rho_g"))
