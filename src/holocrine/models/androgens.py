"""Androgens: serum and skin apart, from testosterone and DHEA-S to the gland's drive.

The skin makes its own DHT, so a gland can be driven hard under normal serum values and a drug that halves the skin's
DHT need not show in the blood. Everything is relative to a typical adult of the same sex, whose values are all 1.
`ANDROGENS` is the declaration; `androgen_state` gives its rest point in closed form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Sex
from holocrine.modelling.declaration import Assigned, Constant, Piece, State, compose

Array = NDArray[np.float64]

ANDROGENS = Piece(
    states=(
        State("H", "1", "(supply*(y_1*(1 - i_1) + (1 - y_1)*a_2*(1 - i_2)) - H)/tau_A", 1.0, "DHT in serum"),
        State("T", "1", "(supply - T*(1 - c_5 + c_5*made))/tau_A", 1.0, "testosterone in the gland"),
        State("D", "1", "(s_l*T*made + (1 - s_l)*H - D)/tau_A", 1.0, "DHT in the gland"),
        State("Ra", "1", "(r_s*occupied - Ra)/tau_r", 1.0, "signal of occupied receptors"),
    ),
    constants=(
        Constant("w_d", "1", "share of the skin's testosterone that comes from DHEA-S", "dhea_share"),
        Constant("a_1", "1", "activity of 5-alpha-reductase type 1 in the gland", "type1_activity_person"),
        Constant("a_2", "1", "activity of type 2 outside it", "type2_activity_person"),
        Constant("i_1", "1", "inhibited share of type 1", "an inhibitor of type 1, none without"),
        Constant("i_2", "1", "inhibited share of type 2", "an inhibitor of type 2, none without"),
        Constant("y_1", "1", "share of serum DHT from type 1", "serum_type1_share"),
        Constant("c_5", "1", "share of the gland's testosterone turned into DHT", "testosterone_conversion"),
        Constant("s_1", "1", "share of the gland's DHT from type 1", "gland_type1_share"),
        Constant("q_s", "1", "share of its other DHT from the blood", "gland_serum_share"),
        Constant("x_A", "1", "typical androgen over its dissociation constant", "receptor_load"),
        Constant("v_T", "1", "share of it that is testosterone", "testosterone_receptor_share"),
        Constant("r_s", "1", "response to an occupied receptor", "receptor_sensitivity_person"),
        Constant("tau_A", "day", "mean life of testosterone and DHT", "androgen_turnover"),
        Constant("tau_r", "day", "mean time from receptor to synthesis", "receptor_response"),
        Constant("g_A", "1", "power of synthesis in occupied receptors", "androgen_exponent"),
    ),
    assigned=(
        Assigned("supply", "1", "w_d*dheas + (1 - w_d)*free_T", "androgen brought to the skin"),
        Assigned("s_2", "1", "(1 - s_1)*(1 - q_s)", "share of the gland's DHT from type 2 in the skin"),
        Assigned("s_l", "1", "s_1 + s_2", "share of it made on the spot by either type"),
        Assigned("made", "1", "(s_1*a_1*(1 - i_1) + s_2*(1 - i_2))/s_l", "working 5-alpha-reductase in the gland"),
        Assigned("ligand", "1", "x_A*((1 - v_T)*D + v_T*T)", "androgen over its dissociation constant"),
        Assigned("occupied", "1", "(1 + x_A)/x_A*ligand/(1 + ligand + block)", "occupied receptors over typical"),
        Assigned("drive", "1", "Ra**g_A", "drive of lipid synthesis over typical"),
    ),
)
"""Needs `free_T`, `dheas` (serum) and `block` (antagonist over its inhibition constant) from its neighbour."""

SERUM = Piece(
    constants=(
        Constant("free_T", "1", "free testosterone in serum", "free_testosterone_person"),
        Constant("dheas", "1", "DHEA-S in serum", "dheas_person"),
        Constant("block", "1", "antagonist at the receptor", "an antagonist over its inhibition constant"),
    )
)

HORMONES = compose("androgens", (SERUM, ANDROGENS), outputs=("H", "T", "D", "drive"))


@dataclass(frozen=True)
class Intervention:
    """What changes a person's androgens, numbers or (draws,): factors on the person's own serum values, inhibited
    shares of both enzymes, antagonist over its inhibition constant, and working receptors (0 = complete
    insensitivity)."""

    testosterone: Array | float = 1.0
    dheas: Array | float = 1.0
    type1: Array | float = 0.0
    type2: Array | float = 0.0
    block: Array | float = 0.0
    receptor: Array | float = 1.0


UNTREATED = Intervention()


@dataclass(frozen=True)
class AndrogenState:
    """Rest point over a typical adult's, (draws,): DHT in serum; testosterone, DHT, receptor signal, drive in the
    gland."""

    serum_dht: Array
    testosterone: Array
    dht: Array
    receptor: Array
    drive: Array


def dhea_share(drugs: Mapping[str, Array], sex: Sex | None) -> Array:
    """Share of the skin's testosterone that comes from DHEA-S, (draws,); between the sexes when the sex is unknown."""
    if sex is None:
        return 0.5 * (drugs["dhea_share_female"] + drugs["dhea_share_male"])
    return drugs[f"dhea_share_{sex}"]


