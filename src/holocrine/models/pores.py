"""Visible pores: what fills the follicle's opening, what tenses its rim, and what slack skin holds open.

Studies contradict one another, so two explanations stand beside "no true effect": the opening shrinks because less
sebum fills it (`e_V`), or because toxin slackens the arrector pili and the muscle bound to the skin (`e_Y`), whatever
sebum does. A draw follows one of them, or neither. Everything is relative to the same person without any toxin.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holocrine.modelling.declaration import Assigned, Constant, Piece, State, compose

Array = NDArray[np.float64]

YEARS_PER_DECADE = 10.0
REFERENCE_AGE = 30.0
"""Age (years) at which `pore_lax_share` holds."""

PORES = compose(
    "pores",
    (
        Piece(
            states=(
                State("V", "1", "(R_in - V)/tau_V", 1.0, "sebum in the follicle's opening"),
                State("Y", "1", "(w_in - Y)/tau_Y", 1.0, "tone of arrector pili and skin-bound muscle"),
            ),
            constants=(
                Constant("R_in", "1", "sebum over baseline; input", "course of the sebum model"),
                Constant(
                    "w_in", "1", "autonomic drive in the dermis over baseline; input", "course of the sweat model"
                ),
                Constant("tau_V", "day", "renewal of the follicle's content", "pore_content_time"),
                Constant("tau_Y", "day", "adaptation of tone", "pore_tone_time"),
                Constant("c_V", "1", "share of the content that is sebum, the rest keratin", "pore_sebum_share"),
                Constant("a_V", "1", "exponent of area against content", "pore_area_exponent"),
                Constant("c_Y", "1", "share of the area that full loss of tone closes", "pore_tone_share"),
                Constant("lax", "1", "share of the area that slack skin holds open", "pore_lax_share and age"),
                Constant("e_V", "1", "1 where sebum explains pores, else 0", "switch, one explanation per draw"),
                Constant("e_Y", "1", "1 where tone explains pores, else 0", "switch, one explanation per draw"),
            ),
            assigned=(
                Assigned("filled", "1", "(1 - e_V*c_V*(1 - V))**a_V", "part of the area that content explains"),
                Assigned("toned", "1", "1 - e_Y*c_Y*(1 - Y)", "part of the area that tone explains"),
                Assigned("pore_area", "1", "lax + (1 - lax)*filled*toned", "visible pore area over baseline"),
            ),
        ),
    ),
    outputs=("pore_area",),
)


def pore_area(content: Array, tone: Array, constant: dict[str, Array]) -> Array:
    """`pore_area` of the declaration for states V and Y; `constant` by symbol, all broadcast together."""
    filled = (1.0 - constant["e_V"] * constant["c_V"] * (1.0 - content)) ** constant["a_V"]
    toned = 1.0 - constant["e_Y"] * constant["c_Y"] * (1.0 - tone)
    return np.asarray(constant["lax"] + (1.0 - constant["lax"]) * filled * toned)


def lax_share(at_reference: Array, per_decade: Array, age: Array) -> Array:
    """Share of the pore area (0..1) that slack skin holds open at `age` (years), all (n,).

    Logit-linear in age (assumption): elastic fibres are lost steadily; `per_decade` is the slope on the logit scale.
    """
    logit = np.log(at_reference / (1.0 - at_reference)) + per_decade * (age - REFERENCE_AGE) / YEARS_PER_DECADE
    return np.asarray(1.0 / (1.0 + np.exp(-logit)))
