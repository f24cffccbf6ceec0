"""Sebum under drugs: lipid laid down in sebocytes on their way to excretion, by glands that shrink and grow back.

The same three stages of transit as in `sebum`, with the lipid laid down evenly along the way instead of all at its
start: that is what makes lipid younger (8 d) than the cells that carry it (14 d), and drugs that stop synthesis
visible within two weeks. The reservoir's hours are left out. Relative to the person without any drug.
"""

from __future__ import annotations

from holocrine.modelling.declaration import Assigned, Constant, Piece, State

GLAND = Piece(
    states=(
        State("G", "1", "(1 - a_i*X_i - G)*(X_i/tau_a + (1 - X_i)/tau_w)", 1.0, "gland size"),
        State("Z1", "1", "3*(production/3 - Z1)/tau_c", 1.0 / 3.0, "lipid leaving the first third of transit"),
        State("Z2", "1", "3*(Z1 + production/3 - Z2)/tau_c", 2.0 / 3.0, "lipid leaving the second third"),
        State("Z3", "1", "3*(Z2 + production/3 - Z3)/tau_c", 1.0, "lipid excreted"),
    ),
    constants=(
        Constant("Ra_0", "1", "receptor signal of this person without drugs", "rest point of the androgens"),
        Constant("e_i", "1", "share of synthesis isotretinoin stops", "isotretinoin_gland"),
        Constant("a_i", "1", "share of gland size lost on isotretinoin", "isotretinoin_atrophy"),
        Constant("tau_a", "day", "mean time of shrinking", "gland_atrophy_time"),
        Constant("tau_w", "day", "mean time of growing back", "gland_regrowth_time"),
        Constant("tau_c", "day", "mean transit of a sebocyte", "sebocyte_passage"),
    ),
    assigned=(Assigned("production", "1", "G*(Ra/Ra_0)**g_A*(1 - e_i*X_i)", "lipid synthesis over untreated"),),
)
"""Needs `Ra` and `g_A` of the androgens and `X_i`, the effect compartment of isotretinoin."""