def androgen_state(
    drugs: Mapping[str, Array], sex: Sex | None, intervention: Intervention = UNTREATED
) -> AndrogenState:
    """Where `ANDROGENS` comes to rest for the draws of block `drugs`, under a lasting intervention."""
    share = dhea_share(drugs, sex)
    dheas = drugs["dheas_person"] * intervention.dheas
    testosterone = drugs["free_testosterone_person"] * intervention.testosterone
    supply = share * dheas + (1.0 - share) * testosterone
    type1, type2 = 1.0 - intervention.type1, 1.0 - intervention.type2
    from_type1 = drugs["serum_type1_share"]
    serum = supply * (from_type1 * type1 + (1.0 - from_type1) * drugs["type2_activity_person"] * type2)
    by_type1, conversion = drugs["gland_type1_share"], drugs["testosterone_conversion"]
    by_type2 = (1.0 - by_type1) * (1.0 - drugs["gland_serum_share"])
    local = by_type1 + by_type2
    made = (by_type1 * drugs["type1_activity_person"] * type1 + by_type2 * type2) / local
    skin = supply / (1.0 - conversion + conversion * made)
    dht = local * skin * made + (1.0 - local) * serum
    load, held = drugs["receptor_load"], drugs["testosterone_receptor_share"]
    ligand = load * ((1.0 - held) * dht + held * skin)
    occupied = (1.0 + load) / load * ligand / (1.0 + ligand + intervention.block)
    receptor = drugs["receptor_sensitivity_person"] * intervention.receptor * occupied
    return AndrogenState(serum, skin, dht, receptor, receptor ** drugs["androgen_exponent"])


def known_interventions(drugs: Mapping[str, Array]) -> dict[str, Intervention]:
    """Natural experiments and trial drugs whose effect on sebum or DHT is published, by what they are called."""
    known = {
        "complete androgen insensitivity": Intervention(receptor=0.0),
        "5-alpha-reductase type 2 deficiency": Intervention(type2=1.0),
        "finasteride": Intervention(type2=drugs["finasteride_inhibition"]),
        "cyproterone acetate 100 mg/day": Intervention(block=drugs["cyproterone_block"]),
    }
    return known | {f"MK-386 {dose:g} mg/day": _mk386(drugs, dose) for dose in (5.0, 20.0, 50.0)}


def _mk386(drugs: Mapping[str, Array], dose: float) -> Intervention:
    return Intervention(type1=drugs["mk386_full"] * dose / (dose + drugs["mk386_half_dose"]))
