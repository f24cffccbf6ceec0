"""From drawn parameters to the constants of the declared models: half-lives become rates, hypotheses switches."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from holocrine.modelling.declaration import Model
from holocrine.models.junction import DELIVERY_LAG_RATE, NUMERICAL_CORNER, SUFFIX, TERMINALS, Terminal

Array = NDArray[np.float64]
LN2 = float(np.log(2.0))
HOURS_PER_DAY = 24.0

POTENCY: Mapping[Terminal, str] = {"motor": "potency", "sudomotor": "skin_potency", "sebaceous": "skin_potency"}
"""What the name of a product's potency begins with: one unit may weigh differently on muscle and in skin."""

_AS_DRAWN = {
    "k_S": "depot_release",
    "h": "release_hill",
    "theta_m": "threshold_motor",
    "theta_s": "threshold_autonomic",
    "theta_g": "threshold_autonomic",
    "k_N": "sprout_growth",
    "k_ret": "sprout_retraction",
    "q": "sprout_release_motor",
    "K_f": "force_half_release",
    "m_f": "force_hill",
    "tau_M": "bulk_time",
    "d_M": "bulk_loss",
    "K_q": "sweat_half_release",
    "n_q": "sweat_hill",
    "tau_G": "gland_time",
    "G_0": "gland_floor",
    "EC50": "direct_half_effect",
    "k_X": "direct_rate",
    "tau_seb": "gland_transit",
    "tau_R": "reservoir_time",
}


def tissue_loss_rate(value: Callable[[str], Array]) -> Array:
    """Clearance plus dermal uptake, 1/day; `value` gives a parameter of the table by name."""
    return LN2 * HOURS_PER_DAY * (1.0 / value("clearance_half_life") + 1.0 / value("uptake_half_life_dermis"))


def periglandular_uptake(value: Callable[[str], Array]) -> Array:
    """Uptake by periglandular terminals inside their band, 1/day."""
    dermal = LN2 * HOURS_PER_DAY / value("uptake_half_life_dermis")
    return dermal * (1.0 - value("sudomotor_share"))


def light_chain_rate(terminal: Terminal, value: Callable[[str], Array]) -> Array:
    """Loss of light chain, 1/day."""
    return LN2 / value(f"light_chain_half_life_{terminal}")


def constant_values(value: Callable[[str], Array], hypothesis_ids: NDArray[np.str_]) -> Mapping[str, Array]:
    """Every constant of the models by symbol, each (n,) or a scalar array.

    `value` gives a parameter of the table by name, (n,); `hypothesis_ids` (n,) says which explanation of the
    sebum effect holds: H1 switches the cholinergic share on, H2 the direct one.
    """
    values: dict[str, Array] = {symbol: value(name) for symbol, name in _AS_DRAWN.items()}
    for terminal in TERMINALS:
        values[f"lambda_{SUFFIX[terminal]}"] = light_chain_rate(terminal, value)
        values[f"x0_{SUFFIX[terminal]}"] = value(f"cleavage_ratio_{terminal}")
    return values | {
        "k_lag": np.asarray(DELIVERY_LAG_RATE),
        "k_d": LN2 / value("snap25_half_life"),
        "delta": np.asarray(NUMERICAL_CORNER),
        "k_c": tissue_loss_rate(value),
        "e_ach": np.where(hypothesis_ids == "H1", value("cholinergic_share"), 0.0),
        "e_X": np.where(hypothesis_ids == "H2", value("direct_share"), 0.0),
    }


def constants_of(model: Model, values: Mapping[str, Array], n: int) -> Array:
    """The constants of one model in its order, (n, constants)."""
    columns = [np.broadcast_to(values[symbol], (n,)) for symbol in model.constant_names]
    return np.ascontiguousarray(np.stack(columns, axis=1))
